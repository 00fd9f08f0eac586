import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { lockDataFolder } from '../../streams/lock.ts';
import { openEmbeddedReader } from '../../streams/embedded/reader.ts';
import { entry, logContract } from './log-contract.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'fenghuo-log-'));
const open = (file: string, now = () => Date.now()) => new EmbeddedLog({ file, now });

logContract('embedded', async () => {
  const file = join(folder(), 'log.sqlite');
  return { open: async () => open(file), reopen: async () => open(file) };
});

test('a batch that fails is not there, and the log says so until it is reset', async () => {
  const file = join(folder(), 'log.sqlite');
  const log = open(file);
  await log.ensureTopics();
  await log.append('journal.v1', 0, [entry('kept')]);
  await expect(log.together(async () => {
    await log.append('journal.v1', 0, [entry('lost')]);
    throw new Error('power gone');
  })).rejects.toThrow('power gone');
  await expect(log.append('journal.v1', 0, [entry('next')])).rejects.toThrow(/restart from the committed positions/);
  log.reset();
  expect(await log.append('journal.v1', 0, [entry('next')])).toBe(1);
  expect((await open(file).read('journal.v1', 0, 0, 10)).map((r) => r.key)).toEqual(['kept', 'next']);
});

test('what was flushed before a pass began is dropped when it ends, and nothing else', async () => {
  const file = join(folder(), 'log.sqlite');
  const log = open(file);
  const flush = (key: string, value: string, begins: boolean, ends: boolean) => log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [{ key, value, offset: 0 }], position: 1, pass: { begins, ends } } });
  await flush('t/old', '1', false, false);
  await flush('t/a', '2', true, false);
  await flush('t/b', '3', false, false);
  await flush('t/c', '4', false, true);
  expect((await Array.fromAsync(open(file).restore('g', 'journal.v1', 0))).map(({ key }) => key)).toEqual(['t/a', 't/b', 't/c']);
});

test('append time never goes back although the clock does', async () => {
  let now = 5_000;
  const log = open(join(folder(), 'log.sqlite'), () => now);
  await log.append('journal.v1', 0, [entry('a')]);
  now = 1_000;
  await log.append('journal.v1', 0, [entry('b')]);
  expect((await log.read('journal.v1', 0, 0, 2)).map((r) => r.appendedAt)).toEqual([5_000, 5_000]);
});

test('retention drops whole old batches but never the end of a partition', async () => {
  let now = 0;
  const log = open(join(folder(), 'log.sqlite'), () => now);
  for (const day of [0, 1, 2]) {
    now = day * 86_400_000;
    await log.append('journal.v1', 0, [entry(`day${day}`)]);
  }
  now = 30 * 86_400_000;
  expect(log.prune()).toMatchObject({ batches: 2, held: undefined });
  expect(await log.bounds('journal.v1', 0)).toEqual({ start: 2, end: 3 });
  await expect(log.read('journal.v1', 0, 0, 1)).rejects.toThrow(/Nothing is skipped silently/);
});

test('a reader in another connection follows the writer', async () => {
  const file = join(folder(), 'log.sqlite');
  const log = open(file);
  await log.ensureTopics();
  const reader = openEmbeddedReader(file);
  expect(reader.incarnation).toBe(log.incarnation);
  expect(await reader.bounds('journal.v1', 0)).toEqual({ start: 0, end: 0 });
  await log.append('journal.v1', 0, [entry('a'), entry('b')]);
  expect((await reader.read('journal.v1', 0, 1, 10)).map((r) => r.key)).toEqual(['b']);
  await reader.close();
});

test('another partition count than the file was made with is refused by name', async () => {
  const file = join(folder(), 'log.sqlite');
  await open(file).ensureTopics();
  const other = new EmbeddedLog({ file, now: () => 0, partitions: () => 3 });
  await expect(other.ensureTopics()).rejects.toThrow(/has \d+ partitions in .*, but 3 are asked for/);
});

test('a file that is no log is named with what to do', () => {
  const file = join(folder(), 'log.sqlite');
  writeFileSync(file, 'this is not a database, it is a text that is long enough to be read as a header of one'.repeat(20));
  expect(() => open(file)).toThrow(/is damaged .* Restore the data folder from its backup/);
});

test('a file of another format is refused by name', async () => {
  const file = join(folder(), 'log.sqlite');
  await open(file).close();
  const db = new DatabaseSync(file);
  db.exec("UPDATE meta SET value = '2' WHERE name = 'format'");
  db.close();
  expect(() => open(file)).toThrow(/is of log format 2; this Fenghuo writes format 3\. Start the version that wrote it, or an empty data folder/);
});

test('a data folder has one owner', () => {
  const data = folder();
  const lock = lockDataFolder(data);
  expect(() => lockDataFolder(data)).toThrow(new RegExp(`in use by another Fenghuo \\(process ${process.pid}\\)`));
  lock.release();
  lockDataFolder(data).release();
});
