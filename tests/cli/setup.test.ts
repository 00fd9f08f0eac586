import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
// Plain JavaScript without types: loaded by address, so that the type check has nothing to say about it.
const setup = await import(pathToFileURL(join(root, 'cli', 'setup.mjs')).href) as {
  fingerprint(root: string): string; isInstalled(root: string): boolean; exclusively<T>(root: string, work: () => Promise<T>): Promise<T>;
};

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'fenghuo-setup-'));
  writeFileSync(join(made, 'package.json'), JSON.stringify({ dependencies: { a: '1.0.0' }, scripts: {} }));
  writeFileSync(join(made, 'package-lock.json'), '{}');
  return made;
}

describe('what is installed', () => {
  test('a changed dependency or lock file asks for an installation, a changed script does not', () => {
    const made = folder();
    const before = setup.fingerprint(made);
    writeFileSync(join(made, 'package.json'), JSON.stringify({ dependencies: { a: '1.0.0' }, scripts: { x: 'y' } }));
    expect(setup.fingerprint(made)).toBe(before);
    writeFileSync(join(made, 'package.json'), JSON.stringify({ dependencies: { a: '1.0.1' } }));
    const changed = setup.fingerprint(made);
    expect(changed).not.toBe(before);
    writeFileSync(join(made, 'package-lock.json'), '{"x":1}');
    expect(setup.fingerprint(made)).not.toBe(changed);
  });
  test('a stamp alone is not enough: the pinned node must be there', () => {
    const made = folder();
    mkdirSync(join(made, 'node_modules', '.fenghuo'), { recursive: true });
    writeFileSync(join(made, 'node_modules', '.fenghuo', 'stamp'), setup.fingerprint(made));
    expect(setup.isInstalled(made)).toBe(false);
    mkdirSync(join(made, 'node_modules', '.bin'));
    writeFileSync(join(made, 'node_modules', '.bin', 'node'), '');
    expect(setup.isInstalled(made)).toBe(true);
  });
});

describe('two set-ups at the same time', () => {
  test('take turns', async () => {
    const made = folder();
    const steps: string[] = [];
    const work = (name: string) => setup.exclusively(made, async () => {
      steps.push(`${name} in`);
      await new Promise((done) => { setTimeout(done, 50); });
      steps.push(`${name} out`);
    });
    await Promise.all([work('a'), work('b')]);
    expect(steps.filter((_, i) => i % 2 === 0).map((s) => s.replace('in', 'out'))).toEqual(steps.filter((_, i) => i % 2 === 1));
    expect(existsSync(join(made, 'node_modules', '.fenghuo', 'lock'))).toBe(false);
  });
  test('a lock whose holder is gone is taken over', async () => {
    const made = folder();
    const gone = spawnSync('true').pid;
    mkdirSync(join(made, 'node_modules', '.fenghuo'), { recursive: true });
    writeFileSync(join(made, 'node_modules', '.fenghuo', 'lock'), String(gone));
    expect(await setup.exclusively(made, async () => 'in')).toBe('in');
  });
  test('so is one without a holder, once it is old', async () => {
    const made = folder();
    const lock = join(made, 'node_modules', '.fenghuo', 'lock');
    mkdirSync(join(made, 'node_modules', '.fenghuo'), { recursive: true });
    writeFileSync(lock, '');
    utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    expect(await setup.exclusively(made, async () => 'in')).toBe('in');
  });
});

describe('the command', () => {
  const run = (script: string) => spawnSync(process.execPath, [join(root, 'cli', 'setup.mjs'), 'node', '-e', script], { encoding: 'utf8' });
  test('runs on the pinned node, without the warning of experimental features', () => {
    const pinned = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: { node: string } }).dependencies.node;
    const { stdout, stderr } = run("process.emitWarning('loud', 'ExperimentalWarning'); console.log(process.versions.node)");
    expect([stdout, stderr]).toEqual([`${pinned}\n`, '']);
  });
  test('hands on its exit code', () => expect(run('process.exit(7)').status).toBe(7));
  test('and the signal that ends it', async () => {
    const script = "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up')";
    const child = spawn(process.execPath, [join(root, 'cli', 'setup.mjs'), 'node', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((up) => { child.stdout.once('data', up); });
    child.kill('SIGTERM');
    expect(await new Promise((ended) => { child.once('exit', ended); })).toBe(9);
  });
});
