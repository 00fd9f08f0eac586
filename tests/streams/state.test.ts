import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StateChange } from '../../streams/log.ts';
import { packState, unpackState } from '../../streams/embedded/state-blob.ts';
import { MapState } from '../../streams/state.ts';

const codec = { encode: (n: number) => Buffer.from([n]), decode: (b: string | Uint8Array) => (b as Uint8Array)[0] as number, rests: true };

test('a blob holds every change as it was', () => {
  const change = fc.record({ key: fc.string(), value: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), fc.uint8Array().map((b) => Buffer.from(b))), offset: fc.nat() });
  fc.assert(fc.property(fc.array(change), (changes) => {
    expect([...unpackState(packState(changes))]).toEqual(changes);
  }), { numRuns: 300 });
});

test('given any sets, deletes, flushes and restarts, a state restored from what a pass leaves is the state', () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant('set' as const), table: fc.constantFrom('plain', 'rests'), key: fc.nat(40), value: fc.nat(255) }),
    fc.record({ do: fc.constant('delete' as const), table: fc.constantFrom('plain', 'rests'), key: fc.nat(40) }),
    fc.record({ do: fc.constant('flush' as const) }), fc.record({ do: fc.constant('restart' as const) }),
  );
  const open = (state: MapState) => ({ plain: state.table<number>('plain'), rests: state.table<number>('rests', codec) });
  fc.assert(fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
    let flushes: StateChange[][] = [];
    let began = 0;
    let state = new MapState();
    let tables = open(state);
    const model = { plain: new Map<string, number>(), rests: new Map<string, number>() };
    const flush = () => {
      const { changes, pass } = state.takeFlush(0);
      if (pass.begins) began = flushes.length;
      flushes.push(changes);
      if (pass.ends) flushes = flushes.slice(began);
      if (pass.ends) began = 0;
    };
    const check = () => { for (const name of ['plain', 'rests'] as const) expect(new Map(tables[name].entries())).toEqual(model[name]); };
    for (const a of actions) {
      if (a.do === 'set') { tables[a.table as 'plain'].set(`k${a.key}`, a.value); model[a.table as 'plain'].set(`k${a.key}`, a.value); }
      else if (a.do === 'delete') { tables[a.table as 'plain'].delete(`k${a.key}`); model[a.table as 'plain'].delete(`k${a.key}`); }
      else if (a.do === 'flush') flush();
      else {
        flush();
        state = new MapState();
        for (const { key, value } of flushes.flat()) state.restore(key, value);
        tables = open(state);
      }
      for (const name of ['plain', 'rests'] as const) expect(tables[name].size).toBe(model[name].size);
    }
    check();
  }), { numRuns: 300 });
});

test('a large state is written again in slices, and its flushes stay in proportion', () => {
  const state = new MapState();
  const table = state.table<number>('t', codec);
  for (let i = 0; i < 5_000; i++) table.set(`k${i}`, i % 256);
  state.takeFlush(0);
  let flushed = 0;
  let passes = 0;
  for (let i = 0; i < 100; i++) {
    table.set(`k${i}`, 7);
    const { changes, pass } = state.takeFlush(i);
    flushed += changes.length;
    if (pass.ends) passes++;
    expect(changes.length).toBeLessThanOrEqual(501);
  }
  expect(passes).toBeGreaterThan(5);
  expect(flushed).toBeLessThan(52_000);
});
