import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateChange } from '../../streams/log.ts';
import { KeyIndex } from '../../streams/disk/key-index.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import { packState, unpackState } from '../../streams/embedded/state-blob.ts';
import type { Codec } from '../../streams/stage.ts';
import { type Gathering, MapState } from '../../streams/state.ts';
import { NEVER, secondOf } from '../../streams/timers.ts';
import { commitState, flushOf, modelAt, openLog, openState, tablesOf } from './state-writer.ts';

const codec = { encode: (n: number) => Buffer.from([n]), decode: (b: string | Uint8Array) => (b as Uint8Array)[0] as number, rests: true };

test('a blob holds every change as it was', () => {
  const change = fc.record({ key: fc.string(), value: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), fc.uint8Array().map((b) => Buffer.from(b))), offset: fc.nat() });
  fc.assert(fc.property(fc.array(change), (changes) => {
    expect([...unpackState(packState(changes))]).toEqual(changes);
  }), { numRuns: 300 });
});

test.each([[false, 'what a pass leaves'], [true, 'the last change of each key']])('given any sets, deletes, flushes and restarts, a state restored is the state (the log takes flushes beside: %s, so it keeps %s)', (beside) => {
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
      const { changes, pass, some } = state.gather(0, !beside);
      some(Number.POSITIVE_INFINITY);
      if (!beside) return keep(changes, pass);
      flushes = [[...new Map([...flushes.flat(), ...changes].map((change) => [change.key, change])).values()]];
    };
    const keep = (changes: StateChange[], pass: { begins: boolean; ends: boolean }) => {
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
        for (const change of flushes.flat()) state.restore(change);
        tables = open(state);
      }
      for (const name of ['plain', 'rests'] as const) expect(tables[name].size).toBe(model[name].size);
    }
    check();
  }), { numRuns: 300 });
});

test('a flush that is gathered bit by bit is of the state as it was when it began, whatever is done meanwhile', () => {
  interface Order { n: number; due: number }
  const ORDER: Codec<Order> = { rests: true, due: ({ due }) => due, encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(String(stored)) as Order };
  const key = fc.nat(12).map((n) => `k${n}`);
  const values = { n: fc.nat(99), due: fc.nat(40).map((n) => n * 700) };
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('change' as const, 'put' as const), key, ...values }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'get' as const, 'use' as const), key }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('walk' as const), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('due' as const), now: fc.nat(40_000), limit: fc.constantFrom(2, 1_000) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('begin' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('some' as const), keys: fc.integer({ min: 1, max: 4 }) }) },
  );
  let whileGathering = 0;
  fc.assert(fc.property(fc.array(action, { maxLength: 150 }), (actions) => {
    const state = new MapState();
    const [orders, plain] = [state.table('orders', ORDER), state.table<number>('plain')];
    const model = new Map<string, Order>();
    const stored = new Map<string, unknown>();
    let flush: { gathering: Gathering; expected: Map<string, unknown> } | undefined;
    const some = (keys: number): void => {
      if (!flush?.gathering.some(keys)) return;
      for (const { key: name, value } of flush.gathering.changes) value === null ? stored.delete(name) : stored.set(name, JSON.parse(String(value)));
      expect(stored).toEqual(flush.expected);
      flush = undefined;
    };
    for (const [i, a] of actions.entries()) {
      if (flush && a.do !== 'some') whileGathering++;
      if (a.do === 'change') {
        // In place, as the stages do it.
        const value = orders.get(a.key) ?? { n: 0, due: 0 };
        Object.assign(value, { n: value.n + a.n, due: a.due });
        orders.set(a.key, value);
        model.set(a.key, { ...value });
      } else if (a.do === 'put') for (const to of [orders, model]) to.set(a.key, { n: a.n, due: a.due });
      else if (a.do === 'delete') for (const from of [orders, model]) from.delete(a.key);
      else if (a.do === 'get') expect(orders.get(a.key)).toEqual(model.get(a.key));
      // So often that it stays decoded.
      else if (a.do === 'use') for (let n = 0; n < 20; n++) expect(orders.get(a.key)).toEqual(model.get(a.key));
      else if (a.do === 'walk') {
        for (const [name, value] of orders.entries()) {
          value.n += a.n;
          orders.set(name, value);
          (model.get(name) as Order).n += a.n;
        }
      } else if (a.do === 'due') {
        const due = [...model].map(([k, v]): [string, number] => [k, v.due]).filter(([, at]) => secondOf(at) <= Math.floor(a.now / 1000)).sort((x, y) => x[1] - y[1] || (x[0] < y[0] ? -1 : 1));
        const told = orders.due(a.now, a.limit);
        expect(told).toEqual(due.slice(0, a.limit));
        for (const [k] of told) for (const from of [orders, model]) from.delete(k);
      } else if (a.do === 'some') some(a.keys);
      else {
        some(Number.POSITIVE_INFINITY);
        plain.set('count', i);
        flush = { gathering: state.gather(0, i % 2 === 0), expected: new Map<string, unknown>([...[...model].map(([k, v]): [string, unknown] => [`orders/${k}`, { ...v }]), ['plain/count', i]]) };
      }
      plain.set('later', i);
      plain.delete('later');
      expect(orders.size).toBe(model.size);
    }
    some(Number.POSITIVE_INFINITY);
    expect(new Map(orders.entries())).toEqual(model);
  }), { numRuns: 500 });
  expect(whileGathering).toBeGreaterThan(100);
});

test('a large state is written again in slices, and its flushes stay in proportion', () => {
  const state = new MapState();
  const table = state.table<number>('t', codec);
  for (let i = 0; i < 5_000; i++) table.set(`k${i}`, i % 256);
  flushOf(state, 0);
  let flushed = 0;
  let passes = 0;
  for (let i = 0; i < 100; i++) {
    table.set(`k${i}`, 7);
    const { changes, pass } = flushOf(state, i);
    flushed += changes.length;
    if (pass.ends) passes++;
    expect(changes.length).toBeLessThanOrEqual(501);
  }
  expect(passes).toBeGreaterThan(5);
  expect(flushed).toBeLessThan(52_000);
});

test('the index finds every id of a hash, whatever was added and removed, and keeps its size', () => {
  const action = fc.record({ add: fc.boolean(), hash: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(0xffffffff, 0xfffffffe, 0x80000000)), id: fc.integer({ min: 0, max: 12 }).map((n) => n * 0x60000000) });
  fc.assert(fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
    const index = new KeyIndex();
    const model = new Map<string, [hash: number, id: number]>();
    for (const { add, hash, id } of actions) {
      const name = `${hash}/${id}`;
      if (add && !model.has(name)) index.add(hash, id);
      if (!add && model.has(name)) index.remove(hash, id);
      if (add) model.set(name, [hash, id]);
      else model.delete(name);
      expect(index.size).toBe(model.size);
      expect(index.has(hash, id)).toBe(model.has(name));
      const found: number[] = [];
      index.find(hash, (one) => { found.push(one); return false; });
      expect(found.sort()).toEqual([...model.values()].filter(([of]) => of === hash).map(([, one]) => one).sort());
    }
  }), { numRuns: 200 });
  const large = new KeyIndex();
  for (let i = 1; i <= 20_000; i++) large.add(Math.imul(i, 2654435761) >>> 0, i);
  for (let i = 1; i <= 20_000; i += 2) large.remove(Math.imul(i, 2654435761) >>> 0, i);
  for (let i = 1; i <= 20_000; i++) expect(large.find(Math.imul(i, 2654435761) >>> 0, (id) => id === i)).toBe(i % 2 === 0 ? i : -1);
});

describe.each([['all in memory', false], ['at rest in the log\'s file', true]] as const)('state %s', (_, rests) => {
  const file = () => join(mkdtempSync(join(tmpdir(), 'fenghuo-state-')), 'log.sqlite');

  test('given any sets, deletes, deadlines, flushes, failed commits and restarts, it is what a plain Map would be', async () => {
    const key = fc.nat(30).map((n) => `k${n}`);
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key, size: fc.nat(500), due: fc.nat(60).map((n) => n * 700) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'fail' as const, 'reopen' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('due' as const), now: fc.nat(50_000), limit: fc.constantFrom(2, 1_000) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
    );
    await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
      const path = file();
      let log = openLog(path);
      let state = await openState(log, rests);
      let { orders } = tablesOf(state);
      let model = new Map<string, { due: number; text: string }>();
      let position = 0;
      // Most of it goes to rest before the test begins.
      for (let n = 0; n <= 30; n++) for (const to of [orders, model]) to.set(`k${n}`, { due: n * 1_501, text: '\0y'.repeat(300) });
      for (let i = 0; i < 3; i++) await commitState(log, state, ++position);
      let durable = new Map(model);
      for (const a of actions) {
        if (a.do === 'set') for (const to of [orders, model]) to.set(a.key, { due: a.due, text: '\0x'.repeat(a.size) });
        else if (a.do === 'delete') for (const from of [orders, model]) from.delete(a.key);
        else if (a.do === 'get') expect(orders.get(a.key)).toEqual(model.get(a.key));
        else if (a.do === 'due') {
          const due = [...model].map(([k, v]): [string, number] => [k, v.due]).filter(([, at]) => secondOf(at) <= Math.floor(a.now / 1000)).sort((x, y) => x[1] - y[1] || (x[0] < y[0] ? -1 : 1));
          const told = orders.due(a.now, a.limit);
          expect(told).toEqual(due.slice(0, a.limit));
          for (const [k] of told) {
            model.delete(k);
            orders.delete(k);
          }
        } else if (a.do === 'flush') {
          await commitState(log, state, ++position);
          durable = new Map(model);
        } else {
          if (a.do === 'fail') {
            await log.together(async () => {
              await commitState(log, state, position + 1);
              throw new Error('no');
            }).catch(() => undefined);
            log.reset();
          } else log = openLog(path);
          state = await openState(log, rests);
          ({ orders } = tablesOf(state));
          model = new Map(durable);
        }
        expect(orders.size).toBe(model.size);
      }
      expect(new Map(orders.entries())).toEqual(model);
    }), { numRuns: 50 });
  }, 60_000);

  test('given kills amid flushes, what a restart finds is the state of the position that it finds', async () => {
    const path = file();
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'state-writer.ts'), path, String(rests)], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await new Promise((resolve) => { setTimeout(resolve, 20 + round * 37); });
      child.kill('SIGKILL');
      await once(child, 'exit');
      const log = openLog(path);
      const position = await log.position('stage', 'journal.v1', 0);
      expect(position).toBeGreaterThan(round);
      expect(new Map(tablesOf(await openState(log, rests)).orders.entries())).toEqual(modelAt(position));
      await log.close();
    }
  }, 60_000);
});


describe('rows of the log\'s file', () => {
  const file = () => join(mkdtempSync(join(tmpdir(), 'fenghuo-rest-')), 'log.sqlite');
  const commit = (log: EmbeddedLog, group = 'stage'): Promise<void> => log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [], position: 0, pass: { begins: false, ends: false } } });
  /** Keys of a table of 3,000, in an order that is no order. */
  const some = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `k${((from + i) * 1_999) % 3_000}`);

  test('given any puts, takes, deadlines, writes, transactions of others, failed ones and openings, over many segments, they are what a Map would be', async () => {
    const range = { from: fc.nat(3_000), count: fc.integer({ min: 1, max: 1_500 }) };
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), ...range, due: fc.nat(100) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), ...range }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('due' as const), second: fc.nat(100) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'write' as const, 'fail' as const, 'reopen' as const) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('others' as const) }) },
    );
    await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), async (actions) => {
      const path = file();
      let log = openLog(path);
      let rest = log.rest('stage', 'journal.v1', 0, 'rows');
      let model = new Map<string, { value: string; due: number }>();
      let told = new Set<string>();
      const put = (key: string, n: number, due: number): void => {
        rest.put(key, `${key} ${n}`, due);
        model.set(key, { value: `${key} ${n}`, due });
        told.delete(key);
      };
      for (const key of some(0, 3_000)) put(key, -1, 50);
      await commit(log);
      let durable = new Map(model);
      for (const [n, a] of actions.entries()) {
        if (a.do === 'put') for (const key of some(a.from, a.count)) put(key, n, a.due);
        else if (a.do === 'take') for (const key of some(a.from, a.count)) {
          rest.take(key);
          model.delete(key);
          told.delete(key);
        } else if (a.do === 'due') {
          const now = new Set(rest.due(a.second));
          const due = [...model].filter(([, value]) => value.due <= a.second).map(([key]) => key);
          for (const key of now) expect(model.get(key)?.due).toBeLessThanOrEqual(a.second);
          for (const key of due) expect(now.has(key) || told.has(key)).toBe(true);
          for (const key of now) told.add(key);
        } else if (a.do === 'others') {
          // Another's transaction takes the rows along, not that they count.
          await commit(log, 'other');
        } else if (a.do === 'write') {
          await commit(log);
          durable = new Map(model);
        } else {
          if (a.do === 'fail') {
            await log.together(async () => {
              await commit(log);
              throw new Error('no');
            }).catch(() => undefined);
            log.reset();
          } else {
            await log.close();
            log = openLog(path);
          }
          rest = log.rest('stage', 'journal.v1', 0, 'rows');
          model = new Map(durable);
          told = new Set();
        }
        expect(rest.size).toBe(model.size);
        for (const key of some(n, 20)) expect(rest.get(key)).toBe(model.get(key)?.value);
      }
      expect(new Map(rest.entries())).toEqual(new Map([...model].map(([key, { value }]) => [key, value])));
      await log.close();
    }), { numRuns: 15 });
  }, 60_000);

  test('however often keys change, the file holds little more than them, and what is told as gone stays short', async () => {
    const path = file();
    const log = openLog(path);
    const rest = log.rest('stage', 'journal.v1', 0, 'rows');
    for (const key of some(0, 3_000)) rest.put(key, 'first', NEVER);
    await commit(log);
    const db = new DatabaseSync(path, { readOnly: true });
    const number = (sql: string): number => Number(Object.values(db.prepare(sql).get() as object)[0]);
    let told = 0;
    let shortened = 0;
    for (let round = 0; round < 100; round++) {
      for (const key of some(round * 700, 1_500)) rest.put(key, `${round}`, NEVER);
      await commit(log);
      const now = number('SELECT sum(length(rows)) / 8 FROM "stage/0/rows gone"');
      if (now < told) {
        shortened++;
        expect(openLog(path).rest('stage', 'journal.v1', 0, 'rows').size).toBe(3_000);
      }
      told = now;
    }
    expect(shortened).toBeGreaterThan(1);
    expect(number('SELECT count(*) FROM "stage/0/rows"')).toBeLessThan(8_000);
    expect(number('SELECT count(*) FROM "stage/0/rows cells"')).toBeLessThan(9);
    expect(number('SELECT sum(length(rows)) / 8 FROM "stage/0/rows gone"')).toBeLessThan(60_000);
    db.close();
    expect(new Map(openLog(path).rest('stage', 'journal.v1', 0, 'rows').entries())).toEqual(new Map(rest.entries()));
  });

  test('large values that change often among small ones that stay leave no old forms behind', async () => {
    const path = file();
    const log = openLog(path);
    const rest = log.rest('stage', 'journal.v1', 0, 'rows');
    const large = (n: number): Buffer => Buffer.alloc(30_000, n);
    for (let round = 0; round < 60; round++) {
      for (const key of some(round * 100, 100)) rest.put(`small ${round} ${key}`, 'stays', NEVER);
      for (let hot = 0; hot < 10; hot++) rest.put(`hot ${hot}`, large(round), NEVER);
      await commit(log);
    }
    const db = new DatabaseSync(path, { readOnly: true });
    expect(Number(db.prepare('SELECT sum(length(value)) AS n FROM "stage/0/rows"').get()?.n)).toBeLessThan(10 * 30_000 + 60 * 100 * 5 + 1);
    db.close();
    const again = openLog(path).rest('stage', 'journal.v1', 0, 'rows');
    expect(again.size).toBe(60 * 100 + 10);
    expect(again.get('hot 3')).toEqual(new Uint8Array(large(59)));
  });
});

test('a table that rested in the build that wrote it is read whole by one in which it does not', () => {
  const state = new MapState();
  state.restore({ key: 't/a', value: '1', dueSecond: 7 });
  state.restore({ key: 't/b', value: '2', dueSecond: 7 });
  state.restore({ key: 't/b', value: null });
  expect([...state.table<number>('t').entries()]).toEqual([['a', 1]]);
});
