import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import type { Signals } from '../../schemas/risk/signal.ts';
import { beijing, cancel, declaration, declarationReceipt, Journal, order, payment, returned, reversalReceipt, T0, taxBill, waybill } from '../trade.ts';
import { balance, lastMatch, of, run, rulesWith } from './running.ts';

const MINUTE = 60_000;
type Fields = Record<string, unknown>;
const LINE = (declaration().items as object[])[0];
/** 210 yuan of goods and freight at 9.1 %: 19.11 of tax. */
const RATES = '# version: t, complete: false, source: test\nhs_prefix,vat,consumption,duty,valid_from,valid_to,note\n3304,0.13,0,0.05,2019-04-01,,\n33049901,0.13,0,,2019-04-01,,no duty known\n';
const GUARANTEES = '# version: t, complete: false, source: test\nguarantor,guarantee_no,amount_cny,valid_from,valid_to,note\nG-OK,1,1000,2026-01-01,,\nG-SMALL,1,5,2026-01-01,,\nG-TWO,1,10,2026-01-01,,\nG-TWO,2,10,2026-01-01,,\nG-ENDED,1,1000,2025-01-01,2026-06-30,\n';
const artifacts = rulesWith({ billsByList: 1 }, { 'tax-rates.csv': RATES, 'guarantees.csv': GUARANTEES });
const taxed = (tax: number): Fields => order({ taxTotal: tax, acturalPaid: 210 + tax });
const findings = (documents: Fields[], rules = artifacts): string[] => {
  const journal = new Journal();
  for (const document of documents) journal.document(document, T0 + 30 * MINUTE);
  return (lastMatch(run(journal, 0, rules))?.findings ?? []).filter((f) => ['TAX_DIFF', 'GUARANTEE_SHORT', 'NO_RAW_PAYMENT', 'KEY_UNMATCHED', 'AMOUNT_DIFF'].includes(f.code)).map((f) => `${f.code} ${f.outcome} ${f.left} ${f.right}`);
};

describe('taxes', () => {
  const cases: [string, Fields[], string[]][] = [
    ['withheld as the rates say', [taxed(19.11), declaration()], []],
    ['a fen of rounding', [taxed(19.12), declaration()], []],
    ['withheld too little', [taxed(15), declaration()], ['TAX_DIFF fail 15.00 CNY 19.11 CNY']],
    ['nothing withheld: the seller bears the tax', [taxed(0), declaration()], []],
    ['no rate for the code', [taxed(15), declaration({ items: [{ ...LINE, gcode: '9999000000' }] })], ['TAX_DIFF not-checked 9999000000 ']],
    ['billed as withheld', [taxed(19.11), declaration(), waybill(), taxBill(19.11)], []],
    ['billed otherwise, in sum and line', [taxed(19.11), declaration(), waybill(), taxBill(25)],
      ['TAX_DIFF fail 19.11 CNY 25.00 CNY', 'TAX_DIFF fail 25.00 CNY 19.11 CNY', 'TAX_DIFF fail 25.00 CNY 19.11 CNY']],
    ['a void bill does not count', [taxed(19.11), declaration(), waybill(), taxBill(25, { status: 3 })], []],
    ['a bill made void later, by a message that names the list only', [taxed(19.11), declaration(), waybill(), taxBill(25), {
      type: 'tax-bill-status', guid: 'G-TS', returnTime: `${beijing(T0 + 25 * MINUTE)}000`, invtNo: '29002026I000000001', taxNo: 'TAX-1', status: 3,
    }], []],
    ['the status before its bill', [taxed(19.11), declaration(), waybill(), {
      type: 'tax-bill-status', guid: 'G-TS', returnTime: `${beijing(T0 + 25 * MINUTE)}000`, invtNo: '29002026I000000001', taxNo: 'TAX-1', status: 3,
    }, taxBill(25)], []],
  ];
  test.each(cases)('%s', (_name, documents, expected) => {
    expect(findings(documents).filter((f) => f.startsWith('TAX'))).toEqual(expected);
  });

  describe('a bill that names no waybill is found by its list, which the release names', () => {
    const bill = (() => { const { logisticsCode: _code, logisticsNo: _no, ...rest } = taxBill(25); return rest; })();
    const released = declarationReceipt(800);
    const made = [taxed(19.11), declaration(), waybill()];
    const differs = ['TAX_DIFF fail 19.11 CNY 25.00 CNY', 'TAX_DIFF fail 25.00 CNY 19.11 CNY', 'TAX_DIFF fail 25.00 CNY 19.11 CNY'];
    const orders: [string, Fields[]][] = [
      ['after the release', [...made, released, bill]],
      ['before the release', [...made, bill, released]],
      ['before the order', [bill, ...made, released]],
      ['before the order, which comes after the release', [bill, released, ...made]],
      ['after the list is closed, whose number was told before', [...made, declarationReceipt(120), released, declarationReceipt(899, { returnTime: `${beijing(T0 + 8 * MINUTE)}000` }), bill]],
    ];
    test.each(orders)('%s', (_name, documents) => {
      expect(findings(documents).filter((f) => f.startsWith('TAX'))).toEqual(differs);
    });

    test('its number is told once, and not at all where bills name their waybill', () => {
      const told = (rules = artifacts) => {
        const journal = [...made, released, declarationReceipt(899, { returnTime: `${beijing(T0 + 8 * MINUTE)}000` })].reduce((j, document) => j.document(document, T0 + 30 * MINUTE), new Journal());
        return run(journal, 0, rules).filter((o) => o.type === 'alias').map((o) => o.key);
      };
      expect(told()).toEqual(['i:29002026I000000001']);
      expect(told(rulesWith({}, { 'tax-rates.csv': RATES }))).toEqual([]);
    });
  });

  test('one indivisible item above the limit is taxed in full; without a duty that is not checked; two items are no matter of these taxes', () => {
    const dear = (over: Fields) => [
      order({ goodsValue: 6000, freight: 0, taxTotal: 1000, acturalPaid: 7000, items: [{ ...(order().items as object[])[0], qty: 1, price: 6000, totalPrice: 6000, ...over }] }),
      declaration({ freight: 0, items: [{ ...LINE, qty: 1, price: 6000, totalPrice: 6000, ...over }] }),
    ];
    expect(findings(dear({}))).toEqual(['TAX_DIFF fail 1000.00 CNY 1119.00 CNY']);
    expect(findings([dear({})[0] as Fields, declaration({ freight: 0, items: [{ ...LINE, gcode: '3304990100', qty: 1, price: 6000, totalPrice: 6000 }] })])).toEqual(['TAX_DIFF not-checked 3304990100 ']);
    expect(findings(dear({ qty: 2, price: 3000 }))).toEqual([]);
  });
});

describe('guarantees', () => {
  test.each([
    ['covers the tax', 'G-OK', []],
    ['is smaller than the tax', 'G-SMALL', ['GUARANTEE_SHORT fail 19.11 CNY 5.00 CNY']],
    ['two in force add up', 'G-TWO', []],
    ['has ended', 'G-ENDED', ['GUARANTEE_SHORT fail G-ENDED lapsed']],
    ['is not in a table that is not complete', 'G-NONE', ['GUARANTEE_SHORT not-checked G-NONE ']],
  ])('%s', (_name, assureCode, expected) => {
    expect(findings([taxed(19.11), declaration({ assureCode })])).toEqual(expected);
  });

  test('a miss in a complete table is a failure, and customs\' bill is what must be covered', () => {
    const complete = rulesWith({}, { 'tax-rates.csv': RATES, 'guarantees.csv': GUARANTEES.replace('complete: false', 'complete: true').replace('G-OK,1,1000', 'G-OK,1,20') });
    expect(findings([taxed(19.11), declaration({ assureCode: 'G-NONE' })], complete)).toEqual(['GUARANTEE_SHORT fail G-NONE miss']);
    expect(findings([taxed(19.11), declaration({ assureCode: 'G-OK' }), waybill(), taxBill(25)], complete)).toContain('GUARANTEE_SHORT fail 25.00 CNY 20.00 CNY');
  });
});

describe('what a guarantor answers for', () => {
  const rules = rulesWith({}, { 'tax-rates.csv': RATES, 'guarantees.csv': GUARANTEES });
  const owed = (() => {
    const compiled = compile(JSON.parse(rules['rules'] as string) as RuleSource);
    if (!compiled.ok) throw new Error('the rules do not compile');
    return compiled.ruleSet.rule('financial/guarantee-used')?.features['guarantor']?.get('owed')?.id;
  })();
  /** Yuan, by guarantor. */
  const due = (journal: Journal, restoreEvery = 0): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { entries } of of<Signals>(run(journal, restoreEvery, rules), 'signals')) {
      for (const { subjectId, contributions } of entries) for (const c of contributions) if (c.feature === owed) sums[subjectId] = (sums[subjectId] ?? 0) + c.sign * Math.round(c.value * 100);
    }
    return Object.fromEntries(Object.entries(sums).map(([code, fen]) => [code, fen / 100]));
  };
  const declared = declaration({ assureCode: 'G-OK' });
  const status = (of: number): Fields => ({ type: 'tax-bill-status', guid: `G-TS-${of}`, returnTime: `${beijing(T0 + 25 * MINUTE)}000`, invtNo: '29002026I000000001', taxNo: 'TAX-1', status: of });
  const agreed = (type: 'cancel' | 'return'): Fields => reversalReceipt(type, 399);
  const cases: [string, Fields[], Record<string, number>][] = [
    ['what the order withheld, once it is declared', [taxed(19.11), declared], { 'G-OK': 19.11 }],
    ['nothing before', [taxed(19.11), waybill()], {}],
    ['nothing where no guarantee is known', [taxed(19.11), declaration({ assureCode: 'G-NONE' })], {}],
    ['the tax by the rates where nothing was withheld', [taxed(0), declared], { 'G-OK': 19.11 }],
    ['customs\' bill', [taxed(19.11), declared, waybill(), taxBill(25)], { 'G-OK': 25 }],
    ['nothing once the bill is summarised', [taxed(19.11), declared, waybill(), taxBill(19.11), status(2)], { 'G-OK': 0 }],
    ['what was withheld where the bill is void', [taxed(19.11), declared, waybill(), taxBill(25), status(3)], { 'G-OK': 19.11 }],
    ['nothing of a cancelled order', [taxed(19.11), declared, cancel(), agreed('cancel')], { 'G-OK': 0 }],
    ['half where one piece of two went back', [taxed(20), declared, returned(1), agreed('return')], { 'G-OK': 10 }],
    ['all of it while customs has not agreed', [taxed(19.11), declared, cancel()], { 'G-OK': 19.11 }],
    ['nothing of a refused declaration', [taxed(19.11), declared, declarationReceipt(100)], { 'G-OK': 0 }],
    ['the other guarantor\'s where the declaration is changed', [taxed(19.11), declared, declaration({ guid: 'G-DEC-2', appType: '2', appTime: beijing(T0 + 5 * MINUTE), assureCode: 'G-TWO' })], { 'G-OK': 0, 'G-TWO': 19.11 }],
  ];
  test.each(cases)('%s', (_name, documents, expected) => {
    const journal = () => documents.reduce((j, document) => j.document(document, T0 + 30 * MINUTE), new Journal());
    expect(due(journal())).toEqual(expected);
    expect(due(journal(), 1)).toEqual(expected);
  });

  test('in whatever order they come', () => {
    const documents = [taxed(20), declared, waybill(), taxBill(20), returned(1), agreed('return'), status(2)];
    fc.assert(fc.property(fc.shuffledSubarray(documents, { minLength: documents.length }), fc.boolean(), (shuffled, paid) => {
      const journal = new Journal();
      for (const document of shuffled) if (paid || document['type'] !== 'tax-bill-status') journal.document(document, T0 + 30 * MINUTE);
      expect(due(journal)).toEqual({ 'G-OK': paid ? 0 : 10 });
    }), { numRuns: 25, seed: 3 });
  });

  test('a closed order still gives back what is summarised or returned, and counts nothing else again', () => {
    const DAY = 24 * 60 * MINUTE;
    const closed = () => [taxed(20), declared, waybill(), taxBill(20)].reduce((j, document) => j.document(document, T0 + 30 * MINUTE), new Journal()).tick(T0 + 5 * DAY);
    const later = (document: Fields): Fields => ({ ...document, returnTime: `${beijing(T0 + 20 * DAY)}000` });
    expect(due(closed())).toEqual({ 'G-OK': 20 });
    expect(due(closed().document(later(status(2)), T0 + 20 * DAY))).toEqual({ 'G-OK': 0 });
    expect(due(closed().document(later(status(2)), T0 + 20 * DAY), 1)).toEqual({ 'G-OK': 0 });
    expect(due(closed().document(returned(1, { appTime: beijing(T0 + 20 * DAY) }), T0 + 20 * DAY).document(later(agreed('return')), T0 + 20 * DAY))).toEqual({ 'G-OK': 10 });
    const others = (journal: Journal) => [...balance(run(journal, 0, rules))].filter(([key, n]) => n !== 0 && !key.startsWith('guarantor'));
    expect(others(closed().document(later(status(2)), T0 + 20 * DAY))).toEqual(others(closed()));
  });
});

describe('raw payment data', () => {
  const raw = (over: Fields = {}): Fields => ({
    type: 'raw-payment', guid: 'G-RAW', sessionID: 'S-1', ebpCode: '3301SIM001', payCode: '1101SIMP01', payTransactionId: 'TX-1', totalAmount: 228.2, currency: '142', verDept: '3', payType: '1', orderNo: 'NO-1',
    orders: 1, tradingTime: '20261102100100', recpAccount: 'A', recpCode: 'C', recpName: 'N', ...over,
  });
  test.each([
    ['agrees', {}, []],
    ['another total', { totalAmount: 200 }, ['AMOUNT_DIFF fail 228.20 CNY 200.00 CNY']],
    ['another transaction', { payTransactionId: 'TX-2' }, ['KEY_UNMATCHED fail 1101SIMP01|TX-1 1101SIMP01|TX-2']],
    ['another pay code', { payCode: '1101SIMP02' }, ['KEY_UNMATCHED fail 1101SIMP01|TX-1 1101SIMP02|TX-1']],
    ['a payment for two orders covers this one', { totalAmount: 500, orders: 2 }, []],
    ['a payment for two orders that is less than this one', { totalAmount: 100, orders: 2 }, ['AMOUNT_DIFF fail 228.20 CNY 100.00 CNY']],
  ])('%s', (_name, over, expected) => {
    expect(findings([order(), payment(), raw(over)])).toEqual(expected);
  });

  test('where every order needs them, their absence is told at the deadline, and healed when they come', () => {
    const required = rulesWith({ rawPaymentRequired: 1, rawPaymentMinutes: 45 });
    const journal = () => new Journal().document(order(), T0).document(payment(), T0 + MINUTE);
    const codes = (j: Journal, rules = required) => lastMatch(run(j, 0, rules))?.codes;
    expect(codes(journal().tick(T0 + 44 * MINUTE))).toEqual(['MISSING_DOC']);
    expect(codes(journal().tick(T0 + 46 * MINUTE))).toEqual(['MISSING_DOC', 'NO_RAW_PAYMENT']);
    expect(codes(journal().tick(T0 + 46 * MINUTE).document(raw(), T0 + 50 * MINUTE))).toEqual(['MISSING_DOC']);
    expect(codes(journal().tick(T0 + 46 * MINUTE), rulesWith({}))).toEqual(['MISSING_DOC']);
    expect(JSON.stringify(run(journal().tick(T0 + 46 * MINUTE), 1, required))).toBe(JSON.stringify(run(journal().tick(T0 + 46 * MINUTE), 0, required)));
  });
});
