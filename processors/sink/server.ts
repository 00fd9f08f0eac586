/**
 * ClickHouse as a server, or as a cluster: one engine a shard, which speaks with one of its replicas. Not run here, for want of ZooKeeper and several servers: quorum, ON CLUSTER,
 * SYSTEM SYNC REPLICA, and KILL QUERY on other replicas. The statements themselves are parsed in tests/sink/cluster.test.ts.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient, type ClickHouseSettings as Parameters } from '@clickhouse/client';
import { INSERT, insertSql, quoted, type Engine } from './engine.ts';
import { block } from './native.ts';
import { TABLES } from './rows.ts';
import type { ClickHouseSettings, Login } from './settings.ts';
import type { Piece, Slices } from './table-store.ts';
import { localName } from './tables.ts';

/** What takes longer is given up here; whoever claims the slices next ends it there. Statements to a whole cluster are given up by it first. */
const TIMEOUT_MS = 70_000;
const CLUSTER: Parameters = { distributed_ddl_task_timeout: '60', distributed_ddl_output_mode: 'throw' };
/** Acknowledged by most replicas: what was answered outlives the one that answered. */
const QUORUM: Parameters = { insert_quorum: 'auto', insert_quorum_timeout: 60_000 };
/** Owners must be read as they were written last, on whatever replica: ClickHouse gives that to quorum inserts one after the other only. */
const IN_ORDER: Parameters = { ...QUORUM, insert_quorum_parallel: 0 };
const AS_WRITTEN = ' SETTINGS select_sequential_consistency = 1';

export interface Connect { url: URL; login: Login; tls?: ClickHouseSettings['tls']; timeoutMs?: number; database?: string; settings?: Parameters }

export function connect({ url, login, tls, timeoutMs = TIMEOUT_MS, database, settings }: Connect): ClickHouseClient {
  return createClient({
    url, ...login, tls, database, application: 'fenghuo', request_timeout: timeoutMs, max_open_connections: 32, log: { level: ClickHouseLogLevel.OFF },
    // An error must have its status before the first byte of an answer.
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, wait_end_of_query: 1, ...settings },
  });
}

/** No answer of ClickHouse's: the way there is broken, another replica may do. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Errors tell which server they are of. */
async function ask<T>({ url, client }: Replica, work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof ClickHouseError) throw Object.assign(error, { message: `${error.message.trim()} (${error.type}, ${url.host})` });
    throw new Unreachable(`ClickHouse at ${url.origin} does not answer: ${(error as Error).message || (error as NodeJS.ErrnoException).code}`, { cause: error });
  }
}

/** One engine a shard, in the order of remote_servers. Rejects where a shard has no replica among the addresses that answers. */
export async function openServer(settings: ClickHouseSettings, timeoutMs?: number): Promise<Engine[]> {
  const { urls, cluster, writer, tls } = settings;
  const replicas = urls.map((url): Replica => ({ url, client: connect({ url, login: writer, tls, timeoutMs }) }));
  if (cluster === '') return [new Server('', replicas)];
  const placed = await Promise.allSettled(replicas.map((replica) => shardsSeen(replica, cluster)));
  const refusals = placed.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  const failure = refusals.find((error) => !(error instanceof Unreachable)) ?? (refusals.length === placed.length ? refusals[0] : undefined);
  const seen = placed.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  const shards = Math.max(0, ...seen.map((one) => one?.shards ?? 0));
  const engines = Array.from({ length: shards }, (_, shard) => replicas.filter((__, i) => seen[i]?.shard === shard + 1));
  const without = engines.flatMap((own, shard) => (own.length === 0 ? [shard + 1] : []));
  if (failure || without.length > 0) {
    for (const { client } of replicas) await client.close();
    throw failure ?? new Error(`no address of CLICKHOUSE_URL that answers is a replica of shard ${without.join(', ')} of cluster ${cluster}. Expected at least one of each shard. Next: add it, or start it.`);
  }
  for (const [i, { client }] of replicas.entries()) if (seen[i] === undefined) await client.close();
  return engines.map((own) => new Server(cluster, own));
}

interface Replica { url: URL; client: ClickHouseClient }

/** Which shard this replica says it belongs to, and how many there are. */
async function shardsSeen(replica: Replica, cluster: string): Promise<{ shard: number; shards: number }> {
  const rows = await ask(replica, (client) => rowsOf<{ cluster: string; shard: number; local: number }>(client, 'SELECT cluster, shard_num AS shard, is_local AS local FROM system.clusters'));
  const own = rows.filter((row) => row.cluster === cluster);
  const known = [...new Set(rows.map((row) => row.cluster))].join(', ') || 'none';
  if (own.length === 0) throw new Error(`${replica.url.origin} knows no cluster ${cluster} (CLICKHOUSE_CLUSTER); it knows ${known}. Next: mend remote_servers or the name.`);
  const shard = own.find(({ local }) => local)?.shard;
  if (shard === undefined) throw new Error(`${replica.url.origin} is no replica of cluster ${cluster} by its own remote_servers. Next: let CLICKHOUSE_URL name the replicas themselves, not a balancer before them.`);
  return { shard, shards: Math.max(...own.map((row) => row.shard)) };
}

const rowsOf = async <T>(client: ClickHouseClient, query: string, settings?: Parameters): Promise<T[]> => (await client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings })).json<T>() as Promise<T[]>;

class Server implements Engine {
  readonly cluster: string;
  readonly owner = randomBytes(8).toString('hex');
  readonly #replicas: readonly Replica[];
  #at = 0;
  #claimed: { incarnation: string; of: number; tokens: Map<number, bigint> } = { incarnation: '', of: 1, tokens: new Map() };

  constructor(cluster: string, replicas: readonly Replica[]) {
    this.cluster = cluster;
    this.#replicas = replicas;
  }

  read<T>(query: string): Promise<T[]> {
    return this.#on((client) => rowsOf<T>(client, query));
  }

  async command(query: string, settings: Parameters = this.cluster === '' ? {} : { ...CLUSTER, ...QUORUM }): Promise<void> {
    await this.#on((client) => client.command({ query, clickhouse_settings: settings }));
  }

  /** As one block in the body. The query id names what it writes, so that it cannot run twice at once, and its slices, so that whoever claims one of them can end it. */
  async insert(name: string, piece: Piece): Promise<void> {
    const { incarnation, of } = this.#claimed;
    const slices = slicesOf(piece, of);
    await this.#on(async (client) => {
      const { stream } = await client.exec({
        query: `${insertSql(name, piece, (structure) => `input(${structure})`)} WHERE ${this.#stillOwned(slices)} FORMAT Native`,
        values: Readable.from(block(piece.columns, piece.rows), { objectMode: false }),
        query_id: ['fenghuo', incarnation, piece.table, slices.join('.'), rangeOf(piece)].join('/'),
        clickhouse_settings: this.cluster === '' ? INSERT : { ...INSERT, ...QUORUM },
      });
      await stream.resume().toArray();
    });
  }

  /**
   * The token first: an insert that begins afterwards sees it and refuses itself. One that began before is on the list of running queries, and is ended. In a cluster what was acknowledged
   * may lie on other replicas than the one that is asked next, so it is fetched.
   */
  async claim(incarnation: string, { which, of }: Slices): Promise<void> {
    const owners = localName('owners', this.cluster);
    const [row] = await this.read<{ newest: string }>(`SELECT toString(max(token)) AS newest FROM ${owners} WHERE incarnation = ${quoted(incarnation)}${this.#asWritten}`);
    const token = nextToken(BigInt(row?.newest ?? 0));
    const values = which.map((slice) => `(${quoted(incarnation)}, ${slice}, ${token}, ${quoted(this.owner)}, now64(3))`);
    await this.command(`INSERT INTO ${owners} SETTINGS async_insert = 0 VALUES ${values.join(', ')}`, this.cluster === '' ? {} : IN_ORDER);
    await this.#end(incarnation, which);
    if (this.cluster !== '') await Promise.all(TABLES.map(({ name }) => this.command(`SYSTEM SYNC REPLICA ${localName(name, this.cluster)} LIGHTWEIGHT`)));
    if (this.#claimed.incarnation !== incarnation || this.#claimed.of !== of) this.#claimed = { incarnation, of, tokens: new Map() };
    for (const slice of which) this.#claimed.tokens.set(slice, token);
  }

  async close(): Promise<void> {
    for (const { client } of this.#replicas) await client.close();
  }

  get #asWritten(): string { return this.cluster === '' ? '' : AS_WRITTEN; }

  /** Whoever wrote these slices: also an insert of this process that was given up. */
  async #end(incarnation: string, slices: readonly number[]): Promise<void> {
    const on = this.cluster === '' ? '' : ` ON CLUSTER '${this.cluster}'`;
    const statuses = await this.#on((client) => rowsOf<{ kill_status?: string; query_id?: string }>(client,
      `KILL QUERY${on} WHERE startsWith(query_id, ${quoted(`fenghuo/${incarnation}/`)}) AND hasAny(splitByChar('.', splitByChar('/', query_id)[4]), [${slices.map((slice) => `'${slice}'`).join(', ')}]) SYNC`, this.cluster === '' ? {} : CLUSTER));
    const left = statuses.find(({ kill_status: status }) => status !== undefined && status !== 'finished');
    if (left) throw new Error(`insert ${left.query_id} of an earlier owner could not be ended (${left.kill_status}). Nothing is written until it is over.`);
  }

  #stillOwned(slices: readonly number[]): string {
    const { incarnation, tokens } = this.#claimed;
    const mine = slices.map((slice) => `(${slice}, ${tokens.get(slice) ?? 0})`).join(', ');
    const newest = `SELECT slice, max(o.token) AS newest FROM ${localName('owners', this.cluster)} AS o WHERE incarnation = ${quoted(incarnation)} AND slice IN (${slices.join(', ')}) GROUP BY slice${this.#asWritten}`;
    return `throwIf((SELECT countIf((slice, newest) IN (${mine})) FROM (${newest})) != ${slices.length}, 'another sink has taken over partitions of this insert') = 0`;
  }

  /** After a broken way the next statement goes to another replica. */
  async #on<T>(work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    const at = this.#at;
    try {
      return await ask(this.#replicas[at] as Replica, work);
    } catch (error) {
      if (error instanceof Unreachable && this.#at === at) this.#at = (at + 1) % this.#replicas.length;
      throw error;
    }
  }
}

const column = (piece: Piece, name: string): Buffer[] => (piece.columns.find((c) => c.name === name)?.parts ?? []).map((part) => part.written());

function slicesOf(piece: Piece, of: number): number[] {
  const partitions = column(piece, 'logPartition')[0] as Buffer;
  const slices = new Set<number>();
  for (let at = 0; at < partitions.length; at += 2) slices.add(partitions.readUInt16LE(at) % of);
  return [...slices].sort((a, b) => a - b);
}

/** The same rows, the same word. */
function rangeOf(piece: Piece): string {
  const hash = createHash('sha256');
  for (const name of ['logTopic', 'logPartition', 'logOffset']) for (const bytes of column(piece, name)) hash.update(bytes);
  return hash.digest('hex').slice(0, 16);
}

/** Greater than all before, and never that of two who claim at once: a count, then chance. */
const CHANCE = 40n;
const nextToken = (newest: bigint): bigint => (((newest >> CHANCE) + 1n) << CHANCE) | (BigInt(`0x${randomBytes(5).toString('hex')}`));
