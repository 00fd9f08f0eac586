/** What screening remembers of one order: what its documents said (as far as the match and the facts need it) and what they were given credit for. */
import type { DocumentType, Fixed5 } from '../../schemas/trade/envelope.ts';
import type { MatchCode, MatchState } from '../../schemas/risk/fact.ts';
import { packContent, readContent } from './content.ts';
import { NOTHING, type Given } from './given.ts';
import type { Kept } from './kept.ts';
import type { Writer } from './packing.ts';
import { NONE_SEEN } from './seen.ts';
import { Words } from './words.ts';

/** What stands behind a slot and is seldom looked at: kept as bytes until it is. */
export interface Content {
  eventId: string;
  eventTime: number;
  origin: string;
  /** Null where the document was deleted (appType 3). */
  kept: Kept | null;
  given: Given;
}

/** One document of an order. Its content is encoded once and decoded only when a match, a fact or an amendment asks for it. */
export class Slot {
  readonly type: SlotType;
  readonly documentKey: string;
  readonly appTime: number;
  /** A second `new` document arrived under another guid while this one stood. */
  twice: boolean;
  readonly #words: Words;
  #content: Content | undefined;
  /** Where it lies among its dossier's bytes: a view of its own would cost more than most contents. */
  #bytes: Buffer | undefined;
  #from: number;
  #to: number;

  /** `words`: its dossier's. */
  constructor(head: Pick<Slot, 'type' | 'documentKey' | 'appTime' | 'twice'>, content: Content | Buffer, words: Words, from = 0, to = 0) {
    this.#words = words;
    this.type = head.type;
    this.documentKey = head.documentKey;
    this.appTime = head.appTime;
    this.twice = head.twice;
    this.#from = from;
    this.#to = to;
    if (Buffer.isBuffer(content)) this.#bytes = content;
    else this.#content = content;
  }

  /** Not to be changed. */
  get content(): Content {
    this.#content ??= readContent(this.#bytes as Buffer, this.#from, this.appTime, this.#words);
    return this.#content;
  }

  /** Names the texts of its content. */
  pack(): void {
    if (this.#bytes) return;
    this.#bytes = packContent(this.#content as Content, this.appTime, this.#words);
    this.#to = this.#bytes.length;
  }

  write(into: Writer): void {
    this.pack();
    into.part(this.#bytes as Buffer, this.#from, this.#to);
  }

  get kept(): Kept | null {
    return this.content.kept;
  }
}
/** What an order's dossier holds: the documents of the match, and what takes them back or is compared with them. */
export const SLOT_TYPES = ['order', 'payment', 'waybill', 'declaration', 'reversal', 'tax-bill', 'raw-payment'] as const;
export type SlotType = (typeof SLOT_TYPES)[number];
/** The documents of the match; they alone make facts. */
export const MATCHED_TYPES = ['order', 'payment', 'waybill', 'declaration'] as const;
export type MatchedType = (typeof MATCHED_TYPES)[number];
export const isMatched = (type: SlotType): type is MatchedType => (MATCHED_TYPES as readonly string[]).includes(type);

/** The tax that a guarantor answers for; guarantor '' where there is none. */
export interface Owed { guarantor: string; tax: Fixed5 }

/** The last match emitted: an unchanged one is not emitted again, and customs' answers are shown beside it as it was, whatever rules are in force by then. */
export interface Shown {
  documents: MatchedType[];
  /** As JSON; '' = none, as of nearly every order. */
  findings: string;
  zone: string;
  owed: Owed;
}

export interface ListNumber { documentKey: string; list: string }

/** The trade mode that the order's declaration tells, or ''. */
export const modeOf = ({ slots }: Dossier): string => slots.find((slot) => slot.type === 'declaration')?.kept?.mode ?? '';

export interface Dossier {
  /** The texts that slots and credit are made of. */
  words: Words;
  slots: Slot[];
  /** Customs' numbers of the lists, as its receipts told them. */
  lists: ListNumber[];
  /** Everything taken, see seen.ts. */
  seen: Buffer;
  zone: string;
  firstArrival: number;
  lastArrival: number;
  revision: number;
  state: MatchState;
  codes: MatchCode[];
  shown: Shown | undefined;
  matchGiven: Given;
  noticed: boolean;
  expired: boolean;
  returnStatus: number;
  origin: string;
  /** Next deadline, epoch ms. */
  due: number;
  /** When customs released the declaration and when the parcel was signed for; 0 = not yet. */
  releasedAt: number;
  deliveredAt: number;
  /** The time for the raw payment data is over. */
  rawDue: boolean;
}

/** Documents that wait for the declaration which names their order, in Confluent wire format. Keyed by their own number. */
export interface Link { orderKey: string; waiting: { type: DocumentType; origin: string; bytes: Buffer }[]; seen: Buffer; words: Words; given: Record<string, Given>; due: number }

/** A closed dossier: enough to know a repeat and to refuse a change by name. `rest`: the slimmed dossier, as long as a reversal may come; else empty. */
export interface Closed { closedAt: number; state: MatchState; seen: Buffer; due: number; rest: Buffer }

export const emptyDossier = (arrival: number, origin: string): Dossier => ({
  words: new Words(), slots: [], lists: [], seen: NONE_SEEN, zone: 'none', firstArrival: arrival, lastArrival: arrival, revision: 0, state: 'PENDING', codes: [], shown: undefined, matchGiven: NOTHING,
  noticed: false, expired: false, returnStatus: 0, origin, due: 0, releasedAt: 0, deliveredAt: 0, rawDue: false,
});
