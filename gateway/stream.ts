/**
 * GET /v1/alerts/stream: revisions as server-sent events. An event's id is the log's incarnation and, per alert topic and partition, the last
 * offset that the client has (`incarnation~market/0=12,transaction/0=7`). Each revision tells from where on it is the first one, so a gap shows itself: it is then read from the store.
 * Hence a client that comes back with Last-Event-ID misses nothing and gets nothing twice.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Pipeline } from '../processors/pipeline.ts';
import type { Store } from '../processors/sink/store.ts';
import { CATEGORIES, type Alert } from '../schemas/risk/alert.ts';
import type { LogRecord } from '../streams/log.ts';
import { passes, streamQuery, type AlertFilter } from './alerts.ts';
import { ApiError } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { readQuery } from './request.ts';
import { alertOf, type Row } from './rows.ts';

const TOPICS = CATEGORIES.map((c) => `alerts.${c}.v1`);
const PAGE = 2_000;
/** What a client may leave unread before it is cut off; it comes back with Last-Event-ID and catches up from the store. */
const SLOW_BYTES = 1 << 20;

export interface StreamOptions {
  maxStreams: number;
  heartbeatMs: number;
  catchUpMs: number;
}

/** One revision with its place in the log. */
interface Placed {
  incarnation: string;
  place: string;
  offset: number;
  /** From this offset to its own there is no other. */
  from: number;
  alert: Alert;
}
interface Position {
  incarnation: string;
  offsets: Map<string, number>;
}

const placeOf = (topic: string, partition: number | string): string => `${topic.slice('alerts.'.length, -'.v1'.length)}/${partition}`;

export function readPosition(id: string): Position | undefined {
  const [incarnation, list] = id.split('~');
  if (!incarnation || list === undefined) return undefined;
  const offsets = new Map<string, number>();
  for (const part of list.split(',').filter(Boolean)) {
    const found = /^([a-z-]+\/\d+)=(-?\d+)$/.exec(part);
    if (!found) return undefined;
    offsets.set(found[1] as string, Number(found[2]));
  }
  return { incarnation, offsets };
}

export const writePosition = (p: Position): string => `${p.incarnation}~${[...p.offsets].map(([place, offset]) => `${place}=${offset}`).join(',')}`;

/** Of a client that came while the store was empty: all that the log holds is at most the store's lag older. */
const beginning = (incarnation: string, places: readonly string[]): Position => ({ incarnation, offsets: new Map(places.map((place) => [place, -1])) });

/** Where the store's alerts end: a new client starts there (at most the store's lag before now). */
async function storeEnd(store: Store, places: readonly string[]): Promise<Position> {
  const rows = await store.query<Row>(
    "SELECT incarnation, logTopic, logPartition, max(logOffset) AS last, max(appendedAt) AS latest FROM fenghuo.alert_revisions WHERE logTopic LIKE 'alerts.%' GROUP BY incarnation, logTopic, logPartition ORDER BY latest DESC",
  );
  const incarnation = String(rows[0]?.incarnation ?? '');
  const offsets = new Map(
    rows.filter((r) => r.incarnation === incarnation).map((r) => [placeOf(String(r.logTopic), Number(r.logPartition)), Number(r.last)]),
  );
  for (const place of places) if (!offsets.has(place)) offsets.set(place, -1);
  return { incarnation, offsets };
}

async function storedAfter(store: Store, position: Position): Promise<Placed[]> {
  const known = [...position.offsets].map(([place, offset], i) => ({ place, offset, i }));
  const params: Record<string, unknown> = { incarnation: position.incarnation };
  const above = known.map(({ place, offset, i }) => {
    const [category, partition] = place.split('/');
    Object.assign(params, { [`t${i}`]: `alerts.${category}.v1`, [`p${i}`]: Number(partition), [`o${i}`]: offset });
    return `(logTopic = {t${i}:String} AND logPartition = {p${i}:UInt32} AND logOffset > {o${i}:Int64})`;
  });
  const rows = await store.query<Row>(
    `SELECT * FROM fenghuo.alert_revisions WHERE incarnation = {incarnation:String} AND (${above.join(' OR ') || '0'}) ORDER BY appendedAt, logTopic, logPartition, logOffset LIMIT ${PAGE}`,
    params,
  );
  return rows.map((r) => ({
    incarnation: String(r.incarnation),
    place: placeOf(String(r.logTopic), Number(r.logPartition)),
    offset: Number(r.logOffset),
    from: Number(r.logOffset),
    alert: alertOf(r),
  }));
}

class Client {
  readonly out: ServerResponse;
  readonly filter: AlertFilter;
  readonly store: Store;
  readonly places: readonly string[];
  readonly pauseMs: number;
  position: Position;
  private queued: Placed[] = [];
  private running = false;

  constructor(out: ServerResponse, filter: AlertFilter, store: Store, places: readonly string[], position: Position, pauseMs: number) {
    this.places = places;
    this.out = out;
    this.filter = filter;
    this.store = store;
    this.pauseMs = pauseMs;
    this.position = position;
  }

  /** Live revisions: queued, so that a read from the store in between keeps the order. */
  give(revisions: Placed[]): void {
    this.queued.push(...revisions);
    if (!this.running) this.drain().catch(() => this.out.end());
  }

  private async drain(): Promise<void> {
    this.running = true;
    for (let next = this.queued.shift(); next; next = this.queued.shift()) {
      if (this.position.incarnation === '') this.position = beginning(next.incarnation, this.places);
      for (let round = 0; this.misses(next); round++) {
        await this.catchUp();
        // The store is a little behind the log; a client that we cannot serve without a gap is sent away to come back.
        if (this.misses(next)) await new Promise((done) => setTimeout(done, this.pauseMs));
        if (round > 60 || this.queued.length > 10_000 || this.out.writableEnded) return void this.out.end();
      }
      this.send(next);
    }
    // In the same turn as the empty queue was seen: what comes later starts a new round.
    this.running = false;
  }

  private misses(next: Placed): boolean {
    const last = this.position.offsets.get(next.place);
    return next.incarnation === this.position.incarnation && last !== undefined && next.from > last + 1;
  }

  async catchUp(): Promise<void> {
    for (;;) {
      const page = await storedAfter(this.store, this.position);
      for (const revision of page) this.send(revision);
      if (page.length < PAGE || this.out.writableEnded) return;
    }
  }

  private send(r: Placed): void {
    if (r.incarnation !== this.position.incarnation) {
      // Another log: offsets of the old one say nothing here. The client should load its list anew.
      this.out.write('event: reset\ndata: {"reason":"another log"}\n\n');
      this.position = beginning(r.incarnation, this.places);
      this.position.offsets.set(r.place, r.offset - 1);
    }
    if (r.offset <= (this.position.offsets.get(r.place) ?? -1)) return;
    this.position.offsets.set(r.place, r.offset);
    if (!passes(r.alert, this.filter)) return;
    this.out.write(`id: ${writePosition(this.position)}\nevent: alert\ndata: ${JSON.stringify(r.alert)}\n\n`);
    if (this.out.writableLength > SLOW_BYTES) this.out.end();
  }
}

export interface AlertStreams {
  stop(): void;
}

export function streamRoutes(app: FastifyInstance, pipeline: Pipeline, store: Store, metrics: Metrics, options: StreamOptions): AlertStreams {
  const clients = new Set<Client>();
  const places = TOPICS.flatMap((topic) => Array.from({ length: pipeline.partitions(topic) }, (_, partition) => placeOf(topic, partition)));
  const unsubscribe = pipeline.subscribe(TOPICS, (records, from) => {
    let next = from;
    const revisions = (records as LogRecord<Alert>[])
      .filter((r) => r.type === 'alert')
      .map((r): Placed => {
        const first = next ?? r.offset;
        if (next !== undefined) next = r.offset + 1;
        return { incarnation: r.incarnation, place: placeOf(r.topic, r.partition), offset: r.offset, from: first, alert: r.body };
      });
    for (const r of revisions) metrics.alert(r.alert);
    for (const client of clients) client.give(revisions);
  });
  const beat = setInterval(() => {
    for (const client of clients) client.out.write(': beat\n\n');
  }, options.heartbeatMs);
  beat.unref();
  const leave = (client: Client) => {
    clients.delete(client);
    metrics.streams(clients.size);
  };

  app.get('/v1/alerts/stream', { exposeHeadRoute: false, config: { access: 'read' } }, async (request, reply) => {
    if (clients.size >= options.maxStreams) {
      throw new ApiError(503, 'STREAMS_FULL', `All ${options.maxStreams} alert streams are taken.`, {
        next: 'Try again later, or read GET /v1/alerts?since=…',
        headers: { 'retry-after': '10' },
      });
    }
    const filter = readQuery(streamQuery, request);
    const given = request.headers['last-event-id'];
    const resumed = typeof given === 'string' ? readPosition(given) : undefined;
    const end = await storeEnd(store, places);
    const client = new Client(reply.raw, filter, store, places, resumed ?? end, options.catchUpMs);
    reply.hijack();
    reply.raw.writeHead(200, {
      ...headersOf(reply.getHeaders()),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.write('retry: 2000\n\n');
    clients.add(client);
    metrics.streams(clients.size);
    reply.raw.on('close', () => leave(client));
    await resume(client, store, end);
  });
  return {
    stop: () => {
      unsubscribe();
      clearInterval(beat);
      for (const client of clients) client.out.end();
    },
  };
}

const headersOf = (headers: NodeJS.Dict<number | string | string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)]));

/**
 * The store may still be behind the log: what was told just before this client came is then neither there nor in the stream. So ask again until it is not.
 * How far it is behind is asked before it is read: what gets there between the two would else be missed by a client that hears of nothing after it.
 * Later gaps show themselves by their offsets.
 */
async function resume(client: Client, store: Store, end: Position): Promise<void> {
  if (end.incarnation !== '' && client.position.incarnation !== end.incarnation) {
    client.out.write('event: reset\ndata: {"reason":"another log"}\n\n');
    client.position = end;
    return;
  }
  for (let round = 0; round < 20 && !client.out.writableEnded; round++) {
    const lag = await store.lag();
    if (client.position.incarnation === '') client.position = beginning((await storeEnd(store, client.places)).incarnation, client.places);
    await client.catchUp();
    if (TOPICS.every((t) => (lag[t] ?? 0) === 0)) return;
    await new Promise((done) => setTimeout(done, client.pauseMs));
  }
}
