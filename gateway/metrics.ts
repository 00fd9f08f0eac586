/** What /metrics shows. Labels are codes, stages, categories and grades: never a sender's text. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATEGORIES, GRADES, type Alert } from '../schemas/risk/alert.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import type { SubmissionResult } from '../processors/intake/intake.ts';
import type { Store } from '../processors/sink/store.ts';
import { diskOf, measure, type Watched } from './health.ts';

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

export function createMetrics(watched: Watched): Metrics {
  const { pipeline, store } = watched;
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
  registerHindrances(registers, watched);

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
export function registerStages(registers: Registry[], pipeline: Pick<Pipeline, 'status' | 'onFlush' | 'counts'>): void {
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
        restore.set({ stage: s.stage, partition: String(s.partition) }, (s.restoreMs ?? 0) / 1000);
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
  const restore = new Gauge({ name: 'fenghuo_stage_restore_seconds', help: "How long the stage's state took to be read back at its last start", labelNames: ['stage', 'partition'], registers });
  const flush = new Histogram({ name: 'fenghuo_flush_pause_seconds', help: 'How long a flush of state held up its stage', labelNames: ['stage'], buckets: SECONDS, registers });
  pipeline.onFlush?.((stage, ms) => flush.observe({ stage }, ms / 1000));
  new Counter({
    name: 'fenghuo_stage_events_total',
    help: 'What stages count: repeats, records put aside and the like',
    labelNames: ['stage', 'name'],
    registers,
    collect() {
      this.reset();
      for (const [key, count] of pipeline.counts ?? []) {
        const [stage = '', name = ''] = key.split('.');
        this.inc({ stage, name }, count);
      }
    },
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

/** What /readyz tells, as figures: 1 a part and state that hinders now. */
function registerHindrances(registers: Registry[], watched: Watched): void {
  new Gauge({
    name: 'fenghuo_ready',
    help: '1 where nothing blocks (see /readyz)',
    registers,
    async collect() {
      const now = await measure(watched);
      this.set(now.ready ? 1 : 0);
      hindrance.reset();
      for (const { part, state } of now.hindrances) hindrance.inc({ part, state });
      const oldest = watched.pipeline.oldestWaiting?.();
      waiting.set(oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1000);
      operations.set((await watched.operations.lag?.()) ?? 0);
      const disk = await diskOf(watched.dataFolder);
      if (disk) free.set(disk.free), size.set(disk.size);
    },
  });
  const hindrance = new Gauge({ name: 'fenghuo_hindrances', help: 'What is not as it should be, by part and state', labelNames: ['part', 'state'], registers });
  const waiting = new Gauge({ name: 'fenghuo_oldest_submission_seconds', help: 'How long the oldest submission has waited for its answer', registers });
  const operations = new Gauge({ name: 'fenghuo_operations_lag_records', help: 'Records of intake.operations.v1 that are not in force yet', registers });
  const free = new Gauge({ name: 'fenghuo_disk_free_bytes', help: "Free on the data folder's disk", registers });
  const size = new Gauge({ name: 'fenghuo_disk_size_bytes', help: "Size of the data folder's disk", registers });
}
