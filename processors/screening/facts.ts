/** An order's share of the aggregates. Facts are signed: what a change replaces is cancelled by the same fact with sign −1. */
import type { Fact } from '../../schemas/risk/fact.ts';
import type { Dossier, Slot } from './dossier.ts';

export function factsOf(orderKey: string, dossier: Pick<Dossier, 'slots' | 'zone'>): Fact[] {
  const order = dossier.slots.find((s) => s.type === 'order')?.kept;
  const facts: Fact[] = [];
  for (const slot of dossier.slots) if (slot.kept) ofSlot(orderKey, dossier.zone, slot, order?.seller ?? '', facts);
  return facts;
}

function ofSlot(orderKey: string, zone: string, slot: Slot, orderSeller: string, into: Fact[]): void {
  const kept = slot.kept as NonNullable<Slot['kept']>;
  const base: Fact = {
    kind: slot.type, sign: 1, orderKey, eventId: slot.eventId, zone, platform: kept.platform || orderKey.slice(0, orderKey.indexOf('|')), seller: kept.seller || orderSeller, country: '', hs4: '',
    mode: kept.mode, amount: kept.amount, weight: kept.grossWeight, quantity: 0, eventTime: slot.eventTime, origin: slot.origin,
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

/** What to add to the aggregates so that they hold `after` instead of `before`. */
export function factChanges(before: Fact[], after: Fact[]): Fact[] {
  const text = (f: Fact) => `${f.kind}|${f.eventId}|${f.zone}|${f.seller}|${f.platform}|${f.hs4}|${f.country}|${f.amount}|${f.weight}|${f.quantity}|${f.eventTime}`;
  const standing = new Set(after.map(text));
  const known = new Set(before.map(text));
  return [...before.filter((f) => !standing.has(text(f))).map((f) => ({ ...f, sign: -1 })), ...after.filter((f) => !known.has(text(f)))];
}
