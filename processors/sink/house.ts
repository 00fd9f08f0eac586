/** What is done every ten minutes: hourly sums, then retention. */
import type { Engine } from './engine.ts';
import { factsKeptFrom, retain } from './retention.ts';
import { rollUp } from './rollup.ts';

export const HOUSE_MS = 10 * 60_000;

/** Sums first: they outlive the rows that retention drops. Never rejects: what fails is told and tried again. */
export async function keepHouse(engine: Engine, maxBytes: number, report: (level: 'warn' | 'error', message: string) => void): Promise<void> {
  try {
    await rollUp(engine, Date.now(), await factsKeptFrom(engine));
    if (maxBytes === 0) return;
    const { bytes, over } = await retain(engine, maxBytes, Date.now());
    if (over) report('warn', `the tables hold ${(bytes / 1e9).toFixed(2)} GB, ${(maxBytes / 1e9).toFixed(2)} GB are allowed (FENGHUO_STORE_BYTES), but only today's rows and each source's newest are left. Next: allow more bytes, or send less a day.`);
  } catch (error) {
    report('error', `hourly sums or retention failed, next attempt in 10 minutes: ${(error instanceof Error ? error.message : String(error)).slice(0, 300)}`);
  }
}
