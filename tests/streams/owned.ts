/** A log that several owners share in one process: each has a view of its own whose claims fence those of the others, as on Kafka, and whose calls can be made to fail. */
import { LogError } from '../../streams/errors.ts';
import type { Commit, Log } from '../../streams/log.ts';
import type { Member, Membership, Owner } from '../../streams/membership.ts';

export type Fault = 'none' | 'before' | 'after';

/** The embedded log keeps a group's state by partition alone: there a group reads one topic. */
const named = (group: string, topic: string): string => (topic.startsWith('intake.') ? `${group} ${topic}` : group);

export class SharedLog {
  readonly log: Log;
  readonly #claims = new Map<string, number>();
  #owners = 0;

  constructor(log: Log) {
    this.log = log;
  }

  /** `fault`: asked at each call that can fail, by its name; `after` = it was done, and says that it failed. State in flushes alone: no `rest`. */
  owner(fault: (call: string) => Fault = () => 'none'): Log {
    const { log } = this;
    const me = ++this.#owners;
    const at = ({ group, topic, partition }: Pick<Commit, 'group' | 'topic' | 'partition'>) => `${group} ${topic}/${partition}`;
    const failing = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
      const wrong = fault(call);
      if (wrong === 'before') throw new Error(`${call} failed`);
      const result = await work();
      if (wrong === 'after') throw new Error(`${call} answered late`);
      return result;
    };
    const view: Partial<Log> = {
      incarnation: log.incarnation, flushesBeside: true, // as Kafka does
      ensureTopics: () => log.ensureTopics(), partitions: (topic) => log.partitions(topic), note: (name) => log.note(name), setNote: (name, value) => log.setNote(name, value), close: async () => undefined,
      together: (work) => work(), append: (...args) => log.append(...args), bounds: (...args) => log.bounds(...args),
      read: (...args) => failing('read', () => log.read(...args)),
      claim: (group, topic, partition) => failing('claim', async () => { this.#claims.set(at({ group, topic, partition }), me); }),
      position: (group, topic, partition) => failing('position', () => log.position(named(group, topic), topic, partition)),
      restore: (group, topic, partition) => log.restore(named(group, topic), topic, partition),
      commit: (commit) => failing('commit', async () => {
        const { state, ...given } = commit;
        const outputs = { ...given, group: named(given.group, given.topic) };
        // Outputs to other than published topics come through whoever sends them; state and position do not.
        await log.commit(outputs);
        if (!state) return;
        if (this.#claims.get(at(commit)) !== me) throw new LogError('FENCED', `${at(commit)} was claimed by another owner`);
        await log.commit({ ...outputs, outputs: [], state });
      }),
    };
    return view as Log;
  }
}

/** Says who owns what as the test tells it. */
export class ToldMembership implements Membership {
  owner: Owner | undefined;
  readonly #partitions: readonly number[];
  constructor(partitions: readonly number[]) {
    this.#partitions = partitions;
  }
  async join(_group: string, _topic: string, owner: Owner): Promise<Member> {
    this.owner = owner;
    owner.gained(this.#partitions);
    return { leave: () => owner.lost([0, 1, 2, 3]) };
  }
}
