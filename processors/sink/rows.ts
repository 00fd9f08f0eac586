/** Which table takes which records. What a table's columns are, its record's Avro schema says (columns.ts). */
import type { RecordType } from '../../schemas/registry.ts';
import { columnNames } from './columns.ts';

export interface Table {
  name: string;
  /** System columns first. */
  columns: readonly string[];
  /** Topics that feed it, and the one record type that it takes from them. */
  topics: readonly string[];
  type: RecordType;
}

/** Where a row comes from: every table has these, and resuming reads them. */
export const SYSTEM = ['incarnation', 'logTopic', 'logPartition', 'logOffset', 'sourceTopic', 'sourcePartition', 'sourceOffset', 'sourceIndex', 'appendedAt'] as const;

const table = (name: string, type: RecordType, ...topics: string[]): Table => ({ name, type, topics, columns: [...SYSTEM, ...columnNames(type)] });

export const TABLES: readonly Table[] = [
  table('orders', 'order', 'journal.v1'),
  table('payments', 'payment', 'journal.v1'),
  table('waybills', 'waybill', 'journal.v1'),
  table('declarations', 'declaration', 'journal.v1'),
  table('receipts', 'receipt', 'journal.v1'),
  table('tracking', 'tracking', 'journal.v1'),
  table('readings', 'reading', 'journal.v1'),
  table('reversals', 'reversal', 'journal.v1'),
  table('manifests', 'manifest', 'journal.v1'),
  table('tax_bills', 'tax-bill', 'journal.v1'),
  table('raw_payments', 'raw-payment', 'journal.v1'),
  table('observations', 'observation', 'journal.v1'),
  table('operations', 'operation', 'journal.v1'),
  table('verdicts', 'verdict', 'journal.v1'),
  table('suppressions', 'suppression', 'journal.v1'),
  table('facts', 'fact', 'facts.v1'),
  table('matches', 'match', 'facts.v1'),
  table('alert_revisions', 'alert', 'alerts.market.v1', 'alerts.transaction.v1', 'alerts.financial.v1', 'alerts.technical.v1', 'alerts.public-security.v1', 'held.v1'),
  table('levels', 'level', 'levels.v1'),
  table('levels_now', 'level', 'levels.v1'),
  table('tallies', 'tally', 'assessments.v1'),
  table('dead_letters', 'dead-letter', 'dead-letters.v1'),
];

/** Every topic that the sink reads. */
export const SUNK_TOPICS: readonly string[] = [...new Set(TABLES.flatMap((t) => t.topics))];

/** The tables of each record type of one topic; none for what the sink passes over (ticks, controls, aliases, baselines). */
export const tablesOf = (topic: string): Map<RecordType, Table[]> => Map.groupBy(TABLES.filter((t) => t.topics.includes(topic)), (t) => t.type);
