/** How long flushes of state held up each stage, as the processes tell in their metrics. */
import type { Door } from './door.ts';

/** `times`: one flush may hold up its stage several times, a little each. `within50ms`: share of them. */
export interface Pause { stage: string; times: number; meanMs: number; within50ms: number }

export async function flushPauses(door: Door, urls: readonly string[]): Promise<Pause[]> {
  const texts = await Promise.all(urls.map((url) => door.get(`${url}/metrics`)));
  const pauses = texts.flatMap((text) => [...text.matchAll(/^fenghuo_flush_pause_seconds_count\{stage="(\w+)"\} (\S+)$/gm)].map(([, stage = '', times]): Pause => {
    const value = (name: string, label = ''): number => Number(new RegExp(`^fenghuo_flush_pause_seconds_${name}\\{${label}stage="${stage}"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
    return { stage, times: Number(times), meanMs: (value('sum') * 1_000) / Number(times), within50ms: value('bucket', 'le="0.05",') / Number(times) };
  }));
  return pauses.filter(({ times }) => times > 0);
}

export const pauseLine = (pauses: readonly Pause[]): string =>
  `flushes of state held up ${pauses.map(({ stage, times, meanMs, within50ms }) => `${stage} ${times} times, ${meanMs.toFixed(1)} ms in the mean, ${(within50ms * 100).toFixed(1)} % within 50 ms`).join('; ')}`;
