import { describe, expect, test } from 'vitest';
import { loadCodes } from '../../processors/intake/tables.ts';
import { createCodes } from '../../schemas/trade/codes.ts';
import { type Derive, read, type Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { NOBODY } from '../../schemas/trade/envelope.ts';
import { normaliseOrder } from '../../schemas/trade/order.ts';
import { exampleOf } from '../../schemas/standards/fields.ts';

test('the shipped tables', () => {
  const codes = loadCodes();
  expect([codes.country('142'), codes.country('502'), codes.country('609'), codes.currency('142'), codes.currency('502'), codes.unit('035')]).toEqual(['CHN', 'USA', 'NZL', 'CNY', 'USD', '千克']);
});
test('an ISO code counts as itself, what is unknown gives nothing', () => {
  const codes = createCodes({ countries: 'customs_code,iso_alpha3\r\n142,CHN\r\n', currencies: 'c,i\n142,CNY', units: 'c,n\n' });
  expect([codes.country('CHN'), codes.country('XXX'), codes.country(''), codes.currency('CNY'), codes.currency('999'), codes.unit('035'), codes.country('__proto__')]).toEqual(['CHN', '', '', 'CNY', '', '', '']);
});

describe('a code with days', () => {
  const day = (text: string) => Date.parse(`${text}+08:00`);
  const csv = 'customs_code,iso,name_en,name_zh,valid_from,valid_to\n300,OLD,"Old, first",旧,,2001-12-31\n300,NEW,New,新,2002-01-01,\n142,CNY,Yuan,元,,\n';
  const codes = createCodes({ countries: csv, currencies: csv, units: csv });
  test('stands for what it did at the time of the document', () => {
    expect(['2001-12-31T23:59:59', '2002-01-01T00:00:00', '2026-01-01T00:00:00'].map((at) => codes.currency('300', day(at)))).toEqual(['OLD', 'NEW', 'NEW']);
    expect([codes.currency('OLD', day('2003-01-01T00:00:00')), codes.currency('OLD', day('2000-01-01T00:00:00')), codes.currency('142', 0), codes.currency('300')]).toEqual(['', 'OLD', 'CNY', 'NEW']);
  });
});

test('a document asks for its codes at its own time', () => {
  const reading = read(CONTRACTS.order, exampleOf('order') as Wire, undefined);
  if (!reading.ok) throw new Error(reading.problem.message);
  const derive: Derive = { person: () => NOBODY, words: () => ({ score: 0, word: '' }), country: (code, at) => `${code}@${at}`, currency: (code, at) => `${code}@${at}`, token: (text) => text };
  const order = normaliseOrder(reading.wire, { eventTime: 77 } as Parameters<typeof normaliseOrder>[1], derive);
  expect([order.currency, order.lines[0]?.currency, order.lines[0]?.country]).toEqual(['142@77', '142@77', '142@77']);
});
