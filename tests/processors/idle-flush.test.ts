/** A flush that began under load ends soon after it, though nothing comes any more. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import type { Codec, Stage } from '../../streams/stage.ts';

const NUMBER = { rests: true, encode: String, decode: Number } as unknown as Codec<number>;
const many: Stage = { name: 'many', input: 'journal.v1', outputs: [], open: ({ state }) => {
  const table = state.table<number>('n', NUMBER);
  return { apply: ({ type }) => { if (type === 'operation') for (let i = 0; i < 2_000; i++) table.set(`k${i}`, i); } };
} };

test('a flush goes on between two ticks, with nothing else to do', async () => {
  const pipeline = new EmbeddedPipeline({
    file: join(mkdtempSync(join(tmpdir(), 'fenghuo-idle-')), 'log.sqlite'), intake: { take: async () => { throw new Error('nothing is submitted'); }, stop: async () => undefined } as never,
    stages: [many], maxQueued: 10, maxIntakeBytes: 10, maxBatch: 10, flushEveryMs: 1e9, flushKeys: 1_000,
  });
  await pipeline.start();
  pipeline.note({ kind: 'sensitive-read', feed: 'f', messageType: 'order', code: '', operator: 'o', origin: 'live', at: 1 });
  const positions = async () => Promise.all(Array.from({ length: pipeline.partitions('journal.v1') }, (_, p) => pipeline.log.position('many', 'journal.v1', p)));
  await expect.poll(async () => Math.max(...await positions()), { timeout: 800 }).toBeGreaterThan(0);
  await pipeline.stop();
});
