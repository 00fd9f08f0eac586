/**
 * Membership by Kafka's group protocol, over kafkajs' requests: its own consumer stops all partitions at each change, gives no time to finish, and fetches.
 * A change costs only what moves: each member says what it holds, the leader of the group shares out (sticky.ts), who loses a partition finishes it while it works on with the rest, then says so by joining again,
 * and only then it is given away. A member that the group has thrown out (it stood still for too long) has lost all.
 */
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import { LogError } from '../errors.ts';
import type { Member, Membership, Owner } from '../membership.ts';
import { Connection, mayPass, type Refused } from './connection.ts';
import type { MemberIds } from './member-ids.ts';
import type { KafkaSettings } from './settings.ts';
import { give, type Candidate } from './sticky.ts';

export interface MembershipOptions {
  /** How many partitions a topic has. */
  partitions: (topic: string) => number;
  /** Without a sign of life for so long, the group goes on without a member. */
  sessionMs?: number;
  beatMs?: number;
  /** How long `lost` may take before a partition is given away all the same. */
  drainMs?: number;
  /** Where this process notes its names. Omitted: what it was before it was killed is waited for until that one's session is over. */
  ids?: Pick<MemberIds, 'last' | 'note'> | undefined;
}

type Options = Required<Omit<MembershipOptions, 'ids'>> & Pick<MembershipOptions, 'ids'>;

const PROTOCOL = 'fenghuo-sticky';
/** Others wait at most so long for a member to join again, which it does at once. */
const REBALANCE_MS = 10_000;
const THROWN_OUT = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

/** The consumer group of a stage, as Kafka's tools show it. */
export const groupId = (prefix: string, group: string, topic: string): string => `${prefix}${group}.${topic}`;

export class KafkaMembership implements Membership {
  readonly #connection: Connection;
  readonly #options: Options;

  constructor(settings: KafkaSettings, options: MembershipOptions) {
    this.#connection = new Connection(settings);
    this.#options = { sessionMs: 10_000, beatMs: 1_000, drainMs: 30_000, ...options };
  }

  async join(group: string, topic: string, owner: Owner): Promise<Member> {
    const { prefix } = this.#connection.settings;
    const member = new KafkaMember(await this.#connection.cluster(), { groupId: groupId(prefix, group, topic), topic: prefix + topic, partitions: this.#options.partitions(topic) }, owner, this.#options);
    await member.start();
    return member;
  }
}

interface Joined { groupId: string; topic: string; partitions: number }

class KafkaMember implements Member {
  readonly #cluster: Cluster;
  readonly #joined: Joined;
  readonly #owner: Owner;
  readonly #options: Options;
  readonly #held = new Set<number>();
  readonly #draining = new Set<number>();
  #memberId = '';
  #generation = -1;
  #heardAt = Date.now();
  #again = false;
  #closed = false;
  #wake: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, joined: Joined, owner: Owner, options: Options) {
    this.#cluster = cluster;
    this.#joined = joined;
    this.#owner = owner;
    this.#options = options;
  }

  /** The first time is not retried for ever: where the group refuses us, the caller hears why. */
  async start(): Promise<void> {
    await this.#leaveFormer();
    for (const end = Date.now() + REBALANCE_MS * 2; ;) {
      try {
        await this.#join();
        break;
      } catch (error) {
        const { type = '' } = error as Refused;
        // Another one joined meanwhile: the group says so by these, too.
        const moved = type === 'REBALANCE_IN_PROGRESS' || THROWN_OUT.has(type);
        if (!(mayPass(error) || moved) || Date.now() > end) {
          await this.#cluster.disconnect().catch(() => {});
          throw new LogError('FAILED', `group ${this.#joined.groupId} could not be joined: ${(error as Error).message}`, error);
        }
        await this.#recover(error);
      }
    }
    this.#loop = this.#run();
  }

  async #leaveFormer(): Promise<void> {
    const { groupId } = this.#joined;
    const memberId = this.#options.ids?.last(groupId);
    // Mostly the group knows it no more.
    if (memberId !== undefined) await this.#coordinator().then((coordinator) => coordinator.leaveGroup({ groupId, memberId })).catch(() => {});
  }

  async leave(): Promise<void> {
    await this.#lose([...this.#held]); // Heartbeats go on meanwhile.
    this.#closed = true;
    this.#wake?.();
    await this.#loop;
    try {
      await (await this.#coordinator()).leaveGroup({ groupId: this.#joined.groupId, memberId: this.#memberId });
    } catch {
      // The group notices it by itself, later.
    }
    await this.#cluster.disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#again) await this.#join();
        await this.#pause(this.#options.beatMs);
        if (!this.#again && !this.#closed) await this.#beat();
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  async #beat(): Promise<void> {
    await (await this.#coordinator()).heartbeat({ groupId: this.#joined.groupId, groupGenerationId: this.#generation, memberId: this.#memberId });
    this.#heardAt = Date.now();
  }

  async #join(): Promise<void> {
    this.#again = false;
    const { groupId, topic } = this.#joined;
    const { sessionMs } = this.#options;
    const coordinator = await this.#coordinator();
    const userData = Buffer.from(JSON.stringify({ owned: [...this.#held], leaving: [...this.#draining] }));
    const metadata = MemberMetadata.encode({ version: 1, topics: [topic], userData });
    const group = await coordinator.joinGroup({ groupId, sessionTimeout: sessionMs, rebalanceTimeout: REBALANCE_MS, memberId: this.#memberId, groupProtocols: [{ name: PROTOCOL, metadata }] });
    if (group.memberId !== this.#memberId) this.#options.ids?.note(groupId, group.memberId);
    this.#memberId = group.memberId;
    this.#generation = group.generationId;
    const groupAssignment = group.leaderId === group.memberId ? this.#assign(group.members) : [];
    const { memberAssignment } = await coordinator.syncGroup({ groupId, generationId: group.generationId, memberId: group.memberId, groupAssignment });
    this.#heardAt = Date.now();
    this.#take(MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? []);
  }

  #assign(members: readonly { memberId: string; memberMetadata: Buffer }[]): { memberId: string; memberAssignment: Buffer }[] {
    const candidates = members.map(({ memberId, memberMetadata }): Candidate => ({ id: memberId, ...JSON.parse(MemberMetadata.decode(memberMetadata).userData.toString()) as Omit<Candidate, 'id'> }));
    return [...give(candidates, this.#joined.partitions)].map(([memberId, partitions]) => ({ memberId, memberAssignment: MemberAssignment.encode({ version: 1, assignment: { [this.#joined.topic]: partitions } }) }));
  }

  #take(given: readonly number[]): void {
    const lost = [...this.#held].filter((partition) => !given.includes(partition));
    const gained = given.filter((partition) => !this.#held.has(partition));
    if (lost.length > 0) void this.#lose(lost).then(() => this.#joinAgain());
    for (const partition of gained) this.#held.add(partition);
    if (gained.length > 0) this.#owner.gained(gained);
  }

  async #lose(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) {
      this.#held.delete(partition);
      this.#draining.add(partition);
    }
    if (partitions.length > 0) await Promise.race([this.#owner.lost(partitions), new Promise((resolve) => setTimeout(resolve, this.#options.drainMs).unref())]);
    for (const partition of partitions) this.#draining.delete(partition);
  }

  #joinAgain(): void {
    this.#again = true;
    this.#wake?.();
  }

  /** What the group has to say comes as errors. */
  async #recover(error: unknown): Promise<void> {
    const { type = '' } = error as Refused;
    this.#again = true;
    if (type === 'REBALANCE_IN_PROGRESS') return;
    const silent = Date.now() - this.#heardAt > this.#options.sessionMs;
    if (THROWN_OUT.has(type) || silent) {
      if (type !== 'ILLEGAL_GENERATION') this.#memberId = '';
      await this.#lose([...this.#held]);
      return;
    }
    await this.#pause(this.#options.beatMs);
    if (!this.#cluster.isConnected()) await this.#cluster.connect().catch(() => {});
    else await this.#cluster.refreshMetadata().catch(() => {});
  }

  async #coordinator(): Promise<Broker> {
    const broker = await this.#cluster.findGroupCoordinator({ groupId: this.#joined.groupId });
    if (!broker.isConnected()) await broker.connect();
    return broker;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }
}
