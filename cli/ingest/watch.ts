/**
 * `ingest --watch DIR`: sends each new file once it is complete. What was taken stands in a list beside the files, a line a file, written only after the
 * gateway's durable answer; after a crash in between the file is sent once more, and its repeats are counted once.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { plain } from '../format.ts';
import { listFolder, skipReason } from './find.ts';
import { sendFile, type PartResult } from './send.ts';
import type { How } from './source.ts';

export interface Watching { folder: string; done: string | undefined; failed: string | undefined; backfill: string | undefined; how: How; say(line: string): void }
interface Taken { file: string; bytes: number; modified: number; taken: number; rejected: number; good: boolean; at: string }

const LIST = '.fenghuo-taken.ndjson';
const LOOK_MS = 1_000;
/** Unchanged over so many looks, a file is complete. Who renames into the folder is always safe. */
const STEADY_LOOKS = 2;
const UNFINISHED = /\.(part|tmp|temp|crdownload|filepart|swp)$/i;
/** Of one file so many reasons are written down. */
const REASONS = 10_000;

export async function watch(client: Client, options: Watching): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const watcher = await Watcher.open(client, options, () => stop.signal.aborted);
  options.say(`watching ${options.folder}: ${watcher.known} files were taken before; Ctrl-C ends`);
  while (!stop.signal.aborted) {
    await watcher.look();
    await new Promise<void>((done) => {
      const timer = setTimeout(done, LOOK_MS);
      stop.signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
    });
  }
}

export class Watcher {
  readonly #client: Client;
  readonly #options: Watching;
  readonly #stopped: () => boolean;
  readonly #taken: Map<string, Taken>;
  readonly #seen = new Map<string, { mark: string; looks: number }>();
  #away = false;

  private constructor(client: Client, options: Watching, stopped: () => boolean, taken: Map<string, Taken>) {
    this.#client = client;
    this.#options = options;
    this.#stopped = stopped;
    this.#taken = taken;
  }

  static async open(client: Client, options: Watching, stopped: () => boolean = () => false): Promise<Watcher> {
    const { folder, done, failed } = options;
    try {
      if (!(await stat(folder)).isDirectory()) throw new Error('it is no folder');
      for (const target of [done, failed]) if (target !== undefined) await mkdir(target, { recursive: true });
      return new Watcher(client, options, stopped, await readList(join(folder, LIST)));
    } catch (error) {
      throw new CommandError(EXIT.usage, `--watch ${folder}: ${(error as Error).message}. Expected a folder in which this user may write: the list of what was taken (${LIST}) stands there`);
    }
  }

  get known(): number {
    return this.#taken.size;
  }

  /** One look at the folder: sends what has become complete since the last. */
  async look(): Promise<void> {
    const { folder, how } = this.#options;
    for (const name of await listFolder(folder)) {
      if (this.#stopped()) return;
      if (this.#isOurs(name) || UNFINISHED.test(name)) continue;
      const entry = await stat(name).catch(() => undefined);
      if (!entry?.isFile()) continue;
      const mark = `${entry.size} ${entry.mtimeMs}`;
      const taken = this.#taken.get(relative(folder, name));
      if (taken && mark === `${taken.bytes} ${taken.modified}`) await this.#move(name, taken.good);
      else if (this.#isSteady(name, mark)) await this.#take(name, entry.size, entry.mtimeMs, skipReason(name, how.mapping !== undefined));
    }
  }

  /** Where --done and --failed lie inside the folder, what is there has been sent. */
  #isOurs(name: string): boolean {
    return [this.#options.done, this.#options.failed].some((target) => target !== undefined && resolve(name).startsWith(resolve(target) + sep));
  }

  #isSteady(name: string, mark: string): boolean {
    const seen = this.#seen.get(name);
    const looks = seen?.mark === mark ? seen.looks + 1 : 0;
    this.#seen.set(name, { mark, looks });
    return looks === STEADY_LOOKS;
  }

  async #take(name: string, bytes: number, modified: number, skip: string | undefined): Promise<void> {
    if (skip) return this.#options.say(`${plain(name)}: left alone: ${skip}`);
    const results: PartResult[] = [];
    const { backfill, how } = this.#options;
    try {
      const sending = { how, backfill, room: REASONS, ids: 0, heard() {}, stopped: this.#stopped };
      for await (const result of sendFile(this.#client, name, sending, () => {}, [])) results.push(result);
      this.#away = false;
    } catch (error) {
      return this.#wait(name, error);
    }
    if (this.#stopped() && results.some((r) => r.error !== undefined)) return this.#options.say(`${plain(name)}: stopped in the midst; it is sent again at the next start`);
    const good = results.every((r) => r.error === undefined && r.rejected === 0);
    const taken = results.reduce((n, r) => n + r.accepted, 0);
    const rejected = results.reduce((n, r) => n + r.rejected, 0);
    if (!good && this.#options.failed !== undefined) await writeReasons(join(this.#options.failed, relative(this.#options.folder, name)), results);
    const line: Taken = { file: relative(this.#options.folder, name), bytes, modified, taken, rejected, good, at: new Date().toISOString() };
    await append(join(this.#options.folder, LIST), `${JSON.stringify(line)}\n`);
    this.#taken.set(line.file, line);
    this.#seen.delete(name);
    const why = results.find((r) => r.error !== undefined)?.error ?? results.find((r) => r.rejections.length > 0)?.rejections[0]?.message;
    this.#options.say(`${plain(name)}: accepted ${taken}, rejected ${rejected}${why === undefined ? '' : `; ${plain(why)}`}`);
    await this.#move(name, good);
  }

  /** While the gateway is away files stay where they are; a key that it refuses will not get better. */
  #wait(name: string, error: unknown): void {
    if (!(error instanceof CommandError) || error.code === EXIT.key) throw error;
    this.#seen.delete(name);
    if (!this.#away) this.#options.say(`${plain(name)}: waiting; it is tried again until it goes: ${error.message}`);
    this.#away = true;
  }

  async #move(name: string, good: boolean): Promise<void> {
    const target = good ? this.#options.done : this.#options.failed;
    if (target !== undefined) await moveTo(name, join(target, relative(this.#options.folder, name)));
  }
}

/** A line that a crash cut short counts as not written. */
async function readList(file: string): Promise<Map<string, Taken>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return ''; throw error; });
  const taken = new Map<string, Taken>();
  for (const line of text.split('\n')) {
    try {
      const one = JSON.parse(line) as Taken;
      taken.set(one.file, one);
    } catch {
      // The file named there is sent once more.
    }
  }
  if (text !== '' && !text.endsWith('\n')) await append(file, '\n');
  return taken;
}

async function append(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.write(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function writeReasons(target: string, results: readonly PartResult[]): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const parts = results.map(({ file, accepted, rejected, rejections, error }) => ({ file, accepted, rejected, rejections, error }));
  await writeFile(`${target}.reasons.json.tmp`, `${JSON.stringify(parts, null, 2)}\n`, { mode: 0o600 });
  await rename(`${target}.reasons.json.tmp`, `${target}.reasons.json`);
}

/** Never over a file that is there already; across disks by copy. */
async function moveTo(from: string, wanted: string): Promise<void> {
  await mkdir(dirname(wanted), { recursive: true });
  for (let n = 1; ; n++) {
    const to = n === 1 ? wanted : join(dirname(wanted), `${basename(wanted, extname(wanted))}-${n}${extname(wanted)}`);
    if (await stat(to).then(() => true, () => false)) continue;
    try {
      return await rename(from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      await copyFile(from, to, constants.COPYFILE_EXCL);
      return rm(from);
    }
  }
}
