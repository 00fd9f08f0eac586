/** facts_hourly: sums of facts by closed hour, kept longer than the facts. A day is computed aside and put in place whole, so doing it again changes nothing. */
import type { ClickHouseClient } from '@clickhouse/client';

/** An hour is closed this long after its end; later facts of it make its day be computed again. */
const CLOSED_AFTER_MS = 10 * 60_000;
/** Facts may have been in the tables' future when the last run looked: an open hour, the grace above, the sink's lag. */
const LOOK_BACK_S = 2 * 3600;

/** Recomputes every day that has facts since the last run. `factsKeptFrom` (epoch ms): older days may lack facts by now and are left as they are. Returns the days. */
export async function rollUp(client: ClickHouseClient, now: number, factsKeptFrom = 0): Promise<string[]> {
  const closed = Math.floor((now - CLOSED_AFTER_MS) / 3_600_000) * 3600;
  const result = await client.query({
    query: `SELECT DISTINCT toString(toYYYYMMDD(hour)) AS day FROM fenghuo.facts
      WHERE appendedAt >= (SELECT max(computedAt) FROM fenghuo.facts_hourly) - ${LOOK_BACK_S} AND hour < toDateTime(${closed}, 'UTC') AND hour >= toDateTime(${Math.floor(factsKeptFrom / 1000)}, 'UTC')
      ORDER BY day`,
    format: 'JSONEachRow',
  });
  const days = (await result.json<{ day: string }>()).map((row) => row.day);
  for (const day of days) await rollUpDay(client, day, closed, now);
  return days;
}

async function rollUpDay(client: ClickHouseClient, day: string, closed: number, now: number): Promise<void> {
  await client.command({ query: 'TRUNCATE TABLE fenghuo.facts_hourly_next' });
  await client.command({
    query: `INSERT INTO fenghuo.facts_hourly_next SETTINGS async_insert = 0
      SELECT hour, kind, zone, platform, country, hs4, mode, sum(sign), sum(amount * sign), sum(weight * sign), sum(quantity * sign), toDateTime64('${(now / 1000).toFixed(3)}', 3, 'UTC')
      FROM fenghuo.facts WHERE toYYYYMMDD(hour) = ${day} AND hour < toDateTime(${closed}, 'UTC') GROUP BY hour, kind, zone, platform, country, hs4, mode`,
  });
  await client.command({ query: `ALTER TABLE fenghuo.facts_hourly REPLACE PARTITION ${day} FROM fenghuo.facts_hourly_next` });
}
