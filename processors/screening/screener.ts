/** What every part of screening does alike: the rules in force, the gates and what they give, repeats and refusals, and the records that go out. */
import { sourceOf } from '../../language/edition.ts';
import type { Compile, EventView, RuleSet, Tables } from '../../language/ruleset.ts';
import { letterId, type DeadLetter } from '../../schemas/risk/alert.ts';
import type { Alias, Operation } from '../../schemas/risk/journal.ts';
import type { Signal, SubjectType } from '../../schemas/risk/signal.ts';
import { encode, type RecordType } from '../../schemas/registry.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { partitionOf, type LogRecord } from '../../streams/log.ts';
import type { StageContext } from '../../streams/stage.ts';
import type { MatchTables } from './documents.ts';
import { Features, SignalBook, type Due, type SignalFrame } from './given.ts';
import { hasSeen } from './seen.ts';
import { Sums } from './sums.ts';
import { zoneTable } from './tables.ts';
import { operationView } from './view.ts';
import type { ZoneTable } from './zone.ts';

const MINUTE = 60_000;
/** Entries of one record, at most: a tick's sums are thousands on a busy day. */
const SUMS_A_RECORD = 500;
/** Events whose subjects are looked up in the block list. */
const DOCUMENTS: ReadonlySet<string> = new Set(['order', 'payment', 'waybill', 'declaration']);
export const DAY = 86_400_000;

export interface Rules { set: RuleSet; zones: ZoneTable; tables: MatchTables & Pick<Tables, 'blocked'> }

export class Screener {
  readonly context: StageContext;
  readonly book: SignalBook;
  rules: Rules | undefined;
  readonly #compile: Compile;

  constructor(context: StageContext, compile: Compile) {
    this.context = context;
    this.book = new SignalBook(new Features(context.state.table('feature')), new Sums(context.state));
    this.#compile = compile;
  }

  load(hash: string): void {
    const source = sourceOf(hash, (part) => this.context.artifact(part));
    const compiled = this.#compile(source);
    if (!compiled.ok) throw new Error(`rule set ${hash} is in force but does not compile: ${compiled.findings[0]?.message ?? ''}; it was checked before it was published, so the code has changed under it`);
    this.book.sums.use((id) => compiled.ruleSet.feature(id));
    this.rules = { set: compiled.ruleSet, zones: zoneTable(source.tables), tables: compiled.tables };
  }

  /** The rule set is published before the first event is taken, and the language refuses one without these names. */
  number(name: string, at: number): number {
    if (!this.rules) throw new Error(`parameter ${name} is needed before any rule set is in force: publish one before the first event`);
    return this.rules.set.parameters.number(name, at);
  }

  // --- credit ---------------------------------------------------------------------------------------------------------------------------------

  /** Runs the gates, with parameters and tables of the day `day` (the event's own time; `at` is the time in its windows). What concerns the sender (feed, operator) is given at once and never taken back; the rest is returned, to be given by the caller. */
  credit(view: EventView, at: number, eventId: string, frame: SignalFrame, day = at): Due {
    const due: Due = { at, eventId, list: [] };
    this.#screen(view, due, frame, day);
    const { blocked } = this.rules?.tables ?? {};
    if (blocked && DOCUMENTS.has(view.name)) {
      for (const type of Object.keys(view.subjects) as SubjectType[]) {
        const id = view.subjects[type];
        if (id && blocked(type, id, day)) this.#screen({ name: 'listed', common: view.common, fields: { document: view.name, subjectType: type }, lines: [], subjects: { [type]: id }, lineSubjects: [] }, due, frame, day);
      }
    }
    return due;
  }

  #screen(view: EventView, due: Due, frame: SignalFrame, day: number): void {
    const { at, eventId } = due;
    this.rules?.set.screen(view, day, (subjectType, subjectId, feature, value, item) => {
      if (subjectType === 'feed' || subjectType === 'operator') this.book.add(frame, due, { subjectType, subjectId, feature, value, item }, 1);
      else due.list.push({ subjectType, subjectId, feature, value, item });
    }, (rule, _why, subjectType, subjectId) => this.book.fail(frame, subjectType, subjectId, at, eventId, rule));
  }

  /** For what follows one another, where nothing replaces what an earlier one gave: receipts, scans, operations. */
  give(view: EventView, at: number, eventId: string, frame: SignalFrame, day = at): void {
    this.book.give(frame, this.credit(view, at, eventId, frame, day));
  }

  operation(operation: Operation, eventId: string, orderKey: string): void {
    this.give(operationView(operation, operation.at), operation.at, eventId, { zone: 'none', orderKey, origin: operation.origin, late: false });
  }

  // --- repeats and dead letters ---------------------------------------------------------------------------------------------------------------

  /** True where the event was taken before: counted as a repeat, or put aside where the guid stands for other content. */
  isRepeat(record: LogRecord, { seen }: { seen: Buffer }): boolean {
    const body = record.body as Envelope;
    if (!hasSeen(seen, body.eventId)) return false;
    if (hasSeen(seen, body.eventId, body.contentHash)) this.repeat(record, body);
    else this.dead(record, body, 'GUID_REUSED', 'this guid came before with other content; send changes under a guid of their own');
    return true;
  }

  repeat(record: LogRecord, body: Envelope): void {
    this.context.count('repeats');
    if (body.forwarded) return;
    this.operation({ kind: 'repeat', feed: body.feed, messageType: record.type, code: '', operator: '', origin: body.origin, at: record.arrival }, body.eventId, body.orderKey);
  }

  /** What intake had taken already is tokenised, so its Avro bytes lie open; sealKeyId is ''. */
  dead(record: LogRecord, body: Envelope, reason: string, message: string): void {
    const letter: DeadLetter = {
      id: letterId(`${body.eventId}-${record.partition}-${record.offset}`), reason, path: 'guid', message, feed: body.feed, messageType: record.type, form: 'avro', sealed: encode(record.type, body), sealKeyId: '',
      replayOf: '', origin: body.origin, at: record.arrival,
    };
    this.context.emit({ topic: 'dead-letters.v1', key: letter.id, type: 'dead-letter', eventTime: record.eventTime, arrival: record.arrival, body: letter });
    this.context.count('deadLetters');
  }

  // --- outputs --------------------------------------------------------------------------------------------------------------------------------

  emitSignals(record: LogRecord): void {
    if (!this.book.empty) this.#emit(record, this.book.take());
  }

  /** What was summed since the last tick. */
  emitSums(record: LogRecord): void {
    const sums = this.book.sums.take();
    for (let from = 0; from < sums.length; from += SUMS_A_RECORD) this.#emit(record, sums.slice(from, from + SUMS_A_RECORD));
  }

  /** One packed record a target partition; entries are numbered, so that each has its own source. */
  #emit(record: LogRecord, entries: Signal[]): void {
    const partitions = this.context.partitions('signals.v1');
    const packed: (Signal[] | undefined)[] = new Array(partitions);
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as Signal;
      entry.index = index;
      const partition = partitionOf(`${entry.subjectType}|${entry.subjectId}`, partitions);
      const mine = packed[partition];
      if (mine) mine.push(entry);
      else packed[partition] = [entry];
    }
    for (let partition = 0; partition < partitions; partition++) {
      const mine = packed[partition];
      if (mine) this.context.emit({ topic: 'signals.v1', partition, key: record.key, type: 'signals', eventTime: record.eventTime, arrival: record.arrival, body: { entries: mine } });
    }
  }

  emitFact(type: 'fact' | 'match', orderKey: string, record: LogRecord, body: unknown): void {
    this.context.emit({ topic: 'facts.v1', key: orderKey, type, eventTime: record.eventTime, arrival: record.arrival, body });
  }

  emitEverywhere(type: 'tick' | 'control' | 'suppression' | 'gap', record: LogRecord, body: unknown): void {
    for (let partition = 0; partition < this.context.partitions('signals.v1'); partition++) {
      this.context.emit({ topic: 'signals.v1', partition, key: record.key, type, eventTime: record.eventTime, arrival: record.arrival, body });
    }
  }

  emitAlias(record: LogRecord, body: Alias): void {
    this.context.emit({ topic: 'journal.v1', key: body.foreignKey, type: 'alias', eventTime: record.eventTime, arrival: record.arrival, body });
  }

  /** Back into the journal: a document to its order. The original keeps what is sealed. */
  forward(record: LogRecord, type: RecordType, body: Envelope, orderKey: string): void {
    const forwarded: Envelope = { ...body, orderKey, forwarded: true, sealed: null, sealKeyId: '' };
    this.context.emit({ topic: 'journal.v1', key: orderKey, type, eventTime: body.eventTime, arrival: record.arrival, body: forwarded });
  }
}

/** Event time clamped to [arrival − 24 h, arrival + 5 min]; a backfill's own windows follow its own time. */
export const windowTime = (d: Envelope): number => Math.min(d.origin === 'backfill' ? d.eventTime : Math.max(d.eventTime, d.arrival - DAY), d.arrival + 5 * MINUTE);

export const frameOf = (zone: string, body: Envelope): SignalFrame => ({ zone, orderKey: body.orderKey, origin: body.origin, late: body.late });
