/** What a new state of a match gives and takes back, against a count of what was given before and what is due now. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Features, NOTHING, SignalBook, type Due, type GivenOne, type SignalFrame } from '../../processors/screening/given.ts';
import { Sums } from '../../processors/screening/sums.ts';
import { Words } from '../../processors/screening/words.ts';
import { MapState } from '../../streams/state.ts';

const FRAME: SignalFrame = { zone: 'none', orderKey: 'P|1', origin: 'live', late: false };
const one = fc.record({
  subjectType: fc.constantFrom('buyer', 'seller'), subjectId: fc.constantFrom('a', 'b|c'), feature: fc.constantFrom('f', 'g'), value: fc.constantFrom(1, 2, -3, 0, 0.5, 1 / 3, 1e9), item: fc.constantFrom('', 'P|1', 'x'),
}) as fc.Arbitrary<GivenOne>;
const list = fc.array(one, { maxLength: 8 });

/** Of those that both lists hold, the last of `before` stay; the rest of it is taken back, and what `after` has more is given, each in its list's order. */
function expected(before: readonly GivenOne[], after: readonly GivenOne[]): string[] {
  const stays = new Set<number>();
  const fresh = after.filter((given) => {
    const same = before.findLastIndex((old, i) => !stays.has(i) && JSON.stringify(old) === JSON.stringify(given));
    if (same >= 0) stays.add(same);
    return same < 0;
  });
  return [...before.filter((_, i) => !stays.has(i)).map((given) => told(given, -1)), ...fresh.map((given) => told(given, 1))];
}
const told = ({ subjectType, subjectId, feature, value, item }: GivenOne, sign: number): string => `${sign} ${subjectType} ${subjectId} ${feature} ${value} ${item}`;

test('what stays the same is left alone, all else is taken back and given', () => {
  fc.assert(fc.property(list, list, fc.boolean(), (first, second, later) => {
    const state = new MapState();
    const book = new SignalBook(new Features(state.table('feature')), new Sums(state));
    const words = new Words();
    const due = (given: GivenOne[], at: number): Due => ({ at, eventId: 'e', list: given });
    const given = book.replace(FRAME, NOTHING, due(first, 1), 'P|1', words);
    const gave = book.take().flatMap((entry) => entry.contributions.map((c) => told({ ...entry, ...c }, c.sign)));
    expect(gave.sort()).toEqual(first.map((g) => told(g, 1)).sort());
    const at = later && first.length > 0 ? 2 : 1;
    const now = book.replace(FRAME, given, due(second, at), 'P|1', words);
    const tells = book.take().flatMap((entry) => entry.contributions.map((c) => `${entry.at} ${told({ ...entry, ...c }, c.sign)}`));
    const wanted = at === 1 ? expected(first, second).map((text) => `1 ${text}`) : [...first.map((g) => `1 ${told(g, -1)}`), ...second.map((g) => `2 ${told(g, 1)}`)];
    // One entry a subject: the order holds within it.
    const bySubject = (texts: string[]): string[][] => [...Map.groupBy(texts, (text) => text.split(' ').filter((_, i) => i !== 1).slice(0, 3).join(' ')).values()].sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
    expect(bySubject(tells)).toEqual(bySubject(wanted));
    expect(book.recall(now, 'P|1', words).list).toEqual(second);
  }), { numRuns: 500 });
});
