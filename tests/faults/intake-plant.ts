/** Intake as it runs scaled out, alone in a world: senders, gateways' originals, the partitions of one intake topic, two editions of the tables that it reads. */
import { readRuleSource } from '../../cli/rule-source.ts';
import { publicationOf } from '../../language/edition.ts';
import { IntakeEditions } from '../../processors/intake/editions.ts';
import { toOriginal, toSubmission } from '../../processors/intake/original.ts';
import { INTAKE, IntakePartition, journalled } from '../../processors/intake/partition.ts';
import { createSeal } from '../../processors/intake/seal.ts';
import { toBatch } from '../../processors/intake/service.ts';
import { OPERATIONS } from '../../processors/operations.ts';
import { decode, encode } from '../../schemas/registry.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Control, Tick } from '../../schemas/risk/journal.ts';
import { StageHost } from '../../streams/host.ts';
import type { Entry, LogRecord, Output } from '../../streams/log.ts';
import { beijing, CONFIG, order, payment, T0, waybill } from '../trade.ts';
import { sourceText } from './fold.ts';
import { ModelGroup, ModelMembership } from './model-group.ts';
import { ModelBroker, ModelLog } from './model-log.ts';
import { FAIR, Process, World } from './world.ts';

export const TOPIC = 'intake.orders.v1';
const TICKS = `ticks.${TOPIC}`;
export const PARTITIONS = 2;
const MOST_STEPS = 30_000;
/** A step of the world by the clocks of broker and processes. */
const STEP_MS = 20;

export const seal = createSeal(CONFIG.sealKey, CONFIG.sealKeyId);
const contents = new Map<string, string>();
/** Made once, by contents that are at hand: reading customs' codes takes longer than a whole run, and how contents come is not what is asked here. */
export const editions = new IntakeEditions({ read: async (hash) => contents.get(hash) as string }, CONFIG, undefined);
const { tables } = readRuleSource('');
/** In the second the word of the goods is worth another score. */
export const [FIRST, SECOND] = [1, 0.4].map((score) => {
  const publication = publicationOf({ files: {}, tables: { ...tables, 'words.csv': (tables['words.csv'] as string).replace('象牙,1,', `象牙,${score},`) } }, undefined, '1', 'test', 0);
  if (!publication) throw new Error('nothing to publish');
  for (const { hash, content } of publication.artifacts) contents.set(hash, content);
  return publication.hash;
}) as [string, string];
/** What is put in force, one after the other. */
const EDITIONS = [FIRST, SECOND, FIRST];

/** As a command at `offset` of operations leaves it. */
export const controlOf = (hash: string, offset: number, at: number): Entry => ({ type: 'control', key: RULE_SET, eventTime: at, arrival: at, source: { topic: OPERATIONS, partition: 0, offset, index: 0 }, body: { name: RULE_SET, version: '1', hash, by: 'test' } });

export class IntakePlant {
  readonly world: World;
  readonly broker: ModelBroker;
  readonly #group: ModelGroup;
  #left: number;
  /** Editions that stand in all partitions. */
  #published = 0;

  constructor(seed: number) {
    this.world = new World(seed);
    const { random } = this.world;
    this.broker = new ModelBroker({ partitions: () => PARTITIONS, now: () => this.#now, onFenced: (by) => { if (by instanceof Process && by.alive) this.world.count('fenced'); }, gap: () => (this.world.strikes('gap') ? random.between(1, 3) : 0) });
    this.#group = new ModelGroup(TOPIC, PARTITIONS, this.world);
    this.#left = random.between(5, 15);
  }

  get #now(): number {
    return T0 + this.world.now * STEP_MS;
  }

  async run(): Promise<void> {
    const { world, broker } = this;
    const { random } = world;
    if (random.chance(0.5)) broker.notes.set(RULE_SET, FIRST); // as in a log that was migrated
    world.weather = { crash: random.pick([0, 0.003, 0.02]), pause: random.pick([0, 0.003, 0.02]), lost: random.pick([0, 0.01, 0.05]), twice: random.pick([0, 0.05]), gap: random.pick([0, 0.2]), stale: random.pick([0, 0.3]) };
    const flushEveryMs = random.pick([0, 30, 300]);
    const maxBatch = random.pick([1, 3, 20]);
    for (let m = 0; m < 2; m++) world.live(`intake-${m}`, (process) => this.#member(process, flushEveryMs, maxBatch));
    world.live('sender', (process) => this.#send(process));
    world.live('publisher', (process) => this.#publish(process));
    await world.until(() => this.#left === 0 && this.#published === EDITIONS.length, MOST_STEPS);
    world.weather = FAIR;
    const done = world.now + 400;
    await world.until(() => world.now > done && this.#read(), MOST_STEPS);
  }

  /** Documents with free texts, which are sealed anew each time; some refused. */
  async #send(process: Process): Promise<void> {
    const { random } = this.world;
    while (this.#left > 0) {
      const n = random.between(1, 4);
      const made = random.pick([order({ orderNo: `NO-${n}`, guid: `G-${this.#left}`, note: '附言', items: [{ ...(order().items as object[])[0], itemName: '象牙' }] }), payment({ orderNo: `NO-${n}`, guid: `P-${this.#left}` }), waybill({ guid: `W-${this.#left}` }), payment({ amountPaid: -1 }), payment({ payTime: beijing(this.#now + 6 * 60_000), guid: `F-${this.#left}` })]);
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

  /** As whoever owns operations does: what was not acknowledged is sent again, the note comes last. */
  async #publish(process: Process): Promise<void> {
    const log = new ModelLog(this.broker, process);
    const surely = async (call: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        try {
          return void (await call());
        } catch {
          // unknown: again
        }
      }
    };
    for (; this.#published < EDITIONS.length; this.#published++) {
      await process.sleep(this.world.random.between(0, 300));
      const hash = EDITIONS[this.#published] as string;
      for (let p = 0; p < PARTITIONS; p++) await surely(() => log.append(TOPIC, p, [controlOf(hash, this.#published, this.#now)]));
      await surely(() => log.setNote(RULE_SET, hash));
    }
  }

  async #member(process: Process, flushEveryMs: number, maxBatch: number): Promise<void> {
    const log = new ModelLog(this.broker, process);
    const { now: clock, sleep } = process.clock;
    const skew = this.world.random.between(-400, 400);
    const host = new StageHost({
      name: INTAKE, input: TOPIC,
      open: (partition, begin) => new IntakePartition(TOPIC, partition, { log, editions, seal, now: () => this.#now + skew, clock, flushEveryMs, begin }),
    }, log, new ModelMembership(() => this.#group, process), { clock, sleep, maxBatch, idleMs: 20, againMs: { first: 20, most: 200 }, fencedMs: 100, onTrouble: (error) => this.world.tell(process, error.message) });
    await host.start();
  }

  #read(): boolean {
    return Array.from({ length: PARTITIONS }, (_, p) => p).every((p) => (this.broker.part(TOPIC, p).records.at(-1)?.offset ?? -1) < this.broker.held(INTAKE, TOPIC, p).position);
  }

  /** As readers with a repeat filter see them; what is sealed is sealed anew by each replay. */
  async problems(): Promise<string[]> {
    const problems: string[] = [];
    const taken = new Map(['journal.v1', 'dead-letters.v1'].flatMap((topic) => Array.from({ length: PARTITIONS }, (_, p): [string, LogRecord[]] => [`${topic}/${p}`, once(this.broker.part(topic, p).records, problems)])));
    for (let p = 0; p < PARTITIONS; p++) {
      await this.#journalled(p, taken, problems);
      for (let to = 0; to < PARTITIONS; to++) watermark(p, to, taken.get(`journal.v1/${to}`) ?? [], problems);
    }
    return problems;
  }

  /** Each original gave what intake makes of it by the tables of the control record before it; those in front of the first one by the tables of one edition. */
  async #journalled(p: number, taken: ReadonlyMap<string, readonly LogRecord[]>, problems: string[]): Promise<void> {
    const given = new Map([...taken.values()].flat().filter(({ source }) => source.topic === TOPIC && source.partition === p).map((record) => [sourceText(record), content(record)]));
    let [expected, newest] = [0, -1];
    let fitting = [FIRST, SECOND];
    for (const record of this.broker.part(TOPIC, p).records) {
      if (record.type === 'control') {
        if (record.source.offset <= newest) continue;
        newest = record.source.offset;
        fitting = [(record.body as Control).hash];
        continue;
      }
      const by = new Map<string, Output[]>();
      for (const hash of fitting) by.set(hash, journalled(toBatch((await editions.of(hash)).take(toSubmission(record, seal), record.appendedAt)), record.appendedAt, PARTITIONS, { topic: TOPIC, partition: p, offset: record.offset, index: 0 }));
      expected += by.get(fitting[0] as string)?.length ?? 0;
      const fits = fitting.filter((hash) => by.get(hash)?.every((output) => given.get(sourceText(output)) === content(output)));
      if (fits.length > 0) fitting = fits;
      else problems.push(`${TOPIC}/${p}:${record.offset} is not journalled as the tables in force read it`);
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
