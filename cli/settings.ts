/** The environment's settings, with their defaults and bounds. All problems are reported together. */
import { CommandError, EXIT } from './exit.ts';

export interface Settings {
  /** FENGHUO_DATA: folder of log, store and keys. */
  data: string;
  /** FENGHUO_HOST */
  host: string;
  /** FENGHUO_NAMES: further host names under which the gateway answers, by commas. */
  names?: readonly string[];
  /** FENGHUO_PORT, 1–65535. */
  port: number;
  /** FENGHUO_SIMULATE: simulated orders a second, 0 = none; at most 20,000. */
  simulate: number;
  /** FENGHUO_RULES: replaces the whole rules folder; '' = the one that comes with Fenghuo. */
  rules: string;
  /** FENGHUO_REFERENCE: folder of reference tables laid over the seeds; '' = `reference` in the data folder. */
  reference: string;
  /** FENGHUO_LOG_BYTES: records that the log keeps at most, 100 MB or more; 0 = no limit. */
  logBytes: number;
  /** FENGHUO_STORE_BYTES: of the tables, likewise; of a server's no limit unless it is set. */
  storeBytes: number;
}

const LEAST_BYTES = 100e6;

function number(name: string, text: string | undefined, fallback: number, bounds: [number, number], problems: string[]): number {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  const [low, high] = bounds;
  if (text.trim() !== '' && Number.isFinite(value) && value >= low && value <= high) return value;
  problems.push(`${name}: expected a number from ${low} to ${high}, given '${text}' (default ${fallback})`);
  return fallback;
}

export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const problems: string[] = [];
  const settings = {
    data: env.FENGHUO_DATA || 'data',
    host: env.FENGHUO_HOST || '127.0.0.1',
    names: (env.FENGHUO_NAMES ?? '').split(',').map((name) => name.trim()).filter((name) => name !== ''),
    port: number('FENGHUO_PORT', env.FENGHUO_PORT, 8080, [1, 65_535], problems),
    simulate: number('FENGHUO_SIMULATE', env.FENGHUO_SIMULATE, 20, [0, 20_000], problems),
    rules: env.FENGHUO_RULES ?? '',
    reference: env.FENGHUO_REFERENCE ?? '',
    logBytes: number('FENGHUO_LOG_BYTES', env.FENGHUO_LOG_BYTES, 3e9, [0, 1e15], problems),
    storeBytes: number('FENGHUO_STORE_BYTES', env.FENGHUO_STORE_BYTES, env.CLICKHOUSE_URL ? 0 : 5e9, [0, 1e15], problems),
  };
  if (!Number.isInteger(settings.port)) problems.push(`FENGHUO_PORT: expected a whole number, given '${env.FENGHUO_PORT}'`);
  for (const [name, bytes] of [['FENGHUO_LOG_BYTES', settings.logBytes], ['FENGHUO_STORE_BYTES', settings.storeBytes]] as const) {
    if (bytes > 0 && bytes < LEAST_BYTES) problems.push(`${name}: expected ${LEAST_BYTES} bytes (100 MB) or more, or 0 for no limit, given '${bytes}'`);
  }
  if (problems.length > 0) throw new CommandError(EXIT.usage, `The environment is not right:\n${problems.map((p) => `  ${p}`).join('\n')}`);
  return settings;
}
