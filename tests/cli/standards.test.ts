/** `fenghuo standards` in processes of its own; releases are frozen in a copy of the source tree, never in this one. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../cli/exit.ts';

const root = join(import.meta.dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'fenghuo-standards-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function standards(tree: string, ...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(tree, 'cli', 'main.ts'), 'standards', ...args], { cwd: scratch, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  return { code: status, out: stdout, err: stderr };
}

test('writes every file, finds them fresh, and names what was touched', () => {
  const out = join(scratch, 'out');
  expect(standards(root, '--out', out).code).toBe(EXIT.ok);
  expect(standards(root, '--out', out, '--check')).toMatchObject({ code: EXIT.ok, out: expect.stringContaining('are fresh') });
  writeFileSync(join(out, 'order.xsd'), 'touched');
  rmSync(join(out, 'codes', 'units.csv'));
  const { code, out: said } = standards(root, '--out', out, '--check');
  expect(code).toBe(EXIT.refused);
  for (const line of [/stale +\S+order\.xsd/, /missing +\S+units\.csv/, /2 of \d+ files/]) expect(said).toMatch(line);
  expect(readFileSync(join(out, 'order.xsd'), 'utf8')).toBe('touched');
});

describe('--release', () => {
  const tree = join(scratch, 'tree');
  const apart = new Set(['node_modules', '.git', 'data', 'tests']);
  cpSync(root, tree, { recursive: true, filter: (file) => !apart.has(basename(file)) });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  const released = () => JSON.parse(readFileSync(join(tree, 'schemas', 'released', 'avro.json'), 'utf8')) as { id: number; type: string; version: number }[];
  const edit = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(tree, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(tree, file), text.replace(from, to));
  };
  const TICK = "tick: record('Tick', { intake: 'string', time: 'long' })";

  test('freezes what is new, then nothing, then a field that was added under the next id', () => {
    expect(standards(tree, '--release').code).toBe(EXIT.ok);
    const before = released();
    expect(standards(tree, '--release').out).toContain('Nothing has changed');
    edit('schemas/avro.ts', TICK, "tick: record('Tick', { intake: 'string', time: 'long', by: added('string', '') })");
    const next = before.length + 1;
    expect(standards(tree, '--release')).toMatchObject({ code: EXIT.ok, out: expect.stringContaining(`tick.avsc  version 2, id ${next}`) });
    expect(released().slice(0, -1)).toEqual(before);
    expect(released().at(-1)).toMatchObject({ id: next, type: 'tick', version: 2 });
  });

  test('refuses what would break readers, whole, and says where', () => {
    const before = released();
    edit('schemas/avro.ts', "by: added('string', '')", "who: added('string', '')");
    edit('schemas/trade/order.ts', 'ebpName: text(100)', 'ebpName: text(50)');
    const { code, out, err } = standards(tree, '--release');
    expect(code).toBe(EXIT.refused);
    expect(out).toContain('tick.avsc  by: was field 3, and is gone');
    expect(out).toContain('order.schema.json  document.ebpName: maxLength was 100, is 50');
    expect(err).toContain('nothing was frozen');
    expect(released()).toEqual(before);
  });
});
