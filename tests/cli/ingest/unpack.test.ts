import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { findFiles } from '../../../cli/ingest/find.ts';
import { openSource, MOST_BYTES } from '../../../cli/ingest/source.ts';
import { LIMITS, partsOf } from '../../../cli/ingest/unpack.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenghuo-unpack-'));
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
interface Read { parts: [name: string, text: string][]; skipped: string[]; bytes: number }

async function read(name: string, limits = LIMITS): Promise<Read> {
  const seen: Read = { parts: [], skipped: [], bytes: 0 };
  for await (const part of partsOf(name, { read: (n) => { seen.bytes += n; }, skipped: (inner, why) => seen.skipped.push(`${relative(folder, inner)}: ${why}`) }, limits)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.bytes) chunks.push(chunk);
    seen.parts.push([relative(folder, part.name), Buffer.concat(chunks).toString()]);
  }
  return seen;
}
const XML = '<CEB311Message/>';

describe('archives', () => {
  test('gzip, under the name of what is in it, and by its marks alone', async () => {
    expect((await read(put('a.xml.gz', gzipSync(XML)))).parts).toEqual([['a.xml', XML]]);
    expect((await read(put('packed.xml', gzipSync(XML)))).parts).toEqual([['packed.xml', XML]]);
    expect((await read(put('two.ndjson.gz', Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"a":2}\n')])))).parts).toEqual([['two.ndjson', '{"a":1}\n{"a":2}\n']]);
  });
  test('zip: entries in their order; what is no document is left out and said', async () => {
    const zip = put('m.zip', zipSync({ 'b.xml': Buffer.from(XML), 'sub/a.ndjson': Buffer.from('{}'), 'read.me': Buffer.from('x'), '__MACOSX/._b.xml': Buffer.from('x'), 'sub/': new Uint8Array(0) }));
    const seen = await read(zip);
    expect(seen.parts).toEqual([['m.zip:b.xml', XML], ['m.zip:sub/a.ndjson', '{}']]);
    expect(seen.skipped).toEqual([expect.stringMatching(/^m.zip:read.me: not a kind of file.*\.me/), expect.stringMatching(/MACOSX/)]);
    expect(seen.bytes).toBeGreaterThan(0);
  });
  test('a name in GBK, as Chinese Windows packs it', async () => {
    const zip = Buffer.from(zipSync({ 'XXXX.xml': Buffer.from(XML) }, { level: 0 }));
    for (let at = zip.indexOf('XXXX'); at >= 0; at = zip.indexOf('XXXX')) Buffer.from('b6a9b5a5', 'hex').copy(zip, at);
    expect((await read(put('gbk.zip', zip))).parts).toEqual([['gbk.zip:订单.xml', XML]]);
  });

  const small = { bytes: 1 << 20, ratio: 50, entries: 3 };
  const patched = (zip: Uint8Array, change: (view: Buffer, central: number) => void): Buffer => {
    const view = Buffer.from(zip);
    change(view, view.indexOf('PK\x01\x02'));
    return view;
  };
  test.each<[string, string, Uint8Array, RegExp]>([
    ['too much in all', 'big.xml.gz', gzipSync(Buffer.alloc(2 << 20, 'ab,c\n')), /big.xml.gz unpacks to more than 1048576 bytes: it may be a bomb/],
    ['too much of a zip', 'big.zip', zipSync({ 'a.xml': Buffer.alloc(600_000, 'ab'), 'b.xml': Buffer.alloc(600_000, 'cd') }), /big.zip unpacks to more than/],
    ['an archive in an archive', 'nested.zip', zipSync({ 'in.zip': zipSync({ 'a.xml': Buffer.from(XML) }) }), /nested.zip:in.zip is an archive in an archive/],
    ['too many entries', 'many.zip', zipSync(Object.fromEntries([1, 2, 3, 4].map((i) => [`${i}.xml`, Buffer.from(XML)]))), /holds 4 entries: expected at most 3/],
    ['an encrypted entry', 'secret.zip', patched(zipSync({ 'a.xml': Buffer.from(XML) }), (view, central) => { view[central + 8]! |= 1; }), /secret.zip:a.xml is encrypted/],
    ['an entry that lies of its length', 'liar.zip', patched(zipSync({ 'a.xml': Buffer.alloc(5_000, 'a') }), (view, central) => view.writeUInt32LE(10, central + 24)), /liar.zip:a.xml cannot be unpacked.*damaged/],
    ['a gzip file cut short', 'short.xml.gz', gzipSync(XML.repeat(50)).subarray(0, 40), /short.xml.gz cannot be unpacked .*cut short or damaged/],
    ['a name that says gzip', 'no.xml.gz', Buffer.from(XML), /no.xml.gz is no gzip file/], ['a zip that is none', 'no.zip', Buffer.from('hello'), /no.zip cannot be read as a zip archive/],
    ['a tar', 'a.tar.gz', gzipSync(XML), /archives of the kind .tar.gz are not read/],
  ])('%s is refused by name', async (_what, name, bytes, said) => { await expect(read(put(name, bytes), small)).rejects.toThrow(said); });
  test('a bomb is stopped by its ratio long before it has filled anything', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    await expect(read(put('bomb.csv.gz', bomb))).rejects.toThrow(/unpacks to more than 200 times its size: it may be a bomb/);
  });
});

describe('folders', () => {
  const root = join(folder, 'tree');
  for (const dir of ['', 'b', 'b/deep', '.hidden']) mkdirSync(join(root, dir), { recursive: true });
  for (const name of ['z.xml', 'a.json', 'b/x.ndjson.gz', 'b/deep/y.zip', 'b/t.csv', 'note.pdf', '.hidden/h.xml', '.dot.xml']) writeFileSync(join(root, name), 'x');
  const names = async (mapped: boolean) => {
    const { files, skipped } = await findFiles([root], mapped);
    return [files.map((f) => relative(root, f.name)), skipped.map((s) => `${relative(root, s.name)}: ${s.why}`)];
  };
  test('everything under it in the order of paths; hidden files stay out', async () => {
    expect(await names(true)).toEqual([['a.json', 'b/deep/y.zip', 'b/t.csv', 'b/x.ndjson.gz', 'z.xml'], [expect.stringMatching(/^note.pdf: not a kind of file/)]]);
    expect(await names(false)).toEqual([['a.json', 'b/deep/y.zip', 'b/x.ndjson.gz', 'z.xml'], ['b/t.csv: a table: give --map', expect.stringMatching(/^note.pdf/)]]);
  });
  test('a folder without any, and a name that is not there', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    await expect(findFiles([join(folder, 'empty')], true)).rejects.toThrow(/holds no file that can be sent: expected .xml, .*given none at all/);
    await expect(findFiles([join(folder, 'none.xml')], true)).rejects.toThrow('none.xml cannot be read');
  });
});

describe('long lines and bodies', () => {
  const batches = async (name: string) => {
    const all = [];
    for await (const part of partsOf(name, { read() {}, skipped() {} })) for await (const batch of (await openSource(part, { warn() {} })).batches) all.push(batch);
    return all;
  };
  test('a line of 100 MB is refused by its number, and the next ones are sent', async () => {
    const name = put('long.ndjson', Buffer.concat([Buffer.from('{"n":1}\n\n'), Buffer.alloc(100 << 20, 'x'), Buffer.from('\n{"n":2}\n')]));
    const all = await batches(name);
    expect(all.map((b) => [Buffer.from(b.body).toString(), b.firstIndex, b.firstLine])).toEqual([['{"n":1}\n', 0, 0], ['', 1, 2], ['{"n":2}', 2, 3]]);
    expect(all.flatMap((b) => b.refused)).toEqual([{ index: 1, code: 'TOO_LARGE', path: '', message: expect.stringMatching(/at most 8388608 bytes in line 3/) }]);
  });
  test('a whole message that the gateway would not take', async () => { await expect(batches(put('long.json', Buffer.alloc(MOST_BYTES + 1, 'x')))).rejects.toThrow(/long.json is too long.*NDJSON/); });
});
