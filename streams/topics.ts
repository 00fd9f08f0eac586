/** Every topic: what keys it, how many partitions, how long it is kept. The DAG of stages is built from this file and checked by a test. */

export interface TopicSpec {
  name: string;
  /** What a record's key is. */
  key: string;
  partitions: { embedded: number; kafka: number };
  /** Hours a record is kept; 0 = for good. */
  retentionHours: number;
  compacted?: boolean;
  /** Read by subscribers outside: nothing stands in it twice, so what is appended is fenced (`Log.claim`). */
  published?: true;
}

const spread = { embedded: 2, kafka: 32 };
const single = { embedded: 1, kafka: 1 };
const category = { embedded: 1, kafka: 8 };
const WEEK = 24 * 7;

export const TOPICS: readonly TopicSpec[] = [
  { name: 'intake.orders.v1', key: 'orderKey', partitions: spread, retentionHours: 72 },
  { name: 'intake.payments.v1', key: 'orderKey or payCode|payTransactionId', partitions: spread, retentionHours: 72 },
  { name: 'intake.logistics.v1', key: 'logisticsCode|logisticsNo', partitions: spread, retentionHours: 72 },
  { name: 'intake.customs.v1', key: 'orderKey or agentCode|copNo', partitions: spread, retentionHours: 72 },
  { name: 'intake.operations.v1', key: 'kind', partitions: single, retentionHours: 72 },
  { name: 'journal.v1', key: 'orderKey, else the document\'s own number; control, tick and baseline on every partition', partitions: spread, retentionHours: WEEK },
  { name: 'artifacts.v1', key: 'hash', partitions: single, retentionHours: 0, compacted: true },
  { name: 'signals.v1', key: 'subject', partitions: spread, retentionHours: WEEK },
  { name: 'facts.v1', key: 'orderKey', partitions: spread, retentionHours: WEEK },
  { name: 'assessments.v1', key: 'zone of the opening event', partitions: spread, retentionHours: WEEK },
  { name: 'alerts.market.v1', key: 'alertId', partitions: category, retentionHours: WEEK, published: true },
  { name: 'alerts.transaction.v1', key: 'alertId', partitions: category, retentionHours: WEEK, published: true },
  { name: 'alerts.financial.v1', key: 'alertId', partitions: category, retentionHours: WEEK, published: true },
  { name: 'alerts.technical.v1', key: 'alertId', partitions: category, retentionHours: WEEK, published: true },
  { name: 'alerts.public-security.v1', key: 'alertId', partitions: category, retentionHours: WEEK, published: true },
  { name: 'held.v1', key: 'alertId', partitions: category, retentionHours: WEEK },
  { name: 'levels.v1', key: 'subject', partitions: category, retentionHours: WEEK },
  { name: 'dead-letters.v1', key: 'id', partitions: category, retentionHours: WEEK },
];

export function topic(name: string): TopicSpec {
  const found = TOPICS.find((t) => t.name === name);
  if (!found) throw new Error(`no topic ${name} in streams/topics.ts; known: ${TOPICS.map((t) => t.name).join(', ')}`);
  return found;
}

/** Scaled out, what comes in stands here first; each partition of them tells its time to every partition of the journal. */
export const INTAKE_TOPICS: readonly string[] = TOPICS.map(({ name }) => name).filter((name) => name.startsWith('intake.'));
