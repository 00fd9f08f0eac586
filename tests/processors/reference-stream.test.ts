/** Another version of a table in mid-stream: nothing lost, nothing twice, the switch at one place of each partition, and a replay gives the same bytes. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce, compileOnceSteps } from '../../language/compile-once.ts';
import { publicationOf } from '../../language/edition.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import type { Submission } from '../../processors/intake/intake.ts';
import { intakeThread } from '../../processors/intake/thread.ts';
import { Reference } from '../../processors/reference.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import type { Match } from '../../schemas/risk/fact.ts';
import { encode } from '../../schemas/registry.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import { RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { LogRecord } from '../../streams/log.ts';
import { runStage, type Emitted } from '../stage-harness.ts';
import { beijing, CONFIG, declaration, Journal, order, payment, shippedRules, T0, waybill } from '../trade.ts';

const MINUTE = 60_000;
const list = (version: string, rows: string): string => `# version: ${version}, complete: true, source: t\nhs_prefix,status,valid_from,valid_to\n${rows}`;
const shipped = readRuleSource('');
const withList = (text: string): RuleSource => ({ ...shipped, tables: { ...shipped.tables, 'positive-list.csv': text } });
/** The cream of tests/trade.ts: taken off the list. */
const STRICT = list('strict', '3304,excluded,,\n');

describe('screening alone', () => {
  const stage = screening(compileOnce);
  const publication = publicationOf(withList(STRICT), undefined, 'v2', 'officer', T0);
  const artifacts = { ...shippedRules(), ...Object.fromEntries((publication?.artifacts ?? []).map(({ hash, content }) => [hash, content])) };
  const bytes = (outputs: Emitted[]): string[] => outputs.map(({ topic, partition, type, body, source }) => `${topic}/${partition} ${source.offset}.${source.index} ${encode(type, body).toString('base64')}`);
  const run = (records: LogRecord[], restoreEvery = 0): Emitted[] => runStage(stage, records, { artifacts, restoreEvery, partitions: { 'journal.v1': 1, 'signals.v1': 1, 'facts.v1': 1 } }).outputs;
  const stream = (at: number): Journal => {
    const journal = new Journal();
    const steps: (() => unknown)[] = [0, 1, 2].flatMap((n) => {
      const no = { orderNo: `NO-${n}` };
      return [order({ ...no, guid: `G-O-${n}` }), payment({ ...no, guid: `G-P-${n}`, payTransactionId: `TX-${n}` }), declaration({ ...no, guid: `G-D-${n}`, copNo: `COP-${n}`, logisticsNo: `WB-${n}` }), waybill({ guid: `G-W-${n}`, logisticsNo: `WB-${n}` })].map((document) => () => journal.document(document, T0 + 10 * MINUTE));
    });
    for (const [i, step] of steps.entries()) {
      if (i === at) journal.add({ type: 'control', key: 'rule-set', arrival: T0, body: { name: 'rule-set', version: 'v2', hash: publication?.hash, by: 'officer' } });
      step();
    }
    return journal;
  };

  test('wherever it comes: each document is folded once, declarations are judged by the list of their place, restarts change no byte', () => {
    const plain = run(stream(-1).records);
    fc.assert(fc.property(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 5 }), (at, restoreEvery) => {
      const { records } = stream(at);
      const outputs = run(records);
      expect(bytes(run(records, restoreEvery))).toEqual(bytes(outputs));
      const facts = (all: Emitted[]): string[] => all.filter((o) => o.type === 'fact').map((o) => JSON.stringify(o.body));
      expect(facts(outputs)).toEqual(facts(plain));
      for (const n of [0, 1, 2]) {
        const last = outputs.filter((o) => o.type === 'match' && (o.body as Match).orderKey.endsWith(`NO-${n}`)).at(-1)?.body as Match;
        // The last document that is folded into the order is its declaration (third of four): it is judged by the list in force there.
        expect([n, last.codes.includes('NOT_ON_LIST')]).toEqual([n, at <= n * 4 + 2]);
      }
    }), { numRuns: 12 });
  });

  test('one list of 2022 and 2026: each event by its own day, and the finding names the version', () => {
    const two = publicationOf(withList(list('both', '33049900,allowed,2022-03-01,2025-12-31\n33049900,excluded,2026-01-01,\n')), undefined, 'v', 't', T0);
    const contents = Object.fromEntries((two?.artifacts ?? []).map(({ hash, content }) => [hash, content]));
    const journal = new Journal();
    journal.records.length = 0;
    journal.add({ type: 'control', key: 'rule-set', arrival: 0, body: { name: 'rule-set', version: 'v', hash: two?.hash, by: 't' } });
    for (const [n, year] of [2021, 2022, 2026].entries()) {
      const at = beijing(Date.parse(`${year}-10-01T10:00:00+08:00`));
      journal.document(declaration({ orderNo: `NO-${n}`, guid: `G-${n}`, copNo: `C-${n}`, appTime: at }), T0);
    }
    const { outputs } = runStage(stage, journal.records, { artifacts: contents, partitions: { 'journal.v1': 1, 'signals.v1': 1, 'facts.v1': 1 } });
    const found = [0, 1, 2].map((n) => (outputs.find((o) => o.type === 'match' && (o.body as Match).orderKey.endsWith(`NO-${n}`))?.body as Match | undefined)?.findings.filter((f) => f.code === 'NOT_ON_LIST'));
    expect(found).toEqual([[expect.objectContaining({ outcome: 'fail', right: 'miss' })], [], [expect.objectContaining({ outcome: 'fail', right: 'excluded', detail: 'commodity code against positive-list both: listed as excluded', detailZh: '商品编码在 positive-list both 中列为不得进口' })]]);
  });
});

describe('the whole pipeline', () => {
  const stages = [screening(compileOnce), assessment(compileOnce), warning(compileOnce)];
  const NOW = T0 + 10 * MINUTE;
  const open = async (file: string): Promise<{ pipeline: EmbeddedPipeline; reference: Reference }> => {
    const pipeline = new EmbeddedPipeline({ file, intake: intakeThread(CONFIG), stages, maxQueued: 1_000, maxIntakeBytes: 1 << 20, maxBatch: 5, flushEveryMs: 1e9, flushKeys: 1e9, now: () => NOW });
    await pipeline.start();
    const reference = new Reference(pipeline, compileOnceSteps);
    expect(await reference.start(shipped.files, shipped.tables, {})).toEqual([]);
    return { pipeline, reference };
  };
  const submission = (n: number): Submission => ({
    bytes: JSON.stringify([declaration({ orderNo: `NO-${n}`, guid: `G-${n}`, copNo: `C-${n}`, logisticsNo: `W-${n}` })]), form: 'json', sender: 't', origin: 'live', backfill: '', allowReference: false, replayOf: '',
  });
  const taken = async ({ log }: EmbeddedPipeline, topic: string): Promise<LogRecord[]> => {
    const records: LogRecord[] = [];
    for (let partition = 0; partition < log.partitions(topic); partition++) {
      const marks = new Map<string, Mark>();
      const filter = new RepeatFilter({ get: (key) => marks.get(key), set: (key, mark) => void marks.set(key, mark) });
      const { start, end } = await log.bounds(topic, partition);
      for (let at = start; at < end;) {
        const batch = await log.read(topic, partition, at, 1_000);
        records.push(...batch.filter((r) => !filter.seen(r)));
        at += batch.length;
      }
    }
    return records;
  };
  const shown = (records: LogRecord[]): string[][] => [0, 1].map((p) => records.filter((r) => r.partition === p).map((r) => `${r.source.topic} ${r.source.partition} ${r.source.offset}.${r.source.index} ${Buffer.from(r.bytes).toString('base64')}`));

  test('amid submissions that nobody waits for: intake’s words and screening’s list switch at the control records, and a kill changes nothing', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fenghuo-reference-')), 'log.sqlite');
    const { pipeline, reference } = await open(file);
    const answers: Promise<unknown>[] = [];
    let loaded: Promise<unknown> = Promise.resolve();
    for (let n = 0; n < 40; n++) {
      answers.push(pipeline.submit(submission(n)));
      if (n === 12) loaded = Promise.all([reference.load('positive-list', STRICT, 'officer', false), reference.load('words', '# version: w2, complete: false, source: t\nword,score\n面霜,0.9\n', 'officer', false)]);
      if (n % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(answers);
    expect(await loaded).toMatchObject([{ ok: true }, { ok: true }]);
    await pipeline.submit(submission(40));

    const journal = await taken(pipeline, 'journal.v1');
    const matches = (await taken(pipeline, 'facts.v1')).filter((r) => r.type === 'match').map((r) => r.body as Match);
    const declarations = journal.filter((r) => r.type === 'declaration');
    expect(declarations).toHaveLength(41);
    let switched = 0;
    for (const record of declarations) {
      const controls = journal.filter((r) => r.type === 'control' && r.partition === record.partition);
      expect(controls).toHaveLength(3); // seeds, list, words
      const [, strict, words] = controls.map((c) => record.offset > c.offset);
      const match = matches.filter((m) => m.orderKey === record.key);
      expect(match).toHaveLength(1);
      expect(match[0]?.codes.includes('NOT_ON_LIST')).toBe(strict);
      expect((record.body as Declaration).lines[0]?.wordScore).toBe(words ? 0.9 : 0);
      switched += Number(words);
    }
    expect(switched).toBeGreaterThan(0);
    expect(switched).toBeLessThan(41);

    const topics = ['journal.v1', 'signals.v1', 'facts.v1', 'assessments.v1'] as const;
    const before = await Promise.all(topics.map(async (topic) => shown(await taken(pipeline, topic))));
    await pipeline.log.close(); // as a kill would
    const again = await open(file);
    const after = await Promise.all(topics.map(async (topic) => shown(await taken(again.pipeline, topic))));
    for (const [i, topic] of topics.entries()) {
      for (const p of [0, 1]) expect([topic, after[i]?.[p]?.slice(0, before[i]?.[p]?.length)]).toEqual([topic, before[i]?.[p]]);
    }
    expect((await again.reference.list()).find((t) => t.table === 'words')).toMatchObject({ version: 'w2', by: 'officer' });
    await again.pipeline.submit(submission(41));
    const last = (await taken(again.pipeline, 'journal.v1')).find((r) => r.type === 'declaration' && r.key.endsWith('NO-41'));
    expect((last?.body as Declaration | undefined)?.lines[0]?.wordScore).toBe(0.9);
    await again.pipeline.stop();
  }, 60_000);

  test('a commit that fails puts nothing in force, intake included; the next attempt does', async () => {
    const { pipeline, reference } = await open(join(mkdtempSync(join(tmpdir(), 'fenghuo-reference-')), 'log.sqlite'));
    const words = '# version: w2, complete: false, source: t\nword,score\n面霜,0.9\n';
    const append = pipeline.log.append.bind(pipeline.log);
    pipeline.log.append = async (topic, ...rest) => {
      if (topic !== 'artifacts.v1') return append(topic, ...rest);
      pipeline.log.append = append;
      await append(topic, ...rest);
      throw new Error('the disk said no');
    };
    await expect(reference.load('words', words, 'officer', false)).rejects.toThrow('the disk said no');
    expect((await reference.list()).find((t) => t.table === 'words')?.by).toBe('start');
    const scoreOf = async (n: number) => {
      await pipeline.submit(submission(n));
      return ((await taken(pipeline, 'journal.v1')).find((r) => r.type === 'declaration' && r.key.endsWith(`NO-${n}`))?.body as Declaration | undefined)?.lines[0]?.wordScore;
    };
    expect(await scoreOf(1)).toBe(0);
    expect(await reference.load('words', words, 'officer', false)).toMatchObject({ ok: true });
    expect(await scoreOf(2)).toBe(0.9);
    await pipeline.stop();
  }, 60_000);
});
