/** Runs a backtest: opens the log read-only, settles what is tried against what, replays, compares, tells. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Rule } from '../../language/ruleset.ts';
import { variant } from '../../language/variant.ts';
import { type JournalSpan, journalSpan, type Known, readEditions, readVerdicts } from '../../processors/recorded.ts';
import { replay } from '../../processors/replay.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import { type LogReader, openEmbeddedReader } from '../../streams/embedded/reader.ts';
import { LogError } from '../../streams/errors.ts';
import type { BacktestOptions } from '../backtest.ts';
import { CommandError, EXIT } from '../exit.ts';
import { langOf, note, print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { changedFiles, changedRules, chooseRules, compiled, earlier, RECORDED, sourceIn, type Tried } from './choose.ts';
import { dayOf, Gathered } from './compare.ts';
import { plot } from './plot.ts';
import { plotOf, report, type Report, reportLines } from './report.ts';

const HOUR = 3_600_000;
/** As a shell tells of Ctrl-C. */
const INTERRUPTED = 130;

export async function backtest(names: string[], options: BacktestOptions): Promise<void> {
  const reader = openJournal(join(readSettings().data, 'log', 'log.sqlite'));
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-backtest-'));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  const interrupted = () => { clear(); process.exit(INTERRUPTED); };
  process.once('SIGINT', interrupted);
  try {
    const made = await run(reader, folder, names, options);
    const plotted = options.plot === false ? '' : writePlot(options.plot, made);
    if (options.json) printJson({ ...made, plot: plotted });
    else for (const line of reportLines(made, plotted, langOf(options.lang))) print(line);
  } catch (error) {
    if (error instanceof LogError && error.code === 'OUT_OF_RANGE') throw new CommandError(EXIT.refused, `The log dropped its oldest records while they were read (retention). Run it again, or from a later --from. ${error.message}`);
    throw error;
  } finally {
    process.off('SIGINT', interrupted);
    await reader.close();
    clear();
  }
}

function openJournal(file: string): LogReader {
  const next = 'Expected the data folder of a Fenghuo that has run: set FENGHUO_DATA to it, or start one with `npm start`.';
  if (!existsSync(file)) throw new CommandError(EXIT.refused, `There is no journal at ${file}. ${next}`);
  try {
    return openEmbeddedReader(file);
  } catch (error) {
    throw new CommandError(EXIT.refused, `The journal at ${file} cannot be read (${(error as Error).message}). ${next}`);
  }
}

interface Trial { ids: string[]; sides: Tried[]; rules: readonly Rule[] }

/** Old side first, where there is one. */
async function settle(reader: LogReader, editions: readonly Known[], names: string[], { rules: path, against }: BacktestOptions): Promise<Trial> {
  const artifacts = new Artifacts(reader);
  const newest = editions.at(-1);
  if (!newest) throw new CommandError(EXIT.refused, 'The log holds no rule set yet, so nothing was ever screened in it. Start Fenghuo once on this data folder: it publishes its rules at start.');
  const current = await sourceIn(artifacts, newest);
  const inForce: Tried = { name: `rule set ${newest.edition?.rules.version ?? newest.version}, in force`, files: current.files, ruleSet: compiled(current, 'the set in force') };
  const files = path === undefined ? current.files : changedFiles(current.files, path);
  const tried: Tried = path === undefined ? inForce : { name: path, files, ruleSet: compiled({ files, tables: current.tables }, `--rules ${path}`) };
  const ids = names.length === 0 && path !== undefined ? changedRules(current.files, tried.ruleSet, files) : chooseRules(tried.ruleSet.rules, names);
  const rules = tried.ruleSet.rules.filter(({ id }) => ids.includes(id));
  if (against === undefined) return { ids, rules, sides: path === undefined ? [tried] : [inForce, tried] };
  if (against === RECORDED) return { ids, rules, sides: [{ ...inForce, name: RECORDED, files: undefined }, tried] };
  const { name, source } = await earlier(artifacts, editions, against, ids);
  return { ids, rules, sides: [{ name, files: source.files, ruleSet: compiled({ files: source.files, tables: current.tables }, `--against ${against}`) }, tried] };
}

async function run(reader: LogReader, folder: string, names: string[], options: BacktestOptions): Promise<Report> {
  const editions = await readEditions(reader);
  const trial = await settle(reader, editions, names, options);
  const until = options.to ?? Date.now();
  const whole = await journalSpan(reader, 0, until, editions);
  if (!whole) throw new CommandError(EXIT.refused, 'The journal is empty: nothing has been taken yet. Send messages (`npx fenghuo ingest`), or let `npm start` simulate some.');
  const from = Math.max(options.from ?? whole.first, whole.first);
  if (from >= until || from > whole.last) throw new CommandError(EXIT.usage, `Nothing lies between ${shown(options.from ?? whole.first)} and ${shown(until)}. The journal reaches from ${shown(whole.first)} to ${shown(whole.last)}.`);
  const lookBack = lookBackOf(trial, from);
  const span = await journalSpan(reader, from - (options.warm ?? lookBack), until, editions) as JournalSpan;
  const chosen = new Set(trial.ids);
  const gathered = trial.sides.map(() => new Gathered(from, until, chosen));
  const bar = progressBar(span);
  const replayed = await replay({
    reader, span, folder, progress: bar.at,
    sides: trial.sides.map(({ files }, i) => ({ compile: variant({ chosen, ...(files && { files }) }), hear: ({ body }) => gathered[i]?.hear(body) })),
  }).finally(bar.stop);
  const said = await readVerdicts(reader, span);
  return report({ from, until: Math.min(until, span.last + 1), span, lookBack, replayed, rules: trial.rules, sides: trial.sides.map(({ name, ruleSet }, i) => ({ name, ruleSet, alerts: [...(gathered[i] as Gathered).alerts.values()] })), examples: options.examples, verdictOf: ({ alertId }) => said.get(alertId)?.verdict });
}

const shown = (at: number): string => `${dayOf(at)} ${new Date(at + 8 * HOUR).toISOString().slice(11, 16)} (Shanghai)`;

/** How far these rules look back: their longest window, with the history of robust comparisons and of silence; an order's documents come over the time that it is open, and one whose first half is missing would look torn. */
function lookBackOf({ sides, ids }: Trial, at: number): number {
  const week = 7 * 24 * HOUR;
  const lengths = sides.flatMap(({ ruleSet }) => ids.flatMap((id) => Object.values(ruleSet.rule(id)?.features ?? {}).flatMap((features) => [...features.values()])))
    .map(({ kind, window, weeks, reachMs }) => (kind === 'robustZ' ? weeks * week : kind === 'silence' ? 2 * week : window.ms + reachMs));
  const open = sides.map(({ ruleSet: { parameters } }) => (parameters.number('expireHours', at) + parameters.number('closeAfterHours', at)) * HOUR);
  return Math.max(...open, ...lengths);
}

function progressBar({ start, end }: JournalSpan): { at: (records: number, at: number) => void; stop: () => void } {
  const total = end.reduce((n, offset, p) => n + offset - (start[p] as number), 0);
  if (!process.stderr.isTTY) return { at: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: '{bar} {percentage} % · {value} records · {rate}/s · {eta_formatted} left · {day}', stream: process.stderr, clearOnComplete: true, etaBuffer: 50 });
  const began = performance.now();
  const told = (records: number, at: number) => ({ day: dayOf(at), rate: Math.round(records / Math.max(0.001, (performance.now() - began) / 1000)) });
  bar.start(total, 0, told(0, 0));
  return { at: (records, at) => bar.update(records, told(records, at)), stop: () => bar.stop() };
}

/** Where it was written; '' where it could not be, which is told. */
function writePlot(file: string, made: Report): string {
  try {
    writeFileSync(file, plot(made.title, plotOf(made)));
    return file;
  } catch (error) {
    note(`The plot was not written to ${file} (${(error as Error).message}); --plot names another file, --no-plot none.`);
    return '';
  }
}
