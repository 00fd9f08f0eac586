/** The orders: folds documents into dossiers, gives each its credit and facts, and takes back what changes, deletions and reversals take back. */
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import type { DocumentType, Envelope } from '../../schemas/trade/envelope.ts';
import { listKey } from '../../schemas/trade/keys.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import { ClosedOrders } from './closed.ts';
import { emptyDossier, modeOf, Slot, type Closed, type Dossier } from './dossier.ts';
import { factChanges, type Shares } from './facts.ts';
import { NOTHING, type Due, type Given, type SignalFrame } from './given.ts';
import { Matching } from './matching.ts';
import { isSent, placeOf, type Placed } from './placed.ts';
import { dueOf, isRefused, reversalsOf, standingOf, WHOLE, type Standing } from './reversals.ts';
import { remember } from './seen.ts';
import { frameOf, windowTime, type Screener } from './screener.ts';
import { viewOf, type ViewedType } from './view.ts';
import { heartbeatView, reversalView } from './view-after.ts';
import { zoneOf } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RELEASED: ReadonlySet<number> = new Set([800, 899]);

export class Orders {
  readonly closed: ClosedOrders;
  readonly #screener: Screener;
  readonly #open: StateTable<Dossier>;
  readonly #matching: Matching;

  constructor(screener: Screener, open: StateTable<Dossier>, closed: StateTable<Closed>) {
    this.#screener = screener;
    this.#open = open;
    this.#matching = new Matching(screener);
    this.closed = new ClosedOrders(screener, closed, this.#matching, (dossier, placed, body, record) => this.#place(dossier, placed, body, record));
  }

  /** Takes one document into its order's dossier. */
  take(record: LogRecord<Envelope>): void {
    const { body } = record;
    const type = record.type as DocumentType;
    if (this.closed.take(record, body)) return;
    const dossier = this.#open.get(body.orderKey) ?? emptyDossier(record.arrival, body.origin);
    if (this.#screener.isRepeat(record, dossier)) return this.#open.set(body.orderKey, dossier);
    remember(dossier, body);
    dossier.lastArrival = Math.max(dossier.lastArrival, record.arrival);
    if (type === 'receipt' && !body.forwarded) this.#creditReceipt(dossier, body);
    const placed = placeOf(type, body);
    if (placed) {
      this.#place(dossier, placed, body, record);
      this.#matching.judge(body.orderKey, dossier, record, windowTime(body));
    } else if ((body as Receipt).answers === 'declaration') this.#answered(dossier, body as Receipt, record);
    this.#schedule(body.orderKey, dossier);
  }

  /** Customs' answer to the declaration is shown beside the comparison. It changes what is owed, and rules on the match hear of the release. */
  #answered(dossier: Dossier, body: Receipt, record: LogRecord): void {
    if (RELEASED.has(body.returnStatus) && (dossier.releasedAt === 0 || body.eventTime < dossier.releasedAt)) dossier.releasedAt = body.eventTime;
    this.#nameList(dossier, body, record);
    if (body.returnStatus === dossier.returnStatus) return;
    const refused = isRefused(dossier.returnStatus) !== isRefused(body.returnStatus);
    const released = RELEASED.has(body.returnStatus) && !RELEASED.has(dossier.returnStatus);
    dossier.returnStatus = body.returnStatus;
    const { revision } = dossier;
    // Nobody owes tax for what customs refused.
    if (refused) this.#matching.judge(body.orderKey, dossier, record, windowTime(body));
    if (dossier.revision !== revision) return;
    if (released) this.#matching.release(body.orderKey, dossier, record, windowTime(body));
    else this.#matching.emitAgain(body.orderKey, dossier, record, windowTime(body));
  }

  /** Customs numbers the list. Of several lists, that tells which one a reversal takes back: also where the reversal came before. */
  #nameList(dossier: Dossier, body: Receipt, record: LogRecord): void {
    const { documentKey, orderKey, invtNo: list } = body;
    if (list === '' || dossier.lists.some((known) => known.documentKey === documentKey && known.list === list)) return;
    // Where a tax bill waits that names no waybill. A receipt that names its order told it already.
    if (body.forwarded && this.#screener.number('billsByList', record.arrival) === 1) this.#screener.emitAlias(record, { foreignKey: listKey(list), orderKey, by: body.eventId });
    const before = standingOf(dossier);
    dossier.lists = [...dossier.lists.filter((known) => known.documentKey !== documentKey), { documentKey, list }];
    const after = standingOf(dossier);
    if (before === WHOLE && after === WHOLE) return;
    const { slots, zone } = dossier;
    this.#giveShares(dossier, orderKey, -1, before, after);
    for (const fact of factChanges(orderKey, { slots, zone, standing: before }, { slots, zone, standing: after })) this.#screener.emitFact('fact', orderKey, record, fact);
    this.#creditReversals(dossier, orderKey);
    this.#matching.judge(orderKey, dossier, record, windowTime(body));
  }

  /** The parcel was signed for: shown with the match. */
  delivered(record: LogRecord<Envelope>): void {
    const { body } = record;
    if (this.closed.has(body.orderKey)) return this.#screener.context.count('afterClose');
    const dossier = this.#open.get(body.orderKey) ?? emptyDossier(record.arrival, body.origin);
    const delivered = body.appType === 3 ? 0 : body.eventTime;
    // Carrier and customs both tell of it: the first counts, unless it is changed or deleted.
    if (delivered === dossier.deliveredAt || (body.appType === 1 && dossier.deliveredAt !== 0 && dossier.deliveredAt <= delivered)) return;
    dossier.deliveredAt = delivered;
    dossier.lastArrival = Math.max(dossier.lastArrival, record.arrival);
    this.#matching.emitAgain(body.orderKey, dossier, record, windowTime(body));
    this.#schedule(body.orderKey, dossier);
  }

  #creditReceipt(dossier: Dossier, body: Envelope): void {
    const at = windowTime(body);
    const view = viewOf('receipt', body, dossier.zone, at, modeOf(dossier));
    const answered = dossier.slots.find((slot) => slot.documentKey === body.documentKey && (slot.type === (body as Receipt).answers || slot.type === 'reversal'));
    if (answered) {
      view.fields.hasWait = true;
      view.fields.waitMinutes = Math.max(0, body.eventTime - answered.appTime) / MINUTE;
    }
    this.#screener.give(view, at, body.eventId, frameOf(dossier.zone, body), body.eventTime);
  }

  /** Among different ids of one document the latest appTime wins, then the later offset. */
  #place(dossier: Dossier, placed: Placed, body: Envelope, record: LogRecord): void {
    const { type, documentKey, kept } = placed;
    const at = dossier.slots.findIndex((s) => s.type === type && (type === 'order' || s.documentKey === documentKey));
    const old = dossier.slots[at];
    const twice = isSent(placed) && old !== undefined && old.kept !== null && body.appType === 1;
    if (old && body.appTime < old.appTime) {
      old.twice ||= twice;
      this.#screener.context.count('superseded');
      return;
    }
    // What a change says anew was there before: the order of things looks at when the document first came to be.
    if (kept && old?.kept && type !== 'payment') kept.doneTime = Math.min(kept.doneTime, old.kept.doneTime);
    const before: Shares = { slots: dossier.slots, zone: dossier.zone, standing: standingOf(dossier) };
    const slot = (given: Given): Slot => new Slot({ type, documentKey, appTime: body.appTime, twice }, { eventId: body.eventId, eventTime: body.eventTime, origin: body.origin, kept, given }, dossier.words);
    const put = (slot: Slot): void => { dossier.slots = old ? before.slots.with(at, slot) : [...before.slots, slot]; };
    put(slot(NOTHING));
    this.#setZone(dossier);
    const after: Shares = { slots: dossier.slots, zone: dossier.zone, standing: standingOf(dossier) };
    // A forwarded document was judged where it first came in; here it only joins its order.
    if (!body.forwarded || type === 'reversal') put(slot(this.#credit(dossier, placed, body, old?.content.given ?? NOTHING, before.standing, after.standing)));
    if (before.standing !== WHOLE || after.standing !== WHOLE) this.#giveShares(dossier, body.orderKey, old ? at : before.slots.length, before.standing, after.standing);
    after.slots = dossier.slots;
    for (const fact of factChanges(body.orderKey, before, after)) this.#screener.emitFact('fact', body.orderKey, record, fact);
    if (type === 'reversal') this.#creditReversals(dossier, body.orderKey);
  }

  #credit(dossier: Dossier, { type, documentKey, kept }: Placed, body: Envelope, given: Given, before: Standing, after: Standing): Given {
    const at = windowTime(body);
    const frame = frameOf(dossier.zone, body);
    const nothing: Due = { at, eventId: body.eventId, list: [] };
    if (kept?.kind === 'answer') return NOTHING;
    if (type === 'reversal' && kept) {
      if (!body.forwarded) this.#screener.credit(heartbeatView('reversal', body, at), at, body.eventId, frame);
      return given.packed.length === 0 ? { ...NOTHING, at, eventId: body.eventId } : given; // see #creditReversals
    }
    const due = kept ? this.#screener.credit(viewOf(type as ViewedType, body, dossier.zone, at, modeOf(dossier)), at, body.eventId, frame, body.eventTime) : nothing;
    const { book } = this.#screener;
    if (before === WHOLE && after === WHOLE) return book.replace(frame, given, due, body.orderKey, dossier.words);
    this.#replaceShare(frame, { type, documentKey }, book.recall(given, body.orderKey, dossier.words), due, before, after);
    return book.remember(due, body.orderKey, dossier.words);
  }

  /** What a reversal takes from or puts back to the order and its declarations; `except` has just been given its own. */
  #giveShares(dossier: Dossier, orderKey: string, except: number, before: Standing, after: Standing): void {
    for (const [i, slot] of dossier.slots.entries()) {
      const { given, origin } = slot.content;
      if (i === except || given.packed.length === 0) continue;
      const due = this.#screener.book.recall(given, orderKey, dossier.words);
      this.#replaceShare({ zone: dossier.zone, orderKey, origin, late: false }, slot, due, due, before, after);
    }
  }

  /** A slot remembers what it is due as a whole; what it was really given follows from what stands of the order. */
  #replaceShare(frame: SignalFrame, slot: Pick<Slot, 'type' | 'documentKey'>, given: Due, now: Due, before: Standing, after: Standing): void {
    // What is summed over the document's own lines is what it said, and no counter that a return could lower.
    const isSum = (id: string): boolean => {
      const feature = this.#screener.rules?.set.feature(id);
      return feature?.kind === 'sum' && feature.window.kind !== 'event';
    };
    this.#screener.book.change(frame, dueOf(slot, given, before, isSum), dueOf(slot, now, after, isSum));
  }

  /** A reversal's credit depends on customs' answer and on its order, like a match's: each new state replaces the last, under the time of the first. */
  #creditReversals(dossier: Dossier, orderKey: string): void {
    for (const { slot, kept, state } of reversalsOf(dossier.slots)) {
      const { eventId, eventTime, origin, given } = slot.content;
      const at = given.at || eventTime;
      const frame: SignalFrame = { zone: dossier.zone, orderKey, origin, late: false };
      const due = this.#screener.credit(reversalView(orderKey, dossier, slot.documentKey, kept, state, at), at, eventId, frame);
      const now = this.#screener.book.replace(frame, given, due, orderKey, dossier.words);
      if (now.eventId === given.eventId && now.packed.equals(given.packed)) continue;
      dossier.slots = dossier.slots.with(dossier.slots.indexOf(slot), new Slot(slot, { ...slot.content, given: now }, dossier.words));
    }
  }

  #setZone(dossier: Dossier): void {
    const zones = this.#screener.rules?.zones;
    if (!zones) return;
    for (const type of ['declaration', 'order'] as const) {
      for (const slot of dossier.slots) {
        if (slot.type !== type || !slot.kept) continue;
        const zone = zoneOf(slot.kept.places, zones);
        if (zone === 'none') continue;
        dossier.zone = zone;
        return;
      }
    }
  }

  // --- deadlines ------------------------------------------------------------------------------------------------------------------------------

  /** By the parameters of the last arrival, so that what is due is due by the same numbers when it comes. */
  #deadlines(dossier: Dossier): { notice: number; raw: number; expiry: number; close: number } {
    const { firstArrival, lastArrival } = dossier;
    const n = (name: string) => this.#screener.number(name, lastArrival);
    return {
      notice: dossier.noticed ? Number.POSITIVE_INFINITY : firstArrival + n('partialNoticeMinutes') * MINUTE,
      raw: dossier.rawDue || n('rawPaymentRequired') !== 1 ? Number.POSITIVE_INFINITY : firstArrival + n('rawPaymentMinutes') * MINUTE,
      expiry: dossier.expired ? Number.POSITIVE_INFINITY : firstArrival + n('expireHours') * HOUR,
      close: lastArrival + n('closeAfterHours') * HOUR,
    };
  }

  #schedule(orderKey: string, dossier: Dossier): void {
    const { notice, raw, expiry, close } = this.#deadlines(dossier);
    const due = Math.min(notice, raw, expiry, close);
    dossier.due = due;
    this.#open.set(orderKey, dossier);
  }

  expire(orderKey: string, due: number, now: number, record: LogRecord): void {
    const dossier = this.#open.get(orderKey);
    if (!dossier || dossier.due !== due) return; // it has a later deadline by now
    const { notice, raw, expiry, close } = this.#deadlines(dossier);
    if (due >= close) {
      this.#open.delete(orderKey);
      return this.closed.close(orderKey, dossier, now);
    }
    dossier.noticed ||= due >= notice;
    dossier.rawDue ||= due >= raw;
    dossier.expired ||= due >= expiry;
    this.#matching.judge(orderKey, dossier, record, due);
    this.#schedule(orderKey, dossier);
  }
}
