import { describe, expect, test } from 'vitest';
import { bindColumns } from '../../../cli/mapping/columns.ts';
import { fieldsOf, TYPES } from '../../../cli/mapping/fields.ts';
import { readMapping } from '../../../cli/mapping/form.ts';
import { templateOf } from '../../../cli/mapping/template.ts';
import { mappingOf } from './read.ts';

const findings = (yaml: string): string[] => {
  const read = readMapping('map.yaml', yaml);
  return read.ok ? [] : read.findings.map((f) => `${f.line}: ${f.message}${f.suggestion && ` (${f.suggestion})`}`);
};
const PAYMENT = 'type: payment\nfields:\n  payCode: { constant: X }\n  payTransactionId: 流水号\n  amountPaid: 金额\n';

describe('the mapping file', () => {
  test.each<[string, string, RegExp[]]>([
    ['no YAML', 'type: [', [/^1: not readable as YAML/]],
    ['nothing', '', [/expected a mapping .*--map-template order/]],
    ['an unknown type', 'type: ordr\nfields: {}', [/^1: `type`: expected one of order, .*given `ordr`.*did you mean `order`/]],
    ['no type', 'fields: {}', [/`type`: /]],
    ['an unknown key', `${PAYMENT}filds: {}`, [/^6: `filds` is no key here.*did you mean `fields`/]],
    ['an unknown key of a field', PAYMENT.replace('金额', '{ colum: 金额 }'), [/^5: `colum` is no key here.*did you mean `column`/]],
    ['an unknown field', `${PAYMENT}  amountPayed: x`, [/^6: `amountPayed` is no field.*did you mean `amountPaid`/]],
    ['a required field left out', PAYMENT.replace(/ {2}amountPaid.*\n/, ''), [/`amountPaid` is needed: a decimal number.*constant/]],
    ['column and constant', PAYMENT.replace('金额', '{ column: a, constant: b }'), [/^5: `amountPaid` comes from exactly one of .*given column and constant/]],
    ['neither', PAYMENT.replace('金额', '{ unit: fen }'), [/^5: .*given none/]],
    ['a unit on a code', PAYMENT.replace('流水号', '{ column: a, unit: fen }'), [/^4: `unit` is for amount fields; `payTransactionId` is a code field/]],
    ['an unknown unit', PAYMENT.replace('金额', '{ column: a, unit: cent }'), [/^5: .*unit/]],
    ['a date without a year', `${PAYMENT}  payTime: { column: t, date: DD/MM HH:mm }`, [/^6: `date`: expected a year .*YYYY is missing/]],
    ['a date with a part twice', `${PAYMENT}  payTime: { column: t, date: YYYY-MM-DD mm:mm }`, [/^6: `date`: `m` stands in it twice/]],
    ['an unknown zone', `${PAYMENT}  payTime: { column: t, zone: Asia/Peking2 }`, [/^6: .*is no time zone.*Asia\/Shanghai/]],
    ['an unknown encoding', `${PAYMENT}file: { encoding: utf8 }`, [/^6: `file.encoding`/]],
    ['a delimiter of two characters', `${PAYMENT}file: { delimiter: "::" }`, [/^6: `file.delimiter`: expected auto, tab or one character/]],
    ['lines where there are none', `${PAYMENT}items: { fields: { qty: a } }`, [/a payment has no lines/, /`qty` is no field/]],
    ['no lines where they are needed', 'type: order\nfields: { orderNo: a, ebpCode: b, ebcCode: c, goodsValue: d, acturalPaid: e }', [/order: a document of this type has lines/]],
    ['rows and numbered columns', 'type: order\nfields: { orderNo: a, ebpCode: b, ebcCode: c, goodsValue: d, acturalPaid: e }\nitems:\n  rows: [orderNo]\n  columns: 2\n  fields: { qty: "q{n}", price: p, totalPrice: t }', [/either as several rows .* not both/]],
    ['numbered columns without {n}', 'type: order\nfields: { orderNo: a, ebpCode: b, ebcCode: c, goodsValue: d, acturalPaid: e }\nitems: { columns: 2, fields: { qty: q, price: p, totalPrice: t } }', [/numbered columns are written with \{n\}/]],
    ['a key of rows that is no field', 'type: order\nfields: { orderNo: a, ebpCode: b, ebcCode: c, goodsValue: d, acturalPaid: e }\nitems: { rows: [orderNr], fields: { qty: q, price: p, totalPrice: t } }', [/`orderNr` is none of its fields.*did you mean `orderNo`/]],
  ])('%s', (_name, yaml, expected) => {
    const found = findings(yaml);
    for (const [i, pattern] of expected.entries()) expect(found.join('\n'), `problem ${i}`).toMatch(new RegExp(pattern.source, 'm'));
    expect(found.length).toBeGreaterThan(0);
  });

  test('all problems come together', () => expect(findings('type: payment\nfields:\n  payCode: { constant: X, unit: fen }\n  nope: x\n')).toHaveLength(4));

  test.each(TYPES)('the template of %s is a mapping, and takes a file headed by the fields themselves', (type) => {
    const mapping = mappingOf(templateOf(type));
    const { head, line } = fieldsOf(type);
    const names = (infos: { name: string; needed: boolean }[]): string[] => infos.filter((f) => f.needed).map((f) => f.name);
    expect(bindColumns(mapping, [...names(head), ...names(line)]).problems).toEqual([]);
  });

  test('what the contract needs is read off it', () => {
    const needed = (type: 'order' | 'payment') => fieldsOf(type).head.filter((f) => f.needed).map((f) => f.name);
    expect(needed('payment')).toEqual(['payCode', 'payTransactionId', 'amountPaid']);
    expect(needed('order')).toEqual(['orderNo', 'ebpCode', 'ebcCode', 'goodsValue', 'acturalPaid']);
    expect(Object.fromEntries(fieldsOf('order').head.map((f) => [f.name, f.kind]))).toMatchObject({ appTime: 'time', freight: 'amount', buyerName: 'text', orderNo: 'code', guid: 'code' });
    expect(fieldsOf('order').line.find((f) => f.name === 'gnum')?.kind).toBe('whole');
  });
});

describe('columns', () => {
  const mapping = mappingOf(`${PAYMENT}  orderNo: [订单编号, Order No]\n  payTime: { column: 时间, optional: true }\n  payerName: { join: [姓, 名] }\nignore: [备注]`);
  test('are found whatever case, spaces and marks of the header', () => {
    const bound = bindColumns(mapping, ['*流水号', '金额（元）', ' order NO ', '姓', '名', '备注', '仓库', '']);
    expect([bound.problems, bound.unused]).toEqual([[], ['仓库']]);
    expect(bound.head.map((b) => [b.field.name, b.column])).toContainEqual(['orderNo', 'order NO']);
  });
  test('a unit that changes the value does not fit', () => expect(bindColumns(mapping, ['流水号', '金额(分)', '姓', '名']).problems).toEqual([expect.stringMatching(/column 金额 for amountPaid \(required\) is missing/)]));
  test('what is missing is named, with the nearest name; what is there twice too', () => {
    expect(bindColumns(mapping, ['流水号码', '金额', '金额', '姓'])).toMatchObject({ problems: [
      expect.stringMatching(/column 流水号 for payTransactionId \(required\) is missing: did you mean `流水号码`/), 'column 金额 is there 2 times (B, C): rename all but one', expect.stringMatching(/one of the joined columns 姓, 名 for payerName is missing/)] });
  });
});
