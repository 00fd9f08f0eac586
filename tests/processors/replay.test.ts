/** What is replayed is what ran: over a day of one partition byte for byte, over several the same each time, from the middle on with what was in force there. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileOnce } from '../../language/compile-once.ts';
import type { Compile } from '../../language/ruleset.ts';
import { variant } from '../../language/variant.ts';
import { journalSpan, type JournalSpan, Recorded, readEditions } from '../../processors/recorded.ts';
import { replay } from '../../processors/replay.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import { encode } from '../../schemas/registry.ts';
import { type LogReader, openEmbeddedReader } from '../../streams/embedded/reader.ts';
import { bytesOf, changed, HOUR, record, source, SPLIT, START } from './recording.ts';

const root = mkdtempSync(join(tmpdir(), 'fenghuo-replay-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const scratch = () => mkdtempSync(join(root, 'scratch-'));

async function again(reader: LogReader, compiles: Compile[], since = 0, until = Number.POSITIVE_INFINITY): Promise<{ alerts: string[][]; bodies: Alert[][]; span: JournalSpan; records: number }> {
  const span = await journalSpan(reader, since, until, await readEditions(reader)) as JournalSpan;
  const alerts: string[][] = compiles.map(() => []);
  const bodies: Alert[][] = compiles.map(() => []);
  let reached = 0;
  const { records } = await replay({ reader, span, folder: scratch(), progress: (taken) => { expect(taken).toBeGreaterThan(reached); reached = taken; }, sides: compiles.map((compile, i) => ({ compile, hear: (output) => {
    alerts[i]?.push(bytesOf({ ...output, bytes: encode('alert', output.body) }));
    bodies[i]?.push(output.body);
  } })) });
  expect(records).toBeGreaterThanOrEqual(reached);
  return { alerts, bodies, span, records };
}

describe('one partition, a day', () => {
  const folder = join(root, 'one');
  let live: string[];
  let reader: LogReader;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const { pipeline, alerts } = await record(folder, { hours: 24, partitions: 1 });
    live = alerts;
    stop = () => pipeline.stop();
    reader = openEmbeddedReader(pipeline.file);
  }, 60_000);
  afterAll(async () => { await reader.close(); await stop(); });

  test('as recorded it is byte-equal to live processing, beside the running pipeline, with rules that changed on the way', async () => {
    const { alerts, span } = await again(reader, [compileOnce]);
    expect(live.length).toBeGreaterThan(50);
    expect(span.cold).toBe(false);
    expect(alerts[0]?.length).toBe(live.length);
    expect(alerts[0]?.findIndex((one, i) => one !== live[i])).toBe(-1);
  }, 60_000);

  test('a chosen rule alone gives what it gave among all; a changed one is seen from the start; a draft runs as if live', async () => {
    const draft = { ...source.files, [`${SPLIT}.yaml`]: changed(1).replace(/^status: live/m, 'status: draft') };
    const chosen = new Set([SPLIT]);
    const { bodies, alerts } = await again(reader, [variant({ chosen }), variant({ chosen, files: draft }), variant({ chosen, files: { ...source.files, [`${SPLIT}.yaml`]: changed(1.2) } })]);
    const of = live.filter((one) => Buffer.from(one.split(' ').at(-1) as string, 'base64').includes(SPLIT)).map((one) => one.split(' ').at(-1));
    expect(of.length).toBeGreaterThan(0);
    expect(alerts[0]?.map((one) => one.split(' ').at(-1))).toEqual(of);
    expect(bodies.flat().every(({ ruleId, status }) => ruleId === SPLIT && status === 'live')).toBe(true);
    const raised = bodies.map((side) => side.filter(({ change }) => change === 'raised').length) as [number, number, number];
    expect(raised[1]).toBeGreaterThan(raised[2]);
    expect(Math.min(...(bodies[1] ?? []).map(({ evidence }) => evidence.threshold))).toBe(1);
  }, 60_000);

  test('begun in the middle it has the rules of that moment, and says that it is cold', async () => {
    const { bodies, span } = await again(reader, [compileOnce], START + 18 * HOUR, START + 22 * HOUR);
    expect(span).toMatchObject({ cold: true, since: START + 18 * HOUR, inForce: { version: 'second' } });
    expect(bodies[0]?.length).toBeGreaterThan(0);
    expect(bodies[0]?.every(({ detectedAt }) => detectedAt >= START + 18 * HOUR && detectedAt < START + 22 * HOUR)).toBe(true);
  }, 60_000);
});

describe('several partitions', () => {
  const folder = join(root, 'two');
  let file: string;
  beforeAll(async () => {
    const { pipeline } = await record(folder, { hours: 4, partitions: 2, ordersPerSecond: 0.004 });
    file = pipeline.file;
    await pipeline.stop();
  }, 60_000);

  test('come in canonical order: by arrival, forwarded records at once, then by partition', async () => {
    const reader = openEmbeddedReader(file);
    const recorded = new Recorded(reader, await journalSpan(reader, 0, Number.POSITIVE_INFINITY, []) as JournalSpan);
    const order: [partition: number, arrival: number][] = [];
    for (let p = await recorded.next(); p !== undefined; p = await recorded.next()) {
      order.push([p, recorded.ahead(p, 1)[0]?.arrival as number]);
      recorded.taken(p, 1);
    }
    const heads = await Promise.all([0, 1].map(async (p) => (await reader.read('journal.v1', p, 0, 1e6)).map(({ arrival }) => arrival)));
    const naive: [number, number][] = [];
    while (heads.some((head) => head.length > 0)) {
      const p = (heads[1]?.[0] ?? Number.POSITIVE_INFINITY) < (heads[0]?.[0] ?? Number.POSITIVE_INFINITY) ? 1 : 0;
      naive.push([p, heads[p]?.shift() as number]);
    }
    expect(order).toEqual(naive);
    await reader.close();
  });

  test('give the same each time', async () => {
    const reader = openEmbeddedReader(file);
    const [first, second] = [await again(reader, [compileOnce]), await again(reader, [compileOnce])];
    expect(first.alerts[0]?.length).toBeGreaterThan(10);
    expect(second.alerts).toEqual(first.alerts);
    await reader.close();
  }, 60_000);

  test('whose oldest records are gone begin at one moment in each, with the rules of that moment', async () => {
    const cutFile = join(scratch(), 'log.sqlite');
    mkdirSync(join(cutFile, '..'), { recursive: true });
    copyFileSync(file, cutFile);
    const early = openEmbeddedReader(cutFile);
    const before = await journalSpan(early, 0, Number.POSITIVE_INFINITY, []) as JournalSpan;
    const db = new DatabaseSync(cutFile);
    for (const p of [0, 1]) db.prepare(`DELETE FROM batches WHERE topic = 'journal.v1' AND partition = ? AND appended_at < ?`).run(p, START + (p + 1) * 0.75 * HOUR);
    db.close();
    // Dropped while it was read: told, never skipped.
    await expect(replay({ reader: early, span: before, folder: scratch(), sides: [{ compile: compileOnce, hear: () => undefined }] })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await early.close();
    const reader = openEmbeddedReader(cutFile);
    const { span, bodies } = await again(reader, [compileOnce]);
    expect(span).toMatchObject({ cold: true, inForce: { version: 'first' } });
    // The later of both beginnings.
    expect(span.since).toBeGreaterThanOrEqual(START + 1.5 * HOUR);
    expect(span.since).toBeLessThan(START + 2 * HOUR);
    expect(span.start[0]).toBeGreaterThan((await reader.bounds('journal.v1', 0)).start);
    expect(span.start[1]).toBe((await reader.bounds('journal.v1', 1)).start);
    expect(bodies[0]?.length).toBeGreaterThan(0);
    await reader.close();
  }, 60_000);
});
