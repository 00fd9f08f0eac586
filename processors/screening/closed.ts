/**
 * Closed orders: enough to know a repeat and to refuse a change by name. For as long as goods may come back, also what a reversal takes back: the slimmed dossier, of
 * which persons and counters whose windows have passed are gone.
 */
import type { Match } from '../../schemas/risk/fact.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import { Slot, type Closed, type Dossier } from './dossier.ts';
import { NOTHING, type Given } from './given.ts';
import type { MatchFinding } from '../../schemas/risk/fact.ts';
import { gather } from './documents.ts';
import { owedOf } from './dues.ts';
import { findingOf } from '../../schemas/risk/findings.ts';
import { EMPTY, NOBODY, type Kept } from './kept.ts';
import { lateReturns } from './match.ts';
import { findingsOf, type Matching } from './matching.ts';
import { placeOf, type Placed } from './placed.ts';
import { declaredOf, standingOf } from './reversals.ts';
import { NONE_SEEN, remember } from './seen.ts';
import { DAY, windowTime, type Screener } from './screener.ts';
import { DOSSIER } from './stored.ts';
import { Words } from './words.ts';

const HOUR = 3_600_000;
const NO_REST = Buffer.alloc(0);
/** What may come long after: customs' answers and tax bills, raw payment data. */
const LATE: ReadonlySet<string> = new Set(['receipt', 'tax-bill', 'raw-payment']);
type Place = (dossier: Dossier, placed: Placed, body: Envelope, record: LogRecord) => void;

export class ClosedOrders {
  readonly #screener: Screener;
  readonly #closed: StateTable<Closed>;
  readonly #matching: Matching;
  readonly #place: Place;

  constructor(screener: Screener, closed: StateTable<Closed>, matching: Matching, place: Place) {
    this.#screener = screener;
    this.#closed = closed;
    this.#matching = matching;
    this.#place = place;
  }

  has(orderKey: string): boolean {
    return this.#closed.get(orderKey) !== undefined;
  }

  close(orderKey: string, dossier: Dossier, now: number): void {
    const days = Math.min(this.#screener.number('reversibleDays', now), this.#screener.number('forgetAfterDays', now));
    // What was never declared has nothing that customs could take back.
    const rest = days > 0 && dossier.slots.some((slot) => slot.type === 'declaration' && slot.kept) ? Buffer.from(DOSSIER.encode(this.#slim(orderKey, dossier, now)) as Uint8Array) : NO_REST;
    this.#set(orderKey, { closedAt: now, state: dossier.state, seen: dossier.seen, rest, due: now + (rest.length > 0 ? days : this.#screener.number('forgetAfterDays', now)) * DAY });
    this.#screener.context.count('closed');
  }

  #set(orderKey: string, closed: Closed): void {
    this.#closed.set(orderKey, closed);
  }

  /** Of what is counted only longer windows remain: nothing needs to be taken back from one that has passed. */
  #slim(orderKey: string, dossier: Dossier, now: number): Dossier {
    const { book } = this.#screener;
    const words = new Words();
    const lasting = (given: Given): Given => {
      const due = book.recall(given, orderKey, dossier.words);
      return book.remember({ ...due, list: due.list.filter(({ feature }) => this.#lasts(feature, now)) }, orderKey, words);
    };
    const seller = dossier.slots.find((slot) => slot.type === 'order')?.kept?.seller ?? '';
    const lists = new Map(declaredOf(dossier).map(({ documentKey, list }) => [documentKey, list]));
    const slots = dossier.slots.flatMap((slot, i) => {
      const kept = slot.kept && slimmed(slot, slot.kept, seller, lists.get(slot.documentKey) ?? '');
      // Nothing asks any more by which number an order or a declaration came.
      return kept ? [new Slot({ ...slot, documentKey: slot.type === 'reversal' || slot.type === 'tax-bill' ? slot.documentKey : String(i) }, { ...slot.content, kept, given: lasting(slot.content.given) }, words)] : [];
    });
    const { firstArrival } = dossier;
    const matchGiven = lasting(dossier.matchGiven);
    return { ...dossier, words, slots, lists: [], seen: NONE_SEEN, codes: [], lastArrival: firstArrival, due: firstArrival, matchGiven: matchGiven.packed.length > 0 ? matchGiven : NOTHING };
  }

  #lasts(feature: string, now: number): boolean {
    const window = this.#screener.rules?.set.feature(feature)?.window;
    if (!window || window.kind === 'event') return false;
    return window.kind === 'calendar' ? window.unit !== 'day' : window.ms > this.#screener.number('closeAfterHours', now) * HOUR;
  }

  /** True where the order is closed. A reversal still counts, and so does what becomes of its tax; other late documents are kept with the documents or put aside. */
  take(record: LogRecord, body: Envelope): boolean {
    const closed = this.#closed.get(body.orderKey);
    if (!closed) return false;
    if (this.#screener.isRepeat(record, closed)) return true;
    const placed = record.type === 'receipt' || record.type === 'reversal' || record.type === 'tax-bill' ? placeOf(record.type, body) : undefined;
    if (placed && closed.rest.length > 0) this.#reverse(closed, placed, record, body);
    else if (LATE.has(record.type)) this.#screener.context.count('afterClose');
    else this.#screener.dead(record, body, 'DOSSIER_CLOSED', `the order was closed as ${closed.state}; a change this late is not taken into its aggregates`);
    return true;
  }

  #reverse(closed: Closed, placed: Placed, record: LogRecord, body: Envelope): void {
    const dossier = DOSSIER.decode(closed.rest);
    remember(closed, body);
    this.#place(dossier, placed, body, record);
    const standing = standingOf(dossier);
    const { shown } = dossier;
    const tables = this.#screener.rules?.tables;
    if (shown && tables) {
      const findings: MatchFinding[] = findingsOf(shown).filter((f) => !(f.code === 'TIME_ORDER' && f.outcome === 'soft'));
      const limits = this.#matching.limits(windowTime(body));
      lateReturns(dossier, limits, (...finding) => findings.push(findingOf(...finding)));
      const failed = findings.filter((f) => f.outcome === 'fail').map((f): Match['codes'][0] => f.code);
      this.#matching.put(body.orderKey, dossier, {
        documents: shown.documents, findings, state: standing.cancelled ? 'WITHDRAWN' : closed.state, codes: standing.cancelled ? [] : [...new Set(failed)].sort(),
        owed: owedOf(gather(dossier), { standing, returnStatus: dossier.returnStatus }, limits, tables),
      }, record, windowTime(body), (feature) => this.#lasts(feature, closed.closedAt));
    }
    closed.rest = Buffer.from(DOSSIER.encode(dossier) as Uint8Array);
    this.#closed.set(body.orderKey, closed);
  }

  /** First what a reversal would need goes, then the rest. */
  expire(orderKey: string, due: number, now: number): void {
    const closed = this.#closed.get(orderKey);
    if (closed?.due !== due) return;
    const forget = closed.closedAt + this.#screener.number('forgetAfterDays', now) * DAY;
    if (closed.rest.length > 0 && forget > due) this.#set(orderKey, { ...closed, rest: NO_REST, due: forget });
    else this.#closed.delete(orderKey);
  }
}

/** What facts, reversals and the guarantor's tax need. Platform and seller are left where the order's key and the order itself tell them; of an order's lines its pieces are counted. */
function slimmed({ type }: Slot, kept: Kept, seller: string, list: string): Kept | undefined {
  const { appTime, doneTime, amount, grossWeight, exported, kind, status, mode, lines } = kept;
  const slim: Kept = { ...EMPTY, seller: kept.seller === seller ? '' : kept.seller, appTime, doneTime, amount, exported };
  switch (type) {
    case 'order': return { ...slim, seller, tax: kept.tax, buyer: { ...NOBODY, id: kept.buyer.id }, lines: lines.slice(0, 1).map((l) => ({ ...l, barcode: '', quantity: lines.reduce((n, { quantity }) => n + quantity, 0), total: 0 })) };
    case 'declaration': return { ...slim, freight: kept.freight, insurance: kept.insurance, parties: kept.parties.filter(({ role }) => role === 'guarantor'), grossWeight, mode, list, lines: lines.map((l) => ({ ...l, barcode: '' })) };
    case 'reversal': return { ...slim, kind, status, list: kept.list, lines };
    case 'tax-bill': return { ...slim, kind, status, tax: kept.tax };
    default: return undefined;
  }
}
