/** The system as it runs scaled out, in a world of its own: senders, processes of each stage, their broker and groups. */
import { assessment } from '../../processors/assessment/stage.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import type { Log, LogRecord } from '../../streams/log.ts';
import type { Membership } from '../../streams/membership.ts';
import { PartitionRunner } from '../../streams/runner.ts';
import type { Stage } from '../../streams/stage.ts';
import { ModelGroup, ModelMembership } from './model-group.ts';
import { ModelBroker, ModelLog } from './model-log.ts';
import { compiled, EDITIONS } from './rules.ts';
import { DOOR, traffic, type Sent } from './traffic.ts';
import { FAIR, type Process, type Weather, World } from './world.ts';

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

/** What a mutation changes: one piece of the wiring at a time. */
export interface Wiring {
  log(log: Log): Log;
  stage(stage: Stage): Stage;
}
export const AS_BUILT: Wiring = { log: (log) => log, stage: (stage) => stage };

const MOST_STEPS = 60_000;

export class Plant {
  readonly world: World;
  readonly broker: ModelBroker;
  readonly sent: readonly Sent[];
  readonly #groups = new Map<string, ModelGroup>();
  readonly #wiring: Wiring;
  #delivered = 0;

  constructor(seed: number, wiring: Wiring = AS_BUILT) {
    const world = new World(seed);
    const { random } = world;
    this.world = world;
    this.#wiring = wiring;
    this.broker = new ModelBroker({ partitions: (topic) => (topic.startsWith('artifacts') ? 1 : PARTITIONS), now: () => world.now, gap: () => (world.strikes('gap') ? random.between(1, 3) : 0) });
    this.sent = traffic(random, PARTITIONS);
  }

  async run(): Promise<void> {
    const { world, broker } = this;
    const { random } = world;
    const entry = { eventTime: 0, arrival: 0, source: { topic: 'setup', partition: 0, offset: 0, index: 0 } };
    broker.append('artifacts.v1', 0, EDITIONS.map(({ hash, source }) => ({ ...entry, type: 'artifact', key: hash, body: { name: 'rule-set', version: '1', hash, content: JSON.stringify(source), by: 'test' } })));
    for (let p = 0; p < PARTITIONS; p++) broker.append('journal.v1', p, [{ ...entry, type: 'control', key: 'rule-set', body: { name: 'rule-set', version: '1', hash: EDITIONS[0]?.hash, by: 'test' } }]);
    const flushEveryMs = random.pick([0, 20, 200, 1000]);
    const flushKeys = random.pick([1, 20, 1000]);
    const maxBatch = random.pick([1, 3, 20]);
    const members = random.between(1, 2);
    world.weather = weatherOf(random);
    for (const stage of STAGES) for (let m = 0; m < members; m++) world.live(`${stage.name}-${m}`, (process) => this.#member(process, this.#wiring.stage(stage), { flushEveryMs, flushKeys, maxBatch }));
    world.live('sender', (process) => this.#send(process));
    await world.until(() => this.#delivered === this.sent.length, MOST_STEPS);
    world.weather = FAIR;
    await world.until(() => this.#drained(), MOST_STEPS);
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

  async #member(process: Process, stage: Stage, options: { flushEveryMs: number; flushKeys: number; maxBatch: number }): Promise<void> {
    const log = this.#wiring.log(new ModelLog(this.broker, process));
    const membership: Membership = new ModelMembership((group, topic) => this.#group(group, topic), process);
    const { clock, sleep } = { clock: () => this.world.now, sleep: (ms: number) => process.sleep(ms) };
    await host(stage, log, membership, { ...options, clock, sleep });
  }

  #group(group: string, topic: string): ModelGroup {
    let known = this.#groups.get(group);
    if (!known) this.#groups.set(group, (known = new ModelGroup(topic, this.broker.partitions(topic), this.world)));
    return known;
  }

  #drained(): boolean {
    return STAGES.every(({ name, input }) => {
      for (let p = 0; p < PARTITIONS; p++) {
        const { records } = this.broker.part(input, p);
        if ((records.at(-1)?.offset ?? -1) >= this.broker.held(name, input, p).position) return false;
      }
      return true;
    });
  }
}

/** Some runs know one kind of trouble only, so that it shows what it can do. */
function weatherOf(random: { pick<T>(items: readonly T[]): T }): Weather {
  return { crash: random.pick([0, 0.002, 0.01]), pause: random.pick([0, 0.002, 0.01]), lost: random.pick([0, 0.01, 0.05]), twice: random.pick([0, 0.05]), gap: random.pick([0, 0.2]) };
}

interface HostOptions { flushEveryMs: number; flushKeys: number; maxBatch: number; clock: () => number; sleep: (ms: number) => Promise<void> }

/** To be replaced by the stages' own host. */
async function host(stage: Stage, log: Log, membership: Membership, options: HostOptions): Promise<void> {
  const slots = new Map<number, { ending: boolean; done: Promise<void> }>();
  const run = async (partition: number, slot: { ending: boolean }): Promise<void> => {
    while (!slot.ending) {
      try {
        const runner = new PartitionRunner(stage, partition, log, new Artifacts(log), options);
        await runner.start();
        while (!slot.ending) if ((await runner.advance(options.maxBatch)) === 0) await options.sleep(10);
        await runner.flush();
      } catch {
        await options.sleep(50);
      }
    }
  };
  await membership.join(stage.name, stage.input, {
    gained(partitions) {
      for (const partition of partitions) {
        const before = slots.get(partition);
        const slot = { ending: false, done: Promise.resolve() };
        slot.done = (before?.done ?? Promise.resolve()).then(() => run(partition, slot));
        slots.set(partition, slot);
      }
    },
    async lost(partitions) {
      await Promise.all(partitions.map((partition) => {
        const slot = slots.get(partition);
        if (slot) slot.ending = true;
        return slot?.done;
      }));
    },
  });
}
