/** An order's share of the aggregates. Facts are signed: what a change replaces is cancelled by the same fact with sign −1. */
import type { Fact } from '../../schemas/risk/fact.ts';
import { isMatched, type Dossier, type MatchedType, type Slot } from './dossier.ts';
import type { KeptLine } from './kept.ts';
import { leftOf, shareOf, WHOLE, type Standing } from './reversals.ts';

export interface Shares extends Pick<Dossier, 'slots' | 'zone'> { standing: Standing }

/** What to add to the aggregates so that they hold `after` instead of `before`. Only what a change touched is looked at; a new zone or seller, or goods that went back, touch all. */
export function factChanges(orderKey: string, before: Shares, after: Shares): Fact[] {
  const sellerBefore = sellerOf(before);
  const sellerAfter = sellerOf(after);
  const all = before.zone !== after.zone || sellerBefore !== sellerAfter || before.standing !== WHOLE || after.standing !== WHOLE;
  const gone: Fact[] = [];
  const come: Fact[] = [];
  for (const slot of before.slots) if (slot.kept && (all || !after.slots.includes(slot))) ofSlot(orderKey, before, slot, sellerBefore, gone);
  for (const slot of after.slots) if (slot.kept && (all || !before.slots.includes(slot))) ofSlot(orderKey, after, slot, sellerAfter, come);
  return gone.length === 0 ? come : difference(gone, come);
}

const sellerOf = ({ slots }: Shares): string => slots.find((s) => s.type === 'order')?.kept?.seller ?? '';

function difference(gone: Fact[], come: Fact[]): Fact[] {
  const text = (f: Fact) => `${f.kind}|${f.eventId}|${f.zone}|${f.seller}|${f.platform}|${f.hs4}|${f.country}|${f.amount}|${f.weight}|${f.quantity}|${f.eventTime}`;
  const standing = new Set(come.map(text));
  const known = new Set(gone.map(text));
  return [...gone.filter((f) => !standing.has(text(f))).map((f) => ({ ...f, sign: -1 })), ...come.filter((f) => !known.has(text(f)))];
}

function ofSlot(orderKey: string, { zone, standing }: Shares, slot: Slot, orderSeller: string, into: Fact[]): void {
  if (!isMatched(slot.type)) return;
  const { eventId, eventTime, origin } = slot.content;
  const kept = slot.kept as NonNullable<Slot['kept']>;
  const base: Fact = {
    kind: slot.type satisfies MatchedType, sign: 1, orderKey, eventId, zone, platform: kept.platform || orderKey.slice(0, orderKey.indexOf('|')), seller: kept.seller || orderSeller, country: '', hs4: '',
    mode: kept.mode, amount: kept.amount, weight: kept.grossWeight, quantity: 0, eventTime, origin,
  };
  if (slot.type === 'declaration') declared(base, kept.lines, standing.lists.get(slot.documentKey)?.lines, into);
  else if (slot.type === 'order') ordered(base, kept.lines, standing, into);
  else into.push(base);
}

function ordered(base: Fact, lines: readonly KeptLine[], standing: Standing, into: Fact[]): void {
  if (standing.left === 0) return;
  into.push({ ...base, country: lines[0]?.country ?? '', quantity: Math.max(0, pieces(lines) - standing.back), amount: standing === WHOLE ? base.amount : leftOf(base.amount, standing) });
}

const pieces = (lines: readonly KeptLine[]): number => lines.reduce((n, l) => n + l.quantity, 0);

/** One fact for each HS4 and origin on the list; the weight goes with the first, so that it is summed once. `left`: what stands of the lines where some went back. */
function declared(base: Fact, declaredLines: readonly KeptLine[], left: readonly KeptLine[] | undefined, into: Fact[]): void {
  const lines = left?.filter((line) => line.quantity > 0) ?? declaredLines;
  const weight = left ? base.weight - shareOf(base.weight, pieces(declaredLines) - pieces(lines), pieces(declaredLines)) : base.weight;
  const byCell = new Map<string, Fact>();
  for (const line of lines) {
    const hs4 = line.hs.slice(0, 4);
    const cell = `${hs4}|${line.country}`;
    const fact = byCell.get(cell);
    if (fact) {
      fact.amount += line.total;
      fact.quantity += line.quantity;
    } else byCell.set(cell, { ...base, hs4, country: line.country, amount: line.total, quantity: line.quantity, weight: byCell.size === 0 ? weight : 0 });
  }
  into.push(...byCell.values());
}
