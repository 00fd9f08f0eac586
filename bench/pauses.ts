/** How long flushes of state held up each stage, as the processes tell in their metrics. */
import type { Door } from './door.ts';

/** `within50ms`: share of the flushes. */
export interface Pause { stage: string; flushes: number; meanMs: number; within50ms: number }

export async function flushPauses(door: Door, urls: readonly string[]): Promise<Pause[]> {
  const texts = await Promise.all(urls.map((url) => door.get(`${url}/metrics`)));
  const pauses = texts.flatMap((text) => [...text.matchAll(/^fenghuo_flush_pause_seconds_count\{stage="(\w+)"\} (\S+)$/gm)].map(([, stage = '', flushes]): Pause => {
    const value = (name: string, label = ''): number => Number(new RegExp(`^fenghuo_flush_pause_seconds_${name}\\{${label}stage="${stage}"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
    return { stage, flushes: Number(flushes), meanMs: (value('sum') * 1_000) / Number(flushes), within50ms: value('bucket', 'le="0.05",') / Number(flushes) };
  }));
  return pauses.filter(({ flushes }) => flushes > 0);
}

export const pauseLine = (pauses: readonly Pause[]): string =>
  `flushes of state held up ${pauses.map(({ stage, flushes, meanMs, within50ms }) => `${stage} ${flushes} times, ${meanMs.toFixed(1)} ms in the mean, ${(within50ms * 100).toFixed(1)} % within 50 ms`).join('; ')}`;
