/** A sender with known documents: the simulator's, posted in order, each body again, byte for byte, until it is answered. */
import { mix } from '../../simulator/random.ts';
import { createTraffic, type Traffic } from '../../simulator/traffic.ts';
import type { Document } from '../../simulator/documents.ts';
import { pause, type System } from '../whole/system.ts';

interface Answered { rejected: { index: number; code: string }[]; events: string[] }

/** What the oracle of sums knows (tests/faults/naive.ts): no reversals, no exports. */
const KNOWN = new Set(['order', 'payment', 'waybill', 'declaration', 'declaration-receipt']);
const PER_POST = 250;
/** Documents of one order come within a minute; begun so early, all kinds come from the first second on. */
const BEFORE_MS = 60_000;
const EVERY_MS = 250;

export class Load {
  /** What was answered with 202, by event id, as it was sent first. */
  readonly accepted = new Map<string, Document>();
  unanswered = 0;
  refused = 0;
  /** What a refused event was told, last. */
  refusal = '';
  posts = 0;
  readonly #door: () => System;
  readonly #traffic: Traffic;
  readonly #ended = Promise.withResolvers<void>();
  #over = false;
  #given = false;

  /** At any hour; some five documents an order. What waits while the door does not answer is sent as fast as it answers then. */
  constructor(door: () => System, seed: number, ordersPerSecond: number) {
    this.#door = door;
    this.#traffic = createTraffic({ seed: mix(seed, 1), start: Date.now() - 2 * BEFORE_MS, ordersPerSecond, episodes: true, even: true });
    this.#run().then(this.#ended.resolve, this.#ended.reject);
    this.#ended.promise.catch(() => undefined); // told by `end`
  }

  /** What was sent by then is answered. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#ended.promise;
  }

  /** Resolves once some more is answered. */
  async goesOn(limitMs: number): Promise<void> {
    const before = this.posts;
    for (const end = Date.now() + limitMs; this.posts < before + 2; await pause(50)) {
      if (Date.now() > end) throw new Error(`nothing was answered for ${limitMs} ms: ${this.#door().said.err.slice(-1_000)}`);
    }
  }

  /** Nothing more is tried. */
  giveUp(): void {
    this.#over = this.#given = true;
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      const began = Date.now();
      const events = this.#traffic.next(began - BEFORE_MS).map(({ event }) => event).filter(({ type }) => KNOWN.has(String(type)));
      for (let i = 0; i < events.length && !this.#over; i += PER_POST) await this.#send(events.slice(i, i + PER_POST));
      await pause(Math.max(0, began + EVERY_MS - Date.now()));
    }
  }

  async #send(events: readonly Document[]): Promise<void> {
    const body = events.map((event) => JSON.stringify(event)).join('\n');
    for (; !this.#given; await pause(100)) {
      const answer = await this.#door().ask('POST', '/v1/events', body, 'application/x-ndjson').catch(() => undefined);
      if (answer?.status === 202) return this.#remember(events, answer.json as Answered);
      if (answer && answer.status !== 503) throw new Error(`the door answered ${answer.status}: ${answer.text}`);
      this.unanswered++;
    }
  }

  #remember(events: readonly Document[], { rejected, events: ids }: Answered): void {
    const refused = new Set(rejected.map(({ index }) => index));
    const taken = events.filter((_, index) => !refused.has(index));
    if (taken.length !== ids.length) throw new Error(`${taken.length} events were taken, but ${ids.length} ids were answered`);
    for (const [i, id] of ids.entries()) {
      const known = this.accepted.get(id);
      if (known === undefined) this.accepted.set(id, taken[i] as Document);
      // Ids are compared, not contents: one that stood for two events would hide the loss of either.
      else if (JSON.stringify(known) !== JSON.stringify(taken[i])) throw new Error(`two events were answered with the id ${id}: ${JSON.stringify([known, taken[i]])}`);
    }
    this.refused += rejected.length;
    this.refusal = rejected.at(-1)?.code ?? this.refusal;
    this.posts++;
  }
}
