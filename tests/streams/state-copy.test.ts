import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Room } from '../../streams/disk/room.ts';
import { StateCopy } from '../../streams/kafka/state-copy.ts';
import type { StateChange } from '../../streams/log.ts';
import type { Codec, StateTable } from '../../streams/stage.ts';
import { MapState } from '../../streams/state.ts';

const RESTS = { rests: true, encode: String, decode: String, due: (value: string) => Number(value.split(' ')[1]) } as unknown as Codec<string>;
const TABLES = ['plain', 'resting'] as const;
const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'fenghuo-copy-')), 'state', 'stage-0.sqlite');

/** One owner's life: its state over the copy, and what it flushes to the topic. */
class Owner {
  readonly copy: StateCopy;
  readonly state: MapState;
  readonly tables: Record<typeof TABLES[number], StateTable<string>>;
  readonly read: number;

  constructor(file: string, topic: StateChange[]) {
    this.copy = StateCopy.open(file, 'log topic/0', topic.length, new Room(1e6));
    this.state = new MapState((table) => this.copy.rest(table));
    for (const change of this.copy.plain()) this.state.restore(change);
    this.read = topic.length - this.copy.applied;
    for (const change of topic.slice(this.copy.applied)) {
      this.copy.took(change);
      this.state.restore(change);
    }
    this.tables = { plain: this.state.table('plain'), resting: this.state.table('resting', RESTS) };
  }

  gather(keys = Number.POSITIVE_INFINITY): { changes: StateChange[]; whole: boolean } {
    const { changes, some } = this.state.gather(0, false);
    return { changes, whole: some(keys) };
  }

  /** `fails`: Kafka does not take it; `dies`: it does, and nothing comes after; `untold`: it does, and does not tell where. */
  flush(topic: StateChange[], how: 'well' | 'fails' | 'dies' | 'untold' = 'well'): void {
    const { changes } = this.gather();
    this.copy.write(changes);
    if (how === 'fails') return;
    topic.push(...changes);
    if (how !== 'dies') this.copy.commit(how === 'untold' ? 0 : topic.length);
  }

  all(): Record<string, string> {
    return Object.fromEntries(TABLES.flatMap((table) => [...this.tables[table].entries()].map(([key, value]) => [`${table}/${key}`, value])));
  }
}

const foldOf = (topic: readonly StateChange[]): Record<string, string> => {
  const fold = new Map<string, string>();
  for (const { key, value } of topic) if (value === null) fold.delete(key); else fold.set(key, key.startsWith('plain/') ? JSON.parse(value as string) as string : value as string);
  return Object.fromEntries(fold);
};

describe('the copy of a state', () => {
  test('given any changes, flushes, failures and deaths at any place, and other owners in between, each opening is the fold of the topic', () => {
    const action = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), table: fc.constantFrom(...TABLES), from: fc.nat(300), count: fc.integer({ min: 1, max: 200 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), table: fc.constantFrom(...TABLES), from: fc.nat(300), count: fc.integer({ min: 1, max: 100 }) }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('flush' as const), how: fc.constantFrom('well' as const, 'well' as const, 'untold' as const, 'fails' as const, 'dies' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('die amid gathering' as const), keys: fc.nat(300) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('another owner' as const), from: fc.nat(300), told: fc.boolean() }) },
    );
    let kept = 0;
    fc.assert(fc.property(fc.array(action, { minLength: 5, maxLength: 40 }), (actions) => {
      const file = newFile();
      const topic: StateChange[] = [];
      let owner = new Owner(file, topic);
      const next = (): void => {
        owner.copy.close();
        owner = new Owner(file, topic);
        if (owner.read < topic.length) kept++;
        expect(owner.all()).toEqual(foldOf(topic));
      };
      for (const [n, a] of actions.entries()) {
        if (a.do === 'set') for (let i = a.from; i < a.from + a.count; i++) owner.tables[a.table].set(`k${i}`, `${n} ${i}`);
        else if (a.do === 'delete') for (let i = a.from; i < a.from + a.count; i++) owner.tables[a.table].delete(`k${i}`);
        else if (a.do === 'flush') {
          owner.flush(topic, a.how);
          if (a.how === 'fails' || a.how === 'dies') next();
        } else if (a.do === 'die amid gathering') {
          owner.gather(a.keys);
          next();
        } else {
          owner.copy.close();
          topic.push(...TABLES.flatMap((table) => Array.from({ length: 50 }, (_, i): StateChange => ({ key: `${table}/k${a.from + i}`, value: i % 3 === 0 ? null : table === 'plain' ? `"${n} 7"` : `${n} 7`, offset: 0, ...(table === 'resting' && i % 3 !== 0 && a.told && { dueSecond: 0 }) }))));
          next();
        }
      }
      owner.flush(topic);
      next();
      expect(owner.read).toBe(0);
      owner.copy.close();
    }), { numRuns: 60 });
    expect(kept).toBeGreaterThan(100);
  });

  test('deadlines are there after an opening, of what the copy has and of what came since', () => {
    const [file, topic]: [string, StateChange[]] = [newFile(), []];
    const first = new Owner(file, topic);
    first.tables.resting.set('a', 'x 5000');
    first.flush(topic);
    first.tables.resting.set('b', 'x 6000');
    first.flush(topic, 'dies');
    first.copy.close();
    const second = new Owner(file, topic);
    expect(second.read).toBe(1);
    expect(second.tables.resting.due(6_000)).toEqual([['a', 5000], ['b', 6000]]);
    second.copy.close();
  });

  const written = (): { file: string; topic: StateChange[] } => {
    const [file, topic]: [string, StateChange[]] = [newFile(), []];
    const owner = new Owner(file, topic);
    owner.tables.resting.set('a', 'x 1');
    owner.tables.plain.set('p', 'y');
    owner.flush(topic);
    owner.copy.close();
    return { file, topic };
  };
  const appliedIn = (file: string, { of = 'log topic/0', end = 10, now = Date.now() } = {}): number => {
    const copy = StateCopy.open(file, of, end, new Room(1e6), now);
    const { applied } = copy;
    copy.close();
    return applied;
  };

  test.each([
    ['of another log or partition', (file: string) => appliedIn(file, { of: 'other topic/0' })],
    ['of a topic that reaches less far', (file: string) => appliedIn(file, { end: 1 })],
    ['so old that the topic may have forgotten what was deleted', (file: string) => appliedIn(file, { now: Date.now() + 13 * 3_600_000 })],
    ['of a clock that was ahead', (file: string) => appliedIn(file, { now: Date.now() - 3_600_000 })],
    ['of the machine\'s life before this one', (file: string) => {
      const db = new DatabaseSync(file);
      db.exec("UPDATE meta SET value = replace(value, '-', '+') WHERE name = 'of'");
      db.close();
      return appliedIn(file);
    }],
    ['that is no database', (file: string) => {
      writeFileSync(file, 'not a database'.repeat(1_000));
      return appliedIn(file);
    }],
  ])('one %s is thrown away', (_, applied) => {
    const { file } = written();
    expect(appliedIn(file)).toBe(2);
    expect(applied(file)).toBe(0);
  });

  test('dropped, nothing of it is left; a table that no longer rests makes it useless, and one that rests now is read once', () => {
    const { file, topic } = written();
    const copy = StateCopy.open(file, 'log topic/0', topic.length, new Room(1e6));
    expect(() => copy.write([])).toThrow(/has rows of resting, which do not rest in this build/);
    copy.rest('plain');
    copy.rest('resting');
    expect([...copy.plain()]).toEqual([]);
    copy.drop();
    expect(readdirSync(join(file, '..'))).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});

test('a flush of many keys, over and over, leaves little more than them in the file, and each as it was put last', () => {
  const file = newFile();
  const KEYS = 6_000;
  let copy = StateCopy.open(file, 'log topic/0', 0, new Room(1e6));
  const expected = new Map<string, string>();
  for (let flush = 1; flush <= 12; flush++) {
    const rest = copy.rest('resting');
    // Of some segments half of what was put a flush ago comes again, of the others all or nothing.
    for (let i = 0; i < KEYS; i++) {
      if (flush > 1 && (i >> 10) % 3 !== flush % 3 && i % 2 === 0) continue;
      const [key, value] = [`key ${i}`, `${flush} of ${i}`];
      rest.put(key, value, i);
      expected.set(key, value);
    }
    // A few change all the time: their segments are worn out while the last of their rows wait to be written.
    for (let i = 0; i < 4_000; i++) {
      const [key, value] = [`hot ${i % 40}`, `${flush} at ${i}`];
      rest.put(key, value, i);
      expected.set(key, value);
    }
    copy.write([]);
    copy.commit(flush);
    // Every other flush by another life.
    if (flush % 2 === 0) {
      copy.close();
      copy = StateCopy.open(file, 'log topic/0', flush, new Room(1e6));
    }
    expect(new Map([...copy.rest('resting').entries()].map(([key, value]) => [key, String(value)]))).toEqual(expected);
  }
  copy.close();
  const db = new DatabaseSync(file, { readOnly: true });
  expect(Number(db.prepare('SELECT count(*) AS n FROM "rest/resting"').get()?.n)).toBeLessThan(3 * KEYS);
  db.close();
});

test('what is gathered while the flush before it is on its way does that one no harm, if it is all that Kafka gets', () => {
  const file = newFile();
  const KEYS = 4_000;
  const [small, large] = ['x', 'x'.repeat(5_000)];
  const copy = StateCopy.open(file, 'log topic/0', 0, new Room(1e6));
  const rest = copy.rest('resting');
  const put = (flush: number, from = 0): void => {
    for (let i = from; i < KEYS; i++) rest.put(`key ${i}`, `${flush} of ${i} ${i % 50 === 0 ? large : small}`, i);
  };
  const read = (of: StateCopy): Map<string, string> => new Map([...of.rest('resting').entries()].map(([key, value]) => [key, String(value)]));
  put(1);
  copy.write([]);
  copy.commit(1);
  put(2, KEYS / 2);
  copy.write([]);
  const second = read(copy);
  // The third begins before Kafka has the second.
  put(3);
  copy.commit(2);
  copy.close();
  const again = StateCopy.open(file, 'log topic/0', 2, new Room(1e6));
  expect(again.applied).toBe(2);
  expect(read(again)).toEqual(second);
  again.close();
});
