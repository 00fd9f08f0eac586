/** The doctor's checks: each looks at one thing, changes nothing, and names the next step. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { FREE_BYTES } from '../processors/readiness.ts';
import { loadSecrets } from '../processors/secrets.ts';
import { TOPICS } from '../streams/topics.ts';
import { clickHouse } from './doctor-clickhouse.ts';
import { fine, wrong, type Finding } from './doctor-findings.ts';
import { trust } from './doctor-trust.ts';
import { readRuleSource } from './rule-source.ts';
import type { Settings } from './settings.ts';

type Check = (settings: Settings) => Promise<Finding>;

const logFile = (settings: Settings): string => join(settings.data, 'log', 'log.sqlite');
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

async function node(): Promise<Finding> {
  const pinned = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { dependencies: { node: string } }).dependencies.node;
  if (process.versions.node === pinned) return fine(`Node ${pinned}, as pinned`);
  return wrong(`Node ${process.versions.node} runs this, but ${pinned} is pinned`, 'Run it as `npx fenghuo doctor`, or delete node_modules and run it again.');
}

/** Loads the native ClickHouse in a process of its own: a broken library would take this one down. */
async function packages(): Promise<Finding> {
  const script = "const { query } = await import('chdb'); process.stdout.write(String(query('SELECT version()', 'CSV')).trim())";
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: dirname(import.meta.dirname), timeout: 60_000 });
    return fine(`ClickHouse ${stdout.replaceAll('"', '')} in-process (${process.platform}-${process.arch})`);
  } catch (error) {
    const why = String((error as { stderr?: string }).stderr || (error as Error).message).trim().split('\n').at(-1);
    return wrong(`the ClickHouse library does not load on ${process.platform}-${process.arch}: ${why}`,
      'Delete node_modules and run `npm start` again. Linux (glibc, x64 or arm64) and macOS are supported; Alpine (musl) is not.');
  }
}

async function dataFolder(settings: Settings): Promise<Finding> {
  const data = resolve(settings.data);
  if (!existsSync(data)) {
    let parent = dirname(data);
    while (!existsSync(parent)) parent = dirname(parent);
    return writable(parent) ? fine(`${data} is not there yet; the first start makes it`) : wrong(`${data} is not there, and ${parent} may not be written`, 'Set FENGHUO_DATA to a folder that you may write.');
  }
  if (!statSync(data).isDirectory()) return wrong(`${data} is no folder`, 'Set FENGHUO_DATA to a folder.');
  return writable(data) ? fine(`${data} can be written`) : wrong(`${data} may not be written by this user`, `Give it to this user (chown), or set FENGHUO_DATA to another folder.`);
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function disk(settings: Settings): Promise<Finding> {
  let folder = resolve(settings.data);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  return free >= FREE_BYTES ? fine(`${gigabytes(free)} free`) : wrong(`only ${gigabytes(free)} free on the disk of ${folder}; at least ${gigabytes(FREE_BYTES)} are wanted`, 'Free space there. On a full disk new events are refused (503); what was accepted stays.');
}

/** What log and store take, against what they may. The log's file also holds the state. */
async function space(settings: Settings): Promise<Finding> {
  const log = existsSync(logFile(settings)) ? keptRecords(settings) : 0;
  const [file, store] = [folderBytes(join(settings.data, 'log')), folderBytes(join(settings.data, 'store'))];
  const of = (bytes: number, limit: number) => `${gigabytes(bytes)} of ${limit === 0 ? 'any size' : gigabytes(limit)}`;
  const detail = `records in the log ${of(log, settings.logBytes)} (its files with the state: ${gigabytes(file)}), tables ${of(store, settings.storeBytes)}`;
  if (settings.logBytes > 0 && log > settings.logBytes * OVER) return wrong(detail, 'A reader holds the log: see /metrics for its lag, and the errors of the store. FENGHUO_LOG_BYTES is the limit.');
  if (settings.storeBytes > 0 && store > settings.storeBytes * OVER) return wrong(detail, 'Rows are dropped by whole days and each ten minutes while Fenghuo runs; where one day is larger, raise FENGHUO_STORE_BYTES.');
  return fine(detail);
}

/** Beyond this share of a limit retention does not keep up. */
const OVER = 1.25;

function keptRecords(settings: Settings): number {
  const db = openLog(settings);
  const edge = (order: string) => db.prepare(`SELECT bytes_to AS bytes FROM batches WHERE topic = ? AND partition = ? ORDER BY base ${order} LIMIT 1`);
  const [first, last] = [edge('ASC'), edge('DESC')];
  let bytes = 0;
  for (const { name, partitions } of TOPICS) for (let p = 0; p < partitions.embedded; p++) bytes += Number(last.get(name, p)?.bytes ?? 0) - Number(first.get(name, p)?.bytes ?? 0);
  db.close();
  return bytes;
}

/** Blocks on the disk; what vanishes while it is counted counts for nothing. */
function folderBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  return (readdirSync(folder, { recursive: true }) as string[]).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
}

/** Of the Fenghuo that answers there; '' where nobody does, or someone who speaks something else. */
async function versionAt(settings: Settings): Promise<string> {
  try {
    const response = await fetch(`http://${settings.host}:${settings.port}/healthz`, { signal: AbortSignal.timeout(3000) });
    return String((await response.json() as { version?: string }).version ?? '');
  } catch {
    return '';
  }
}

async function port(settings: Settings): Promise<Finding> {
  const where = `${settings.host}:${settings.port}`;
  const version = await versionAt(settings);
  if (version) return fine(`Fenghuo ${version} answers at ${where}`);
  const error = await bindError(settings);
  if (!error) return fine(`${where} is free`);
  if (error.code === 'EADDRINUSE') return wrong(`${where} is taken by another program`, 'Stop it (`lsof -i` or `ss -ltnp` names it), or set FENGHUO_PORT to another port.');
  return wrong(`${where} cannot be listened on (${error.code})`, error.code === 'EACCES' ? 'Ports below 1024 need rights: set FENGHUO_PORT to 1024 or more.' : 'Set FENGHUO_HOST to an address of this machine, e.g. 127.0.0.1.');
}

const bindError = (settings: Settings): Promise<NodeJS.ErrnoException | undefined> => new Promise((done) => {
  const server = createServer();
  server.once('error', done);
  server.listen(settings.port, settings.host, () => server.close(() => done(undefined)));
});

async function rules(settings: Settings): Promise<Finding> {
  const { compile } = await import('../language/compile.ts');
  const compiled = compile(readRuleSource(settings.rules));
  if (compiled.ok) return fine(`${compiled.ruleSet.rules.length} rules compile (version ${compiled.ruleSet.version})`);
  const first = compiled.findings[0];
  return wrong(`${compiled.findings.length} findings; the first: ${first?.file}:${first?.line} ${first?.message}`, '`npx fenghuo rules check` names them all.');
}

/** The owner holds an exclusive lock on lock.sqlite for as long as it lives. */
async function owner(settings: Settings): Promise<Finding> {
  const file = join(settings.data, 'lock.sqlite');
  if (!existsSync(file)) return fine('nobody yet');
  const db = new DatabaseSync(file, { readOnly: true, timeout: 300 });
  try {
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return fine('free: no Fenghuo runs on it');
  } catch (error) {
    if (!/locked|busy/i.test((error as Error).message)) return wrong(`${file}: ${(error as Error).message}`, 'While no Fenghuo runs, delete that file: it holds nothing but the lock.');
  } finally {
    db.close();
  }
  const pid = readText(join(settings.data, 'owner.pid')) || 'unknown';
  if (await versionAt(settings)) return fine(`in use by the Fenghuo that runs (process ${pid})`);
  return wrong(`process ${pid} holds ${settings.data}, but nothing answers at ${settings.host}:${settings.port}`, `If it runs elsewhere, set FENGHUO_HOST and FENGHUO_PORT; if it hangs, stop it: kill ${pid}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

const KEY_FILES = ['admin.key', 'keys.json', 'linkage.key', 'seal.key'];

async function keys(settings: Settings): Promise<Finding> {
  const folder = join(settings.data, 'keys');
  if (!existsSync(folder)) return fine('none yet; the first start makes them');
  const inEnvironment: Record<string, string | undefined> = { 'linkage.key': process.env.FENGHUO_LINKAGE_KEY, 'seal.key': process.env.FENGHUO_SEAL_KEY };
  for (const name of KEY_FILES) {
    const file = join(folder, name);
    if (!existsSync(file)) {
      if (inEnvironment[name] || !existsSync(logFile(settings))) continue;
      return wrong(`${file} is missing, though a log is there`, name === 'admin.key' || name === 'keys.json' ? 'Restore it from the backup. With both moved away, the next start writes a new admin key.' : 'Restore it from the backup: without it, what the log holds can no longer be linked or opened.');
    }
    const mode = statSync(file).mode & 0o777;
    if (mode & 0o077) return wrong(`${file} can be read by others (mode ${mode.toString(8)})`, `chmod 600 ${file}`);
    try {
      accessSync(file, constants.R_OK);
    } catch {
      return wrong(`${file} cannot be read by this user`, 'Run as the user that started Fenghuo, or give the file to this user.');
    }
  }
  return fine('readable, and by this user alone');
}

/** Another linkage key would give the same person another token: the start refuses it, and here is why. */
async function linkage(settings: Settings): Promise<Finding> {
  const given = (name: string, variable: string | undefined): boolean => Boolean(variable) || existsSync(join(settings.data, 'keys', name));
  if (!given('linkage.key', process.env.FENGHUO_LINKAGE_KEY) || !given('seal.key', process.env.FENGHUO_SEAL_KEY)) return fine('no keys yet');
  let keyId: string;
  try {
    keyId = loadSecrets(settings.data, process.env).linkageKeyId;
  } catch (error) {
    return wrong((error as Error).message, 'Put the key of the backup back.');
  }
  if (!existsSync(logFile(settings))) return fine(`key ${keyId}; no log yet`);
  const db = openLog(settings);
  const known = db.prepare("SELECT value FROM meta WHERE name = 'linkage-key-id'").get()?.value;
  db.close();
  if (known === undefined || known === keyId) return fine(`key ${keyId} is the log's`);
  return wrong(`the log was written under linkage key ${String(known)}, the key here is ${keyId}`, 'Put the old key back (keys/linkage.key or FENGHUO_LINKAGE_KEY), or start with an empty data folder.');
}

function openLog(settings: Settings): DatabaseSync { return new DatabaseSync(logFile(settings), { readOnly: true, timeout: 2000 }); }

async function log(settings: Settings): Promise<Finding> {
  const file = logFile(settings);
  if (!existsSync(file)) return existsSync(join(settings.data, 'store')) ? wrong(`${file} is missing, but there is a store`, 'Restore the whole data folder from one backup; log and store belong together.') : fine('none yet; the first start makes it');
  let said: string;
  try {
    const db = openLog(settings);
    said = String(db.prepare('PRAGMA quick_check(1)').get()?.quick_check);
    db.close();
  } catch (error) {
    said = (error as Error).message;
  }
  if (said === 'ok') return fine(`whole (${gigabytes(statSync(file).size)})`);
  return wrong(`${file} is damaged: ${said}`, 'Stop Fenghuo, keep a copy of the data folder, and restore the folder from its backup.');
}

async function store(settings: Settings): Promise<Finding> {
  const folder = join(settings.data, 'store');
  if (existsSync(folder)) return statSync(folder).isDirectory() && writable(folder) ? fine(`${folder} is there`) : wrong(`${folder} cannot be written`, 'Give it to the user that runs Fenghuo.');
  return existsSync(logFile(settings)) ? wrong(`${folder} is missing, though there is a log`, 'Restore it from the backup; or start anyway: it is filled again from what the log still keeps.') : fine('none yet; the first start makes it');
}

/** The log's times never go back: a clock behind them stops ticks. */
async function clock(settings: Settings): Promise<Finding> {
  const now = new Date();
  if (now.getUTCFullYear() < 2026) return wrong(`this machine says ${now.toISOString()}`, 'Set the clock (timedatectl set-ntp true).');
  if (existsSync(logFile(settings))) {
    const db = openLog(settings);
    const last = Number(db.prepare('SELECT max(appended_at) AS last FROM batches').get()?.last ?? 0);
    db.close();
    if (last > now.getTime() + 60_000) return wrong(`the log's last record is of ${new Date(last).toISOString()}, but this machine says ${now.toISOString()}`, 'Set the clock (timedatectl set-ntp true), or wait until it has passed that time.');
  }
  return fine(now.toISOString());
}

/** In the order in which a start needs them. */
export const CHECKS: Readonly<Record<string, Check>> = { node, packages, data: dataFolder, disk, space, keys, trust, log, linkage, store, clickhouse: () => clickHouse(process.env), owner, port, rules, clock };
