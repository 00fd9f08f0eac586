/** Strikes in an order that a seed decides: a victim, sometimes two at once, is killed or stands still, for a moment or for so long that others take over, at any moment, also while it starts. */
import type { Random } from '../../simulator/random.ts';
import { pause } from '../whole/system.ts';
import type { Victim } from './kept.ts';

export interface Aim {
  victim: Victim;
  /** Of so many strikes. */
  weight: number;
  /** Of its strikes, those that let it stand still. */
  halts: number;
  /** ms: it lies still so long at least before it comes back, and at most. */
  down: readonly [number, number];
}

export interface Strike { what: 'kill' | 'halt'; name: string; downMs: number; afterMs: number }

/** Longer than a group waits for a sign of life: its work is with others when it wakes. */
const LONG_MS = [11_000, 16_000] as const;
const LONG_HALTS = 0.15;
const BETWEEN_MS = [100, 2_500] as const;

export type Drawn = Strike & { victim: Victim };

/** The strikes of one storm: whom and how, as the seed shuffles it, each victim once killed and once halted, from then on by weight. */
export class Deck {
  readonly #random: Random;
  readonly #aims: readonly Aim[];
  readonly #longHalts: boolean;
  readonly #cards: { aim: Aim; halt: boolean }[] = [];

  /** `longHalts`: somebody takes over from who stands still. */
  constructor(random: Random, aims: readonly Aim[], longHalts: boolean) {
    this.#random = random;
    this.#aims = aims;
    this.#longHalts = longHalts;
    for (const aim of aims) for (const halt of [false, true]) this.#cards.splice(random.between(0, this.#cards.length), 0, { aim, halt });
  }

  draw(): Drawn {
    const random = this.#random;
    const { aim, halt } = this.#cards.pop() ?? this.#byWeight();
    const [least, most] = halt && this.#longHalts && random.chance(LONG_HALTS) ? LONG_MS : aim.down;
    return { victim: aim.victim, what: halt ? 'halt' : 'kill', name: aim.victim.name, downMs: random.between(least, most), afterMs: random.between(...BETWEEN_MS) };
  }

  #byWeight(): { aim: Aim; halt: boolean } {
    let left = this.#random.next() * this.#aims.reduce((sum, { weight }) => sum + weight, 0);
    const aim = this.#aims.find(({ weight }) => (left -= weight) < 0) ?? (this.#aims.at(-1) as Aim);
    return { aim, halt: this.#random.chance(aim.halts) };
  }
}

export async function strike({ victim, what, downMs, afterMs }: Drawn): Promise<void> {
  if (what === 'halt') await victim.halt();
  else await victim.kill();
  await pause(downMs);
  if (what === 'halt') victim.resume();
  else await victim.revive();
  await pause(afterMs);
}
