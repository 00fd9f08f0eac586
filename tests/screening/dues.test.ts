import { describe, expect, test } from 'vitest';
import { beijing, declaration, Journal, order, payment, T0, taxBill, waybill } from '../trade.ts';
import { lastMatch, run, rulesWith } from './running.ts';

const MINUTE = 60_000;
type Fields = Record<string, unknown>;
const LINE = (declaration().items as object[])[0];
/** 210 yuan of goods and freight at 9.1 %: 19.11 of tax. */
const RATES = '# version: t, complete: false, source: test\nhs_prefix,vat,consumption,duty,valid_from,valid_to,note\n3304,0.13,0,0.05,2019-04-01,,\n33049901,0.13,0,,2019-04-01,,no duty known\n';
const GUARANTEES = '# version: t, complete: false, source: test\nguarantor,guarantee_no,amount_cny,valid_from,valid_to,note\nG-OK,1,1000,2026-01-01,,\nG-SMALL,1,5,2026-01-01,,\nG-TWO,1,10,2026-01-01,,\nG-TWO,2,10,2026-01-01,,\nG-ENDED,1,1000,2025-01-01,2026-06-30,\n';
const artifacts = rulesWith({}, { 'tax-rates.csv': RATES, 'guarantees.csv': GUARANTEES });
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
