/** Brings the tables to the version that this program writes, beside sinks that go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { quoted } from './engine.ts';
import { TABLES } from './rows.ts';
import { columnTypes, inForm, steps, localName, type Step } from './tables.ts';

/** Steps take seconds: whoever holds the lock longer was killed. Each statement may run again, so a wrong guess does no harm. */
const STALE_S = 600;
const POLL_MS = 1_000;
const LOCK = 'fenghuo.migrating';

/** The version that the tables are of now. */
export async function migrate(engine: Engine, known: readonly Step[] = steps(), staleS = STALE_S): Promise<number> {
  const on = engine.cluster === '' ? '' : ` ON CLUSTER '${engine.cluster}'`;
  await engine.command(`CREATE DATABASE IF NOT EXISTS fenghuo${on}`);
  const ledger = known[0]?.statements.find((statement) => statement.includes(' fenghuo.migrations '));
  for (const query of inForm(ledger as string, engine.cluster)) await engine.command(query);
  if ((await pending(engine, known)).length > 0) await locked(engine, on, staleS, async () => { for (const step of await pending(engine, known)) await apply(engine, step); });
  await checkColumns(engine);
  return known.length;
}

async function apply(engine: Engine, { version, statements, checksum }: Step): Promise<void> {
  for (const query of statements.flatMap((statement) => inForm(statement, engine.cluster))) await engine.command(query);
  await engine.command(`INSERT INTO ${localName('migrations', engine.cluster)} SETTINGS async_insert = 0 VALUES (${version}, ${quoted(checksum)}, now64(3))`);
}

/** Throws where the tables are newer than this program, or were made by other steps of the same number. */
async function pending(engine: Engine, known: readonly Step[]): Promise<readonly Step[]> {
  const applied = await engine.read<{ version: number; checksum: string }>(`SELECT version, checksum FROM ${localName('migrations', engine.cluster)} FINAL ORDER BY version`);
  const last = applied.at(-1)?.version ?? 0;
  if (last > known.length) {
    throw new Error(`the tables are of version ${last}, this program knows versions up to ${known.length}. Likely a newer Fenghuo has run on them. Next: run that version or a later one; `
      + 'sinks that run already go on, since a new version only adds columns and tables.');
  }
  for (const { version, checksum } of applied) {
    const step = known[version - 1] as Step;
    if (step.checksum !== checksum) {
      throw new Error(`version ${version} of the tables was applied with checksum ${checksum}, this program's has ${step.checksum}. Likely its statements in schemas/tables were changed after they had been applied. `
        + `Expected: what changes comes below \`-- version ${known.length + 1}\`. Next: put the statements back and add a version.`);
    }
  }
  return known.slice(last);
}

/** One migrator at a time: a table that only one can create. In a cluster its queue of statements decides, the same on every host. */
async function locked(engine: Engine, on: string, staleS: number, work: () => Promise<void>): Promise<void> {
  if (engine.owner === '') return work();
  for (let waited = 0; !(await taken(engine, on, staleS)); waited += 1) {
    if (waited > 2 * staleS + 10) throw new Error(`another migrator holds the lock (table ${LOCK}) for more than ${2 * staleS} s. Next: see whether one runs; else DROP TABLE ${LOCK}${on}`);
    await sleep(POLL_MS);
  }
  try {
    await work();
  } finally {
    await engine.command(`DROP TABLE IF EXISTS ${LOCK}${on} SYNC`);
  }
}

async function taken(engine: Engine, on: string, staleS: number): Promise<boolean> {
  try {
    await engine.command(`CREATE TABLE ${LOCK}${on} (at UInt8) ENGINE = Memory COMMENT ${quoted(engine.owner)}`);
    return true;
  } catch (error) {
    if (!/TABLE_ALREADY_EXISTS|already exists/.test((error as Error).message)) throw error;
  }
  const [held] = await engine.read<{ age: number }>("SELECT dateDiff('second', metadata_modification_time, now()) AS age FROM system.tables WHERE database = 'fenghuo' AND name = 'migrating'");
  if (held && Number(held.age) > staleS) await engine.command(`DROP TABLE IF EXISTS ${LOCK}${on} SYNC`);
  return false;
}

/** What version 1's checksum leaves out. */
async function checkColumns(engine: Engine): Promise<void> {
  const types = await columnTypes(engine);
  for (const { name, columns } of TABLES) {
    const missing = columns.filter((column) => !types.get(name)?.has(column));
    if (missing.length > 0) {
      throw new Error(`table fenghuo.${name} lacks the columns ${missing.join(', ')}: it was made by another version of Fenghuo. Expected what schemas/tables/${name}.sql says. `
        + 'Next: run the version that made it, or move the store folder away; the store is then filled again from the log.');
    }
  }
}
