/** What rules read of the tables of goods and scopes; each by the day of the event. */
import { describe, expect, test } from 'vitest';
import { compiled, smallSource } from './sources.ts';

const head = '# version: 1, complete: true, source: test\n';
const TABLES = {
  'goods-terms.csv': `${head}term,list,hs_prefix,valid_from,valid_to\n象牙,cites,,,\n面霜,goods,3304,,\n霜,goods,2105,,\npower bank,dangerous,,2026-01-01,2026-06-30\n`,
  'controlled-goods.csv': `${head}list,hs_prefix\ncites,9601\ndangerous,8507\n`,
  'goods-norms.csv': `${head}hs_prefix,unit_kg,household_units\n33,0.1,5\n3304,0.15,4\n`,
  'trade-measures.csv': `${head}country_iso3,hs_prefix,level,valid_from,valid_to\nUSA,33,2,2026-04-01,2026-12-31\n`,
  'business-scopes.csv': `${head}code,hs_prefix\nS1,33\n`,
};
const day = (text: string): number => Date.parse(`${text}T12:00:00+08:00`);

describe('tables of goods', () => {
  const { tables } = compiled(smallSource({}, TABLES));
  const at = day('2026-05-01');
  test('terms', () => {
    expect([tables.goodsTerm('仿象牙筷', 'cites', at), tables.goodsTerm('仿象牙筷', 'dangerous', at), tables.goodsTerm('Power Bank', 'dangerous', at), tables.goodsTerm('Power Bank', 'dangerous', day('2026-07-01'))]).toEqual([true, false, true, false]);
    expect([tables.likelyHs('保湿面霜', at), tables.likelyHs('冰霜', at), tables.likelyHs('手表', at)]).toEqual(['3304', '2105', '']);
  });
  test('controlled, norms, measures, scopes', () => {
    expect([tables.controlled('cites', '9601100000', at), tables.controlled('dangerous', '9601100000', at)]).toEqual([true, false]);
    expect([tables.goodsNorm('3304990000', at), tables.goodsNorm('3303000000', at), tables.goodsNorm('9102', at)]).toEqual([{ unitKg: 0.15, householdUnits: 4 }, { unitKg: 0.1, householdUnits: 5 }, undefined]);
    expect([tables.tradeMeasure('USA', '3304990000', at), tables.tradeMeasure('USA', '3304990000', day('2026-03-31')), tables.tradeMeasure('DEU', '3304990000', at)]).toEqual([2, 0, 0]);
    expect([tables.inScope('S1', '3304990000', at), tables.inScope('S1', '9102', at), tables.inScope('S2', '3304', at)]).toEqual(['in', 'out', 'not-checked']);
  });
});
