/** What intake has in hand, and what waits behind it for its cycle, in order of arrival. Who comes beyond the bounds is told to come again. */
import type { Operation } from '../schemas/risk/journal.ts';
import type { Submission, SubmissionResult } from './intake/intake.ts';
import type { Accepted, Batch, IntakeService } from './intake/service.ts';
import type { ToWrite, Write } from './journal.ts';
import { BusyError } from './pipeline.ts';

export interface QueueOptions {
  intake: IntakeService;
  /** Events that may wait, and bytes that intake may have in hand. */
  maxQueued: number;
  maxIntakeBytes: number;
  now: () => number;
  /** Told that something waits. */
  wake: () => void;
}

export interface Waiting extends ToWrite { resolve: (result: SubmissionResult) => void; reject: (error: Error) => void }

export const NO_EVENTS: Batch = { accepted: [], rejected: [], noted: [], unreadable: false };

export class Queue {
  readonly #options: QueueOptions;
  #waiting: Waiting[] = [];
  #events = 0;
  /** Arrivals of what intake has in hand, oldest first: no tick may pass them. */
  readonly #inHand: { arrival: number }[] = [];
  #bytesInHand = 0;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Nothing waits for a cycle. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  get events(): number {
    return this.#events;
  }

  /** Arrival of the oldest that waits or is in hand. */
  get oldest(): number | undefined {
    const [waiting, hand] = [this.#waiting[0]?.arrival, this.#inHand[0]?.arrival];
    return waiting === undefined || hand === undefined ? (waiting ?? hand) : Math.min(waiting, hand);
  }

  /** Resolves once its cycle is durable. */
  submit(submission: Submission): Promise<SubmissionResult> {
    const { maxQueued, maxIntakeBytes } = this.#options;
    if (this.#closed) return Promise.reject(new BusyError('Fenghuo is stopping; send again after the restart'));
    if (this.#events >= maxQueued) return Promise.reject(new BusyError(`${this.#events} events wait already (limit ${maxQueued}); send the same again in a second, repeats are counted once`));
    const size = submission.bytes.length; // before it is handed over
    if (this.#bytesInHand > 0 && this.#bytesInHand + size > maxIntakeBytes) return Promise.reject(new BusyError(`${this.#bytesInHand} bytes are being read already (limit ${maxIntakeBytes}); send the same again in a second, repeats are counted once`));
    return this.#read(submission, size);
  }

  async #read(submission: Submission, size: number): Promise<SubmissionResult> {
    const hand = { arrival: this.#options.now() };
    this.#inHand.push(hand);
    this.#bytesInHand += size;
    try {
      const batch = await this.#options.intake.take(submission, hand.arrival);
      return await new Promise((resolve, reject) => {
        this.#push({ batch, arrival: hand.arrival, resolve, reject });
        this.#release(hand, size);
      });
    } catch (error) {
      this.#release(hand, size);
      throw error;
    }
  }

  /** Queued (or refused) it no longer holds back the ticks by being in hand: the queue does. */
  #release(hand: { arrival: number }, size: number): void {
    const at = this.#inHand.indexOf(hand);
    if (at < 0) return;
    this.#inHand.splice(at, 1);
    this.#bytesInHand -= size;
  }

  /** Takes its turn behind what has come so far. Resolves when `batch` and what `write` appends are durable, together. */
  write(write: Write, batch: Batch = NO_EVENTS, arrival: number = this.#options.now()): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) reject(new BusyError('Fenghuo is stopping; nothing of this was written. Send it again after the restart'));
      else this.#push({ batch, arrival, write, resolve: () => resolve(), reject });
    });
  }

  /** Nobody waits for it. */
  note(operation: Operation): void {
    const record: Accepted = { type: 'operation', key: operation.feed || operation.operator, everyPartition: false, eventTime: operation.at, eventId: '', orderKey: '', aliases: [], body: operation };
    this.#push({ batch: { ...NO_EVENTS, accepted: [record] }, arrival: this.#options.now(), resolve: () => undefined, reject: () => undefined });
  }

  #push(waiting: Waiting): void {
    this.#events += size(waiting);
    this.#waiting.push(waiting);
    this.#options.wake();
  }

  /** The next to be written, of so many events or a little more. */
  take(maxEvents: number): Waiting[] {
    let events = 0;
    let n = 0;
    while (n < this.#waiting.length && events < maxEvents) events += size(this.#waiting[n++] as Waiting);
    this.#events -= events;
    return this.#waiting.splice(0, n);
  }

  /** Takes nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** What still waits is not taken. */
  refuse(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new BusyError('Fenghuo stopped before this was taken; send it again'));
  }
}

const size = ({ batch }: ToWrite): number => batch.accepted.length + batch.rejected.length;
