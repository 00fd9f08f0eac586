import { expect, test } from 'vitest';
import { toOriginal } from '../../processors/intake/original.ts';
import { IntakePartition } from '../../processors/intake/partition.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { DeadLetter } from '../../schemas/risk/alert.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Begin } from '../../streams/runner.ts';
import { order, T0 } from '../trade.ts';
import { controlOf, editions, FIRST, PARTITIONS, seal, SECOND, TOPIC } from './intake-plant.ts';
import { ModelBroker, ModelLog } from './model-log.ts';
import { alone, simulateIntake } from './simulate.ts';

/** Of later ones: those in which an owner was replaced between reading its position and its state. */
const SEEDS = [...Array.from({ length: 250 }, (_, i) => i + 1), 1165, 4676];

test(`what came to intake topics is journalled once, read by the tables that held, and no tick stands ahead of what came before it: ${SEEDS.length} seeds`, async () => {
  let halted = 0;
  for (const seed of SEEDS) {
    const { problems, strikes } = await simulateIntake(seed);
    expect(problems, alone(seed)).toEqual([]);
    if (strikes.has('pause')) halted++;
  }
  expect(halted).toBeGreaterThan(30); // owners that came back while others had the partition
}, 120_000);

/** One partition that a test writes to by hand; `FIRST` gives ivory the score 1, `SECOND` 0.4. */
class Bench {
  readonly broker = new ModelBroker({ partitions: () => PARTITIONS, now: () => T0 });
  readonly log = new ModelLog(this.broker);
  #sent = 0;

  constructor() {
    this.broker.notes.set(RULE_SET, FIRST);
  }

  original(): void {
    const n = ++this.#sent;
    const body = toOriginal({ bytes: JSON.stringify([order({ orderNo: `NO-${n}`, guid: `G-${n}`, items: [{ ...(order().items as object[])[0], itemName: '象牙' }] })]), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '' }, seal, T0);
    this.broker.append(TOPIC, 0, [{ type: 'original', key: '', eventTime: T0, arrival: T0, source: { topic: 'http', partition: 0, offset: 0, index: 0 }, body }]);
  }

  async take(begin: Begin = 'committed'): Promise<void> {
    const runner = new IntakePartition(TOPIC, 0, { log: this.log, editions, seal, now: () => T0, clock: () => 0, flushEveryMs: 1e9, begin });
    await runner.start();
    while ((await runner.advance(10)) > 0);
    await runner.flush();
  }

  /** How each order's goods were scored, in the order of the topic. */
  get scores(): (number | undefined)[] {
    const journal = Array.from({ length: PARTITIONS }, (_, p) => this.broker.part('journal.v1', p).records).flat().filter(({ type }) => type === 'order');
    return journal.sort((a, b) => a.source.offset - b.source.offset).map(({ body }) => (body as Order).lines[0]?.wordScore);
  }
}

test('other tables hold behind their control record: once, whatever a note says', async () => {
  const bench = new Bench();
  const { broker } = bench;
  bench.original();
  broker.append(TOPIC, 0, [controlOf(SECOND, 5, T0)]);
  bench.original();
  broker.append(TOPIC, 0, [controlOf(FIRST, 6, T0), controlOf(SECOND, 5, T0)]); // the command at 5 was done again
  bench.original();
  await bench.take();
  broker.notes.set(RULE_SET, SECOND);
  bench.original();
  await bench.take();
  expect(bench.scores).toEqual([1, 0.4, 1, 1]);
});

test('a control record that is not of whoever publishes is refused like any other text', async () => {
  const bench = new Bench();
  bench.broker.append(TOPIC, 0, [{ ...controlOf(SECOND, 5, T0), source: { topic: TOPIC, partition: 0, offset: 0, index: 0 } }]);
  bench.original();
  await bench.take();
  expect(bench.scores).toEqual([1]);
  expect([0, 1].flatMap((p) => bench.broker.part('dead-letters.v1', p).records).map(({ body }) => (body as DeadLetter).feed.split('/')[0])).toEqual(['kafka']);
});

test('where retention took records that were not read, a control record may have been among them: what is in force holds', async () => {
  const bench = new Bench();
  bench.original();
  await bench.take();
  bench.broker.append(TOPIC, 0, [controlOf(SECOND, 5, T0)]);
  bench.broker.notes.set(RULE_SET, SECOND);
  bench.broker.truncate(TOPIC, 0, 2);
  bench.original();
  await bench.take('after-gap');
  expect(bench.scores).toEqual([1, 0.4]);
});
