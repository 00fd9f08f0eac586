/** What /metrics shows. Labels are codes, stages, categories and grades: never a sender's text. */
import { totalmem } from 'node:os';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATEGORIES, GRADES, type Alert } from '../schemas/risk/alert.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import type { SubmissionResult } from '../processors/intake/intake.ts';
import { type Measured, readiness, waitingMs } from '../processors/readiness.ts';
import { measure, type Watched } from './health.ts';

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
  const { pipeline } = watched;
  const registry = new Registry();
  const registers = [registry];
  registerProcess(registry);
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
  const ask = registerMeasured(registers, () => measure(watched));

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
    async text() {
      await ask();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** What any process tells of itself. */
export function registerProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: 'fenghuo_' });
  const host = totalmem();
  const container = process.constrainedMemory();
  new Gauge({ name: 'fenghuo_memory_limit_bytes', help: "What this process may use: its container's limit, else the host's memory", registers: [registry] }).set(container > 0 && container < host ? container : host);
}

/** A metric whose `collect` waits for nothing is asked in the order of registration, so the first of the group fills the others. */
export function registerStages(registers: Registry[], pipeline: Pick<Pipeline, 'status' | 'onFlush' | 'counts'>): void {
  const labelNames = ['stage', 'topic', 'partition'];
  new Gauge({
    name: 'fenghuo_stage_lag_records',
    help: "Records behind the end of the stage's input",
    labelNames,
    registers,
    collect() {
      // Of what others have by now it says nothing any more.
      for (const gauge of [this, position, progress, time, restore]) gauge.reset();
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

/** What must be asked for is asked before the registry is read: prom-client reads metrics side by side, so one could show what another's question has not answered yet. */
export function registerMeasured(registers: Registry[], ask: () => Promise<Measured>): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers });
  const up = gauge('fenghuo_store_up', '1 where the store answers');
  const lag = gauge('fenghuo_store_lag_records', 'Records of the log that are not yet in the store', ['topic']);
  const ready = gauge('fenghuo_ready', '1 where nothing blocks (see /readyz)');
  const hindrances = gauge('fenghuo_hindrances', 'What is not as it should be, by part and state', ['part', 'state']);
  const waiting = gauge('fenghuo_oldest_submission_seconds', 'How long the oldest submission has waited for its answer');
  const operations = gauge('fenghuo_operations_lag_records', 'Records of intake.operations.v1 that are not in force yet');
  const unread = gauge('fenghuo_stage_oldest_unread_seconds', "How long the first record waits that is still to be read of the stage's input", ['stage', 'topic', 'partition']);
  // A gauge without labels is 0 from the start: a process that measures no disk must not have it, or it would seem full.
  let disk: { free: Gauge; size: Gauge } | undefined;
  return async () => {
    const measured = await ask();
    // A scrape must still show the rest while the store restarts.
    up.set(measured.storeLag ? 1 : 0);
    for (const [topic, records] of Object.entries(measured.storeLag ?? {})) lag.set({ topic }, records);
    const now = readiness(measured);
    ready.set(now.ready ? 1 : 0);
    hindrances.reset();
    for (const { part, state } of now.hindrances) hindrances.inc({ part, state });
    waiting.set(measured.oldestWaiting === undefined ? 0 : Math.max(0, measured.now - measured.oldestWaiting) / 1000);
    operations.set(measured.operationsLag);
    unread.reset();
    for (const s of measured.stages) unread.set({ stage: s.stage, topic: s.topic, partition: String(s.partition) }, waitingMs(s, measured.now) / 1000);
    if (measured.disk) {
      disk ??= { free: gauge('fenghuo_disk_free_bytes', "Free on the data folder's disk"), size: gauge('fenghuo_disk_size_bytes', "Size of the data folder's disk") };
      disk.free.set(measured.disk.free);
      disk.size.set(measured.disk.size);
    }
  };
}
