/** Intake as it runs scaled out, alone in a world: senders, gateways' originals, the partitions of one intake topic, two editions of the tables that it reads. */
import { readRuleSource } from '../../cli/rule-source.ts';
import { publicationOf } from '../../language/edition.ts';
import { IntakeEditions } from '../../processors/intake/editions.ts';
import { toOriginal, toSubmission } from '../../processors/intake/original.ts';
import { INTAKE, IntakePartition, journalled } from '../../processors/intake/partition.ts';
import { createSeal } from '../../processors/intake/seal.ts';
import { toBatch } from '../../processors/intake/service.ts';
import { decode, encode } from '../../schemas/registry.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Tick } from '../../schemas/risk/journal.ts';
import { StageHost } from '../../streams/host.ts';
import type { LogRecord } from '../../streams/log.ts';
import { CONFIG, order, payment, T0, waybill } from '../trade.ts';
import { sourceText } from './fold.ts';
import { ModelGroup, ModelMembership } from './model-group.ts';
import { ModelBroker, ModelLog } from './model-log.ts';
import { FAIR, type Process, World } from './world.ts';

const TOPIC = 'intake.orders.v1';
const TICKS = `ticks.${TOPIC}`;
const PARTITIONS = 2;
const MOST_STEPS = 30_000;
/** A step of the world by the clocks of broker and processes. */
const STEP_MS = 20;

const seal = createSeal(CONFIG.sealKey, CONFIG.sealKeyId);
const contents = new Map<string, string>();
/** Made once, by contents that are at hand: reading customs' codes takes longer than a whole run, and how contents come is not what is asked here. */
const editions = new IntakeEditions({ read: async (hash) => contents.get(hash) as string }, CONFIG, undefined);
const { tables } = readRuleSource('');
/** In the second the word of the goods is worth another score. */
const [FIRST, SECOND] = [1, 0.4].map((score) => {
  const publication = publicationOf({ files: {}, tables: { ...tables, 'words.csv': (tables['words.csv'] as string).replace('象牙,1,', `象牙,${score},`) } }, undefined, '1', 'test', 0);
  if (!publication) throw new Error('nothing to publish');
  for (const { hash, content } of publication.artifacts) contents.set(hash, content);
  return publication.hash;
}) as [string, string];

export class IntakePlant {
  readonly world: World;
  readonly broker: ModelBroker;
  readonly #group: ModelGroup;
  #left: number;

  constructor(seed: number) {
    this.world = new World(seed);
    const { random } = this.world;
    this.broker = new ModelBroker({ partitions: () => PARTITIONS, now: () => this.#now, onFenced: () => this.world.count('fenced'), gap: () => (this.world.strikes('gap') ? random.between(1, 3) : 0) });
    this.#group = new ModelGroup(TOPIC, PARTITIONS, this.world);
    this.#left = random.between(5, 15);
  }

  get #now(): number {
    return T0 + this.world.now * STEP_MS;
  }

  async run(): Promise<void> {
    const { world, broker } = this;
    const { random } = world;
    broker.notes.set(RULE_SET, FIRST);
    world.weather = { crash: random.pick([0, 0.003, 0.02]), pause: random.pick([0, 0.003, 0.02]), lost: random.pick([0, 0.01, 0.05]), twice: random.pick([0, 0.05]), gap: random.pick([0, 0.2]) };
    const flushEveryMs = random.pick([0, 30, 300]);
    const maxBatch = random.pick([1, 3, 20]);
    for (let m = 0; m < 2; m++) world.live(`intake-${m}`, (process) => this.#member(process, flushEveryMs, maxBatch));
    world.live('sender', (process) => this.#send(process));
    world.later(undefined, 'other tables are put in force', random.between(0, 600), () => void broker.notes.set(RULE_SET, SECOND));
    await world.until(() => this.#left === 0, MOST_STEPS);
    world.weather = FAIR;
    const done = world.now + 400;
    await world.until(() => world.now > done && this.#read(), MOST_STEPS);
  }

  /** Documents with free texts, which are sealed anew each time; some refused. */
  async #send(process: Process): Promise<void> {
    const { random } = this.world;
    while (this.#left > 0) {
      const n = random.between(1, 4);
      const made = random.pick([order({ orderNo: `NO-${n}`, guid: `G-${this.#left}`, note: '附言', items: [{ ...(order().items as object[])[0], itemName: '象牙' }] }), payment({ orderNo: `NO-${n}`, guid: `P-${this.#left}` }), waybill({ guid: `W-${this.#left}` }), payment({ amountPaid: -1 })]);
      const body = toOriginal({ bytes: JSON.stringify([made]), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '' }, seal, this.#now);
      const left = this.#left;
      try {
        await new ModelLog(this.broker, process).append(TOPIC, n % PARTITIONS, [{ type: 'original', key: `${n}`, eventTime: this.#now, arrival: this.#now, source: { topic: 'sender', partition: 0, offset: left, index: 0 }, body }]);
        this.#left--;
      } catch {
        // unknown: again
      }
      await process.sleep(random.between(0, 60));
    }
  }

  async #member(process: Process, flushEveryMs: number, maxBatch: number): Promise<void> {
    const log = new ModelLog(this.broker, process);
    const clock = () => this.world.now;
    const skew = this.world.random.between(-400, 400);
    const host = new StageHost({
      name: INTAKE, input: TOPIC,
      open: (partition, begin) => new IntakePartition(TOPIC, partition, { log, editions, seal, now: () => this.#now + skew, clock, flushEveryMs, begin }),
    }, log, new ModelMembership(() => this.#group, process), { clock, sleep: (ms) => process.sleep(ms), maxBatch, idleMs: 20, againMs: { first: 20, most: 200 }, fencedMs: 100, onTrouble: (error) => this.world.tell(process, error.message) });
    await host.start();
  }

  #read(): boolean {
    return Array.from({ length: PARTITIONS }, (_, p) => p).every((p) => (this.broker.part(TOPIC, p).records.at(-1)?.offset ?? -1) < this.broker.held(INTAKE, TOPIC, p).position);
  }

  /** Somebody stood still: what he goes on with is not fenced before his next flush, and may be read by tables of before. Where it comes first, it stands. */
  get zombies(): boolean {
    return this.world.strikesBy.has('pause');
  }

  /** As readers with a repeat filter see them; what is sealed is sealed anew by each replay. */
  async problems(): Promise<string[]> {
    const repeats: string[] = [];
    const problems: string[] = [];
    const taken = new Map(['journal.v1', 'dead-letters.v1'].flatMap((topic) => Array.from({ length: PARTITIONS }, (_, p): [string, LogRecord[]] => [`${topic}/${p}`, once(this.broker.part(topic, p).records, repeats)])));
    for (let p = 0; p < PARTITIONS; p++) {
      await this.#journalled(p, taken, problems);
      for (let to = 0; to < PARTITIONS; to++) watermark(p, to, taken.get(`journal.v1/${to}`) ?? [], problems);
    }
    return this.zombies ? problems : [...repeats, ...problems];
  }

  /** Each original gave what intake makes of it by the tables of one edition, and once the second held, it held for all that followed. */
  async #journalled(p: number, taken: ReadonlyMap<string, readonly LogRecord[]>, problems: string[]): Promise<void> {
    const [first, second] = [await editions.of(FIRST), await editions.of(SECOND)];
    const given = new Map([...taken.values()].flat().filter(({ source }) => source.topic === TOPIC && source.partition === p).map((record) => [sourceText(record), content(record)]));
    let [expected, switched] = [0, false];
    for (const record of this.broker.part(TOPIC, p).records) {
      const by = [first, second].map((intake) => journalled(toBatch(intake.take(toSubmission(record, seal), record.appendedAt)), record.appendedAt, PARTITIONS, { topic: TOPIC, partition: p, offset: record.offset, index: 0 }));
      const fits = by.map((outputs) => outputs.every((output) => given.get(sourceText(output)) === content(output)));
      expected += by[0]?.length ?? 0;
      if (!fits[0] && !fits[1]) problems.push(`${TOPIC}/${p}:${record.offset} is not journalled as any edition reads it`);
      if (switched && !fits[1] && !this.zombies) problems.push(`${TOPIC}/${p}:${record.offset} is read by the first tables, behind one that was read by the second`);
      switched ||= !fits[0];
    }
    if (given.size !== expected) problems.push(`${TOPIC}/${p} gave ${given.size} records, expected ${expected}`);
  }
}

/** Through its bytes, as whoever reads it gets it. */
const content = ({ type, key, body }: Pick<LogRecord, 'type' | 'key' | 'body'>): string => JSON.stringify([type, key, decode(encode(type, body))], (name, value: unknown) => (name === 'sealed' ? null : value));

function once(records: readonly LogRecord[], problems: string[]): LogRecord[] {
  const first = new Map<string, LogRecord>();
  for (const record of records) {
    const known = first.get(sourceText(record));
    if (!known) first.set(sourceText(record), record);
    // How far behind a tick was, each replay tells anew.
    else if (record.type !== 'observation' && content(known) !== content(record)) problems.push(`${record.topic}/${record.partition}:${record.offset} repeats ${sourceText(record)} with other content`);
  }
  return [...first.values()];
}

/** What came to this intake partition before a tick's time stands before the tick; and ticks go on. */
function watermark(p: number, to: number, journal: readonly LogRecord[], problems: string[]): void {
  let time = 0;
  let mark = 0;
  for (const record of journal) {
    const { source } = record;
    if (source.partition !== p) continue;
    if (source.topic === TICKS && record.type === 'tick') {
      if (source.offset <= mark) continue; // a repeat filter passes over it
      mark = source.offset;
      time = (record.body as Tick).time;
    } else if (source.topic === TOPIC && record.arrival < time) problems.push(`journal.v1/${to}:${record.offset} arrived at ${record.arrival}, behind the tick of ${time} of ${TOPIC}/${p}`);
  }
  if (time === 0) problems.push(`${TOPIC}/${p} never ticked to journal.v1/${to}`);
}
