/**
 * The log on Kafka. Appends and outputs go through one idempotent sender, flushes and published outputs through the claimed producer of their partition (claim.ts), reads through the fetcher.
 * Of each record the broker's append time counts; where a leader's clock was behind, the reader holds it at what it has seen, so that it never goes back.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { RELEASES } from '../../schemas/registry.ts';
import { Room, ROOM_BYTES } from '../disk/room.ts';
import { LogError } from '../errors.ts';
import { partitionOf, type Commit, type Entry, type Log, type LogRecord, type Output, type StateChange } from '../log.ts';
import { MemoryRest, type Rest } from '../rest.ts';
import { topic as topicSpec, TOPICS } from '../topics.ts';
import type { RawRecord, ReadRecord } from './batch.ts';
import { Claim, isFence, type ClaimNames } from './claim.ts';
import { Connection, mayPass } from './connection.ts';
import { OutOfRange } from './fetch-request.ts';
import { Fetcher } from './fetcher.ts';
import { groupId } from './membership.ts';
import { Notes } from './notes.ts';
import { Producer } from './producer.ts';
import { KafkaRecord, rawOf } from './record.ts';
import { registerSchemas } from './registry.ts';
import { SchemaIds } from './schema-ids.ts';
import { Sender } from './sender.ts';
import type { KafkaSettings } from './settings.ts';
import { StateCopy } from './state-copy.ts';
import { allDeclared, compacted, ensure, NOTES, partitionsOf, stateTopic } from './topics.ts';

const INCARNATION = 'incarnation';
const CLOSE_MS = 5_000;
const SCHEMA_IDS = 'schema-ids';
/** Note: partition counts by topic where they are those of the log that this one goes on from. */
const PARTITIONS = 'partitions';
/** Of one request, where offsets are used up. */
const PADDING = 50_000;
const EMPTY: RawRecord = { key: null, value: null, header: '' };

/** What a new log begins with where it goes on from another one: it is the same log then, with its incarnation, its offsets (`beginAt`) and its partition counts. */
export interface Beginning { incarnation: string; partitions: Readonly<Record<string, number>>; notes: Readonly<Record<string, string>> }

interface Opened { connection: Connection; admin: Admin; fetcher: Fetcher; notes: Notes; incarnation: string; counts: Readonly<Record<string, number>>; ids: SchemaIds; copies: string | undefined }

export class KafkaLog implements Log {
  readonly incarnation: string;
  readonly flushesBeside = true;
  readonly #settings: KafkaSettings;
  readonly #connection: Connection;
  readonly #admin: Admin;
  readonly #fetcher: Fetcher;
  readonly #notes: Notes;
  readonly #ids: SchemaIds;
  readonly #counts: Readonly<Record<string, number>>;
  readonly #sender: Sender;
  readonly #stateTopics = new Map<string, Promise<void>>();
  readonly #claims = new Map<string, Claim>();
  readonly #folder: string | undefined;
  /** Of partitions whose state was restored here, by `group/topic/partition`. */
  readonly #copies = new Map<string, StateCopy>();
  readonly #room = new Room(ROOM_BYTES);
  readonly #times = new Map<string, AppendTimes>();

  private constructor({ connection, admin, fetcher, notes, incarnation, counts, ids, copies }: Opened) {
    this.#settings = connection.settings;
    this.#connection = connection;
    this.#admin = admin;
    this.#fetcher = fetcher;
    this.#notes = notes;
    this.incarnation = incarnation;
    this.#ids = ids;
    this.#counts = counts;
    this.#sender = new Sender(connection);
    this.#folder = copies;
  }

  /** Connects, and gives a new log its incarnation: the one of `beginning`, else by chance. `copies`: a folder of this process alone, where it keeps state on disk; without, all of it is in memory. */
  static async open(settings: KafkaSettings, { beginning, copies }: { beginning?: Beginning; copies?: string } = {}): Promise<KafkaLog> {
    const connection = new Connection(settings);
    const admin = connection.admin();
    const fetcher = new Fetcher(connection);
    try {
      await admin.connect();
      await ensure(admin, settings.prefix, [compacted(NOTES, 1)]);
      const notes = new Notes(fetcher, settings.prefix + NOTES);
      const incarnation = await once(connection, notes, INCARNATION, () => (beginning ? { ...beginning.notes, [PARTITIONS]: JSON.stringify(beginning.partitions), [INCARNATION]: beginning.incarnation } : { [INCARNATION]: randomBytes(8).toString('hex') }));
      const counts = JSON.parse(await notes.get(PARTITIONS) ?? '{}') as Record<string, number>;
      const theirs = settings.registry ? await registerSchemas(settings.registry) : RELEASES.map(({ id }) => id);
      const log = new KafkaLog({ connection, admin, fetcher, notes, incarnation, counts, ids: new SchemaIds(theirs), copies });
      await log.#agreeOn(theirs);
      return log;
    } catch (error) {
      await Promise.all([fetcher.close(), admin.disconnect(), connection.close()]);
      throw error instanceof LogError ? error : new LogError('FAILED', `Kafka at ${settings.brokers.join(', ')} cannot be used: ${(error as Error).message}. Look whether it runs there, and at KAFKA_TLS, KAFKA_SASL_MECHANISM and the files that they need.`, error);
    }
  }

  async ensureTopics(): Promise<void> {
    await ensure(this.#admin, this.#settings.prefix, allDeclared((topic) => this.partitions(topic)));
  }

  partitions(topic: string): number {
    return this.#counts[topic] ?? partitionsOf(topicSpec(topic), this.#settings.partitions);
  }

  async append(topic: string, partition: number, entries: Entry[]): Promise<number> {
    if (entries.length === 0) return (await this.bounds(topic, partition)).end;
    const records = entries.map((entry) => rawOf(entry, this.incarnation, this.#ids));
    const name = this.#settings.prefix + topic;
    try {
      const first = await this.#sender.send({ topic: name, partition, records });
      this.#fetcher.told(name, partition, first + records.length);
      return first;
    } catch (error) {
      throw new LogError('FAILED', `topic ${name} partition ${partition}: ${entries.length} records were sent, but no answer tells that they arrived (${(error as Error).message}). They may stand there: read the end of the partition before sending them again.`, error);
    }
  }

  /** The first record of an empty partition will stand at `start`: the offsets before it are used up by empty records, which are deleted at once. Goes on where it was broken off. */
  async beginAt(topic: string, partition: number, start: number): Promise<void> {
    const name = this.#settings.prefix + topic;
    for (let { end: next } = await this.bounds(topic, partition); next < start;) {
      const records = Array.from({ length: Math.min(PADDING, start - next) }, () => EMPTY);
      next = (await this.#sender.send({ topic: name, partition, records })) + records.length;
      this.#fetcher.told(name, partition, next);
    }
    for (let tries = 0; ; tries++) {
      try {
        await this.#admin.fetchTopicOffsets(name); // By which kafkajs learns of the topic: it looks for its leaders before it asks.
        return await this.#admin.deleteTopicRecords({ topic: name, partitions: [{ partition, offset: String(start) }] });
      } catch (error) {
        const why = (error as { partitions?: { error: Error }[] }).partitions?.[0]?.error ?? error as Error;
        if (!mayPass(error) || tries === 50) throw new LogError('FAILED', `topic ${name} partition ${partition}: the records before offset ${start} could not be deleted (${why.message}). It needs the right to delete records there.`, error);
        await new Promise((resolve) => setTimeout(resolve, 200)); // A new topic's leaders may not all know that they are.
      }
    }
  }

  async read(topic: string, partition: number, offset: number, limit: number): Promise<LogRecord[]> {
    const name = this.#settings.prefix + topic;
    let raw: ReadRecord[];
    try {
      raw = await this.#fetcher.read({ topic: name, partition, offset }, limit);
    } catch (error) {
      if (error instanceof OutOfRange) throw await this.#outOfRange(name, partition, offset);
      throw error instanceof LogError ? error : new LogError('FAILED', `topic ${name} partition ${partition} could not be read at offset ${offset}: ${(error as Error).message}`, error);
    }
    return this.#records(topic, partition, raw);
  }

  emptyAt(topic: string, partition: number, offset: number): number {
    return this.#fetcher.emptyAt({ topic: this.#settings.prefix + topic, partition, offset });
  }

  bounds(topic: string, partition: number): Promise<{ start: number; end: number }> {
    return this.#fetcher.bounds(this.#settings.prefix + topic, partition);
  }

  async claim(group: string, topic: string, partition: number): Promise<void> {
    const key = `${group}/${topic}/${partition}`;
    void this.#claims.get(key)?.release().catch(() => {}); // Its connections may wait for a broker that does not answer.
    this.#claims.delete(key);
    this.#leave(key);
    const { prefix } = this.#settings;
    const state = stateTopic(group, topic);
    const names: ClaimNames = { transactionalId: `${prefix}${key}`, stateTopic: prefix + state, lagGroup: groupId(prefix, group, topic), inputTopic: prefix + topic };
    try {
      await this.#ensureState(state, this.partitions(topic));
      this.#claims.set(key, await Claim.take(this.#connection, { group, topic, partition }, names, this.#fetcher));
    } catch (error) {
      throw error instanceof LogError ? error : new LogError('FAILED', `${group} on ${topic} partition ${partition} could not be claimed: ${(error as Error).message}. Nothing has changed: claim it again once the brokers answer.`, error);
    }
  }

  async position(group: string, topic: string, partition: number): Promise<number> {
    return this.#claimed(group, topic, partition).position;
  }

  async *restore(group: string, topic: string, partition: number): AsyncIterable<StateChange> {
    const claim = this.#claimed(group, topic, partition);
    const copy = await this.#openCopy(claim, group, topic, partition);
    if (copy) yield* copy.plain();
    for await (const change of claim.restore(copy?.applied ?? 0)) {
      copy?.took(change);
      yield change;
    }
  }

  rest(group: string, topic: string, partition: number, table: string): Rest {
    return this.#copies.get(`${group}/${topic}/${partition}`)?.rest(table) ?? new MemoryRest();
  }

  forget(group: string, topic: string, partition: number): boolean {
    const key = `${group}/${topic}/${partition}`;
    const copy = this.#copies.get(key);
    this.#copies.delete(key);
    copy?.drop();
    return copy?.used === true;
  }

  async commit({ group, topic, partition, outputs, state }: Commit): Promise<void> {
    const claim = this.#claimed(group, topic, partition);
    claim.usable();
    const copy = state && this.#copies.get(`${group}/${topic}/${partition}`);
    // At once: what the stage puts into its tables after this belongs to its next flush.
    if (copy) copy.write(state.changes);
    const plain = outputs.filter((output) => !topicSpec(output.topic).published);
    const published = outputs.filter((output) => topicSpec(output.topic).published);
    if (plain.length > 0) await this.#send(claim, plain);
    if (published.length > 0) await claim.readBack(this.#published());
    const fresh = published.filter((output) => !claim.stands(output)).map((output) => ({ output, ...this.#placed(output) }));
    if (fresh.length === 0 && !state) return;
    const end = await claim.transact(fresh, state);
    copy?.commit(end);
  }

  async together<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  note(name: string): Promise<string | undefined> {
    return this.#notes.get(name);
  }

  async setNote(name: string, value: string): Promise<void> {
    await this.#sender.send({ topic: this.#settings.prefix + NOTES, partition: 0, records: [Notes.record(name, value)] });
  }

  /** Waits for brokers that do not answer only as long as a graceful stop has time. */
  async close(): Promise<void> {
    const closing = [...[...this.#claims.values()].map((claim) => claim.release()), this.#sender.close(), this.#fetcher.close(), this.#admin.disconnect(), this.#connection.close()];
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    await Promise.race([Promise.allSettled(closing), late]);
    clearTimeout(timer);
    for (const copy of this.#copies.values()) copy.close();
  }

  async #openCopy(claim: Claim, group: string, topic: string, partition: number): Promise<StateCopy | undefined> {
    if (this.#folder === undefined) return undefined;
    const { end } = await claim.stateBounds();
    const key = `${group}/${topic}/${partition}`;
    this.#leave(key);
    const file = join(this.#folder, `${key.replaceAll('/', '-')}.sqlite`);
    let copy: StateCopy;
    try {
      copy = StateCopy.open(file, `${this.incarnation} ${claim.stateName}`, end, this.#room);
    } catch (error) {
      throw new LogError('FAILED', `${file}: the copy of ${group}'s state can be neither opened nor made (${(error as Error).message}). Likely the disk is full or the folder may not be written: make room, or set FENGHUO_DATA to another folder.`, error);
    }
    this.#copies.set(key, copy);
    return copy;
  }

  #leave(key: string): void {
    this.#copies.get(key)?.close();
    this.#copies.delete(key);
  }

  #ensureState(name: string, partitions: number): Promise<void> {
    let made = this.#stateTopics.get(name);
    if (!made) this.#stateTopics.set(name, (made = ensure(this.#admin, this.#settings.prefix, [compacted(name, partitions)])));
    made.catch(() => this.#stateTopics.delete(name));
    return made;
  }

  /** A log keeps the ids that its values were written with; new releases come at the end. */
  async #agreeOn(ids: readonly number[]): Promise<void> {
    const known = JSON.parse(await this.note(SCHEMA_IDS) ?? '[]') as number[];
    const differs = known.findIndex((id, i) => i < ids.length && ids[i] !== id);
    if (differs >= 0) {
      const { type, version } = RELEASES[differs] as { type: string; version: number };
      throw new LogError('OTHER_VERSION', `the log at ${this.#settings.brokers.join(', ')} was written with schema id ${known[differs]} for ${type} version ${version}, but ${this.#settings.registry ? `the registry at ${this.#settings.registry.url} gives ${ids[differs]}` : `without a registry it is ${ids[differs]}`}. Set SCHEMA_REGISTRY_URL to the registry that the log was begun with${this.#settings.registry ? ', or leave it out if there was none' : ''}.`);
    }
    if (ids.length > known.length) await this.setNote(SCHEMA_IDS, JSON.stringify(ids));
  }

  #claimed(group: string, topic: string, partition: number): Claim {
    const claim = this.#claims.get(`${group}/${topic}/${partition}`);
    if (!claim) throw new LogError('FAILED', `${group} on ${topic} partition ${partition} is not claimed by this process: call claim before position, restore and commit.`);
    return claim;
  }

  async #send(claim: Claim, outputs: readonly Output[]): Promise<void> {
    const parts = Map.groupBy(outputs.map((output) => this.#placed(output)), ({ part }) => `${part.topic}/${part.partition}`);
    const sends = [...parts.values()].map(async (of) => {
      const { part } = of[0] as Placed;
      const first = await this.#sender.send({ ...part, records: of.map(({ record }) => record) });
      this.#fetcher.told(part.topic, part.partition, first + of.length);
    });
    const failed = (await Promise.allSettled(sends)).find((result) => result.status === 'rejected');
    if (failed) throw claim.fail(failed.reason);
  }

  #placed(output: Output): Placed {
    const partition = output.partition ?? partitionOf(output.key, this.partitions(output.topic));
    return { part: { topic: this.#settings.prefix + output.topic, partition }, record: rawOf(output, this.incarnation, this.#ids) };
  }

  #published(): { topic: string; partition: number }[] {
    return TOPICS.filter(({ published }) => published).flatMap(({ name }) => Array.from({ length: this.partitions(name) }, (_, partition) => ({ topic: this.#settings.prefix + name, partition })));
  }

  #records(topic: string, partition: number, raw: readonly ReadRecord[]): LogRecord[] {
    const name = `${topic}/${partition}`;
    let times = this.#times.get(name);
    if (!times) this.#times.set(name, (times = new AppendTimes()));
    return raw.map((record) => new KafkaRecord(topic, partition, record, times.at(record.offset, record.time), this.incarnation, this.#ids));
  }

  async #outOfRange(topic: string, partition: number, offset: number): Promise<LogError> {
    const { start, end } = await this.#fetcher.bounds(topic, partition);
    const where = offset < start ? `starts at ${start}` : `ends at ${end}`;
    return new LogError('OUT_OF_RANGE', `topic ${topic} partition ${partition}: asked for offset ${offset}, but the log ${where} (retention, or another log). Nothing is skipped silently: give the reader the log that it read before, or let it start over.`);
  }
}

interface Placed { part: { topic: string; partition: number }; record: RawRecord }

/** Append times of a partition that do not go back: where one does, the one before it holds on. */
class AppendTimes {
  #offset = -1;
  #time = 0;
  /** Where a time was held, for those who read there later. */
  readonly #held: { from: number; time: number }[] = [];

  at(offset: number, time: number): number {
    if (offset > this.#offset) {
      this.#offset = offset;
      if (time < this.#time && this.#held.at(-1)?.time !== this.#time) this.#held.push({ from: offset, time: this.#time });
      this.#time = Math.max(this.#time, time);
    }
    return Math.max(time, this.#held.findLast(({ from }) => from <= offset)?.time ?? 0);
  }
}

/** Many processes may begin a new log at once, and whoever claims shuts out who claimed before: each then waits a little longer, by chance, so that one comes through. */
const ONCE = { shutOut: 30, failed: 3, waitMs: 20 };

/** A note that is made once, with others beside it, whoever comes first: who claims the id shuts out the others, then looks whether it is there. */
async function once(connection: Connection, notes: Notes, name: string, make: () => Record<string, string>): Promise<string> {
  for (let tries = 0; ; tries++) {
    const known = await notes.get(name);
    if (known !== undefined) return known;
    const producer = await Producer.open(connection, `${connection.settings.prefix}once`);
    try {
      const made = await notes.get(name);
      if (made !== undefined) return made;
      await producer.transact([{ topic: connection.settings.prefix + NOTES, partition: 0, records: Object.entries(make()).map(([key, value]) => Notes.record(key, value)) }]);
    } catch (error) {
      if (tries >= (isFence(error) ? ONCE.shutOut : ONCE.failed)) throw error;
    } finally {
      await producer.close();
    }
    await new Promise((resolve) => setTimeout(resolve, ONCE.waitMs * (1 + Math.random() * Math.min(tries, 10)))); // Until what was committed is seen.
  }
}
