/** Documents that name no order: judged here, under their own number, and forwarded once to the order that another document names. */
import { MESSAGES, numberOfRoot } from '../../schemas/customs/messages.ts';
import type { Alias } from '../../schemas/risk/journal.ts';
import type { Match } from '../../schemas/risk/fact.ts';
import { detail, findingOf } from '../../schemas/risk/findings.ts';
import { decode, encode } from '../../schemas/registry.ts';
import type { DocumentType, Envelope } from '../../schemas/trade/envelope.ts';
import { listKey } from '../../schemas/trade/keys.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import type { Link } from './dossier.ts';
import { NOTHING, type Due } from './given.ts';
import { NONE_SEEN, remember } from './seen.ts';
import { DAY, frameOf, windowTime, type Screener } from './screener.ts';
import { viewOf, type ViewedType } from './view.ts';
import { Words } from './words.ts';

/** Customs' answers that change their order. All others stay with their document's number, where the dossier's reader finds them. */
const JOINING: ReadonlySet<Receipt['answers']> = new Set(['declaration', 'cancel', 'return']);

const MINUTE = 60_000;

export class Links {
  readonly #screener: Screener;
  readonly #links: StateTable<Link>;

  constructor(screener: Screener, links: StateTable<Link>) {
    this.#screener = screener;
    this.#links = links;
  }

  take(record: LogRecord<Envelope>): void {
    const { body, key } = record;
    const type = record.type as DocumentType;
    const link = this.#link(key, record.arrival);
    if (!this.#screener.isRepeat(record, link)) {
      remember(link, body);
      this.#credit(link, type, body, record);
      if (type !== 'receipt' || JOINING.has((body as Receipt).answers)) this.#send(link, record, type, body);
    }
    this.#links.set(key, link);
  }

  /** '' where it is not known. */
  orderOf(key: string): string {
    return this.#links.get(key)?.orderKey ?? '';
  }

  /** A scan whose parcel keeps its own state: it only joins the order. */
  join(record: LogRecord<Envelope>, type: DocumentType): void {
    const link = this.#link(record.key, record.arrival);
    this.#send(link, record, type, record.body);
    this.#links.set(record.key, link);
  }

  #send(link: Link, record: LogRecord, type: DocumentType, body: Envelope): void {
    if (link.orderKey === '') {
      link.waiting.push({ type, origin: body.origin, bytes: encode(type, body) });
      return;
    }
    this.#screener.forward(record, type, body, link.orderKey);
    // A tax bill is found by its parcel; what customs says of it later names the list alone.
    const list = type === 'tax-bill' ? listKey((body as TaxBill).invtNo) : '';
    if (list !== '' && list !== record.key) this.#screener.emitAlias(record, { foreignKey: list, orderKey: link.orderKey, by: body.eventId });
  }

  /** What an order's reversal gives depends on its order: it is judged there. */
  #credit(link: Link, type: DocumentType, body: Envelope, record: LogRecord): void {
    if (type === 'reversal') return;
    const at = windowTime(body);
    const frame = { ...frameOf('none', body), orderKey: link.orderKey };
    const view = () => viewOf(type as ViewedType, body, 'none', at);
    if (type === 'receipt') {
      if ((body as Receipt).answers === 'message') this.#formatError(body as Receipt, record);
      const answer = view();
      const sent = link.given[(body as Receipt).answers as DocumentType];
      if (sent) {
        answer.fields.hasWait = true;
        answer.fields.waitMinutes = Math.max(0, body.eventTime - sent.at) / MINUTE;
      }
      return this.#screener.give(answer, at, body.eventId, frame, body.eventTime);
    }
    const due: Due = body.appType === 3 ? { at, eventId: body.eventId, list: [] } : this.#screener.credit(view(), at, body.eventId, frame, body.eventTime);
    link.given[type] = this.#screener.book.replace(frame, link.given[type] ?? NOTHING, due, '', link.words);
  }

  /** CEB900: a message that customs could not read counts for the stream of its sender like one that was refused here. */
  #formatError(body: Receipt, { arrival }: LogRecord): void {
    const number = Number(numberOfRoot(body.messageType) ?? Number.NaN);
    const type = MESSAGES.find((message) => message.number === number)?.type ?? 'unknown';
    const feed = type === 'unknown' ? body.feed : `${body.feed.slice(0, body.feed.lastIndexOf('/'))}/${type}`;
    this.#screener.operation({ kind: 'rejected', feed, messageType: type, code: 'CEB900', operator: '', origin: body.origin, at: arrival }, body.eventId, '');
  }

  alias(record: LogRecord<Alias>): void {
    const { foreignKey, orderKey } = record.body;
    const link = this.#link(foreignKey, record.arrival);
    link.orderKey = orderKey;
    // A declaration names itself: how long it waits for customs' answer is counted from then. Its credit is its order's.
    if (foreignKey.startsWith('d:')) link.given.declaration ??= { ...NOTHING, at: record.eventTime, eventId: record.body.by };
    // Linked, it waits for nothing any more, but later answers must still find their order.
    link.due = record.arrival + this.#screener.number('forgetAfterDays', record.arrival) * DAY;
    const { waiting } = link;
    link.waiting = [];
    for (const { type, bytes } of waiting) this.#send(link, record, type, decode(bytes) as Envelope);
    this.#links.set(foreignKey, link);
  }

  #link(key: string, arrival: number): Link {
    const known = this.#links.get(key);
    if (known) return known;
    const link: Link = { orderKey: '', waiting: [], seen: NONE_SEEN, words: new Words(), given: {}, due: arrival + this.#screener.number('unlinkedAfterDays', arrival) * DAY };
    return link;
  }

  /** A document whose order nobody ever named. A parcel of which only scans are known is nobody's mistake. */
  expire(key: string, due: number, now: number, record: LogRecord): void {
    const link = this.#links.get(key);
    if (link?.due !== due) return;
    this.#links.delete(key);
    const documents = link.waiting.filter((w) => w.type !== 'tracking').map((w) => w.type);
    if (documents.length === 0) return;
    const body: Match = {
      orderKey: key, revision: 1, state: 'EXPIRED', zone: 'none', platform: '', seller: '', documents, codes: ['KEY_UNMATCHED'],
      findings: [findingOf('KEY_UNMATCHED', 'fail', key, '', detail('unlinked'))], returnStatus: 0,
      origin: link.waiting[0]?.origin ?? '', at: now, delivered: 0,
    };
    this.#screener.emitFact('match', key, record, body);
  }
}
