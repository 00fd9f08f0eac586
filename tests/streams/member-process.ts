/** A member of a group in a process of its own, which can be killed; `folder`: where it notes its names. Started with (settings, options, group, topic) as JSON; tells what its owner hears, leaves when it is told to. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { MemberIds } from '../../streams/kafka/member-ids.ts';
import { KafkaMembership, type MembershipOptions } from '../../streams/kafka/membership.ts';
import type { KafkaSettings } from '../../streams/kafka/settings.ts';
import type { Member, Membership, Owner } from '../../streams/membership.ts';

type Told = { gained: number[] } | { lost: number[] } | 'joined' | 'left';
interface Start { settings: KafkaSettings; partitions: number; options: Pick<MembershipOptions, 'sessionMs' | 'beatMs'>; folder?: string; group: string; topic: string }

export class MemberProcess implements Membership {
  readonly #start: Omit<Start, 'group' | 'topic'>;
  readonly #children: ChildProcess[] = [];

  constructor(start: Omit<Start, 'group' | 'topic'>) {
    this.#start = start;
  }

  async join(group: string, topic: string, owner: Owner): Promise<Member> {
    const child = fork(import.meta.filename, [JSON.stringify({ ...this.#start, group, topic })], { execArgv: [] });
    this.#children.push(child);
    const joined = new Promise<void>((resolve) => child.on('message', (told: Told) => {
      if (told === 'joined') resolve();
      else if (typeof told === 'object' && 'gained' in told) owner.gained(told.gained);
      else if (typeof told === 'object' && 'lost' in told) void owner.lost(told.lost).then(() => child.connected && child.send('done'));
    }));
    await joined;
    return { leave: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.send('leave');
      await once(child, 'exit');
    } };
  }

  async kill(): Promise<void> {
    await Promise.all(this.#children.map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }));
  }
}

if (process.argv[1] === import.meta.filename) {
  const { settings, partitions, options, folder, group, topic } = JSON.parse(process.argv[2] as string) as Start;
  const tell = (told: Told): void => void process.send?.(told);
  let done = (): void => {};
  const member = new KafkaMembership(settings, { partitions: () => partitions, ...options, ids: folder === undefined ? undefined : MemberIds.open(folder, 'test') }).join(group, topic, {
    gained: (gained) => tell({ gained: [...gained] }),
    lost: (lost) => new Promise((resolve) => {
      done = resolve;
      tell({ lost: [...lost] });
    }),
  });
  process.on('message', (word) => {
    if (word === 'done') done();
    else void member.then((joined) => joined.leave()).then(() => process.exit(0));
  });
  process.on('disconnect', () => process.exit(0));
  await member;
  tell('joined');
}
