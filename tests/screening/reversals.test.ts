import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { dueOf, leftOf, shareOf, standingOf, WHOLE } from '../../processors/screening/reversals.ts';
import { Words } from '../../processors/screening/words.ts';
import { Slot, type SlotType } from '../../processors/screening/dossier.ts';
import { NOTHING, type Due } from '../../processors/screening/given.ts';
import { EMPTY, type Kept } from '../../processors/screening/kept.ts';
import type { Fact, Match } from '../../schemas/risk/fact.ts';
import type { Signals } from '../../schemas/risk/signal.ts';
import type { Emitted } from '../stage-harness.ts';
import { beijing, cancel, declaration, declarationReceipt, Journal, order, payment, returned, reversalReceipt, shippedRules, T0, taxBill, waybill } from '../trade.ts';
import { lastMatch, of, run, standing, totals } from './running.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const whole = (): Journal => new Journal().document(order(), T0).document(payment(), T0 + MINUTE).document(waybill(), T0 + 2 * MINUTE).document(declaration(), T0 + 3 * MINUTE);
const agreedCancel = (): Journal => whole().document(cancel(), T0 + 10 * MINUTE).document(reversalReceipt('cancel', 899), T0 + 12 * MINUTE);
const agreedReturn = (): Journal => whole().document(returned(1), T0 + 10 * MINUTE).document(reversalReceipt('return', 399), T0 + 12 * MINUTE);

const ruleSet = (() => {
  const compiled = compile(JSON.parse(shippedRules().rules as string) as RuleSource);
  if (!compiled.ok) throw new Error('the shipped rules do not compile');
  return compiled.ruleSet;
})();
const QUOTA = [...(ruleSet.rule('transaction/annual-quota')?.features.buyer?.values() ?? [])].find((f) => f.kind === 'sum')?.id as string;
/** Yuan of the buyer's yearly quota that are taken, in 0.00001. */
function quota(outputs: Emitted[]): number {
  let sum = 0;
  for (const { entries } of of<Signals>(outputs, 'signals')) for (const { contributions } of entries) for (const c of contributions) if (c.feature === QUOTA) sum += c.sign * Math.round(c.value * 100_000);
  return sum;
}

/** What a rule's feature is given of the seller, in order. */
const given = (outputs: Emitted[], feature: string): [sign: number, value: number][] =>
  of<Signals>(outputs, 'signals').flatMap(({ entries }) => entries.flatMap(({ contributions }) => contributions.filter((c) => c.feature === feature).map(({ sign, value }): [number, number] => [sign, value])));

test('what is summed over a declaration\'s own lines stays as it is when goods go back: half of what it said would be judged as all of it', () => {
  const usual = ruleSet.rule('transaction/weight-gap')?.features.seller?.get('usual')?.id as string;
  const before = given(run(whole()), usual);
  expect(before.map(([sign]) => sign)).toEqual([1]);
  expect(given(run(agreedReturn()), usual)).toEqual(before);
});

describe('a cancel', () => {
  test('takes effect when customs agrees: facts, counters and quota of order and declaration are given back', () => {
    const asked = run(whole().document(cancel(), T0 + 10 * MINUTE));
    expect(totals(asked)).toMatchObject({ 'order@3303': 22_820_000, 'declaration@3303': 20_000_000 });
    const outputs = run(agreedCancel());
    expect(totals(outputs)).toMatchObject({ 'order@3303': 0, 'declaration@3303': 0, 'payment@3303': 22_820_000 });
    expect([quota(asked), quota(outputs)]).toEqual([21_000_000, 0]);
    expect(standing(outputs, 'buyer', 'address', 'product', 'country', 'hs4')).toEqual([]);
    expect(lastMatch(outputs)).toMatchObject({ state: 'WITHDRAWN', codes: [] });
  });

  test.each([[100, 'rejected'], [120, 'received only'], [-1, 'a processing error'], [4, 'not sent']])('answered %i (%s) changes nothing', (status) => {
    expect(totals(run(whole().document(cancel(), T0 + 10 * MINUTE).document(reversalReceipt('cancel', status), T0 + 12 * MINUTE)))['order@3303']).toBe(22_820_000);
  });

  test('a rejection after the agreement puts everything back', () => {
    const outputs = run(agreedCancel().document(reversalReceipt('cancel', 100, { returnTime: `${beijing(T0 + 15 * MINUTE)}000` }), T0 + 15 * MINUTE));
    expect(totals(outputs)).toMatchObject({ 'order@3303': 22_820_000, 'declaration@3303': 20_000_000 });
    expect(quota(outputs)).toBe(21_000_000);
    expect(lastMatch(outputs)).toMatchObject({ state: 'MATCHED' });
  });

  test('the answer may come before the cancel', () => {
    const outputs = run(whole().document(reversalReceipt('cancel', 899), T0 + 9 * MINUTE).document(cancel(), T0 + 10 * MINUTE));
    expect(totals(outputs)['order@3303']).toBe(0);
  });

  test('a list declared anew after it stands, and so does the order', () => {
    const anew = declaration({ guid: 'G-DEC-2', copNo: 'COP-2', appTime: beijing(T0 + 30 * MINUTE) });
    const outputs = run(agreedCancel().document(anew, T0 + 30 * MINUTE));
    expect(totals(outputs)).toMatchObject({ 'order@3303': 22_820_000, 'declaration@3303': 20_000_000 });
    expect(quota(outputs)).toBe(21_000_000);
  });

  test.each([
    ['deleted', cancel({ guid: 'G-CAN-2', appType: '3', appTime: beijing(T0 + 20 * MINUTE) })],
    ['amended, and so not agreed to yet', cancel({ guid: 'G-CAN-2', appType: '2', appTime: beijing(T0 + 30 * MINUTE) })],
  ])('%s puts everything back', (_how, change) => {
    const outputs = run(agreedCancel().document(change, T0 + 30 * MINUTE));
    expect(totals(outputs)).toMatchObject({ 'order@3303': 22_820_000, 'declaration@3303': 20_000_000 });
    expect(quota(outputs)).toBe(21_000_000);
  });
});

describe('a return', () => {
  test('gives back the lines\' share: half of the pieces, half of the amounts, the quota pro rata; what was counted stays', () => {
    const outputs = run(agreedReturn());
    expect(totals(outputs)).toMatchObject({ 'order@3303': 11_410_000, 'declaration@3303': 10_000_000, 'payment@3303': 22_820_000 });
    expect(totals(outputs, 'quantity')).toMatchObject({ 'order@3303': 100_000, 'declaration@3303': 100_000 });
    expect(totals(outputs, 'weight')['declaration@3303']).toBe(30_000);
    expect(quota(outputs)).toBe(10_500_000);
    expect(lastMatch(outputs)).toMatchObject({ state: 'MATCHED' });
  });

  test('several returns add up and never give back more than was declared', () => {
    const second = returned(2, { guid: 'G-RET-B', copNo: 'RET-2' });
    const outputs = run(agreedReturn().document(second, T0 + 20 * MINUTE).document(reversalReceipt('return', 899, { copNo: 'RET-2' }), T0 + 21 * MINUTE));
    expect(totals(outputs)).toMatchObject({ 'order@3303': 0, 'declaration@3303': 0 });
    expect(quota(outputs)).toBe(0);
  });

  test('an order amended while half of it is back is counted by its half', () => {
    const outputs = run(agreedReturn().document(order({ guid: 'G-O-2', appType: '2', appTime: beijing(T0 + 30 * MINUTE), goodsValue: 200, freight: 30, acturalPaid: 248.2 }), T0 + 30 * MINUTE));
    expect(totals(outputs)['order@3303']).toBe(12_410_000);
    expect(quota(outputs)).toBe(11_500_000);
  });

  test('applied for later than thirty days after release it counts all the same, with a remark', () => {
    const at = T0 + 35 * DAY;
    const journal = whole().document(declarationReceipt(800), T0 + 5 * MINUTE).tick(T0 + 80 * HOUR)
      .document(returned(1, { appTime: beijing(at) }), at).document(reversalReceipt('return', 399, { returnTime: `${beijing(at + MINUTE)}000` }), at + MINUTE);
    const outputs = run(journal);
    expect(totals(outputs)['order@3303']).toBe(11_410_000);
    expect(lastMatch(outputs)?.findings).toContainEqual(expect.objectContaining({ code: 'TIME_ORDER', outcome: 'soft', left: '35.0 days', right: '30 days' }));
  });

  test('of an order closed days ago gives back facts and yearly quota; after the term it is put aside', () => {
    const late = (at: number) => whole().tick(T0 + 80 * HOUR).document(returned(1, { appTime: beijing(at) }), at).document(reversalReceipt('return', 399, { returnTime: `${beijing(at + MINUTE)}000` }), at + MINUTE);
    const outputs = run(late(T0 + 10 * DAY));
    expect(totals(outputs)).toMatchObject({ 'order@3303': 11_410_000, 'declaration@3303': 10_000_000 });
    expect(quota(outputs)).toBe(10_500_000);
    expect(of<Match>(outputs, 'match').at(-1)).toMatchObject({ state: 'MATCHED', seller: '3302SIM002' });
    const journal = whole().tick(T0 + 80 * HOUR).tick(T0 + 60 * DAY).document(returned(1, { appTime: beijing(T0 + 60 * DAY) }), T0 + 60 * DAY);
    expect(of<{ reason: string }>(run(journal), 'dead-letter').map((d) => d.reason)).toEqual(['DOSSIER_CLOSED']);
  });

  test('the reversal event is judged anew at each answer and leaves nothing behind when it is deleted', () => {
    const outputs = run(agreedReturn().document(returned(1, { guid: 'G-RET-X', appType: '3', appTime: beijing(T0 + 40 * MINUTE) }), T0 + 40 * MINUTE));
    expect(totals(outputs)).toMatchObject({ 'order@3303': 22_820_000, 'declaration@3303': 20_000_000 });
    expect(quota(outputs)).toBe(21_000_000);
  });
});

// --- against a naive fold of the documents in force -----------------------------------------------------------------------------------------------

const AGREED = [399, 800, 899];
interface Step { kind: 'cancel' | 'return' | 'answer' | 'declare' | 'order'; which: number; appType: 1 | 2 | 3; minute: number; quantities: number[]; status: number; paid: number }
const LINES = [{ quantity: 2, total: 200 }, { quantity: 3, total: 100 }, { quantity: 7, total: 33.33 }];
const declared = (quantities: number[], over: Record<string, unknown> = {}) => declaration({
  items: LINES.map((line, i) => ({ ...(declaration().items as object[])[0], gnum: i + 1, gcode: `330499990${i}`, qty: quantities[i], price: 1, totalPrice: line.total })), ...over,
});

function documentOf(step: Step, n: number): Record<string, unknown> {
  const at = T0 + step.minute * MINUTE;
  const over = { guid: `G-${n}`, appType: String(step.appType), appTime: beijing(at) };
  switch (step.kind) {
    case 'order': return order({ ...over, appType: '2', acturalPaid: step.paid });
    case 'declare': return declared(step.quantities.map((q) => q + 1), { ...over, appType: '2' });
    case 'cancel': return cancel(over);
    case 'return': return returned(1, { ...over, copNo: `RET-${step.which}`, items: step.quantities.map((qty, i) => ({ gnum: i + 1, gcode: `330499990${i}`, gname: 'x', qty, unit: '011' })) });
    case 'answer': return reversalReceipt(step.which === 0 ? 'cancel' : 'return', step.status, {
      guid: `G-${n}`, copNo: step.which === 0 ? 'CAN-1' : `RET-${step.which}`, returnTime: `${beijing(at)}000`, ebpCode: '3301SIM001', orderNo: 'NO-1',
    });
  }
}

/** Looks at every document once more, as somebody with paper would. Amounts in 0.00001. */
function naive(steps: Step[]): { order: number; declaration: number; pieces: number } {
  const newest = (fits: (s: Step) => boolean): Step | undefined => steps.filter(fits).reduce<Step | undefined>((best, s) => (!best || s.minute >= best.minute ? s : best), undefined);
  const paid = (newest((s) => s.kind === 'order')?.paid ?? 228.2) * 100_000;
  const quantities = newest((s) => s.kind === 'declare')?.quantities.map((q) => q + 1) ?? LINES.map((l) => l.quantity);
  const agreed = (kind: 'cancel' | 'return', which: number): Step | undefined => {
    const asked = newest((s) => s.kind === kind && s.which === which);
    const answer = newest((s) => s.kind === 'answer' && s.which === which);
    return asked && asked.appType !== 3 && answer && answer.minute >= asked.minute - 5 && AGREED.includes(answer.status) ? asked : undefined;
  };
  if (agreed('cancel', 0)) return { order: 0, declaration: 0, pieces: 0 };
  const back = [0, 1, 2].map((i) => Math.min(quantities[i] as number, [1, 2].reduce((sum, which) => sum + (agreed('return', which)?.quantities[i] ?? 0), 0)));
  const of = LINES.reduce((sum, l) => sum + Math.round(l.total * 100_000), 0);
  const gone = LINES.reduce((sum, l, i) => sum + Math.floor((Math.round(l.total * 100_000) * (back[i] as number)) / (quantities[i] as number)), 0);
  return { order: Math.round(paid) - Number((BigInt(Math.round(paid)) * BigInt(gone)) / BigInt(of)), declaration: of - gone, pieces: quantities.reduce((a, b) => a + b, 0) - back.reduce((a, b) => a + b, 0) };
}

const step = fc.record({
  kind: fc.constantFrom('cancel', 'return', 'return', 'answer', 'answer', 'answer', 'declare', 'order') as fc.Arbitrary<Step['kind']>, which: fc.integer({ min: 1, max: 2 }),
  appType: fc.constantFrom(1, 2, 3) as fc.Arbitrary<Step['appType']>, minute: fc.integer({ min: 10, max: 60 }), quantities: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
  status: fc.constantFrom(399, 800, 899, 899, 100, 120, -3), paid: fc.integer({ min: 100, max: 100_000 }).map((fen) => fen / 100),
}).chain((s) => (s.kind === 'cancel' ? fc.constant({ ...s, which: 0 }) : s.kind === 'answer' ? fc.integer({ min: 0, max: 2 }).map((which) => ({ ...s, which })) : fc.constant(s)));

test('after any sequence of documents the running sums are those of the documents in force', () => {
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
    const journal = new Journal().document(order(), T0).document(declared(LINES.map((l) => l.quantity)), T0 + 3 * MINUTE);
    for (const [n, s] of steps.entries()) journal.document(documentOf(s, n), T0 + HOUR);
    const outputs = run(journal);
    const expected = naive(steps);
    const sum = (kind: Fact['kind'], field: 'amount' | 'quantity'): number => of<Fact>(outputs, 'fact').filter((f) => f.kind === kind).reduce((total, f) => total + f.sign * f[field], 0);
    expect([sum('order', 'amount'), sum('declaration', 'amount'), sum('declaration', 'quantity')]).toEqual([expected.order, expected.declaration, expected.pieces * 100_000]);
    // At no time did any sum fall below nothing.
    for (const [kind, field] of [['order', 'amount'], ['declaration', 'amount']] as const) {
      let running = 0;
      const byRecord = Map.groupBy(outputs.filter((o) => o.type === 'fact' && (o.body as Fact).kind === kind), (o) => o.source.offset);
      for (const [, facts] of byRecord) expect(running += facts.reduce((total, o) => total + (o.body as Fact).sign * (o.body as Fact)[field], 0)).toBeGreaterThanOrEqual(0);
    }
  }), { numRuns: 60 });
});

test('restarts amid reversals, before and after closing, give the same bytes', () => {
  const late = T0 + 10 * DAY;
  const journal = agreedReturn().document(cancel({ appTime: beijing(T0 + 20 * MINUTE) }), T0 + 20 * MINUTE).document(reversalReceipt('cancel', 100, { returnTime: `${beijing(T0 + 21 * MINUTE)}000` }), T0 + 21 * MINUTE)
    .tick(T0 + 80 * HOUR).document(returned(1, { guid: 'G-L', copNo: 'RET-9', appTime: beijing(late) }), late)
    .document(reversalReceipt('return', 899, { copNo: 'RET-9', returnTime: `${beijing(late + MINUTE)}000` }), late + MINUTE).tick(late + 60 * DAY).tick(late + 120 * DAY);
  const outputs = JSON.stringify(run(journal));
  for (const restoreEvery of [1, 3]) expect(JSON.stringify(run(journal, restoreEvery))).toBe(outputs);
  expect(totals(JSON.parse(outputs) as Emitted[])['order@3303']).toBe(0);
});

describe('shares', () => {
  test('are exact, never more than there is, and all where the part is the whole', () => {
    fc.assert(fc.property(fc.nat(2 ** 50), fc.nat(10_000_000), fc.integer({ min: 1, max: 10_000_000 }), (amount, part, of) => {
      const share = shareOf(amount, part, of);
      expect(share).toBeLessThanOrEqual(amount);
      if (part >= of) expect(share).toBe(amount);
      else expect(BigInt(share)).toBe((BigInt(amount) * BigInt(part)) / BigInt(of));
    }));
  });

  test('of an order that stands whole, nothing changes', () => {
    expect(standingOf({ slots: [], lists: [] })).toBe(WHOLE);
    expect(leftOf(12_345, WHOLE)).toBe(12_345);
    const due: Due = { at: 1, eventId: 'e', list: [{ subjectType: 'buyer', subjectId: 'b', feature: 'f', value: 0.1 + 0.2, item: '' }] };
    expect(dueOf({ type: 'order', documentKey: '' }, due, WHOLE, () => true)).toEqual(due);
  });
});

test('a tax bill that comes after closing is no dead letter: it changes no sum', () => {
  const outputs = run(whole().tick(T0 + 80 * HOUR).document(taxBill(19), T0 + 90 * HOUR));
  expect(of(outputs, 'dead-letter')).toEqual([]);
});

test('after closing, too, the same event is a repeat and the same guid with other content is none', () => {
  const again = (paid: number) => of<{ reason: string }>(run(whole().tick(T0 + 80 * HOUR).document(order({ acturalPaid: paid }), T0 + 90 * HOUR)), 'dead-letter').map((d) => d.reason);
  expect([again(228.2), again(300)]).toEqual([[], ['GUID_REUSED']]);
});

test('of two lists that both stand a returned piece goes back once', () => {
  const twice = declaration({ guid: 'G-DEC-2', copNo: 'COP-2' });
  const outputs = run(whole().document(twice, T0 + 4 * MINUTE).document(returned(3), T0 + 10 * MINUTE).document(reversalReceipt('return', 399), T0 + 12 * MINUTE));
  expect(totals(outputs)).toMatchObject({ 'declaration@3303': 10_000_000, 'order@3303': 22_820_000 / 4 });
});

describe('of an order declared in two lists, customs knows each by its number', () => {
  const [LIST_1, LIST_2] = ['29002026I000000001', '29002026I000000002'];
  const halves = (own: [string, string]): Journal => {
    const items = [{ ...(declaration().items as object[])[0], qty: 1, totalPrice: 100 }];
    return new Journal().document(order(), T0).document(declaration({ items, invtNo: own[0] }), T0 + 3 * MINUTE).document(declaration({ items, invtNo: own[1], guid: 'G-DEC-2', copNo: 'COP-2' }), T0 + 4 * MINUTE);
  };
  const told = (copNo: string, invtNo: string): Record<string, unknown> => declarationReceipt(800, { guid: `G-R-${copNo}`, copNo, invtNo });
  const cancelled = (journal: Journal, invtNo: string, at = T0 + 10 * MINUTE): Journal =>
    journal.document(cancel({ invtNo, appTime: beijing(at) }), at).document(reversalReceipt('cancel', 899, { invtNo, returnTime: `${beijing(at + MINUTE)}000` }), at + MINUTE);
  const both = (journal: Journal): [number | undefined, number | undefined] => {
    const sums = totals(run(journal));
    return [sums['order@3303'], sums['declaration@3303']];
  };
  const WHOLE_ORDER = [22_820_000, 20_000_000];
  const HALF = [11_410_000, 10_000_000];
  const NOTHING_LEFT = [0, 0];

  test.each([LIST_1, LIST_2])('a cancel takes back the list that it names (%s), and only that', (list) => {
    expect(both(cancelled(halves([LIST_1, LIST_2]), list))).toEqual(HALF);
    const outputs = run(cancelled(halves([LIST_1, LIST_2]), list));
    expect(lastMatch(outputs)?.state).not.toBe('WITHDRAWN');
  });

  test('the number may come with customs\' receipt, before or after the cancel', () => {
    const before = halves(['', '']).document(told('COP-1', LIST_1), T0 + 5 * MINUTE).document(told('COP-2', LIST_2), T0 + 5 * MINUTE);
    expect(both(cancelled(before, LIST_2))).toEqual(HALF);
    // While no number is known the cancel takes all that was declared before it.
    const after = cancelled(halves(['', '']), LIST_2);
    expect(both(after)).toEqual(NOTHING_LEFT);
    expect(both(after.document(told('COP-2', LIST_2), T0 + 20 * MINUTE))).toEqual(HALF);
    expect(quota(run(after))).toBe(10_500_000);
  });

  test('a receipt may come before its declaration', () => {
    const journal = new Journal().document(order(), T0).document(told('COP-1', LIST_1), T0 + MINUTE);
    for (const record of halves(['', '']).records.slice(2)) journal.add(record);
    expect(both(cancelled(journal, LIST_1))).toEqual(HALF);
  });

  test('a list known by another number is not the one; one without a number may be', () => {
    expect(both(cancelled(halves([LIST_1, '']), LIST_2))).toEqual(HALF);
    expect(both(cancelled(halves([LIST_1, LIST_2]), 'ANOTHER'))).toEqual(WHOLE_ORDER);
  });

  test('the list that stands keeps all that it was given, the order its share', () => {
    const words = new Words();
    const slot = (type: SlotType, documentKey: string, kept: Partial<Kept>) =>
      new Slot({ type, documentKey, appTime: 0, twice: false }, { eventId: documentKey, eventTime: 0, origin: 'live', kept: { ...EMPTY, ...kept }, given: NOTHING }, words);
    const line = (quantity: number, total: number) => [{ lineNo: 1, barcode: '', hs: '3304990088', country: 'FRA', quantity, total }];
    const slots = [slot('declaration', 'D-1', { list: LIST_1, lines: line(1, 300) }), slot('declaration', 'D-2', { list: LIST_2, lines: line(4, 100) }), slot('reversal', 'C', { kind: 'cancel', list: LIST_1 }),
      slot('reversal', 'C|answer', { kind: 'answer', status: 899 })];
    const due: Due = { at: 1, eventId: 'e', list: [{ subjectType: 'hs4', subjectId: '3304', feature: 'f', value: 8, item: '' }] };
    const value = (type: SlotType, documentKey: string, more: Slot[] = []) => dueOf({ type, documentKey }, due, standingOf({ slots: [...slots, ...more], lists: [] }), () => true).list[0]?.value;
    expect([value('order', ''), value('declaration', 'D-1'), value('declaration', 'D-2')]).toEqual([2, undefined, 8]);
    const back = [slot('reversal', 'R', { kind: 'return', list: LIST_2, lines: line(1, 0) }), slot('reversal', 'R|answer', { kind: 'answer', status: 399 })];
    expect([value('order', '', back), value('declaration', 'D-1', back), value('declaration', 'D-2', back)]).toEqual([1.5, undefined, 6]);
  });

  test('what is declared anew after the cancel makes the order whole again', () => {
    const anew = declaration({ items: [{ ...(declaration().items as object[])[0], qty: 1, totalPrice: 100 }], guid: 'G-DEC-3', copNo: 'COP-3', appTime: beijing(T0 + 30 * MINUTE) });
    expect(both(cancelled(halves([LIST_1, LIST_2]), LIST_1).document(anew, T0 + 30 * MINUTE))).toEqual(WHOLE_ORDER);
  });

  test('cancels of both lists take back the order', () => {
    const journal = cancelled(halves([LIST_1, LIST_2]), LIST_1).document(cancel({ guid: 'G-CAN-B', copNo: 'CAN-2', invtNo: LIST_2, appTime: beijing(T0 + 20 * MINUTE) }), T0 + 20 * MINUTE)
      .document(reversalReceipt('cancel', 899, { guid: 'G-RR-B', copNo: 'CAN-2', invtNo: LIST_2, returnTime: `${beijing(T0 + 21 * MINUTE)}000` }), T0 + 21 * MINUTE);
    expect(both(journal)).toEqual(NOTHING_LEFT);
    expect(lastMatch(run(journal))).toMatchObject({ state: 'WITHDRAWN' });
  });

  test('a return takes its pieces from the list that it names', () => {
    const journal = halves([LIST_1, LIST_2]).document(returned(2, { invtNo: LIST_2 }), T0 + 10 * MINUTE).document(reversalReceipt('return', 399, { invtNo: LIST_2 }), T0 + 12 * MINUTE);
    // Two pieces go back, one was declared in that list.
    expect(both(journal)).toEqual(HALF);
  });

  test('whatever comes first, in the end those lists are gone that an agreed cancel names, or may name', () => {
    const event = fc.constantFrom('told 0', 'told 1', 'cancel 0', 'cancel 1', 'agreed 0', 'agreed 1', 'refused 0', 'refused 1');
    fc.assert(fc.property(fc.array(event, { maxLength: 10 }), fc.boolean(), (events, closes) => {
      const lists = [LIST_1, LIST_2];
      const journal = halves(['', '']);
      const known = [false, false];
      const asked = [false, false];
      const answers = ['', ''];
      for (const [n, what] of events.entries()) {
        const [kind, i] = [what.slice(0, -2), Number(what.at(-1))];
        const at = T0 + (10 + n) * MINUTE;
        const [guid, invtNo, copNo] = [`G-${n}`, lists[i] as string, `CAN-${i}`];
        if (kind === 'told') journal.document(declarationReceipt(800, { guid, copNo: `COP-${i + 1}`, invtNo, returnTime: `${beijing(at)}000` }), at);
        else if (kind === 'cancel') journal.document(cancel({ guid, copNo, invtNo, appTime: beijing(T0 + 10 * MINUTE) }), at);
        else journal.document(reversalReceipt('cancel', kind === 'agreed' ? 899 : 100, { guid, copNo, invtNo, ebpCode: '3301SIM001', orderNo: 'NO-1', returnTime: `${beijing(at)}000` }), at);
        if (kind === 'told') known[i] = true;
        else if (kind === 'cancel') asked[i] = true;
        else answers[i] = kind;
      }
      const gone = [0, 1].map((list) => [0, 1].some((i) => asked[i] && answers[i] === 'agreed' && (known[i] ? i === list : !known[list])));
      const left = gone.filter((is) => !is).length;
      const outputs = run(closes ? journal.tick(T0 + 80 * HOUR) : journal);
      expect(both(journal)).toEqual([22_820_000 * left / 2, 10_000_000 * left]);
      expect(quota(outputs)).toBe(21_000_000 * left / 2);
      if (left === 0) expect(standing(outputs, 'buyer', 'address', 'product', 'country', 'hs4')).toEqual([]);
    }), { numRuns: 40 });
  });

  test('numbers are kept of a closed order', () => {
    const late = T0 + 10 * DAY;
    const journal = halves(['', '']).document(told('COP-1', LIST_1), T0 + 5 * MINUTE).document(told('COP-2', LIST_2), T0 + 5 * MINUTE).tick(T0 + 80 * HOUR);
    expect(both(cancelled(journal, LIST_2, late))).toEqual(HALF);
    expect(JSON.stringify(run(journal, 1))).toBe(JSON.stringify(run(journal)));
  });
});

test('rules see a reversal as asked, agreed or refused; each state takes back what the last one gave', () => {
  const source = JSON.parse(shippedRules().rules as string) as RuleSource;
  const probe = (state: string): string => `id: transaction/${state}-reversals
indicator: T11
version: 1
status: live
title: { en: t, zh: 题 }
description: { en: d, zh: 述 }
basis: own
falsePositives: { en: f, zh: 误 }
on: reversal
where: reversal.state == '${state}'
subject: seller
features:
  back: { kind: sum, of: reversal.back, window: 30d }
bands: { blue: 1 }
reason: { en: '{back|cny}', zh: '{back|cny}元' }
action: { en: a, zh: 办 }
examples:
  - name: one
    events: [{ reversal: { state: ${state}, back: 5 }, subjects: { seller: s } }]
    grade: blue
  - name: none
    events: [{ reversal: { state: other }, subjects: { seller: s } }]
    grade: none
`;
  for (const state of ['asked', 'agreed', 'refused']) source.files[`transaction/${state}-reversals.yaml`] = probe(state);
  const compiled = compile(source);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.findings));
  const sums = (journal: Journal): number[] => {
    const signals = of<Signals>(run(journal, 0, { rules: JSON.stringify(source) }), 'signals').flatMap(({ entries }) => entries).filter((e) => e.subjectId === '3302SIM002').flatMap((e) => e.contributions);
    return ['asked', 'agreed', 'refused'].map((state) => {
      const id = compiled.ruleSet.rule(`transaction/${state}-reversals`)?.features.seller?.get('back')?.id;
      return signals.reduce((sum, c) => sum + (c.feature === id ? c.sign * c.value : 0), 0);
    });
  };
  const later = (status: number) => reversalReceipt('return', status, { guid: `G-L-${status}`, returnTime: `${beijing(T0 + 20 * MINUTE)}000` });
  expect(sums(whole().document(returned(1), T0 + 10 * MINUTE))).toEqual([100, 0, 0]);
  expect(sums(agreedReturn())).toEqual([0, 100, 0]);
  expect(sums(agreedReturn().document(later(100), T0 + 20 * MINUTE))).toEqual([0, 0, 100]);
  expect(sums(agreedReturn().document(returned(2, { guid: 'G-RET-2', appType: '2', appTime: beijing(T0 + 40 * MINUTE) }), T0 + 40 * MINUTE))).toEqual([200, 0, 0]);
  expect(sums(agreedReturn().document(returned(1, { guid: 'G-RET-X', appType: '3', appTime: beijing(T0 + 40 * MINUTE) }), T0 + 40 * MINUTE))).toEqual([0, 0, 0]);
});
