/** The system as it runs scaled out, in a world of its own: senders, processes of each stage, their broker and groups. */
import { assessment } from '../../processors/assessment/stage.ts';
import { SUNK_TOPICS } from '../../processors/sink/rows.ts';
import { createSink, type SinkOptions } from '../../processors/sink/sink.ts';
import type { TableStore } from '../../processors/sink/table-store.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import { StageHost, stageOf } from '../../streams/host.ts';
import type { Entry, Log, LogRecord } from '../../streams/log.ts';
import type { Stage } from '../../streams/stage.ts';
import { topic } from '../../streams/topics.ts';
import { ModelGroup, ModelMembership } from './model-group.ts';
import { type BrokerOptions, ModelBroker, ModelLog } from './model-log.ts';
import { ModelStore, ModelTables, type StoreOptions } from './model-store.ts';
import { compiled, EDITIONS } from './rules.ts';
import { T0 } from '../trade.ts';
import { DOOR, traffic, type Sent } from './traffic.ts';
import { AIMS, FAIR, Process, type Weather, World } from './world.ts';

/** Intake without its reading: what it would journal stands in its topic already. */
const door: Stage = {
  name: 'intake', input: DOOR, outputs: ['journal.v1'],
  open: ({ partitions, emit }) => ({
    apply({ type, key, eventTime, arrival, body }: LogRecord) {
      const output = { topic: 'journal.v1', type, key, eventTime, arrival, body };
      if (type !== 'tick' && type !== 'control') return emit(output);
      for (let partition = 0; partition < partitions('journal.v1'); partition++) emit({ ...output, partition });
    },
  }),
};
export const STAGES: readonly Stage[] = [door, screening(compiled), assessment(compiled), warning(compiled)];
export const PARTITIONS = 2;

/** How the pieces are joined: a mutation changes one of them. */
export interface Wiring {
  log(log: Log): Log;
  /** Of the stages alone, not of the sink. */
  stageLog(log: Log): Log;
  stage(stage: Stage): Stage;
  store(store: TableStore): TableStore;
  broker: Pick<BrokerOptions, 'fenced' | 'readsBack'>;
  tables: Pick<StoreOptions, 'partitionMs'>;
  /** What the log drops: what all readers have committed, or once what assessment has still to read. */
  retention: 'behind' | 'ahead';
  /** False: nobody crashes, nothing is lost, the store stands, and a stage has one member: no partition moves. */
  troubles: boolean;
}
export const AS_BUILT: Wiring = { log: (log) => log, stageLog: (log) => log, stage: (stage) => stage, store: (store) => store, broker: {}, tables: {}, retention: 'behind', troubles: true };

interface Pace { flushEveryMs: number; flushKeys: number; maxBatch: number; idleMs: number }

const MOST_STEPS = 30_000;
const LATE_MS = 3_000;
const REST_MS = 100;

export class Plant {
  readonly world: World;
  readonly broker: ModelBroker;
  readonly tables: ModelTables;
  readonly sent: readonly Sent[];
  /** Troubles that hosts told of. */
  readonly told = new Set<string>();
  readonly #groups = new Map<string, ModelGroup>();
  readonly #gatherKeys: number;
  readonly #wiring: Wiring;
  #delivered = 0;

  constructor(seed: number, wiring: Wiring = AS_BUILT) {
    const world = new World(seed);
    const { random } = world;
    this.world = world;
    this.#wiring = wiring;
    this.#gatherKeys = [1, 3, 512][seed % 3] as number;
    const clock = brokerClock(world);
    this.broker = new ModelBroker({ ...wiring.broker, partitions: (name) => Math.min(PARTITIONS, topic(name).partitions.embedded), now: clock, onFenced: (by) => { if (by instanceof Process && by.alive) world.count('fenced'); }, gap: () => (world.strikes('gap') ? random.between(1, 3) : 0) });
    this.tables = new ModelTables({ ...wiring.tables, ...(wiring.troubles && { reach: outages(world) }) });
    this.sent = traffic(random, PARTITIONS);
  }

  async run(): Promise<void> {
    const { world, broker } = this;
    const { random } = world;
    const entry = { eventTime: 0, arrival: 0, source: { topic: 'setup', partition: 0, offset: 0, index: 0 } };
    broker.append('artifacts.v1', 0, EDITIONS.map(({ hash, source }, index) => ({ ...entry, source: { ...entry.source, index }, type: 'artifact', key: hash, body: { name: 'rule-set', version: '1', hash, content: JSON.stringify(source), by: 'test' } })));
    // The journal begins with the rules, and with a first word of each intake: a stage's time is the least of those that it knows.
    for (let p = 0; p < PARTITIONS; p++) {
      const begin: Omit<Entry, 'source'>[] = [{ ...entry, type: 'control', key: 'rule-set', body: { name: 'rule-set', version: '1', hash: EDITIONS[0]?.hash, by: 'test' } }];
      for (let of = 0; of < PARTITIONS; of++) begin.push({ ...entry, type: 'tick', key: 'tick', body: { intake: `door/${of}`, time: 1 } });
      broker.append('journal.v1', p, begin.map((one, index) => ({ ...one, source: { ...entry.source, index } })));
    }
    const flushEveryMs = random.pick([0, 20, 200, 1000]);
    const flushKeys = random.pick([1, 20, 1000]);
    const maxBatch = random.pick([1, 3, 20]);
    const idleMs = random.pick([20, 100]);
    const members = this.#wiring.troubles ? random.between(1, 2) : 1;
    if (this.#wiring.troubles) {
      world.weather = weatherOf(random);
      world.aim = random.chance(0.5) ? random.between(0, AIMS - 1) : -1;
    }
    for (const stage of STAGES) for (let m = 0; m < members; m++) world.live(`${stage.name}-${m}`, (process) => this.#member(process, this.#wiring.stage(stage), { flushEveryMs, flushKeys, maxBatch, idleMs }));
    const rows = { flushMs: random.pick([0, 30, 300]), batchRows: random.pick([1, 20, 1000]), readRecords: random.pick([2, 50]) };
    for (let m = 0; m < members; m++) world.live(`sink-${m}`, (process) => this.#sink(process, rows));
    const stirred = random.pick([0, 0, 300, 1500]);
    if (stirred > 0 && this.#wiring.troubles) this.#stir(stirred);
    if (random.chance(0.3)) this.#retain(new Map());
    if (this.#wiring.retention === 'ahead') this.#cutAhead();
    world.live('sender', (process) => this.#send(process));
    await world.until(() => this.#delivered === this.sent.length, MOST_STEPS);
    // What is still on its way, deadlines above all, meets trouble as well.
    const calm = world.now + random.between(0, LATE_MS);
    await world.until(() => world.now >= calm || this.#drained(), MOST_STEPS);
    world.weather = FAIR;
    await world.until(() => this.#drained(), MOST_STEPS);
    // Whatever comes behind the last position, too.
    const rest = world.now + REST_MS;
    await world.until(() => world.now >= rest && this.#drained(), MOST_STEPS);
  }

  /** Groups share anew, for no reason that a member could see. */
  #stir(everyMs: number): void {
    const { world } = this;
    world.later(undefined, 'groups share anew', world.random.between(1, 2 * everyMs), () => {
      if (world.weather === FAIR) return;
      world.count('stir');
      for (const group of this.#groups.values()) if (world.random.chance(0.5)) group.stir();
      this.#stir(everyMs);
    });
  }

  /** Drops what every reader had committed a while ago. */
  #retain(committed: ReadonlyMap<string, number>): void {
    const { world, broker } = this;
    const now = new Map<string, number>();
    for (const { topic, partition } of broker.parts()) {
      const readers = [...STAGES.filter(({ input }) => input === topic).map(({ name }) => broker.held(name, topic, partition).position), ...(SUNK_TOPICS.includes(topic) ? [this.tables.hints.get(`${topic}/${partition}`)?.position ?? 0] : [])];
      if (readers.length > 0) now.set(`${topic}/${partition}`, Math.min(...readers));
    }
    world.later(undefined, 'retention', 500, () => {
      for (const { topic, partition } of broker.parts()) if (broker.truncate(topic, partition, committed.get(`${topic}/${partition}`) ?? 0)) world.count('retention');
      this.#retain(now);
    });
  }

  /** Once: what assessment has read and committed stays, what lies before it goes with two records more. */
  #cutAhead(): void {
    const { world, broker } = this;
    world.later(undefined, 'retention looks', 5, () => {
      const { records } = broker.part('signals.v1', 0);
      const { position } = broker.held('assessment', 'signals.v1', 0);
      const left = records.filter(({ offset }) => offset >= position);
      if (position === 0 || left.length < 4) return this.#cutAhead();
      broker.truncate('signals.v1', 0, left[2]?.offset ?? 0);
      world.count('cut ahead');
    });
  }

  /** Sends one after the other, each again until it is acknowledged. It outlives its crashes by what it has noted: what was not acknowledged is sent again. */
  async #send(process: Process): Promise<void> {
    while (this.#delivered < this.sent.length) {
      const { partition, entries } = this.sent[this.#delivered] as Sent;
      try {
        await new ModelLog(this.broker, process).append(DOOR, partition, entries.map((entry, index) => ({ ...entry, source: { topic: 'sender', partition, offset: this.#delivered, index } })));
        this.#delivered++;
      } catch {
        // unknown: again
      }
      if (this.world.random.chance(0.3)) await process.sleep(this.world.random.between(0, 100));
    }
  }

  async #member(process: Process, stage: Stage, { flushEveryMs, flushKeys, maxBatch, idleMs }: Pace): Promise<void> {
    const log = this.#wiring.stageLog(this.#wiring.log(new ModelLog(this.broker, process)));
    const membership = new ModelMembership((group, topic) => this.#group(group, topic), process);
    const { now: clock, sleep } = process.clock;
    const host = new StageHost(stageOf(stage, log, new Artifacts(log), { flushEveryMs, flushKeys, gatherKeys: this.#gatherKeys, clock }), log, membership, {
      clock, sleep, maxBatch, idleMs, againMs: { first: 20, most: 200 }, fencedMs: 200, onTrouble: (error) => this.#trouble(process, error),
    });
    await host.start();
  }

  #trouble(process: Process, error: Error): void {
    this.world.tell(process, error.message);
    this.told.add(error.message);
  }

  async #sink(process: Process, rows: Pick<SinkOptions, 'flushMs' | 'batchRows' | 'readRecords'>): Promise<void> {
    const log = this.#wiring.log(new ModelLog(this.broker, process));
    const store = this.#wiring.store(new ModelStore(this.tables, process));
    const membership = new ModelMembership((group, topic) => this.#group(group, topic), process);
    const sink = createSink({ log, store, membership, ...rows, idleHintMs: 100, clock: process.clock, report: (_, message) => this.world.tell(process, message) });
    await sink.start();
    await sink.stopped;
  }

  #group(group: string, topic: string): ModelGroup {
    let known = this.#groups.get(group);
    if (!known) this.#groups.set(group, (known = new ModelGroup(topic, this.broker.partitions(topic), this.world)));
    return known;
  }

  #drained(): boolean {
    const reached = (topic: string, position: (partition: number) => number): boolean => {
      for (let p = 0; p < this.broker.partitions(topic); p++) if ((this.broker.part(topic, p).records.at(-1)?.offset ?? -1) >= position(p)) return false;
      return true;
    };
    return STAGES.every(({ name, input }) => reached(input, (p) => this.broker.held(name, input, p).position))
      && SUNK_TOPICS.every((topic) => reached(topic, (p) => this.tables.hints.get(`${topic}/${p}`)?.position ?? 0));
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The broker's: a second a step, begun a while before midnight; in some runs it leaps an hour back or on, or a day. */
function brokerClock(world: World): () => number {
  const { random } = world;
  const began = Math.ceil(T0 / (24 * HOUR)) * 24 * HOUR - random.between(1, 60) * MINUTE;
  const leaps = random.chance(0.5) ? random.between(1, 3) : 0;
  const at = Array.from({ length: leaps }, () => ({ step: random.between(0, 2000), by: random.pick([HOUR, -HOUR, 24 * HOUR]) }));
  return () => began + world.now * 1000 + at.reduce((sum, { step, by }) => sum + (world.now >= step ? by : 0), 0);
}

/** In some runs the store is out of reach for long. */
function outages(world: World): () => void {
  const { random } = world;
  const from = random.chance(0.2) ? random.between(0, 1000) : Number.POSITIVE_INFINITY;
  const to = from + random.between(100, 3000);
  return () => {
    if (world.now < from || world.now >= to) return;
    world.count('outage');
    throw new Error('the store does not answer');
  };
}

/** Some runs know one kind of trouble only, so that it shows what it can do. */
function weatherOf(random: { pick<T>(items: readonly T[]): T }): Weather {
  return { crash: random.pick([0, 0.002, 0.01]), pause: random.pick([0, 0.002, 0.01]), lost: random.pick([0, 0.01, 0.05]), twice: random.pick([0, 0.05]), gap: random.pick([0, 0.2]), stale: random.pick([0, 0.2]) };
}
