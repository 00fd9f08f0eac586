/** Strikes in an order that a seed decides: one victim at a time is killed or stands still, for a moment or for so long that others take over, at any moment, also while it starts. */
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

export function drawStrike(random: Random, aims: readonly Aim[], longHalts: boolean): Strike & { victim: Victim } {
  let left = random.next() * aims.reduce((sum, { weight }) => sum + weight, 0);
  const aim = aims.find(({ weight }) => (left -= weight) < 0) ?? (aims.at(-1) as Aim);
  const halt = random.chance(aim.halts);
  const [least, most] = halt && longHalts && random.chance(LONG_HALTS) ? LONG_MS : aim.down;
  return { victim: aim.victim, what: halt ? 'halt' : 'kill', name: aim.victim.name, downMs: random.between(least, most), afterMs: random.between(...BETWEEN_MS) };
}

export async function strike({ victim, what, downMs, afterMs }: Strike & { victim: Victim }): Promise<void> {
  if (what === 'halt') victim.halt();
  else await victim.kill();
  await pause(downMs);
  if (what === 'halt') victim.resume();
  else await victim.revive();
  await pause(afterMs);
}
