import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from '../../processors/assessment/deadlines.ts';

test('timers come in (deadline, key) order, and none before it is due', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(50), fc.constantFrom('a', 'b', 'c', 'd'))), fc.nat(60), (timers, now) => {
    const deadlines = new Deadlines();
    for (const [at, key] of timers) deadlines.add(at, key);
    const taken: [number, string][] = [];
    for (let due = deadlines.next(now); due; due = deadlines.next(now)) taken.push([due.at, due.key]);
    expect(taken).toEqual(timers.filter(([at]) => at <= now).sort(([a, x], [b, y]) => a - b || (x < y ? -1 : x > y ? 1 : 0)));
  }));
});
