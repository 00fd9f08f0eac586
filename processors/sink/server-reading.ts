/** The gateway's questions to a ClickHouse server or cluster: read-only, within the same limits and behind the same guard as in this process. */
import type { ClickHouseClient } from '@clickhouse/client';
import { createGuard, type Guard } from './guard.ts';
import { readRows, READER } from './reading.ts';
import type { SinkLog } from './resume.ts';
import { SUNK_TOPICS } from './rows.ts';
import { connect } from './server.ts';
import type { ClickHouseSettings } from './settings.ts';
import { behindOf } from './sink.ts';
import type { QueryOptions, Store } from './store.ts';
import { PUBLISHED } from './tables.ts';

const DEFAULT_TIMEOUT_MS = 20_000;

export function openReading({ urls, cluster, reader, tls }: ClickHouseSettings, log: SinkLog): Store {
  // In a cluster a subquery over all shards is asked once, and its rows are handed to each.
  const settings = cluster === '' ? READER : { distributed_product_mode: 'global' as const, ...READER };
  const clients = urls.map((url) => connect({ url, login: reader, tls, timeoutMs: DEFAULT_TIMEOUT_MS * 2, database: 'fenghuo', settings }));
  let at = 0;
  let guard: Guard | undefined;

  /** What a server does not answer is asked of the next, once each. */
  async function ask(sql: string, params: Record<string, unknown>, { readonly = false, maxRows, timeoutMs = DEFAULT_TIMEOUT_MS }: QueryOptions): Promise<string> {
    const signal = AbortSignal.timeout(timeoutMs);
    for (let tries = 1; ; tries++) {
      const client = clients[at] as ClickHouseClient;
      try {
        guard ??= await createGuard(client, PUBLISHED);
        return await readRows(guard, client, { sql, params, byUser: readonly, maxRows, signal });
      } catch (error) {
        if (signal.aborted) throw new Error(`the store did not answer within ${timeoutMs} ms. Likely it reads too many rows or the server is busy. Next: narrow the query by time, or ask again.`, { cause: error });
        if (!broken(error)) throw error;
        at = (at + 1) % clients.length;
        if (tries >= clients.length) throw new Error(`ClickHouse does not answer (${urls.map(({ host }) => host).join(', ')}): ${(error as Error).message || (error as NodeJS.ErrnoException).code}. Next: see whether it runs; the log keeps all records meanwhile.`, { cause: error });
      }
    }
  }

  async function query<T>(sql: string, params: Record<string, unknown> = {}, options: QueryOptions = {}): Promise<T[]> {
    return JSON.parse(await ask(sql, params, options)) as T[];
  }

  return {
    query,
    async lag() {
      const noted = await query<{ topic: string; partition: number; position: number }>(
        'SELECT logTopic AS topic, logPartition AS partition, max(p.position) AS position FROM fenghuo.positions AS p WHERE incarnation = {incarnation:String} GROUP BY topic, partition', { incarnation: log.incarnation });
      const behindAt = async (topic: string, partition: number) => {
        const position = noted.find((one) => one.topic === topic && one.partition === partition)?.position ?? 0;
        return behindOf(log, topic, partition, Math.max(position, (await log.bounds(topic, partition)).start));
      };
      return Object.fromEntries(await Promise.all(SUNK_TOPICS.map(async (topic) => {
        const behind = await Promise.all(Array.from({ length: log.partitions(topic) }, (_, partition) => behindAt(topic, partition)));
        return [topic, behind.reduce((sum, one) => sum + one, 0)];
      }))) as Record<string, number>;
    },
    async stop() {
      for (const client of clients) await client.close();
    },
  };
}

/** Of the way there, not of the server: Node's own codes. */
const broken = (error: unknown): boolean => /^(ECONN|ENOTFOUND|EHOST|ENET|EPIPE|ETIMEDOUT|EAI_)/.test(String((error as NodeJS.ErrnoException).code)) || /socket hang up|Timeout error/.test((error as Error).message);
