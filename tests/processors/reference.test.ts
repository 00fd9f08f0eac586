/** How another version of a table comes in force: what is checked, said, stored and remembered. */
import { describe, expect, test } from 'vitest';
import { compileOnceSteps } from '../../language/compile-once.ts';
import { sourceOf } from '../../language/edition.ts';
import { Reference } from '../../processors/reference.ts';
import { MemoryPublisher } from '../reference/publisher.ts';
import { smallSource } from '../language/sources.ts';

const { files, tables } = smallSource({}, { 'words.csv': '# version: 1, complete: false, source: t\nword,score\nivory,1\n' });
const list = (version: string, rows: string): string => `# version: ${version}, complete: true, source: ministries\nhs_prefix,status,valid_from,valid_to\n${rows}`;

async function started(publisher = new MemoryPublisher(), seeds = tables, folder: Record<string, string> = {}) {
  const reference = new Reference(publisher, compileOnceSteps);
  expect(await reference.start(files, seeds, folder)).toEqual([]);
  return { reference, publisher };
}
const inForce = async (reference: Reference, table = 'positive-list') => (await reference.list()).find((t) => t.table === table);

describe('loading', () => {
  test('says what changes and from when, and puts it in force under the name of who did it', async () => {
    const { reference } = await started();
    const result = await reference.load('positive-list', list('2026-12', '04021000,allowed,2022-03-01,2026-11-30\n04021000,excluded,2026-12-01,\n2402,excluded,2019-01-01,2026-12-31\n'), 'officer', false);
    expect(result).toMatchObject({ ok: true, loaded: { version: '2026-12', before: '2026-11', inForce: true, added: 1, changed: 2, removed: 0, from: '2019-01-01' } });
    expect(await inForce(reference)).toMatchObject({ version: '2026-12', complete: true, rows: 3, by: 'officer' });
    expect((await reference.history('positive-list', 10)).map((h) => [h.version, h.by, h.added, h.changed, h.removed])).toEqual([['2026-12', 'officer', 1, 2, 0], ['2026-11', 'start', 2, 0, 0]]);
    expect(reference.ruleSet?.rules.length).toBe(1);
  });

  test('a dry run says the same and changes nothing', async () => {
    const { reference, publisher } = await started();
    const text = list('2026-12', '93,excluded,,\n');
    const dry = await reference.load('positive-list', text, 'officer', true);
    expect([publisher.published, (await inForce(reference))?.version]).toEqual([1, '2026-11']);
    const real = await reference.load('positive-list', text, 'officer', false);
    expect(dry).toMatchObject({ ok: true, loaded: { ...(real.ok && real.loaded), inForce: false } });
    expect(publisher.published).toBe(2);
  });

  test.each([
    ['a bad table', 'positive-list', list('2', '9x,allowed,,\n'), 'TABLE_REFUSED', 'positive-list.csv', 3],
    ['an unknown one', 'colours', list('2', ''), 'UNKNOWN_TABLE', 'colours.csv', 1],
    ['a version that stood for other rows', 'positive-list', list('2026-11', '93,excluded,,\n'), 'VERSION_TAKEN', 'positive-list.csv', 1],
  ])('%s is refused whole, and the one in force stays', async (_what, table, text, code, file, line) => {
    const { reference, publisher } = await started();
    expect(await reference.load(table, text, 'officer', false)).toMatchObject({ ok: false, code, findings: [{ file, line }] });
    expect([publisher.published, (await inForce(reference))?.version]).toEqual([1, '2026-11']);
  });

  test('only what changed is stored again; an earlier version can be put back', async () => {
    const { reference, publisher } = await started();
    const before = publisher.artifacts.size;
    const [first, second] = [list('a', '93,excluded,,\n'), list('b', '92,excluded,,\n')];
    await reference.load('positive-list', first, 'officer', false);
    await reference.load('positive-list', second, 'officer', false);
    expect(publisher.artifacts.size).toBe(before + 4); // each time the table and the edition
    await reference.load('positive-list', first, 'other', false);
    expect(publisher.artifacts.size).toBe(before + 5);
    const { hash } = publisher.edition as { hash: string };
    expect(sourceOf(hash, (part) => publisher.artifacts.get(part) as string)).toEqual({ files, tables: { ...tables, 'positive-list.csv': first } });
    expect((await reference.history('positive-list', 10)).map((h) => [h.version, h.by])).toEqual([['a', 'other'], ['b', 'officer'], ['a', 'officer'], ['2026-11', 'start']]);
    expect((await reference.text('positive-list', 'b'))?.text).toBe(second);
  });

  test('a publication that failed in word but not in deed is not undone by the next', async () => {
    const { reference, publisher } = await started();
    const publish = publisher.publishRules.bind(publisher);
    publisher.publishRules = async (...args) => {
      await publish(...args);
      throw new Error('nobody knows');
    };
    await expect(reference.load('positive-list', list('a', '93,excluded,,\n'), 'x', false)).rejects.toThrow('nobody knows');
    publisher.publishRules = publish;
    await reference.load('words', '# version: 2, complete: false, source: t\nword,score\nhorn,1\n', 'y', false);
    expect(await inForce(reference)).toMatchObject({ version: 'a', rows: 1 });
  });

  test('a large table is read and compared in turns with whatever else waits', async () => {
    const { reference } = await started();
    let turns = 0;
    let loading = true;
    const others = (): void => { turns++; if (loading) setImmediate(others); };
    setImmediate(others);
    const rows = Array.from({ length: 30_000 }, (_, i) => `${1_000_000_000 + i},allowed,2022-03-01,\n`).join('');
    expect(await reference.load('positive-list', list('large', rows), 'officer', false)).toMatchObject({ ok: true, loaded: { added: 30_000 } });
    loading = false;
    expect(turns).toBeGreaterThan(4);
  });

  test('two at once come one after the other', async () => {
    const { reference } = await started();
    await Promise.all([reference.load('positive-list', list('a', '93,excluded,,\n'), 'x', false), reference.load('words', '# version: 2, complete: false, source: t\nword,score\nhorn,1\n', 'y', false)]);
    expect([(await inForce(reference))?.version, (await inForce(reference, 'words'))?.version]).toEqual(['a', '2']);
  });
});

describe('at start', () => {
  const seeds = (version: string) => ({ ...tables, 'positive-list.csv': list(version, '01,excluded,,\n') });

  test('a new seed replaces a seed, never what an officer loaded', async () => {
    const { reference, publisher } = await started();
    expect((await inForce((await started(publisher, seeds('next'))).reference))?.version).toBe('next');
    expect((await reference.load('positive-list', list('real', '93,excluded,,\n'), 'officer', false)).ok).toBe(true);
    const again = await started(publisher, seeds('newest'));
    expect(await inForce(again.reference)).toMatchObject({ version: 'real', by: 'officer' });
  });

  test('the same start twice publishes nothing', async () => {
    const { publisher } = await started();
    await started(publisher);
    expect(publisher.published).toBe(1);
  });

  test('a file of the folder is loaded over the seeds, and again only when it has changed', async () => {
    const folder = { 'positive-list.csv': list('folder-1', '93,excluded,,\n') };
    const { reference, publisher } = await started(new MemoryPublisher(), tables, folder);
    expect(await inForce(reference)).toMatchObject({ version: 'folder-1', by: 'folder' });
    await reference.load('positive-list', list('posted', '92,excluded,,\n'), 'officer', false);
    expect((await inForce((await started(publisher, tables, folder)).reference))?.version).toBe('posted');
    expect(await inForce((await started(publisher, tables, { 'positive-list.csv': list('folder-2', '91,excluded,,\n') })).reference)).toMatchObject({ version: 'folder-2', by: 'folder' });
    expect((await inForce((await started(publisher, tables, folder)).reference))?.version).toBe('folder-1');
  });

  test('a bad file of the folder is named, and nothing of the folder is put in force', async () => {
    const publisher = new MemoryPublisher();
    const reference = new Reference(publisher, compileOnceSteps);
    const findings = await reference.start(files, tables, { 'positive-list.csv': list('x', '93,banned,,\n'), 'words.csv': '# version: 9, complete: false, source: t\nword,score\nhorn,1\n' });
    expect(findings).toMatchObject([{ file: 'positive-list.csv', line: 3 }]);
    expect((await inForce(reference, 'words'))?.version).toBe('1');
  });
});
