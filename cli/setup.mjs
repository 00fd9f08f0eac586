#!/usr/bin/env node
/**
 * Installs what is missing, then runs a command on the pinned Node: `node cli/setup.mjs COMMAND [ARGUMENT…]`.
 * Plain JavaScript without dependencies, because it must run on any Node from 20 on, before anything is installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** An installation that has not ended after this long is taken for dead, whatever its process id says now. */
const STALE_MS = 15 * 60_000;

const paths = (root) => {
  const own = join(root, 'node_modules', '.fenghuo');
  return { own, stamp: join(own, 'stamp'), lock: join(own, 'lock'), bin: join(root, 'node_modules', '.bin') };
};

const readText = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What an installation depends on: the wanted packages, the lock file and the platform whose native parts are installed. */
export function fingerprint(root) {
  const { dependencies, devDependencies, allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const hash = createHash('sha256').update(JSON.stringify({ dependencies, devDependencies, allowScripts }));
  return hash.update(readText(join(root, 'package-lock.json'))).update(`${process.platform}-${process.arch}`).digest('hex');
}

export const isInstalled = (root) => readText(paths(root).stamp) === fingerprint(root) && existsSync(join(paths(root).bin, 'node'));

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

function dropIfStale(lock) {
  const holder = readText(lock);
  const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
  const dead = holder === '' ? age > 10_000 : !isAlive(Number(holder)) || age > STALE_MS;
  if (!dead || readText(lock) !== holder) return;
  try {
    renameSync(lock, `${lock}.stale`);
  } catch {
    // Another set-up was quicker to remove it.
  }
}

/** Runs `work` while no other set-up of this folder does. */
export async function exclusively(root, work) {
  const { own, lock } = paths(root);
  for (;;) {
    mkdirSync(own, { recursive: true });
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    dropIfStale(lock);
    await sleep(250);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The lock file knows the native parts of the platform that wrote it only; npm would then leave out those of another platform. */
const lockFileFits = (root) => readText(join(root, 'package-lock.json')).includes(`node_modules/@chdb/lib-${process.platform}-${process.arch}`);

function npmInstall(root) {
  const flags = ['--loglevel=error', '--no-audit', '--no-fund', '--no-save', '--no-update-notifier', ...(lockFileFits(root) ? [] : ['--no-package-lock'])];
  return new Promise((resolve) => {
    const npm = spawn('npm', ['install', ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const keep = (chunk) => { said = (said + chunk).slice(-8000); };
    npm.stdout.on('data', keep);
    npm.stderr.on('data', keep);
    npm.on('error', (error) => resolve({ ok: false, said: `npm could not be run: ${error.message}` }));
    npm.on('close', (code) => resolve({ ok: code === 0, said }));
  });
}

function progress() {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const text = 'Installing (about a minute, once)…';
  if (!process.stderr.isTTY) {
    process.stderr.write(`${text}\n`);
    return () => {};
  }
  const timer = setInterval(() => process.stderr.write(`\r${text} ${seconds()} s`), 500);
  process.stderr.write(text);
  return () => {
    clearInterval(timer);
    process.stderr.write(`\r${text} done in ${seconds()} s\n`);
  };
}

function explainFailure(said) {
  process.stderr.write(`${said.trim()}\n\nThe packages that Fenghuo needs could not be installed (npm's words are above). `
    + 'Likely causes: no way to the npm registry (npm ping), a full disk (about 1 GB is needed), or a folder that you may not write to. Then try again.\n');
}

/** `npx fenghuo` then finds the command here; else npx keeps a copy of its own, which may be older than this checkout. */
function linkCommand(root) {
  const link = join(paths(root).bin, 'fenghuo');
  if (!existsSync(link)) symlinkSync(join('..', '..', 'cli', 'fenghuo.mjs'), link);
}

/** Returns false, having said why, where the installation failed. */
export async function ensureInstalled(root = ROOT) {
  if (isInstalled(root)) return true;
  return exclusively(root, async () => {
    if (isInstalled(root)) return true;
    const done = progress();
    const { ok, said } = await npmInstall(root);
    done();
    const node = join(paths(root).bin, 'node');
    if (!ok || !existsSync(node)) {
      explainFailure(ok ? `${said}\n${node} is missing: are npm's install scripts switched off (npm config get ignore-scripts)?` : said);
      return false;
    }
    linkCommand(root);
    mkdirSync(paths(root).own, { recursive: true });
    writeFileSync(paths(root).stamp, fingerprint(root));
    return true;
  });
}

/** Node's own module for SQLite; a timer that kafkajs asks for in the past, once a process. */
const QUIET = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];

/** Child processes inherit it: the sink and the simulator stay as quiet as their parent, and what Node compiled once (half of a start's first second) is kept for all. */
function environment() {
  const given = process.env.NODE_OPTIONS ?? '';
  const options = [given, ...QUIET.filter((option) => !given.includes(option))].join(' ').trim();
  return { NODE_COMPILE_CACHE: join(paths(ROOT).own, 'compiled'), ...process.env, PATH: `${paths(ROOT).bin}${delimiter}${process.env.PATH ?? ''}`, NODE_OPTIONS: options };
}

/** Runs the command in the caller's folder, hands on signals, and ends as it ended. */
export function run(command, commandArguments, env = {}) {
  const child = spawn(command, commandArguments, { stdio: 'inherit', env: { ...env, ...environment() } });
  const forward = (signal) => child.kill(signal);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  // A terminal sends Ctrl-C to the child as well: handing it on would make two of one.
  process.on('SIGINT', process.stdin.isTTY ? () => {} : forward);
  child.on('error', (error) => {
    process.stderr.write(`${command} could not be run: ${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code ?? 1));
}

export const pinnedNode = () => join(paths(ROOT).bin, 'node');

export function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20 && process.platform !== 'win32') return;
  const why = major < 20 ? `Fenghuo needs Node 20 or newer to set itself up; this is ${process.version}. Install one from https://nodejs.org.`
    : 'Fenghuo runs on Linux and macOS. On Windows, use it inside WSL 2.';
  process.stderr.write(`${why}\n`);
  process.exit(4);
}

if (process.argv[1] && import.meta.url.endsWith('/setup.mjs') && process.argv[1].endsWith('setup.mjs')) {
  refuseOldNode();
  const [command, ...rest] = process.argv.slice(2);
  if (!(await ensureInstalled())) process.exit(4);
  if (command) run(command, rest);
}
