/** An order's share of the aggregates. Facts are signed: what a change replaces is cancelled by the same fact with sign −1. */
import type { Fact } from '../../schemas/risk/fact.ts';
import type { Dossier, Slot } from './dossier.ts';

type Shares = Pick<Dossier, 'slots' | 'zone'>;

/** What to add to the aggregates so that they hold `after` instead of `before`. Only what a change touched is looked at; a new zone or seller touches all. */
export function factChanges(orderKey: string, before: Shares, after: Shares): Fact[] {
  const sellerBefore = sellerOf(before);
  const sellerAfter = sellerOf(after);
  const all = before.zone !== after.zone || sellerBefore !== sellerAfter;
  const gone: Fact[] = [];
  const come: Fact[] = [];
  for (const slot of before.slots) if (slot.kept && (all || !after.slots.includes(slot))) ofSlot(orderKey, before.zone, slot, sellerBefore, gone);
  for (const slot of after.slots) if (slot.kept && (all || !before.slots.includes(slot))) ofSlot(orderKey, after.zone, slot, sellerAfter, come);
  return gone.length === 0 ? come : difference(gone, come);
}

const sellerOf = ({ slots }: Shares): string => slots.find((s) => s.type === 'order')?.kept?.seller ?? '';

function difference(gone: Fact[], come: Fact[]): Fact[] {
  const text = (f: Fact) => `${f.kind}|${f.eventId}|${f.zone}|${f.seller}|${f.platform}|${f.hs4}|${f.country}|${f.amount}|${f.weight}|${f.quantity}|${f.eventTime}`;
  const standing = new Set(come.map(text));
  const known = new Set(gone.map(text));
  return [...gone.filter((f) => !standing.has(text(f))).map((f) => ({ ...f, sign: -1 })), ...come.filter((f) => !known.has(text(f)))];
}

function ofSlot(orderKey: string, zone: string, slot: Slot, orderSeller: string, into: Fact[]): void {
  const { eventId, eventTime, origin } = slot.content;
  const kept = slot.kept as NonNullable<Slot['kept']>;
  const base: Fact = {
    kind: slot.type, sign: 1, orderKey, eventId, zone, platform: kept.platform || orderKey.slice(0, orderKey.indexOf('|')), seller: kept.seller || orderSeller, country: '', hs4: '',
    mode: kept.mode, amount: kept.amount, weight: kept.grossWeight, quantity: 0, eventTime, origin,
  };
  if (slot.type === 'declaration') declared(base, kept.lines, into);
  else into.push(slot.type === 'order' ? { ...base, country: kept.lines[0]?.country ?? '', quantity: kept.lines.reduce((n, l) => n + l.quantity, 0) } : base);
}

/** One fact for each HS4 and origin on the list; the weight goes with the first, so that it is summed once. */
function declared(base: Fact, lines: NonNullable<Slot['kept']>['lines'], into: Fact[]): void {
  const byCell = new Map<string, Fact>();
  for (const line of lines) {
    const hs4 = line.hs.slice(0, 4);
    const cell = `${hs4}|${line.country}`;
    const fact = byCell.get(cell);
    if (fact) {
      fact.amount += line.total;
      fact.quantity += line.quantity;
    } else byCell.set(cell, { ...base, hs4, country: line.country, amount: line.total, quantity: line.quantity, weight: byCell.size === 0 ? base.weight : 0 });
  }
  into.push(...byCell.values());
}
