/**
 * facts_hourly: sums of facts by closed hour, kept longer than the facts. A day is computed aside and put in place whole, so doing it again changes nothing. In a cluster each shard
 * sums its own facts: sums of one hour add up over the shards.
 */
import type { Engine } from './engine.ts';
import { localName } from './tables.ts';

/** An hour is closed this long after its end; later facts of it make its day be computed again. */
const CLOSED_AFTER_MS = 10 * 60_000;
/** Facts may have been in the tables' future when the last run looked: an open hour, the grace above, the sink's lag. */
const LOOK_BACK_S = 2 * 3600;

/** Recomputes every day that has facts since the last run. `factsKeptFrom` (epoch ms): older days may lack facts by now and are left as they are. Returns the days. */
export async function rollUp(engine: Engine, now: number, factsKeptFrom = 0): Promise<string[]> {
  const closed = Math.floor((now - CLOSED_AFTER_MS) / 3_600_000) * 3600;
  const days = await engine.read<{ day: string }>(`SELECT DISTINCT toString(toYYYYMMDD(hour)) AS day FROM ${localName('facts', engine.cluster)}
      WHERE appendedAt >= (SELECT max(computedAt) FROM ${localName('facts_hourly', engine.cluster)}) - ${LOOK_BACK_S} AND hour < toDateTime(${closed}, 'UTC') AND hour >= toDateTime(${Math.floor(factsKeptFrom / 1000)}, 'UTC')
      ORDER BY day`);
  if (days.length === 0) return [];
  const aside = await newAside(engine);
  for (const { day } of days) await rollUpDay(engine, aside, day, closed, now);
  await engine.command(`DROP TABLE ${aside}`);
  return days.map(({ day }) => day);
}

/** A table of this process's own. Those of earlier owners go: one that comes back from a long pause then finds nothing to put in place. */
async function newAside(engine: Engine): Promise<string> {
  for (const { name } of await engine.read<{ name: string }>("SELECT name FROM system.tables WHERE database = 'fenghuo' AND startsWith(name, 'facts_hourly_next_')")) await engine.command(`DROP TABLE IF EXISTS fenghuo.${name}`);
  const aside = `fenghuo.facts_hourly_next_${engine.owner || 'own'}`;
  await engine.command(`CREATE TABLE ${aside} AS fenghuo.facts_hourly_next`);
  return aside;
}

async function rollUpDay(engine: Engine, aside: string, day: string, closed: number, now: number): Promise<void> {
  await engine.command(`TRUNCATE TABLE ${aside}`);
  await engine.command(`INSERT INTO ${aside} SETTINGS async_insert = 0
      SELECT hour, kind, zone, platform, country, hs4, mode, sum(sign), sum(amount * sign), sum(weight * sign), sum(quantity * sign), toDateTime64('${(now / 1000).toFixed(3)}', 3, 'UTC')
      FROM ${localName('facts', engine.cluster)} WHERE toYYYYMMDD(hour) = ${day} AND hour < toDateTime(${closed}, 'UTC') GROUP BY hour, kind, zone, platform, country, hs4, mode`);
  await engine.command(`ALTER TABLE ${localName('facts_hourly', engine.cluster)} REPLACE PARTITION ${day} FROM ${aside}`);
}
