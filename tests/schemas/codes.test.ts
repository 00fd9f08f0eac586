import { expect, test } from 'vitest';
import { loadCodes } from '../../processors/intake/tables.ts';
import { createCodes } from '../../schemas/trade/codes.ts';

test('the shipped tables', () => {
  const codes = loadCodes();
  expect([codes.country('142'), codes.country('502'), codes.country('609'), codes.currency('142'), codes.currency('502'), codes.unit('035')]).toEqual(['CHN', 'USA', 'NZL', 'CNY', 'USD', '千克']);
});
test('an ISO code counts as itself, what is unknown gives nothing', () => {
  const codes = createCodes({ countries: 'customs_code,iso_alpha3\r\n142,CHN\r\n', currencies: 'c,i\n142,CNY', units: 'c,n\n' });
  expect([codes.country('CHN'), codes.country('XXX'), codes.country(''), codes.currency('CNY'), codes.currency('999'), codes.unit('035'), codes.country('__proto__')]).toEqual(['CHN', '', '', 'CNY', '', '', '']);
});
