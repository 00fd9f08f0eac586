/** The tables against what was recorded: each record that a table takes is one row of it, once, and there are no others; what readers ask of the rows is what plain maps say. */
import { SUNK_TOPICS, TABLES, tablesOf } from '../../processors/sink/rows.ts';
import type { Alert, Level } from '../../schemas/risk/alert.ts';
import type { Fact } from '../../schemas/risk/fact.ts';
import type { LogRecord } from '../../streams/log.ts';
import { once } from './fold.ts';
import type { ModelBroker } from './model-log.ts';
import type { ModelTables, Row } from './model-store.ts';
import { type Cells, differences, summed } from './naive.ts';

const SHOWN = 3;

export function againstRows(broker: ModelBroker, tables: ModelTables, cells: Cells): string[] {
  const expected = new Map<string, LogRecord[]>(TABLES.map(({ name }) => [name, []]));
  for (const topic of SUNK_TOPICS) {
    for (let p = 0; p < broker.partitions(topic); p++) {
      for (const record of once(broker.part(topic, p).records, [])) for (const { name } of tablesOf(topic).get(record.type) ?? []) expected.get(name)?.push(record);
    }
  }
  return [
    ...[...expected].flatMap(([table, records]) => rowDifferences(table, records, tables.rows.get(table) ?? [], wholeContent)),
    ...differences('table facts', cells, summed((tables.rows.get('facts') ?? []).map((row) => row as unknown as Fact))),
    ...levelsInForce(expected.get('levels_now') ?? [], tables.rows.get('levels_now') ?? []),
  ];
}

const place = ({ topic, partition, offset, source, appendedAt }: LogRecord): string => `${topic}/${partition}:${offset} from ${source.topic}/${source.partition}:${source.offset}.${source.index} at ${appendedAt}`;
const rowPlace = (row: Row): string => `${row.logTopic}/${row.logPartition}:${row.logOffset} from ${row.sourceTopic}/${row.sourcePartition}:${row.sourceOffset}.${row.sourceIndex} at ${row.appendedAt}`;

/** What of a row tells that it is this record's: its event's id, an alert's revision and grade, a level. */
function content({ type, body }: LogRecord): string {
  if (type === 'alert') return `${(body as Alert).alertId} ${(body as Alert).revision} ${(body as Alert).grade} ${(body as Alert).status}`;
  if (type === 'level') return `${(body as Level).subject.id} ${(body as Level).category} ${(body as Level).grade} ${(body as Level).score}`;
  return (body as { eventId?: string }).eventId ?? '';
}
function rowContent(row: Row): string {
  if (row.alertId !== undefined && row.revision !== undefined) return `${row.alertId} ${row.revision} ${row.grade} ${row.status}`;
  if (row.before !== undefined) return `${row.subjectId} ${row.category} ${row.grade} ${row.score}`;
  return String(row.eventId ?? '');
}

/** Every column that a field of the record has the name of, lists aside. */
function wholeContent(record: LogRecord, row: Row): string[] {
  const body = record.body as Record<string, unknown>;
  return Object.entries(row).filter(([name, value]) => Object.hasOwn(body, name) && typeof body[name] !== 'object' && plain(body[name]) !== plain(value)).map(([name, value]) => `${name} is ${value}, not ${String(body[name])}`);
}
const plain = (value: unknown): string => String(typeof value === 'boolean' ? Number(value) : value);

/** `differs`: in what more a row may differ from its record. */
export function rowDifferences(table: string, records: readonly LogRecord[], rows: readonly Row[], differs: (record: LogRecord, row: Row) => string[] = () => []): string[] {
  const given = new Map<string, string>();
  const byPlace = new Map(rows.map((row) => [rowPlace(row), row]));
  const twice: string[] = [];
  for (const row of rows) {
    if (given.has(rowPlace(row))) twice.push(`table ${table}: twice ${rowPlace(row)}`);
    given.set(rowPlace(row), rowContent(row));
  }
  const wanted = new Map(records.map((record) => [place(record), content(record)]));
  return [
    ...twice,
    ...[...wanted].filter(([at]) => !given.has(at)).map(([at]) => `table ${table}: no row for ${at}`),
    ...[...given].filter(([at]) => !wanted.has(at)).map(([at]) => `table ${table}: a row that nothing gives, ${at}`),
    ...[...wanted].filter(([at, text]) => given.has(at) && given.get(at) !== text).map(([at, text]) => `table ${table}: ${at}: expected ${text}, given ${given.get(at)}`),
    ...records.flatMap((record) => {
      const row = byPlace.get(place(record));
      return row ? differs(record, row).map((what) => `table ${table}: ${place(record)}: ${what}`) : [];
    }),
  ].slice(0, SHOWN);
}

/** Of each subject and category the newest row, as ReplacingMergeTree keeps it. */
export function levelsInForce(records: readonly LogRecord[], rows: readonly Row[]): string[] {
  const expected = new Map<string, string>();
  for (const { body } of records) {
    const { subject, category, grade } = body as Level;
    expected.set(`${subject.type} ${subject.id} ${category}`, grade);
  }
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const name = `${row.subjectType} ${row.subjectId} ${row.category}`;
    const known = newest.get(name);
    if (!known || Number(known.logOffset) < Number(row.logOffset)) newest.set(name, row);
  }
  return [...new Set([...expected.keys(), ...newest.keys()])].filter((name) => expected.get(name) !== newest.get(name)?.grade)
    .map((name) => `levels in force: ${name}: expected ${expected.get(name)}, given ${newest.get(name)?.grade}`);
}
