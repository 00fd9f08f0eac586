import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jaroWinkler, NearestName } from '../../reference/names.ts';
import { Terms } from '../../reference/terms.ts';

describe('Jaro and Winkler', () => {
  test.each([
    ['MARTHA', 'MARHTA', 0.9611], ['DWAYNE', 'DUANE', 0.84], ['DIXON', 'DICKSONX', 0.8133], ['JONES', 'JOHNSON', 0.8324], ['ABC', 'XYZ', 0], ['欧阳测试', '欧阳试测', 0.9333], ['', 'A', 0],
  ])('%s and %s', (a, b, expected) => expect(jaroWinkler(a, b)).toBeCloseTo(expected, 3));
  test('is 1 for the same alone, never outside 0–1, and the same both ways but for order', () => {
    const name = fc.string({ unit: fc.constantFrom('A', 'B', 'C', '测', ' '), maxLength: 12 });
    fc.assert(fc.property(name, name, (a, b) => {
      const score = jaroWinkler(a, b);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
      expect(score === 1).toBe(a === b && a !== '');
    }));
  });
});

describe('the nearest of a list', () => {
  const nearest = new NearestName([{ name: 'ZORVATH QUILLBRECK' }, { name: '欧阳测试', from: 100, to: 200 }]);
  test.each([['ZORVATH QUILLBRECK', 1], ['QUILLBRECK ZORVATH', 1], ['ZORVATH QUILLBREK', 0.98], ['SOMEONE ELSE', 0], ['ZORAN PETROV', 0]])('%s', (name, score) => expect(nearest.score(name, 0)).toBeCloseTo(score, 1));
  test('by the day', () => expect([50, 100, 199, 200].map((at) => nearest.score('欧阳测试', at))).toEqual([0, 1, 1, 0]));
});

test('a likeness is worth less where the papers are of another country than the list names', () => {
  const nearest = new NearestName([{ name: 'ZORVATH QUILLBRECK', countries: ['ZAF', 'MOZ'], elsewhere: 0.5 }, { name: 'ZORVATH QUILLBRICK' }]);
  expect(['', 'ZAF', 'MOZ'].map((country) => nearest.score('ZORVATH QUILLBRECK', 0, country))).toEqual([1, 1, 1]);
  expect(nearest.score('ZORVATH QUILLBRECK', 0, 'CHN'), 'the other, whose country nobody told, is nearer now').toBeCloseTo(jaroWinkler('ZORVATH QUILLBRECK', 'ZORVATH QUILLBRICK'), 9);
  expect(new NearestName([{ name: 'ZORVATH QUILLBRECK', countries: ['ZAF'], elsewhere: 0.5 }]).score('ZORVATH QUILLBRECK', 0, 'CHN')).toBe(0.5);
});

describe('terms in names of goods', () => {
  const term = (text: string, from = 0, to = Infinity) => ({ term: text, from, to, value: text });
  const terms = new Terms([term('gun'), term('power bank'), term('象牙'), term('GUN oil')]);
  test.each([['a GUN', ['gun']], ['begun', []], ['gun oil 50 ml', ['gun', 'GUN oil']], ['gunpowder', []], ['仿象牙筷', ['象牙']], ['ｐｏｗｅｒ ｂａｎｋ 2A', ['power bank']], ['', []], ['x'.repeat(5000), []]])('%s', (text, expected) => {
    expect(terms.of(text).map(({ value }) => value)).toEqual(expected);
    expect(terms.of(text).map(({ value }) => value)).toEqual(expected);
  });
});
