import { expect, test } from 'vitest';
import { publicationOf } from '../../language/edition.ts';
import type { Standing } from '../../processors/editions.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import type { LogRecord } from '../../streams/log.ts';

/** artifacts.v1 as a list; counts what is read. */
function log() {
  const records: Pick<LogRecord, 'key' | 'offset' | 'body'>[] = [];
  const decoded: string[] = [];
  return {
    records, decoded,
    add(hash: string, content: string): void {
      records.push({ key: hash, offset: records.length, get body() { decoded.push(hash); return { hash, content }; } });
    },
    bounds: async () => ({ start: 0, end: records.length }),
    read: async (_topic: string, _partition: number, offset: number, limit: number) => records.slice(offset, offset + limit) as LogRecord[],
  };
}

function published(count: number) {
  const held = log();
  let standing: Standing | undefined;
  const hashes = Array.from({ length: count }, (_, i) => {
    const made = publicationOf({ files: { a: 'rules' }, tables: { 'words.csv': `words ${i}`, 'zones.csv': 'zones' } }, standing, 'v', 'test', i);
    for (const { hash, content } of made?.artifacts ?? []) held.add(hash, content);
    standing = made;
    return (made as Standing).hash;
  });
  return { held, hashes, standing: standing as unknown as Standing };
}

test('an edition brings its parts; nothing else is decoded', async () => {
  const { held, hashes, standing } = published(3);
  const artifacts = new Artifacts(held);
  await artifacts.ensure(hashes[2] as string);
  expect(Object.values(standing.edition.tables).map((part) => artifacts.get(part.hash))).toEqual(['words 2', 'zones']);
  expect(held.decoded).toHaveLength(4); // the edition, its rules, two tables
});

test('contents are forgotten with the editions that need them, but not what a stage that opens still holds', async () => {
  const { held, hashes } = published(4);
  const artifacts = new Artifacts(held);
  const release = artifacts.hold([hashes[0] as string]);
  for (const hash of hashes) await artifacts.ensure(hash);
  artifacts.forget();
  expect(() => artifacts.get(hashes[0] as string)).not.toThrow();
  expect(() => artifacts.get(hashes[1] as string)).toThrow(/not loaded/);
  release();
  artifacts.forget();
  expect(() => artifacts.get(hashes[0] as string)).toThrow(/not loaded/);
  expect(artifacts.get(hashes[3] as string)).toContain('before');
  await artifacts.ensure(hashes[0] as string);
  expect(artifacts.get(hashes[0] as string)).toContain('before');
});

test('a hash that the log does not hold is named', async () => {
  await expect(new Artifacts(log()).ensure('feed')).rejects.toThrow(/holds no content with hash feed/);
});
