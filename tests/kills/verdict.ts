/**
 * What must be so when the storm is over and everything has drained. Nothing of it trusts a process that was hurt: it is reckoned from what was sent and answered, and from the recorded log by folds of the
 * stages without state, filter or restart (tests/faults/fold.ts), by plain maps over documents (naive.ts), and row by row (rows.ts).
 */
import { SUNK_TOPICS, SYSTEM, TABLES, tablesOf, type Table } from '../../processors/sink/rows.ts';
import type { Document } from '../../simulator/documents.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import type { Fact } from '../../schemas/risk/fact.ts';
import { DOCUMENT_TYPES, type Envelope } from '../../schemas/trade/envelope.ts';
import { loadSeed } from '../../seeds/load.ts';
import type { LogRecord } from '../../streams/log.ts';
import { TOPICS } from '../../streams/topics.ts';
import { againstFolds, once } from '../faults/fold.ts';
import type { Row } from '../faults/model-store.ts';
import { type Cells, counted, differences, revisionGaps, summed } from '../faults/naive.ts';
import { levelsInForce, rowDifferences } from '../faults/rows.ts';
import type { System } from '../whole/system.ts';
import type { Whole } from './recorded.ts';
import type { Works } from './works.ts';

const isDocument = (type: string): boolean => (DOCUMENT_TYPES as readonly string[]).includes(type);
const SHOWN = 5;
/** Told by the system of itself (processors/lag.ts). An id of an event is 22 characters by chance: one of 16 million begins with `lag-`, too. */
const isOwn = (eventId: string): boolean => /^lag-(.*-)?\d{13}-\d+$/.test(eventId);
const ZONES = new Set(loadSeed('zones').rows.map((row) => row['division_code'] as string));
/** A county's zone, else the city's. */
const zoneOf = (code: string): string => (ZONES.has(code.slice(0, 6)) ? code.slice(0, 6) : code.slice(0, 4));

function all(log: Whole, topic: string): LogRecord[] {
  return Array.from({ length: log.partitions(topic) }, (_, p) => once(log.part(topic, p).records, [])).flat();
}

/** `reached`: how far each stage had come before the log was read. */
export function againstLog(log: Whole, accepted: ReadonlyMap<string, Document>, reached: ReadonlyMap<string, number>, { stages, publishesOnce: publishedOnce }: Pick<Works, 'stages' | 'publishesOnce'>): string[] {
  const journal = all(log, 'journal.v1');
  const upTo = (stage: string, partition: number): number => reached.get(`${stage}/${partition}`) ?? 0;
  const taken = journal.filter(({ partition, offset }) => offset < upTo('screening', partition));
  const facts = all(log, 'facts.v1').filter(({ type, source }) => type === 'fact' && source.offset < upTo('screening', source.partition)).map(({ body }) => body as Fact);
  const alerts = TOPICS.filter(({ name }) => name.startsWith('alerts.') || name === 'held.v1').flatMap(({ name }) => all(log, name)).map(({ body }) => body as Alert);
  return [
    ...idDifferences('journal', accepted, taken.flatMap(({ type, body }) => (isDocument(type) && !(body as Envelope).forwarded ? [(body as Envelope).eventId] : []))),
    ...againstFolds(log, stages, { artifact: log.artifact, publishedOnce, upTo }),
    ...differences('facts', counted(taken, all(log, 'dead-letters.v1'), zoneOf), summed(facts)).slice(0, SHOWN),
    ...revisionGaps('alert topics', alerts).slice(0, SHOWN),
  ];
}

function idDifferences(what: string, accepted: ReadonlyMap<string, Document>, ids: readonly string[]): string[] {
  const given = new Set(ids.filter((id) => !isOwn(id)));
  const lost = [...accepted].filter(([id]) => !given.has(id)).map(([id, { type, orderNo, guid }]) => `${what}: ${type} ${orderNo ?? guid} (${id}) was answered and is missing`);
  const strange = [...given].filter((id) => !accepted.has(id)).map((id) => `${what}: ${id} was never answered`);
  return [...lost.slice(0, SHOWN), ...strange.slice(0, SHOWN)];
}

/** The sink is at least so far as the log was read. */
export async function againstTables(log: Whole, accepted: ReadonlyMap<string, Document>, door: System): Promise<string[]> {
  const wanted = new Map<string, LogRecord[]>(TABLES.map(({ name }) => [name, []]));
  for (const topic of SUNK_TOPICS) for (const record of all(log, topic)) for (const { name } of tablesOf(topic).get(record.type) ?? []) wanted.get(name)?.push(record);
  const problems: string[] = [];
  const stored: string[] = [];
  for (const table of TABLES) {
    const rows = table.name === 'levels_now' ? await rowsOf(door, table, '1') : await rowsOf(door, table, readSoFar(log, table));
    const records = wanted.get(table.name) ?? [];
    if (table.name === 'levels_now') {
      const read = rows.filter(({ logPartition, logOffset }) => Number(logOffset) < (log.ends.get(`levels.v1/${logPartition}`) ?? 0));
      const later = new Set(rows.filter((row) => !read.includes(row)).map(subjectOf));
      problems.push(...levelsInForce(records.filter(({ body }) => !later.has(subjectOf(flat(body)))), read));
    } else if (isDocument(table.type)) {
      // Of one event the first row stands, whatever came again.
      const events = Map.groupBy(rows, (row) => `${row.eventId} ${row.forwarded}`);
      problems.push(...[...events].filter(([, same]) => same.length > 1).map(([event, same]) => `table ${table.name}: ${event} stands ${same.length} times`).slice(0, SHOWN));
      stored.push(...rows.filter(({ forwarded }) => Number(forwarded) === 0).map(({ eventId }) => String(eventId)));
    } else problems.push(...rowDifferences(table.name, records, rows));
  }
  problems.push(...idDifferences('tables', accepted, stored), ...differences('table facts', summed(bodies(wanted.get('facts') ?? [])), await sums(door, log)).slice(0, SHOWN));
  return problems;
}

const bodies = (records: readonly LogRecord[]): Fact[] => records.map(({ body }) => body as Fact);
const subjectOf = ({ subjectType, subjectId, category }: Row): string => `${subjectType} ${subjectId} ${category}`;
const flat = (body: unknown): Row => {
  const { subject, category } = body as { subject: { type: string; id: string }; category: string };
  return { subjectType: subject.type, subjectId: subject.id, category };
};

const COLUMNS = [...SYSTEM, 'eventId', 'forwarded', 'alertId', 'revision', 'grade', 'status', 'subjectType', 'subjectId', 'category', 'score', 'before'].filter((name) => name !== 'appendedAt' && name !== 'incarnation');
const PAGE = 50_000;

/** Rows of records that had been read from the log: ticks may give others at any moment. */
const readSoFar = ({ ends }: Whole, { topics }: Pick<Table, 'topics'>): string => [...ends].map(([place, end]) => [place.split('/'), end] as const).filter(([[topic]]) => topics.includes(topic as string))
  .map(([[topic, partition], end]) => `(logTopic = '${topic}' AND logPartition = ${partition} AND logOffset < ${end})`).join(' OR ');

async function rowsOf(door: System, { name, columns }: Table, where: string): Promise<Row[]> {
  const shown = COLUMNS.filter((column) => columns.includes(column)).join(', ');
  const found: Row[] = [];
  for (let size = PAGE; size === PAGE;) {
    const page = await door.rows<Row>(`SELECT ${shown}, toUnixTimestamp64Milli(appendedAt) AS appended FROM fenghuo.${name} WHERE ${where} ORDER BY logTopic, logPartition, logOffset, sourceIndex LIMIT ${PAGE} OFFSET ${found.length}`);
    for (const { appended, ...row } of page) found.push({ ...row, appendedAt: appended } as Row);
    size = page.length;
  }
  return found;
}

async function sums(door: System, log: Whole): Promise<Cells> {
  const whole = (column: string) => `toInt64(sum(sign * toDecimal128(${column}, 5)) * 100000) AS ${column}_`;
  const rows = await door.rows<Record<string, string | number>>(`SELECT concat(kind, '|', zone, '|', platform, '|', seller, '|', country, '|', hs4, '|', mode, '|', toString(intDiv(toUnixTimestamp(minute), 60))) AS cell, sum(sign) AS documents, ${whole('amount')}, ${whole('quantity')}, ${whole('weight')}
    FROM fenghuo.facts WHERE ${readSoFar(log, { topics: ['facts.v1'] })} GROUP BY kind, zone, platform, seller, country, hs4, mode, minute HAVING documents != 0 OR amount_ != 0 OR quantity_ != 0 OR weight_ != 0`);
  return new Map(rows.map(({ cell, documents, amount_, quantity_, weight_ }) => [String(cell), { documents: Number(documents), amount: Number(amount_), quantity: Number(quantity_), weight: Number(weight_) }]));
}
