import { describe, expect, test } from 'vitest';
import { ExcelNumber, readCell, textOf, type Cell } from '../../../cli/mapping/cells.ts';
import { toBeijing } from '../../../cli/mapping/dates.ts';
import { mappingOf } from './read.ts';

const field = (name: string, more = '') => {
  const { fields } = mappingOf(`type: payment\nfields:\n  payCode: { constant: X }\n  payTransactionId: a\n  amountPaid: b\n  payTime: c\n  payerName: d\n  payerIdType: e\n`.replace(new RegExp(`(  ${name}: )\\w`), `$1{ column: x, ${more} }`));
  return fields.find((f) => f.name === name)!;
};
const n = (stored: string): ExcelNumber => new ExcelNumber(stored);

describe('times', () => {
  test.each<[string | Date, string | undefined, string, string | undefined]>([
    ['2026-01-31 08:05:09', undefined, 'Asia/Shanghai', '20260131080509'], ['2026/1/3 8:05', undefined, 'Asia/Shanghai', '20260103080500'], ['2026年1月3日 8时5分', undefined, 'Asia/Shanghai', '20260103080500'],
    ['2026-01-31T08:05:09.123Z', undefined, 'Asia/Shanghai', '20260131160509'], ['2026-01-31T08:05:09+01:00', undefined, 'Asia/Shanghai', '20260131150509'], ['20260131080509', undefined, 'Asia/Shanghai', '20260131080509'],
    ['20260131', undefined, 'Asia/Shanghai', '20260131000000'], ['2026-02-29 00:00:00', undefined, 'Asia/Shanghai', undefined], ['31/01/2026 08:05', undefined, 'Asia/Shanghai', undefined],
    ['31/01/2026 08:05', 'DD/MM/YYYY HH:mm', 'Asia/Shanghai', '20260131080500'], ['1/2/2026 8:05 下午', 'M/D/YYYY h:mm A', 'Asia/Shanghai', '20260102200500'], ['12:05 am 2026.1.2', 'hh:mm A YYYY.M.D', 'UTC', '20260102080500'],
    ['2026-07-01 12:00', 'YYYY-MM-DD HH:mm', 'Europe/Berlin', '20260701180000'], ['2026-01-01 12:00', 'YYYY-MM-DD HH:mm', 'Europe/Berlin', '20260101190000'], ['2026-03-29 02:30', 'YYYY-MM-DD HH:mm', 'Europe/Berlin', undefined],
    ['2026-10-25 02:30', 'YYYY-MM-DD HH:mm', 'Europe/Berlin', '20261025083000'], ['2026-01-01 00:00', undefined, '-05:30', '20260101133000'], ['1769832309', 'epoch', 'UTC', '20260131120509'], ['1769832309000', 'epoch-ms', 'UTC', '20260131120509'],
    ['99999999999999', 'epoch', 'UTC', undefined], [new Date('2026-08-03T10:14:59.999Z'), undefined, 'Asia/Shanghai', '20260803101500'], [new Date('2026-08-03T10:15:00Z'), undefined, 'UTC', '20260803181500'], [new Date(Number.NaN), undefined, 'UTC', undefined],
  ])('%s as %s in %s', (given, format, zone, expected) => expect(toBeijing(given, format, zone)).toBe(expected));
});

describe('values', () => {
  test.each<[string, string, Cell, string]>([
    ['amountPaid', '', '¥1,234.50', '1234.50'], ['amountPaid', '', '１２.５元', '12.5'], ['amountPaid', "decimal: ','", '1.234,50', '1234.50'], ['amountPaid', "decimal: ','", '12,5', '12.5'], ['amountPaid', '', '12,5', '12,5'],
    ['amountPaid', 'unit: fen', '12345', '123.45'], ['amountPaid', 'unit: fen', '5', '0.05'], ['amountPaid', 'unit: fen', '100', '1'], ['amountPaid', 'unit: fen', '12.5', '0.125'], ['amountPaid', 'unit: g', '1500', '1.5'],
    ['amountPaid', 'unit: fen', n('57604'), '576.04'], ['amountPaid', '', n('19.899999999999999'), '19.9'], ['amountPaid', '', n('2.5000000000000001E-2'), '0.025'], ['amountPaid', '', n('1E+20'), '100000000000000000000'],
    ['payTransactionId', '', '="0012345678901234567"', '0012345678901234567'], ['payTransactionId', '', "'00123", '00123'], ['payTransactionId', '', '00123\t', '00123'], ['payTransactionId', '', '`00123', '00123'], ['payTransactionId', '', '3E7', '3E7'],
    ['payerName', '', "'t Hart", "'t Hart"], ['payerIdType', "values: { 身份证: '1' }, otherwise: '2'", '护照', '2'], ['payerIdType', "values: { 身份证: '1' }", ' 身份证 ', '1'], ['payerIdType', "values: { 身份证: '1' }", '', ''],
    ['payerIdType', 'blank: x', '', 'x'], ['payerName', '', null, ''], ['payerName', '', true, 'true'], ['payTime', '', n('20260131080509'), '20260131080509'],
  ])('%s { %s } of %s', (name, more, cell, expected) => expect(readCell(field(name, more), cell)).toEqual({ value: expected }));

  test.each<[string, string, Cell, RegExp]>([
    ['payTransactionId', '', '1.23457E+17', /all digits of the code.*only 15 digits are kept/], ['payTransactionId', '', n('1234567890123456789'), /only 15 digits/], ['payTransactionId', '', new Date(0), /made a date of it/],
    ['payTime', '', '31/1/2026', /year first.*date: 'D\/M\/YYYY H:mm'/], ['payTime', 'date: D/M/YYYY', '1/31/2026', /written D\/M\/YYYY/], ['payerIdType', "values: { 身份证: '1' }", '护照', /one of the 1 values.*otherwise/], ['amountPaid', '', '#N/A', /formula in this cell failed/],
  ])('%s { %s } of %s is refused', (name, more, cell, expected) => {
    const read = readCell(field(name, more), cell);
    expect(read.fault?.message).toMatch(expected);
    expect(read.fault?.message).not.toContain(textOf(cell));
  });

  test('a code stored as a number is taken, with a warning', () => expect(readCell(field('payTransactionId'), n('123'))).toMatchObject({ value: '123', warning: expect.stringContaining('leading zeros') }));
});
