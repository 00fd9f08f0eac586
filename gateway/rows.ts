/** From ClickHouse rows back to the shapes that the rest of the system knows. */
import { type Alert, type Level, NO_GROUNDS } from '../schemas/risk/alert.ts';

export type Row = Record<string, unknown>;

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const nth = (value: unknown, i: number): unknown => (Array.isArray(value) ? value[i] : undefined);

/** Epoch ms of a DateTime64 (`2026-11-23 06:00:00.000`, UTC), an ISO text or a number. */
export function epoch(value: unknown): number {
  if (typeof value === 'number') return value;
  const given = text(value);
  if (/^\d+$/.test(given)) return Number(given);
  return given === '' ? 0 : Date.parse(given.includes('T') ? given : `${given.replace(' ', 'T')}Z`);
}

export function alertOf(row: Row): Alert {
  const evidence = typeof row.evidence === 'string' ? JSON.parse(row.evidence || '{}') : row.evidence;
  return {
    alertId: text(row.alertId),
    revision: Number(row.revision),
    change: text(row.change) as Alert['change'],
    ruleId: text(row.ruleId),
    ruleVersion: Number(row.ruleVersion),
    ruleSet: text(row.ruleSet),
    category: text(row.category) as Alert['category'],
    grade: text(row.grade) as Alert['grade'],
    score: Number(row.score),
    subject: { type: text(row.subjectType) as Alert['subject']['type'], id: text(row.subjectId) },
    zone: text(row.zone),
    window: text(row.window),
    eventTime: epoch(row.eventTime),
    detectedAt: epoch(row.detectedAt),
    firstSeen: epoch(row.firstSeen),
    lastSeen: epoch(row.lastSeen),
    count: Number(row.count),
    documents: texts(row.documents),
    reason: { en: text(row.reasonEn), zh: text(row.reasonZh) },
    // Revisions of earlier builds lack the grounds.
    evidence: { ...NO_GROUNDS, ...(evidence as Alert['evidence']) },
    action: { en: text(row.actionEn), zh: text(row.actionZh) },
    status: text(row.status) as Alert['status'],
    origin: text(row.origin),
    heldBy: text(row.heldBy),
    explanation: { en: text(row.explanationEn), zh: text(row.explanationZh) },
  };
}

export const levelOf = (row: Row): Level => ({
  subject: { type: text(row.subjectType) as Level['subject']['type'], id: text(row.subjectId) },
  category: text(row.category) as Level['category'],
  grade: text(row.grade) as Level['grade'],
  score: Number(row.score),
  reasons: texts(row.reasons),
  zone: text(row.zone),
  at: epoch(row.at),
  before: text(row.before) as Level['before'],
  escalated: Boolean(row.escalated),
  parts: texts(row['parts.rule']).map((rule, i) => ({ rule, weight: Number(nth(row['parts.weight'], i)), score: Number(nth(row['parts.score'], i)), open: Boolean(nth(row['parts.open'], i)) })),
  reason: { en: text(row.reasonEn), zh: text(row.reasonZh) },
});

const TIMES = new Set([
  ...['appTime', 'eventTime', 'arrival', 'payTime', 'returnTime', 'declTime', 'ieDate', 'at'],
  ...['leaveTime', 'startTime', 'endTime', 'tradingTime', 'serviceTime'],
]);
/** Where a row lies in log and store says nothing of the document; sealed bytes are for repair only. */
const HIDDEN = new Set([
  'incarnation',
  'logTopic',
  'logPartition',
  'logOffset',
  'sourceTopic',
  'sourcePartition',
  'sourceOffset',
  'sourceIndex',
  'appendedAt',
  'sealed',
  'sealKeyId',
]);

/** Parallel arrays `lines.name`, `lines.hs` → lines: [{name, hs}]; `buyerIdMasked` → buyer.idMasked. */
export function documentOf(row: Row): Row {
  const out: Row = {};
  for (const [column, value] of Object.entries(row)) {
    if (HIDDEN.has(column)) continue;
    const nested = /^(\w+)\.(\w+)$/.exec(column);
    const person = /^(buyer|payer|consignee)([A-Z])(\w*)$/.exec(column);
    if (nested && Array.isArray(value)) spread(out, nested[1] as string, nested[2] as string, value);
    else if (person) (out[person[1] as string] ??= {} as Row), ((out[person[1] as string] as Row)[`${person[2]?.toLowerCase()}${person[3]}`] = value);
    else out[column] = TIMES.has(column) ? epoch(value) : value;
  }
  return out;
}

function spread(out: Row, group: string, field: string, values: unknown[]): void {
  const list = (out[group] ??= []) as Row[];
  values.forEach((value, i) => {
    (list[i] ??= {})[field] = value;
  });
}
