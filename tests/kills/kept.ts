/** What may be hurt: processes that are started again whenever they end, as whoever runs a service does, and what they start. */
import type { Front } from '../sink/front.ts';
import { pause, type System } from '../whole/system.ts';

export interface Victim {
  readonly name: string;
  kill(): Promise<void>;
  /** After a kill. Resolves when it has begun, not when it is ready. */
  revive(): Promise<void>;
  /** It stands still: to the others it looks dead, until it comes back and does not know. */
  halt(): void | Promise<void>;
  resume(): void;
}

const AGAIN_MS = 300;
const THERE_MS = 20_000;

export class Kept implements Victim {
  readonly name: string;
  /** Last words of lives that nobody took. */
  readonly ends: string[] = [];
  current: System;
  readonly #make: () => System;
  #taken: System | undefined;

  constructor(name: string, make: () => System) {
    this.name = name;
    this.#make = make;
    this.current = this.#live();
  }

  async kill(): Promise<void> {
    this.#taken = this.current;
    await this.current.kill();
  }

  async revive(): Promise<void> {
    this.current = this.#live();
  }

  halt(): void {
    this.current.child.kill('SIGSTOP');
  }

  resume(): void {
    this.current.child.kill('SIGCONT');
  }

  /** Until it is ready, in whichever life. */
  async ready(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; ; await pause(100)) {
      if (await this.current.ready(Math.max(1, end - Date.now())).then(() => true, () => false)) return;
      if (Date.now() > end) throw new Error(`${this.name} is not ready after ${limitMs} ms: ${this.current.said.err.slice(-1_000)}`);
    }
  }

  async stop(): Promise<void> {
    this.#taken = this.current;
    this.resume();
    await this.current.stop('SIGKILL');
  }

  #live(): System {
    const system = this.#make();
    system.child.once('close', async (code, signal) => {
      if (this.#taken === system) return;
      this.ends.push(`${code ?? signal}: ${system.said.err.trim().slice(-600)}`);
      await pause(AGAIN_MS);
      if (this.current === system && this.#taken !== system) this.current = this.#live();
    });
    return system;
  }
}

/** The store's process below another: that one starts it again by itself. */
export class StoreOf implements Victim {
  readonly name: string;
  readonly #of: Kept;
  #halted: number | undefined;

  constructor(of: Kept) {
    this.name = `store of ${of.name}`;
    this.#of = of;
  }

  async kill(): Promise<void> {
    signal(await this.#there(), 'SIGKILL');
  }

  async revive(): Promise<void> {}

  async halt(): Promise<void> {
    this.#halted = await this.#there();
    signal(this.#halted, 'SIGSTOP');
  }

  /** Its owner may just be starting: a strike at nobody would be none. */
  async #there(): Promise<number | undefined> {
    for (const end = Date.now() + THERE_MS; Date.now() < end; await pause(50)) if (this.#of.current.storePid !== undefined) return this.#of.current.storePid;
    return undefined;
  }

  resume(): void {
    signal(this.#halted, 'SIGCONT');
  }
}

/** A ClickHouse server whose tables survive it. Killed, it has run what it answers no more, or has not. */
export class ServerOf implements Victim {
  readonly name = 'ClickHouse';
  readonly #front: Front;

  constructor(front: Front) {
    this.#front = front;
  }

  async kill(): Promise<void> {
    let requests = 0;
    this.#front.fault = () => (requests++ % 2 === 0 ? 'cut-after' : 'cut-before');
  }

  async revive(): Promise<void> {
    this.#front.fault = () => undefined;
  }

  halt(): void {
    this.#front.fault = () => 'hold';
  }

  resume(): void {
    this.#front.fault = () => undefined;
    this.#front.letGo();
  }
}

/** It may be gone already, or not be there yet. */
function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch {
    // gone
  }
}
