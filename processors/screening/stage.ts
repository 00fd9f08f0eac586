/**
 * Screening: folds each order's documents into a dossier, runs the match, sets the zone, evaluates the rules' gates, emits signals and facts.
 * Everything it knows of time comes from ticks; deadlines count from arrival.
 */
import { sourceOf } from '../../language/edition.ts';
import type { Compile, EventView, RuleSet } from '../../language/ruleset.ts';
import { DOCUMENT_TYPES, type DocumentType, type Envelope } from '../../schemas/trade/envelope.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { Alias, Baseline, Control, Operation, Tick } from '../../schemas/risk/journal.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Match } from '../../schemas/risk/fact.ts';
import { letterId, type DeadLetter } from '../../schemas/risk/alert.ts';
import { decode, encode } from '../../schemas/registry.ts';
import { hasSeen, remember } from './seen.ts';
import { CLOSED, DOSSIER, LINK } from './stored.ts';
import { partitionOf, type LogRecord } from '../../streams/log.ts';
import type { Stage, StageContext, StateTable, Step } from '../../streams/stage.ts';
import { emptyDossier, keep, SLOT_TYPES, type Closed, type Dossier, type Link, Slot, type SlotType } from './dossier.ts';
import { factChanges } from './facts.ts';
import { NOTHING, SignalBook, type Due, type Given, type SignalFrame } from './given.ts';
import { match, type MatchLimits, type MatchTables } from './match.ts';
import { zoneTable } from './tables.ts';
import { Timers } from './timers.ts';
import { matchView, operationView, viewOf, type ViewedType } from './view.ts';
import { zoneOf, type ZoneTable } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What of a match is remembered as text. */
type Shown = Pick<Match, 'documents' | 'findings' | 'zone'>;

interface Rules { set: RuleSet; zones: ZoneTable; tables: MatchTables }

export function screening(compile: Compile): Stage {
  return {
    name: 'screening',
    input: 'journal.v1',
    outputs: ['signals.v1', 'facts.v1', 'dead-letters.v1', 'journal.v1'],
    open: (context) => new Screening(context, compile),
  };
}

class Screening implements Step {
  readonly #context: StageContext;
  readonly #compile: Compile;
  readonly #open: StateTable<Dossier>;
  readonly #closed: StateTable<Closed>;
  readonly #links: StateTable<Link>;
  readonly #settings: StateTable<string>;
  readonly #intakeTimes: StateTable<number>;
  readonly #timers = new Timers();
  readonly #book = new SignalBook();
  #rules: Rules | undefined;

  constructor(context: StageContext, compile: Compile) {
    this.#context = context;
    this.#compile = compile;
    this.#open = context.state.table('dossier', DOSSIER);
    this.#closed = context.state.table('closed', CLOSED);
    this.#links = context.state.table('link', LINK);
    this.#settings = context.state.table('setting');
    this.#intakeTimes = context.state.table('time');
    const hash = this.#settings.get(RULE_SET);
    if (hash !== undefined) this.#rules = this.#load(hash);
    for (const [key, { due }] of this.#open.entries()) this.#timers.set(`o${key}`, due);
    for (const [key, { due }] of this.#closed.entries()) this.#timers.set(`c${key}`, due);
    for (const [key, { due }] of this.#links.entries()) this.#timers.set(`l${key}`, due);
  }

  apply(record: LogRecord): void {
    switch (record.type) {
      case 'tick': return this.#tick(record as LogRecord<Tick>);
      case 'control': return this.#control(record as LogRecord<Control>);
      case 'baseline': return this.#baseline(record as LogRecord<Baseline>);
      case 'operation': return this.#operation(record as LogRecord<Operation>);
      case 'alias': return this.#alias(record as LogRecord<Alias>);
      default:
        if (!(DOCUMENT_TYPES as readonly string[]).includes(record.type)) throw new Error(`screening has no use for a record of type ${record.type}`);
        this.#document(record as LogRecord<Envelope>);
    }
  }

  // --- time and rules -------------------------------------------------------------------------------------------------------------------------

  /** The stage's time is the minimum over its intakes and never goes back. */
  #tick(record: LogRecord<Tick>): void {
    const { intake, time } = record.body;
    this.#intakeTimes.set(intake, Math.max(time, this.#intakeTimes.get(intake) ?? 0));
    let now = Number.POSITIVE_INFINITY;
    for (const [, seen] of this.#intakeTimes.entries()) now = Math.min(now, seen);
    // A deadline may set the next one, and that may have passed as well.
    for (let fired = this.#timers.fire(now); fired.length > 0; fired = this.#timers.fire(now)) {
      for (const [key, due] of fired) this.#expire(key, due, now, record);
    }
    this.#everywhere('tick', record, { intake: 'screening', time: now } satisfies Tick);
  }

  #control(record: LogRecord<Control>): void {
    if (record.body.name === RULE_SET) {
      this.#rules = this.#load(record.body.hash);
      this.#settings.set(RULE_SET, record.body.hash);
    }
    this.#everywhere('control', record, record.body);
  }

  #load(hash: string): Rules {
    const source = sourceOf(hash, (part) => this.#context.artifact(part));
    const compiled = this.#compile(source);
    if (!compiled.ok) throw new Error(`rule set ${hash} is in force but does not compile: ${compiled.findings[0]?.message ?? ''}; it was checked before it was published, so the code has changed under it`);
    return { set: compiled.ruleSet, zones: zoneTable(source.tables), tables: compiled.tables };
  }

  /** Every journal partition has its copy; one of them passes it on. */
  #baseline(record: LogRecord<Baseline>): void {
    if (this.#context.partition !== 0) return;
    const { subjectType, subjectId } = record.body;
    this.#context.emit({ topic: 'signals.v1', key: `${subjectType}|${subjectId}`, type: 'baseline', eventTime: record.eventTime, arrival: record.arrival, body: record.body });
  }

  #operation(record: LogRecord<Operation>): void {
    const { body } = record;
    this.#credit(operationView(body, body.at), body.at, '', { zone: 'none', orderKey: '', origin: body.origin, late: false });
    this.#emitSignals(record);
  }

  // --- documents ------------------------------------------------------------------------------------------------------------------------------

  #document(record: LogRecord<Envelope>): void {
    const { body } = record;
    // Not yet part of any order's dossier: kept in the journal and its table.
    if (record.type !== 'receipt' && !(SLOT_TYPES as readonly string[]).includes(record.type)) return this.#context.count('unfolded');
    if (body.orderKey === '') this.#unlinked(record);
    else this.#fold(record, record.type as ViewedType, body);
    this.#emitSignals(record);
  }

  /** A document that names no order: judged here, forwarded once to the order that its declaration names. */
  #unlinked(record: LogRecord<Envelope>): void {
    const { body, key } = record;
    const type = record.type as ViewedType;
    const link = this.#link(key, record.arrival);
    if (this.#isRepeat(record, link)) return this.#touchLink(key, link);
    remember(link, body);
    const frame: SignalFrame = { zone: 'none', orderKey: link.orderKey, origin: body.origin, late: body.late };
    if (type === 'receipt') this.#creditReceipt(body, 'none', frame);
    else this.#creditUnlinked(link, type, body, frame);
    // Customs' answer to a payment or a waybill says nothing that the match needs: it stays with its document's number, where the dossier's reader finds it.
    if (type === 'receipt' && (body as Receipt).answers !== 'declaration') return this.#touchLink(key, link);
    if (link.orderKey === '') link.waiting.push({ type, origin: body.origin, bytes: encode(type, body) });
    else this.#forward(record, type, body, link.orderKey);
    this.#touchLink(key, link);
  }

  #creditUnlinked(link: Link, type: ViewedType, body: Envelope, frame: SignalFrame): void {
    const at = windowTime(body);
    const due: Due = body.appType === 3 ? { at, eventId: body.eventId, list: [] } : this.#credit(viewOf(type, body, 'none', at), at, body.eventId, frame, body.eventTime);
    link.given[type] = this.#book.replace(frame, link.given[type] ?? NOTHING, due);
  }

  #alias(record: LogRecord<Alias>): void {
    const { foreignKey, orderKey } = record.body;
    const link = this.#link(foreignKey, record.arrival);
    link.orderKey = orderKey;
    // Linked, it waits for nothing any more, but later answers must still find their order.
    link.due = record.arrival + this.#number('forgetAfterDays', record.arrival) * DAY;
    this.#timers.set(`l${foreignKey}`, link.due);
    for (const { type, bytes } of link.waiting) this.#forward(record, type, decode(bytes) as Envelope, orderKey);
    link.waiting = [];
    this.#touchLink(foreignKey, link);
  }

  #forward(record: LogRecord, type: DocumentType, body: Envelope, orderKey: string): void {
    // The original keeps what is sealed.
    const forwarded: Envelope = { ...body, orderKey, forwarded: true, sealed: null, sealKeyId: '' };
    this.#context.emit({ topic: 'journal.v1', key: orderKey, type, eventTime: body.eventTime, arrival: record.arrival, body: forwarded });
  }

  #link(key: string, arrival: number): Link {
    const known = this.#links.get(key);
    if (known) return known;
    const link: Link = { orderKey: '', waiting: [], seen: '', given: {}, due: arrival + this.#number('unlinkedAfterDays', arrival) * DAY };
    this.#timers.set(`l${key}`, link.due);
    return link;
  }

  #touchLink(key: string, link: Link): void {
    this.#links.set(key, link);
  }

  /** Takes one document into its order's dossier. */
  #fold(record: LogRecord, type: ViewedType, body: Envelope): void {
    const closed = this.#closed.get(body.orderKey);
    if (closed) return this.#afterClose(record, type, body, closed);
    const dossier = this.#open.get(body.orderKey) ?? emptyDossier(record.arrival, body.origin);
    if (this.#isRepeat(record, dossier)) return this.#keepDossier(body.orderKey, dossier);
    remember(dossier, body);
    dossier.lastArrival = Math.max(dossier.lastArrival, record.arrival);
    if (type === 'receipt') this.#receipt(dossier, body as Receipt, record);
    else this.#slot(dossier, type, body, record);
    if (type !== 'receipt') this.#judge(body.orderKey, dossier, record, windowTime(body));
    this.#schedule(body.orderKey, dossier);
  }

  /** Customs may answer long after; its answer is kept with the documents and changes no sum. A document would: it is put aside. */
  #afterClose(record: LogRecord, type: ViewedType, body: Envelope, closed: Closed): void {
    if (hasSeen(closed.seen, body.eventId)) this.#repeat(record, body);
    else if (type === 'receipt') this.#context.count('receiptsAfterClose');
    else this.#dead(record, body, 'DOSSIER_CLOSED', `the order was closed as ${closed.state}; a change this late is not taken into its aggregates`);
  }

  /** Of the receipts only the declaration's is part of the match: its status is shown beside the comparison, which it does not change. */
  #receipt(dossier: Dossier, body: Receipt, record: LogRecord): void {
    if (!body.forwarded) this.#creditReceipt(body, dossier.zone, frameOf(dossier, body));
    if (body.answers !== 'declaration' || body.returnStatus === dossier.returnStatus) return;
    dossier.returnStatus = body.returnStatus;
    if (dossier.result === '') return;
    dossier.revision++;
    this.#emitMatch(body.orderKey, dossier, dossier.slots.find((s) => s.type === 'order')?.kept?.seller ?? '', record, windowTime(body));
  }

  /** Receipts follow one another; none replaces what an earlier one gave. */
  #creditReceipt(body: Envelope, zone: string, frame: SignalFrame): void {
    const at = windowTime(body);
    this.#book.replace(frame, NOTHING, this.#credit(viewOf('receipt', body, zone, at), at, body.eventId, frame, body.eventTime));
  }

  /** Among different ids of one document the latest appTime wins, then the later offset. */
  #slot(dossier: Dossier, type: SlotType, body: Envelope, record: LogRecord): void {
    const at = dossier.slots.findIndex((s) => s.type === type && (type === 'order' || s.documentKey === body.documentKey));
    const old = dossier.slots[at];
    const twice = old !== undefined && old.kept !== null && body.appType === 1;
    if (old && body.appTime < old.appTime) {
      old.twice ||= twice;
      this.#context.count('superseded');
      return;
    }
    const kept = body.appType === 3 ? null : keep(type, body);
    // What a change says anew was there before: the order of things looks at when the document first came to be.
    if (kept && old?.kept && type !== 'payment') kept.doneTime = Math.min(kept.doneTime, old.kept.doneTime);
    const before = { slots: dossier.slots, zone: dossier.zone };
    const place = (given: Given): Slot => new Slot({ type, documentKey: body.documentKey, appTime: body.appTime, twice }, { eventId: body.eventId, eventTime: body.eventTime, origin: body.origin, kept, given });
    const put = (slot: Slot): void => { dossier.slots = old ? before.slots.with(at, slot) : [...before.slots, slot]; };
    put(place(NOTHING));
    this.#setZone(dossier);
    // A forwarded document was judged where it first came in; here it only joins its order.
    if (!body.forwarded) put(place(this.#creditDocument(dossier, type, body, kept !== null, old?.content.given ?? NOTHING)));
    for (const fact of factChanges(body.orderKey, before, dossier)) this.#emitFact('fact', body.orderKey, record, fact);
  }

  #creditDocument(dossier: Dossier, type: SlotType, body: Envelope, stands: boolean, given: Given): Given {
    const at = windowTime(body);
    const frame = frameOf(dossier, body);
    return this.#book.replace(frame, given, stands ? this.#credit(viewOf(type, body, dossier.zone, at), at, body.eventId, frame, body.eventTime) : { at, eventId: body.eventId, list: [] });
  }

  #setZone(dossier: Dossier): void {
    if (!this.#rules) return;
    for (const type of ['declaration', 'order'] as const) {
      for (const slot of dossier.slots) {
        if (slot.type !== type || !slot.kept) continue;
        const zone = zoneOf(slot.kept.places, this.#rules.zones);
        if (zone === 'none') continue;
        dossier.zone = zone;
        return;
      }
    }
  }

  // --- the match ------------------------------------------------------------------------------------------------------------------------------

  #judge(orderKey: string, dossier: Dossier, record: LogRecord, at: number): void {
    if (!this.#rules) return;
    const order = dossier.slots.find((s) => s.type === 'order')?.kept ?? undefined;
    // What was allowed when the order was made counts, whenever it is judged.
    const result = match({ slots: dossier.slots, noticed: dossier.noticed, expired: dossier.expired }, this.#limits(order?.doneTime ?? at), this.#rules.tables);
    const text = JSON.stringify({ documents: result.documents, findings: result.findings, zone: dossier.zone } satisfies Shown);
    if (text === dossier.result && result.state === dossier.state) return;
    dossier.result = text;
    dossier.revision++;
    dossier.state = result.state;
    dossier.codes = result.codes;
    const paid = dossier.slots.reduce((sum, s) => sum + (s.type === 'payment' ? (s.kept?.amount ?? 0) : 0), 0);
    this.#emitMatch(orderKey, dossier, order?.seller ?? '', record, at);
    const frame: SignalFrame = { zone: dossier.zone, orderKey, origin: dossier.origin, late: false };
    const eventId = dossier.slots[0]?.content.eventId ?? '';
    const standing = dossier.matchGiven.text !== '' ? dossier.matchGiven.at : at;
    dossier.matchGiven = this.#book.replace(frame, dossier.matchGiven, this.#credit(matchView(orderKey, dossier, result, order, paid, standing), standing, eventId, frame));
  }

  /** The match as it stands, with customs' last answer. */
  #emitMatch(orderKey: string, dossier: Dossier, seller: string, record: LogRecord, at: number): void {
    const { documents, findings } = JSON.parse(dossier.result) as Shown;
    const body: Match = {
      orderKey, revision: dossier.revision, state: dossier.state, zone: dossier.zone, platform: orderKey.slice(0, orderKey.indexOf('|')), seller, documents, codes: dossier.codes, findings,
      returnStatus: dossier.returnStatus, origin: dossier.origin, at,
    };
    this.#emitFact('match', orderKey, record, body);
  }

  #limits(at: number): MatchLimits {
    const n = (name: keyof MatchLimits) => this.#number(name, at);
    return {
      amountTolerance: n('amountTolerance'), sumSoftTolerance: n('sumSoftTolerance'), valueTolerance: n('valueTolerance'), addressSimilarity: n('addressSimilarity'),
      weightToleranceShare: n('weightToleranceShare'), weightToleranceKg: n('weightToleranceKg'), timeSkewMinutes: n('timeSkewMinutes'), singleLimit: n('singleLimit'),
      limitBasis: n('limitBasis'),
    };
  }

  // --- deadlines ------------------------------------------------------------------------------------------------------------------------------

  #schedule(orderKey: string, dossier: Dossier): void {
    const hours = (name: string) => this.#number(name, dossier.lastArrival) * HOUR;
    const notice = dossier.noticed ? Number.POSITIVE_INFINITY : dossier.firstArrival + this.#number('partialNoticeMinutes', dossier.lastArrival) * MINUTE;
    const expiry = dossier.expired ? Number.POSITIVE_INFINITY : dossier.firstArrival + hours('expireHours');
    const due = Math.min(notice, expiry, dossier.lastArrival + hours('closeAfterHours'));
    if (due !== dossier.due) this.#timers.set(`o${orderKey}`, due);
    dossier.due = due;
    this.#keepDossier(orderKey, dossier);
  }

  #keepDossier(orderKey: string, dossier: Dossier): void {
    this.#open.set(orderKey, dossier);
  }

  #expire(timer: string, due: number, now: number, record: LogRecord): void {
    const key = timer.slice(1);
    if (timer[0] === 'o') this.#expireDossier(key, due, now, record);
    else if (timer[0] === 'c' && this.#closed.get(key)?.due === due) this.#closed.delete(key);
    else if (timer[0] === 'l' && this.#links.get(key)?.due === due) this.#expireLink(key, record, now);
    this.#emitSignals(record);
  }

  #expireDossier(orderKey: string, due: number, now: number, record: LogRecord): void {
    const dossier = this.#open.get(orderKey);
    if (!dossier || dossier.due !== due) return; // it has a later deadline by now
    if (due >= dossier.lastArrival + this.#number('closeAfterHours', now) * HOUR) return this.#close(orderKey, dossier, now);
    dossier.noticed = true;
    dossier.expired ||= due >= dossier.firstArrival + this.#number('expireHours', now) * HOUR;
    this.#judge(orderKey, dossier, record, due);
    this.#schedule(orderKey, dossier);
  }

  #close(orderKey: string, dossier: Dossier, now: number): void {
    const closed: Closed = { closedAt: now, state: dossier.state, seen: dossier.seen, due: now + this.#number('forgetAfterDays', now) * DAY };
    this.#open.delete(orderKey);
    this.#closed.set(orderKey, closed);
    this.#timers.set(`c${orderKey}`, closed.due);
    this.#context.count('closed');
  }

  /** A document whose order nobody ever named. */
  #expireLink(key: string, record: LogRecord, now: number): void {
    const link = this.#links.get(key) as Link;
    this.#links.delete(key);
    if (link.waiting.length === 0) return;
    const body: Match = {
      orderKey: key, revision: 1, state: 'EXPIRED', zone: 'none', platform: '', seller: '', documents: link.waiting.map((w) => w.type), codes: ['KEY_UNMATCHED'],
      findings: [{ code: 'KEY_UNMATCHED', outcome: 'fail', left: key, right: '', detail: 'no declaration named this document within the deadline' }], returnStatus: 0,
      origin: link.waiting[0]?.origin ?? '', at: now,
    };
    this.#emitFact('match', key, record, body);
  }

  // --- repeats and dead letters ---------------------------------------------------------------------------------------------------------------

  /** True where the event was taken before: counted as a repeat, or put aside where the guid stands for other content. */
  #isRepeat(record: LogRecord, { seen }: { seen: string }): boolean {
    const body = record.body as Envelope;
    if (!hasSeen(seen, body.eventId)) return false;
    if (hasSeen(seen, body.eventId, body.contentHash)) this.#repeat(record, body);
    else this.#dead(record, body, 'GUID_REUSED', 'this guid came before with other content; send changes under a guid of their own');
    return true;
  }

  #repeat(record: LogRecord, body: Envelope): void {
    this.#context.count('repeats');
    if (body.forwarded) return;
    const operation: Operation = { kind: 'repeat', feed: body.feed, messageType: record.type, code: '', operator: '', origin: body.origin, at: record.arrival };
    this.#credit(operationView(operation, record.arrival), record.arrival, body.eventId, { zone: 'none', orderKey: body.orderKey, origin: body.origin, late: false });
  }

  /** What intake had taken already is tokenised, so its Avro bytes lie open; sealKeyId is ''. */
  #dead(record: LogRecord, body: Envelope, reason: string, message: string): void {
    const letter: DeadLetter = {
      id: letterId(`${body.eventId}-${record.partition}-${record.offset}`), reason, path: 'guid', message, feed: body.feed, messageType: record.type, form: 'avro', sealed: encode(record.type, body), sealKeyId: '',
      replayOf: '', origin: body.origin, at: record.arrival,
    };
    this.#context.emit({ topic: 'dead-letters.v1', key: letter.id, type: 'dead-letter', eventTime: record.eventTime, arrival: record.arrival, body: letter });
    this.#context.count('deadLetters');
  }

  // --- outputs --------------------------------------------------------------------------------------------------------------------------------

  /** Runs the gates, with parameters and tables of the day `day` (the event's own time; `at` is the time in its windows). What concerns the sender (feed, operator) is given at once and never taken back; the rest is returned, to be given by the caller. */
  #credit(view: EventView, at: number, eventId: string, frame: SignalFrame, day = at): Due {
    const due: Due = { at, eventId, list: [] };
    this.#rules?.set.screen(view, day, (subjectType, subjectId, { feature, value, item }) => {
      if (subjectType === 'feed' || subjectType === 'operator') this.#book.add(frame, due, { subjectType, subjectId, feature, value, item }, 1);
      else due.list.push({ subjectType, subjectId, feature, value, item });
    }, (rule, _why, subjectType, subjectId) => this.#book.fail(frame, subjectType, subjectId, at, eventId, rule));
    return due;
  }

  /** One packed record a target partition; entries are numbered, so that each has its own source. */
  #emitSignals(record: LogRecord): void {
    if (this.#book.empty) return;
    const partitions = this.#context.partitions('signals.v1');
    const packed: ReturnType<SignalBook['take']>[] = Array.from({ length: partitions }, () => []);
    for (const [index, entry] of this.#book.take().entries()) {
      entry.index = index;
      (packed[partitionOf(`${entry.subjectType}|${entry.subjectId}`, partitions)] as typeof packed[0]).push(entry);
    }
    for (const [partition, entries] of packed.entries()) {
      if (entries.length > 0) this.#context.emit({ topic: 'signals.v1', partition, key: record.key, type: 'signals', eventTime: record.eventTime, arrival: record.arrival, body: { entries } });
    }
  }

  #emitFact(type: 'fact' | 'match', orderKey: string, record: LogRecord, body: unknown): void {
    this.#context.emit({ topic: 'facts.v1', key: orderKey, type, eventTime: record.eventTime, arrival: record.arrival, body });
  }

  #everywhere(type: 'tick' | 'control', record: LogRecord, body: unknown): void {
    for (let partition = 0; partition < this.#context.partitions('signals.v1'); partition++) {
      this.#context.emit({ topic: 'signals.v1', partition, key: record.key, type, eventTime: record.eventTime, arrival: record.arrival, body });
    }
  }

  /** The rule set is published before the first event is taken, and the language refuses one without these names. */
  #number(name: string, at: number): number {
    if (!this.#rules) throw new Error(`parameter ${name} is needed before any rule set is in force: publish one before the first event`);
    return this.#rules.set.parameters.number(name, at);
  }
}

/** Event time clamped to [arrival − 24 h, arrival + 5 min]; a backfill's own windows follow its own time. */
const windowTime = (d: Envelope): number => Math.min(d.origin === 'backfill' ? d.eventTime : Math.max(d.eventTime, d.arrival - DAY), d.arrival + 5 * MINUTE);

const frameOf = (dossier: Dossier, body: Envelope): SignalFrame => ({ zone: dossier.zone, orderKey: body.orderKey, origin: body.origin, late: body.late });
