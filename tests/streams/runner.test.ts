import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { PartitionRunner, RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { Stage } from '../../streams/stage.ts';
import { entry } from './log-contract.ts';

/** Emits a running count of the records of each key. */
const counting: Stage = {
  name: 'counting', input: 'journal.v1', outputs: ['facts.v1'],
  open: ({ state, emit }) => {
    const counts = state.table<number>('count');
    return {
      apply: (record) => {
        const count = (counts.get(record.key) ?? 0) + 1;
        counts.set(record.key, count);
        emit({ topic: 'facts.v1', partition: 0, key: `${record.key}${count}`, type: 'tick', eventTime: 0, arrival: 0, body: { intake: record.key, time: count } });
      },
    };
  },
};

const file = () => join(mkdtempSync(join(tmpdir(), 'fenghuo-runner-')), 'log.sqlite');
async function runner(log: EmbeddedLog, stage: Stage, flushKeys: number): Promise<PartitionRunner> {
  const made = new PartitionRunner(stage, 0, log, new Artifacts(log), { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys, clock: () => 0 });
  await made.start();
  return made;
}
const emitted = async (log: EmbeddedLog) => (await log.read('facts.v1', 0, 0, 1_000)).map((r) => r.key);

test('given a crash after outputs and before state, the replay emits again and a filtering reader sees each output once', async () => {
  const path = file();
  const log = new EmbeddedLog({ file: path, now: () => 0 });
  await log.append('journal.v1', 0, ['a', 'b', 'a'].map((k) => entry(k)));
  const first = await runner(log, counting, 1_000); // never flushes state
  await first.advance(10);
  expect(await emitted(log)).toEqual(['a1', 'b1', 'a2']);

  const after = new EmbeddedLog({ file: path, now: () => 0 });
  const second = await runner(after, counting, 1);
  expect(second.position).toBe(0);
  await second.advance(10);
  expect(await emitted(after)).toEqual(['a1', 'b1', 'a2', 'a1', 'b1', 'a2']);

  const marks = new Map<string, Mark>();
  const filter = new RepeatFilter({ get: (k) => marks.get(k), set: (k, v) => void marks.set(k, v) });
  const seen = (await after.read('facts.v1', 0, 0, 100)).filter((r) => !filter.seen(r)).map((r) => r.key);
  expect(seen).toEqual(['a1', 'b1', 'a2']);

  const third = await runner(new EmbeddedLog({ file: path, now: () => 0 }), counting, 1);
  expect(third.position).toBe(3);
});

test('a record that its source sent twice is stepped once', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  const twice = entry('a');
  await log.append('journal.v1', 0, [twice, entry('b'), twice]);
  const run = await runner(log, counting, 1);
  await run.advance(10);
  expect(await emitted(log)).toEqual(['a1', 'b1']);
  expect(run.dropped).toBe(1);
});

test('a step that throws names stage and record, and the position stays before it', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  await log.append('journal.v1', 0, [entry('a')]);
  const broken: Stage = { ...counting, name: 'broken', open: () => ({ apply: () => { throw new Error('no such field'); } }) };
  const run = await runner(log, broken, 1);
  await expect(run.advance(10)).rejects.toThrow(/broken failed on journal.v1 partition 0 offset 0 \(tick/);
  expect(await log.position('broken', 'journal.v1', 0)).toBe(0);
});

test('a control record whose content is nowhere holds the partition with an error that names it', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  await log.append('journal.v1', 0, [{ ...entry('rule-set'), type: 'control', body: { name: 'rule-set', version: '1', hash: 'feed', by: 'test' } }]);
  const run = await runner(log, counting, 1);
  await expect(run.advance(10)).rejects.toThrow(/artifacts.v1 holds no content with hash feed/);
});
