/**
 * What customs agreed to take back of an order: a cancel all of its declaration, a return some pieces of some lines. A pure function of the documents in force, so
 * that an amendment, a deletion or another answer puts back by itself what no longer holds.
 */
import { FIXED5, type Fixed5 } from '../../schemas/trade/envelope.ts';
import { MOST_AHEAD_MS } from '../../schemas/trade/time.ts';
import type { Dossier, Slot } from './dossier.ts';
import type { Due } from './given.ts';
import type { Kept, KeptLine } from './kept.ts';

/** Customs' words on a cancel or return (CEB606, 624, 626) by which it takes effect: 399 adjudicated (what 606 and 626 end with), 800 released, 899 closed. */
const AGREED: ReadonlySet<number> = new Set([399, 800, 899]);
/** 100 rejected (退单), 4 not sent, below 0 a processing error: the reversal (or the declaration) does not take effect. All else is on the way. */
const REFUSED: ReadonlySet<number> = new Set([100, 4]);
export const isRefused = (status: number): boolean => status < 0 || REFUSED.has(status);

export type ReversalState = 'asked' | 'agreed' | 'refused';

/** Where the answer to a reversal stands among the slots. */
export const answerKey = (documentKey: string): string => `${documentKey}|answer`;

export interface Reversed { slot: Slot; kept: Kept; state: ReversalState }

/** The reversals in force, each with what customs says of it. */
export function reversalsOf(slots: readonly Slot[]): Reversed[] {
  const answers = new Map<string, Kept>();
  for (const { type, documentKey, kept } of slots) if (type === 'reversal' && kept?.kind === 'answer') answers.set(documentKey, kept);
  return slots.flatMap((slot) => {
    const { kept } = slot;
    return slot.type !== 'reversal' || !kept || kept.kind === 'answer' ? [] : [{ slot, kept, state: stateOf(kept, answers.get(answerKey(slot.documentKey))) }];
  });
}

/** An answer holds for the version that it answers. A sender's clock is at most so far ahead: intake refuses more. */
function stateOf(reversal: Kept, answer: Kept | undefined): ReversalState {
  if (!answer || answer.appTime < reversal.appTime - MOST_AHEAD_MS) return 'asked';
  return AGREED.has(answer.status) ? 'agreed' : isRefused(answer.status) ? 'refused' : 'asked';
}

export interface Declared { documentKey: string; kept: Kept; list: string }

/** The declarations in force, each with customs' number of the list: as its receipt told it, else as the declaration says itself, '' while neither does. */
export function declaredOf({ slots, lists }: Pick<Dossier, 'slots' | 'lists'>): Declared[] {
  return slots.flatMap(({ type, documentKey, kept }) => (type === 'declaration' && kept ? [{ documentKey, kept, list: lists.find((l) => l.documentKey === documentKey)?.list ?? kept.list }] : []));
}

/** Which declarations a reversal is about: those of the list that it names; where no number tells, all whose own is not known to be another. */
export function concerned({ list }: Pick<Kept, 'list'>, declared: readonly Declared[]): { by: 'number' | 'order'; declared: readonly Declared[] } {
  const named = list === '' ? [] : declared.filter((d) => d.list === list);
  if (named.length > 0) return { by: 'number', declared: named };
  return { by: 'order', declared: list === '' ? declared : declared.filter((d) => d.list === '') };
}

/** `left` of `of`, by declared value; where nothing has a value, by pieces. */
export interface Share { left: Fixed5; of: Fixed5 }

/** What is left of an order. */
export interface Standing extends Share {
  /** Pieces that went back. */
  back: Fixed5;
  /** No declaration of it stands any more. */
  cancelled: boolean;
  /** Declarations of which not all stands, each with its lines as they are left, none where cancelled. By document key. */
  lists: ReadonlyMap<string, Share & { lines: readonly KeptLine[] }>;
}
/** Nothing was taken back: what nearly every order is. */
export const WHOLE: Standing = { left: 1, of: 1, back: 0, cancelled: false, lists: new Map() };

export function standingOf(dossier: Pick<Dossier, 'slots' | 'lists'>): Standing {
  const { slots } = dossier;
  if (!slots.some((slot) => slot.type === 'reversal')) return WHOLE;
  const agreed = reversalsOf(slots).filter((r) => r.state === 'agreed').map((r) => r.kept);
  if (agreed.length === 0) return WHOLE;
  const declared = declaredOf(dossier);
  const cancels = agreed.filter((r) => r.kind === 'cancel').map((r) => ({ at: r.appTime, concerned: concerned(r, declared) }));
  const returns = agreed.filter((r) => r.kind === 'return').map((r) => ({ concerned: concerned(r, declared), lines: r.lines.map((line) => ({ ...line })) }));
  const lists = new Map<string, Share & { lines: readonly KeptLine[] }>();
  const sum = { left: 0, of: 0, pieces: 0, back: 0 };
  const cancelled: { at: number; lines: KeptLine[] }[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  for (const one of declared) {
    const { documentKey, kept } = one;
    // Where the number does not tell: a list that was declared anew after the cancel is not the one that was cancelled.
    const by = cancels.filter(({ at, concerned: { by, declared } }) => declared.includes(one) && (by === 'number' || kept.doneTime <= at));
    if (by.length > 0) {
      lists.set(documentKey, { left: 0, of: 1, lines: [] });
      cancelled.push({ at: Math.max(...by.map(({ at }) => at)), lines: kept.lines });
      continue;
    }
    newest = Math.max(newest, kept.doneTime);
    const left = withoutReturned(kept.lines, returns.flatMap((r) => (r.concerned.declared.includes(one) ? r.lines : [])));
    if (left !== kept.lines) lists.set(documentKey, { ...shareLeft(total(left), total(kept.lines), pieces(left), pieces(kept.lines)), lines: left });
    sum.of += total(kept.lines);
    sum.left += total(left);
    sum.pieces += pieces(kept.lines);
    sum.back += pieces(kept.lines) - pieces(left);
  }
  // A cancel whose declaration never came takes back the order all the same.
  if (cancels.length > 0 && newest === Number.NEGATIVE_INFINITY) return { left: 0, of: 1, back: 0, cancelled: true, lists };
  if (lists.size === 0) return WHOLE;
  // One of several lists is a part of the order that is gone, unless something was declared anew since.
  for (const { at, lines } of cancelled) {
    if (newest > at) continue;
    sum.of += total(lines);
    sum.pieces += pieces(lines);
    sum.back += pieces(lines);
  }
  return { ...shareLeft(sum.left, sum.of, sum.pieces - sum.back, sum.pieces), back: sum.back, cancelled: false, lists };
}

const shareLeft = (left: Fixed5, of: Fixed5, pieces: Fixed5, ofPieces: Fixed5): Share => (of > 0 ? { left, of } : { left: pieces, of: ofPieces });
const total = (lines: readonly KeptLine[]): Fixed5 => lines.reduce((sum, line) => sum + line.total, 0);
const pieces = (lines: readonly KeptLine[]): Fixed5 => lines.reduce((sum, line) => sum + line.quantity, 0);

/** The same array where nothing of it was returned. `returned` is used up, so that no piece goes back twice. */
function withoutReturned(lines: readonly KeptLine[], returned: KeptLine[]): readonly KeptLine[] {
  let changed = false;
  const left = lines.map((line) => {
    let quantity = line.quantity;
    for (const back of returned) {
      if (back.quantity <= 0 || quantity === 0 || lineOf(lines, back) !== line) continue;
      const pieces = Math.min(back.quantity, quantity);
      back.quantity -= pieces;
      quantity -= pieces;
    }
    if (quantity === line.quantity) return line;
    changed = true;
    return { ...line, quantity, total: line.total - shareOf(line.total, line.quantity - quantity, line.quantity) };
  });
  return changed ? left : lines;
}

/** Number and commodity code should agree; where the number means another commodity, the code decides. */
const lineOf = (lines: readonly KeptLine[], { lineNo, hs }: KeptLine): KeptLine | undefined =>
  lines.find((line) => line.lineNo === lineNo && (hs === '' || line.hs === hs || hs.startsWith(line.hs))) ?? lines.find((line) => hs !== '' && line.hs === hs);

/** amount × part ÷ whole, down to 0.00001: never more than was given, all where the part is the whole. */
export function shareOf(amount: Fixed5, part: Fixed5, whole: Fixed5): Fixed5 {
  if (part <= 0 || whole <= 0) return 0;
  return part >= whole ? amount : Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}

/** An amount of the order as far as it stands. */
export const leftOf = (amount: Fixed5, { left, of }: Share): Fixed5 => amount - shareOf(amount, of - left, of);

/** What a document is due while part of its order has been taken back: sums by the share of the order, or of the declaration itself; all else as long as anything stands. */
export function dueOf({ type, documentKey }: Pick<Slot, 'type' | 'documentKey'>, due: Due, standing: Standing, isSum: (feature: string) => boolean): Due {
  if (standing === WHOLE || (type !== 'order' && type !== 'declaration')) return due;
  const list = type === 'declaration' ? standing.lists.get(documentKey) : undefined;
  if (standing.cancelled || list?.lines.length === 0) return { ...due, list: [] };
  const share = type === 'order' ? standing : list;
  return share ? { ...due, list: due.list.map((one) => (isSum(one.feature) ? { ...one, value: leftOf(Math.round(one.value * FIXED5), share) / FIXED5 } : one)) } : due;
}
