/**
 * ClickHouse's HTTP interface, as much of it as @clickhouse/client uses, before a real chDB: query, parameters, settings, body, query ids, the list of running queries with KILL QUERY,
 * exception codes and headers. The SQL and the Native bytes that a server would get are executed by ClickHouse itself. What needs ZooKeeper is taken out of a cluster's statements:
 * Replicated engines, quorum, SYSTEM SYNC REPLICA; a statement ON CLUSTER is handed to `peers` by this front.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { ClickHouseError } from '@clickhouse/client';
import { openChdb, type ChdbEngine } from '../../processors/sink/chdb.ts';
import { READER } from '../../processors/sink/reading.ts';

/** What befalls a request: not run (`refuse` or an error by its code and name, `unavailable`, `cut-before`), run but not answered (`cut-after`, `silent`), or kept from running until it is killed or let go (`hold`). */
export type Fault = 'refuse' | { code: string; type: string } | 'unavailable' | 'cut-before' | 'cut-after' | 'silent' | 'hold';

export interface Request { sql: string; queryId: string; settings: Record<string, string>; params: Record<string, string>; body: Buffer }

export interface Front {
  url: string;
  engine: ChdbEngine;
  /** All that came, in order; nothing where it is told not to remember. */
  requests: Request[];
  fault: (request: Request) => Fault | undefined;
  /** What is answered, without asking ClickHouse, to a statement that holds these words. */
  replies: Record<string, string>;
  /** The other hosts of the cluster. */
  peers: string[];
  /** Those that are held run now. */
  letGo(): void;
  held(): string[];
  close(): Promise<void>;
}

interface Running { done: Promise<unknown>; cancelled: boolean; go?: () => void }

const NO_SETTINGS = new Set(['query', 'query_id', 'database', 'wait_end_of_query', 'default_format', 'session_id', 'role', 'enable_http_compression']);

export interface FrontOptions { folder: string; user?: string; password?: string; engineArguments?: string[]; /** False: under load requests would fill the memory. */ remember?: boolean }

export async function startFront({ folder, user = 'default', password = '', engineArguments = [], remember = true }: FrontOptions): Promise<Front> {
  const engine = await openChdb(folder, `${folder}.rows`, engineArguments);
  const running = new Map<string, Running>();
  const requests: Request[] = [];
  let bodies = 0;
  let reads = 0;
  const front: Front = {
    url: '', engine, requests, fault: () => undefined, replies: {}, peers: [],
    letGo: () => { for (const one of running.values()) one.go?.(); },
    held: () => [...running].filter(([, one]) => one.go).map(([id]) => id),
    async close() {
      front.letGo();
      server.closeAllConnections();
      server.close();
      await Promise.all([...running.values()].map(({ done }) => done));
      await engine.close();
    },
  };

  async function execute({ sql, settings, params, body }: Request, into: ServerResponse): Promise<string> {
    const said = Object.entries(front.replies).find(([words]) => sql.includes(words));
    if (said) return said[1];
    const kill = /^KILL QUERY (?:ON CLUSTER '[^']*' )?WHERE (.*) SYNC(?:\s+FORMAT \w+)?$/s.exec(sql.replace(/\s+/g, ' ').trim());
    if (kill) return killWhere(kill[1] as string);
    const plain = withoutKeeper(sql);
    if (sql.includes(' ON CLUSTER ')) for (const peer of front.peers) if (!(await fetch(peer, { method: 'POST', body: plain })).ok) throw new Error(`${peer} refused ${plain}`);
    if (plain === '') return '';
    const query_params = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value.replace(/\\(.)/g, (_, c: string) => ({ t: '\t', n: '\n' })[c] ?? c)]));
    if (settings.readonly === '1') {
      const missing = Object.entries(READER).filter(([name, value]) => settings[name] !== String(value));
      if (missing.length > 0) throw new Error(`a reading request without ${missing.map(([name]) => name).join(', ')}`);
      const reader = engine.readers[reads++ % engine.readers.length] as ChdbEngine['writer'];
      return text((await reader.exec({ query: plain, query_params })).stream);
    }
    if (!/^INSERT .* input\(/s.test(plain)) return text((await engine.writer.exec({ query: plain, query_params })).stream);
    const file = `${folder}.body-${bodies++}`;
    writeFileSync(file, body);
    try {
      const given = Object.entries(settings).filter(([name]) => !name.startsWith('insert_quorum') && !name.startsWith('output_format')).map(([name, value]) => `${name} = ${value}`);
      await engine.writer.command({ query: `${plain.replace(/input\(/, `file('${file}', 'Native', `).replace(/ FORMAT Native\s*$/, '')} SETTINGS ${given.join(', ')}` });
      into.setHeader('X-ClickHouse-Summary', JSON.stringify({ read_rows: '0', read_bytes: '0', written_rows: '1', written_bytes: '1', total_rows_to_read: '0', result_rows: '0', result_bytes: '0', elapsed_ns: '1' }));
      return '';
    } finally {
      rmSync(file, { force: true });
    }
  }

  /** The condition is judged by ClickHouse, over the queries that run here. */
  async function killWhere(condition: string): Promise<string> {
    if (running.size === 0) return '';
    const list = [...running.keys()].map((id) => `('${id}')`).join(', ');
    const rows = await text((await engine.writer.exec({ query: `SELECT query_id FROM values('query_id String', ${list}) WHERE ${condition} FORMAT JSONEachRow` })).stream);
    const ids = rows.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { query_id: string }).query_id);
    await Promise.all(ids.map(async (id) => {
      const one = running.get(id) as Running;
      one.cancelled = true;
      one.go?.();
      await one.done;
    }));
    return ids.map((query_id) => `${JSON.stringify({ kill_status: 'finished', query_id })}\n`).join('');
  }

  async function answer(request: Request, reply: ServerResponse, one: Running): Promise<void> {
    const fault = front.fault(request);
    if (fault === 'cut-before') return void reply.destroy();
    if (fault === 'unavailable') return void reply.writeHead(503, { 'content-type': 'text/html' }).end('<html>no upstream</html>');
    if (fault === 'refuse') throw new ClickHouseError({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED', message: 'Memory limit exceeded. ' });
    if (typeof fault === 'object') throw new ClickHouseError({ ...fault, message: 'Refused. ' });
    if (fault === 'hold') {
      await new Promise<void>((go) => { one.go = go; });
      one.go = undefined;
    }
    if (one.cancelled) throw new ClickHouseError({ code: '394', type: 'QUERY_WAS_CANCELLED', message: 'Query was cancelled. ' });
    const result = await execute(request, reply);
    if (fault === 'cut-after') return void reply.destroy();
    if (fault !== 'silent') reply.writeHead(200, { 'content-type': 'text/plain', 'X-ClickHouse-Query-Id': request.queryId }).end(result);
  }

  async function take(message: IncomingMessage, reply: ServerResponse): Promise<void> {
    const address = new URL(message.url as string, 'http://here');
    if (address.pathname === '/ping') return void reply.end('Ok.\n');
    // A body that is cut off is no INSERT.
    const body = await buffer(message).catch(() => undefined);
    if (body === undefined) return;
    const query = address.searchParams.get('query');
    const rest = [...address.searchParams];
    const request: Request = {
      sql: query ?? body.toString('utf8'), queryId: address.searchParams.get('query_id') ?? randomUUID(), body: query === null ? Buffer.alloc(0) : body,
      settings: Object.fromEntries(rest.filter(([name]) => !NO_SETTINGS.has(name) && !name.startsWith('param_'))),
      params: Object.fromEntries(rest.filter(([name]) => name.startsWith('param_')).map(([name, value]) => [name.slice('param_'.length), value])),
    };
    if (remember) requests.push(request);
    try {
      if (password !== '' && message.headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) throw new ClickHouseError({ code: '516', type: 'AUTHENTICATION_FAILED', message: `${user}: Authentication failed: password is incorrect, or there is no user with such name. ` });
      if (running.has(request.queryId)) throw new ClickHouseError({ code: '216', type: 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING', message: `Query with id = ${request.queryId} is already running. ` });
      const { promise: done, resolve } = Promise.withResolvers<void>();
      const one: Running = { done, cancelled: false };
      running.set(request.queryId, one);
      await answer(request, reply, one).finally(() => {
        running.delete(request.queryId);
        resolve();
      });
    } catch (error) {
      const { code = '1002', type = 'UNKNOWN_EXCEPTION' } = error as Partial<ClickHouseError>;
      reply.writeHead(code === '516' ? 403 : 500, { 'X-ClickHouse-Exception-Code': code }).end(`Code: ${code}. DB::Exception: ${(error as Error).message.trim()} (${type}) (version 26.7.2.1 (official build))`);
    }
  }

  // A statement with all columns of a table stands in the address.
  const server = createServer({ maxHeaderSize: 1 << 20 }, (message, reply) => void take(message, reply));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return front;
}

function withoutKeeper(sql: string): string {
  if (/^SYSTEM SYNC REPLICA /.test(sql)) return '';
  return sql.replace(/ ON CLUSTER '[^']*'/, '').replace(/ENGINE = Replicated(\w+)\('[^']*', '[^']*'(?:, (\w+))?\)/, 'ENGINE = $1($2)').replace(/\breplicated_deduplication_window/, 'non_replicated_deduplication_window');
}
