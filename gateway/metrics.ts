/** What /metrics shows. Labels are codes, stages, categories and grades: never a sender's text. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATEGORIES, GRADES, type Alert } from '../schemas/risk/alert.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import type { SubmissionResult } from '../processors/intake/intake.ts';
import type { Store } from '../processors/sink/store.ts';

export interface Metrics {
  /** Wraps one submission: latency, queue depth, accepted and rejected. */
  submission(work: () => Promise<SubmissionResult>): Promise<SubmissionResult>;
  alert(alert: Alert): void;
  streams(count: number): void;
  /** Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(pipeline: Pipeline, store: Store): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'fenghuo_' });
  const accepted = new Counter({ name: 'fenghuo_events_accepted_total', help: 'Events taken and durable', registers });
  const rejected = new Counter({ name: 'fenghuo_events_rejected_total', help: 'Events refused, by reason code', labelNames: ['code'], registers });
  const alerts = new Counter({
    name: 'fenghuo_alert_revisions_total',
    help: 'Alert revisions published',
    labelNames: ['category', 'grade', 'change'],
    registers,
  });
  for (const category of CATEGORIES) for (const grade of GRADES) alerts.inc({ category, grade, change: 'raised' }, 0);
  const latency = new Histogram({ name: 'fenghuo_submit_seconds', help: "From the request's body to a durable answer", buckets: SECONDS, registers });
  const waiting = new Gauge({ name: 'fenghuo_submissions_waiting', help: 'Submissions handed to the pipeline and not yet answered', registers });
  const streams = new Gauge({ name: 'fenghuo_alert_streams', help: 'Open alert streams', registers });
  registerStages(registers, pipeline);
  registerStore(registers, store);

  async function submission(work: () => Promise<SubmissionResult>): Promise<SubmissionResult> {
    const stop = latency.startTimer();
    waiting.inc();
    try {
      const result = await work();
      accepted.inc(result.accepted);
      for (const r of result.rejected) rejected.inc({ code: r.code });
      return result;
    } finally {
      waiting.dec();
      stop();
    }
  }
  return {
    submission,
    alert: (a) => alerts.inc({ category: a.category, grade: a.grade, change: a.change }),
    streams: (count) => streams.set(count),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** A metric with `collect` is asked in the order of registration, so the first of each group fills the others. */
export function registerStages(registers: Registry[], pipeline: Pick<Pipeline, 'status'>): void {
  const labelNames = ['stage', 'topic', 'partition'];
  new Gauge({
    name: 'fenghuo_stage_lag_records',
    help: "Records behind the end of the stage's input",
    labelNames,
    registers,
    collect() {
      for (const s of pipeline.status()) {
        const labels = { stage: s.stage, topic: s.topic, partition: String(s.partition) };
        this.set(labels, Math.max(0, s.end - s.position));
        position.set(labels, s.position);
        progress.set(labels, s.lastProgressAt / 1000);
        time.set(labels, s.time / 1000);
      }
    },
  });
  const position = new Gauge({ name: 'fenghuo_stage_position', help: 'Next offset that the stage reads', labelNames, registers });
  const progress = new Gauge({
    name: 'fenghuo_stage_last_progress_seconds',
    help: "Epoch seconds of the stage's last progress",
    labelNames,
    registers,
  });
  const time = new Gauge({ name: 'fenghuo_stage_time_seconds', help: "The stage's own time (its watermark), epoch seconds", labelNames, registers });
}

function registerStore(registers: Registry[], store: Store): void {
  new Gauge({
    name: 'fenghuo_store_up',
    help: '1 where the store answers',
    registers,
    async collect() {
      try {
        for (const [topic, records] of Object.entries(await store.lag())) lag.set({ topic }, records);
        this.set(1);
      } catch {
        // A scrape must still show the rest while the store restarts.
        this.set(0);
      }
    },
  });
  const lag = new Gauge({
    name: 'fenghuo_store_lag_records',
    help: 'Records of the log that are not yet in the store',
    labelNames: ['topic'],
    registers,
  });
}
