/** `fenghuo standards`: writes the published standards to a folder, compares a folder with them, or freezes changed schemas as new releases. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { print, withExamples } from './output.ts';

interface Options { out: string; check?: boolean; release?: boolean }

export function standardsCommand(program: Command): void {
  withExamples(program.command('standards').description('write the standards (JSON Schema, Avro, XSD, pages, code lists), or freeze changed schemas as releases')
    .option('--out <folder>', 'folder to write to, or to compare with', 'standards')
    .option('--check', 'write nothing; tell which files of the folder are stale')
    .option('--release', 'freeze every changed schema of this source tree as a new release (schemas/released)'), ['standards', 'standards --out public/standards --check', 'standards --release'])
    .action(async ({ out, check, release }: Options) => (release ? freeze() : check ? compare(out, await files()) : write(out, await files())));
}

/** Contracts and pages are loaded only here: other commands start faster without them. */
const files = async (): Promise<Map<string, string>> => (await import('../gateway/publication.ts')).publish().files;

function write(out: string, files: Map<string, string>): void {
  for (const [name, text] of files) {
    const file = join(out, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  print(`${files.size} files in ${out}; ${join(out, 'index.md')} lists them.`);
}

function compare(out: string, files: Map<string, string>): void {
  const given = (name: string): string | undefined => (existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8') : undefined);
  const stale = [...files].filter(([name, text]) => given(name) !== text).map(([name]) => name);
  for (const name of stale) print(`${given(name) === undefined ? 'missing' : 'stale  '}  ${join(out, name)}`);
  print(stale.length === 0 ? `All ${files.size} files in ${out} are fresh.` : `\n${stale.length} of ${files.size} files are not as the schemas give them: npx fenghuo standards --out ${out}`);
  if (stale.length > 0) throw new CommandError(EXIT.refused, '');
}

/** One line a release: a diff shows what was added, and that nothing else changed. */
const lines = (releases: readonly unknown[]): string => `[\n${releases.map((release) => JSON.stringify(release)).join(',\n')}\n]\n`;

async function freeze(): Promise<void> {
  const { avro, wire, breaks, frozen } = (await import('../schemas/standards/next-release.ts')).nextRelease();
  if (breaks.length > 0) {
    for (const why of breaks) print(why);
    throw new CommandError(EXIT.refused, `\n${breaks.length} change(s) would break what has been released; nothing was frozen. docs/compatibility.md says what may change and how.`);
  }
  const folder = new URL('../schemas/released/', import.meta.url);
  writeFileSync(new URL('avro.json', folder), lines([...frozen.avro, ...avro]));
  writeFileSync(new URL('wire.json', folder), lines([...frozen.wire, ...wire]));
  for (const { id, type, version } of avro) print(`${type}.avsc  version ${version}, id ${id}`);
  for (const { type, version } of wire) print(`${type}.schema.json  version ${version}`);
  print(avro.length + wire.length === 0 ? 'Nothing has changed since the last release.' : `\nFrozen ${avro.length + wire.length} schemas. Commit schemas/released.`);
}
