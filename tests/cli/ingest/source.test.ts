import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BATCH_LINES, formOf, openSource, type Batch } from '../../../cli/ingest/source.ts';
import { partsOf } from '../../../cli/ingest/unpack.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenghuo-ingest-'));
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
async function batches(name: string): Promise<(Omit<Batch, 'body'> & { body: string })[]> {
  const all: (Omit<Batch, 'body'> & { body: string })[] = [];
  for await (const part of partsOf(name, { read() {}, skipped() {} })) {
    for await (const batch of (await openSource(part, { warn() {} })).batches) all.push({ ...batch, body: Buffer.from(batch.body).toString() });
  }
  return all;
}

describe('what a file holds', () => {
  test.each([
    ['a.xml', '', undefined, 'xml'], ['a.json', '{\n"a": 1}', undefined, 'json'], ['a.ndjson', '', undefined, 'ndjson'], ['a.JSONL', '', undefined, 'ndjson'],
    ['a.json', '{"a":1}\n{"a":2}\n', undefined, 'ndjson'], ['-', '\ufeff <?xml', undefined, 'xml'], ['-', '[1]', undefined, 'json'], ['-', '{"a":1}\r\n{"a":2}', undefined, 'ndjson'],
    ['message.txt', 'x', 'ceb', 'xml'], ['a.dat', '{"a":1}', 'json', 'json'], ['a.json', '{"a":1}\n{"a"', undefined, 'ndjson'],
  ] as const)('%s starting %j, --as %s: %s', (name, head, as, form) => expect(formOf(name, head, as)).toBe(form));
  test('says so where nothing tells', () => expect(() => formOf('a.dat', 'a,b', undefined)).toThrow(/cannot tell what it holds.*--as/));
});

describe('batches', () => {
  test('a message is sent whole, as it is written', async () => {
    expect(await batches(put('m.json', '{"price": 0.10000, "n": 12345678901234567890}'))).toMatchObject([{ body: '{"price": 0.10000, "n": 12345678901234567890}', form: 'json' }]);
  });
  test('NDJSON is cut at lines and counted from the start of the file', async () => {
    const text = Array.from({ length: BATCH_LINES * 2 + 3 }, (_, i) => (i === 4 ? '' : `{"n":${i}}`)).join('\n');
    const cut = await batches(put('n.ndjson', text));
    expect(cut.map(({ firstIndex, firstLine }) => [firstIndex, firstLine])).toEqual([[0, 0], [BATCH_LINES - 1, BATCH_LINES], [2 * BATCH_LINES - 1, 2 * BATCH_LINES]]);
    expect(cut.map((b) => b.body).join('\n')).toBe(text);
  });
  test('a character cut by a read stays whole', async () => {
    const text = `{"n":"${'海'.repeat(60_000)}"}\n{"n":"关"}`;
    expect((await batches(put('wide.ndjson', text))).map((b) => b.body).join('\n')).toBe(text);
  });
  test('an empty file is still sent: the gateway says what is wrong with it', async () => expect(await batches(put('e.ndjson', ''))).toHaveLength(1));
});
