/**
 * intake.operations.v1, read by its one owner: commands, versions of reference tables, officers' verdicts, and what gateways saw. Each record is done once: what it changed and the position
 * behind it become durable in one commit, which a later owner's claim fences. The log's notes of the words are copies for those who only look.
 */
import type { Compiled, RuleSource } from '../../language/ruleset.ts';
import { hashOf } from '../../schemas/risk/edition.ts';
import type { Answer, Command } from '../../schemas/risk/journal.ts';
import type { Steps } from '../../seeds/steps.ts';
import type { Artifacts } from '../../streams/artifacts.ts';
import { LogError } from '../../streams/errors.ts';
import type { Runner } from '../../streams/host.ts';
import type { Entry, Log, LogRecord, Output } from '../../streams/log.ts';
import type { Begin } from '../../streams/runner.ts';
import { INTAKE, journalled } from '../intake/partition.ts';
import type { Seal } from '../intake/seal.ts';
import { Ticks } from '../intake/ticks.ts';
import { loadTable, OPERATIONS, tableLetter } from '../operations.ts';
import { Reference } from '../reference.ts';
import { Register, type Who } from '../register.ts';
import { RuleChanges } from '../rule-changes.ts';
import { Suppressions } from '../suppressions.ts';
import type { ArgsOf, CommandName, ResultOf } from './commands.ts';
import { type Changes, LogPublisher } from './publisher.ts';

const JOURNALLED = new Set(['verdict', 'suppression', 'operation']);
/** Word: the hash of what the last start was given. */
const STARTED = 'started';
const NOTE_MS = 5_000;
const WORD = 'word/';

export interface OperationsPartitionOptions {
  log: Log;
  artifacts: Artifacts;
  seal: Seal;
  compile: (source: RuleSource) => Steps<Compiled>;
  /** What this process's folders hold: put in force where they have changed since the last start of any process. */
  given: ArgsOf<'start'>;
  /** Epoch ms. */
  now: () => number;
  /** Monotone ms. */
  clock: () => number;
  begin: Begin;
  /** In words: what of the folders is refused. */
  tell: (line: string) => void;
}

type Handlers = { [N in CommandName]: (args: ArgsOf<N>, who: Who) => Promise<ResultOf<N>> };

export class OperationsPartition implements Runner {
  position = 0;
  lastProgressAt = 0;
  readonly #options: OperationsPartitionOptions;
  readonly #words = new Map<string, string>();
  readonly #ticks: Ticks;
  readonly #publisher: LogPublisher;
  readonly #reference: Reference;
  readonly #handlers: Handlers;
  #notedAt = Number.NEGATIVE_INFINITY;

  constructor(options: OperationsPartitionOptions) {
    const { log, artifacts, compile } = options;
    this.#options = options;
    this.#ticks = new Ticks(OPERATIONS, 0, log.partitions('journal.v1'));
    this.#publisher = new LogPublisher(artifacts, (topic) => log.partitions(topic), this.#words);
    this.#reference = new Reference(this.#publisher, compile);
    this.#handlers = this.#handle();
  }

  get tickTime(): number {
    return this.#ticks.time;
  }

  async start(): Promise<void> {
    const { log, begin, given } = this.#options;
    const at = [INTAKE, OPERATIONS, 0] as const;
    await log.claim(...at);
    this.position = await log.position(...at);
    for await (const { key, value } of log.restore(...at)) if (key.startsWith(WORD) && value !== null) this.#words.set(key.slice(WORD.length), String(value));
    if (this.position > 0 && this.#words.size === 0) await this.#recall();
    if (begin !== 'committed') this.position = Math.max(this.position, (await log.bounds(OPERATIONS, 0)).start);
    await this.#publisher.open();
    const hash = hashOf(JSON.stringify(given));
    if (this.#words.get(STARTED) === hash) return;
    const command: Command = { id: `start-${hash}`, name: 'start', by: JSON.stringify({ id: 'start', name: 'start' } satisfies Who), args: JSON.stringify(given) };
    const now = this.#options.now();
    await log.append(OPERATIONS, 0, [{ type: 'command', key: 'command', eventTime: now, arrival: now, source: { topic: 'http', partition: 0, offset: 0, index: 0 }, body: command } satisfies Entry]);
  }

  /** Words that were lost: the log's notes are copies of them. */
  async #recall(): Promise<void> {
    for (const name of ['rule-set', 'register', 'rules-folder']) {
      const word = await this.#options.log.note(name);
      if (word !== undefined) this.#words.set(name, word);
    }
    if (this.#words.size === 0) throw new LogError('CORRUPT', `position ${this.position} of ${OPERATIONS} is committed, but neither state nor notes say what is in force`);
  }

  async advance(limit: number): Promise<number> {
    const { log, now, clock } = this.#options;
    const asked = now();
    const records = await log.read(OPERATIONS, 0, this.position, limit);
    for (const record of records) {
      await this.#take(record, asked);
      this.lastProgressAt = clock();
    }
    const ticks = records.length > 0 ? [] : this.#ticks.idle(log, this.position, asked);
    if (ticks.length > 0) await this.#commit(ticks);
    if (clock() >= this.#notedAt + NOTE_MS) await this.#note();
    return records.length;
  }

  /** Nothing waits: each record is committed at once. */
  async flush(): Promise<void> {}

  close(): void {}

  async #take(record: LogRecord, asked: number): Promise<void> {
    const ticks = this.#ticks.at(record.appendedAt, asked);
    const outputs = await this.#outputs(record);
    const changes = this.#publisher.take();
    await this.#commit([...ticks, ...this.#artifacts(changes, record)]);
    const numbered = [...changes.outputs.map((output): Omit<Output, 'source'> => ({ ...output, eventTime: record.appendedAt, arrival: record.appendedAt })), ...outputs];
    this.position = record.offset + 1;
    const first = changes.artifacts.length;
    await this.#commit(numbered.map((output, i) => ({ ...output, source: { topic: OPERATIONS, partition: 0, offset: record.offset, index: first + i } })), changes.words);
    for (const [name, word] of changes.words) await this.#options.log.setNote(name, word);
  }

  #artifacts({ artifacts }: Changes, { offset, appendedAt }: LogRecord): Output[] {
    return artifacts.map((body, index) => ({ topic: 'artifacts.v1', partition: 0, type: 'artifact', key: body.hash, eventTime: appendedAt, arrival: appendedAt, source: { topic: OPERATIONS, partition: 0, offset, index }, body }));
  }

  /** What the record itself leaves behind, beside what it changes. */
  async #outputs(record: LogRecord): Promise<Omit<Output, 'source'>[]> {
    const { type, key, eventTime, appendedAt: arrival } = record;
    this.#publisher.begin(arrival);
    if (type === 'answer') return [];
    if (type === 'command') return [{ topic: OPERATIONS, partition: 0, type: 'answer', key: 'answer', eventTime: arrival, arrival, body: await this.#do(record.body as Command) }];
    if (JOURNALLED.has(type)) return [{ topic: 'journal.v1', type, key, eventTime, arrival, body: record.body, bytes: record.bytes }];
    const refused = await loadTable(record, (table, text, by) => this.#reference.load(table, text, by, false));
    const { log, seal } = this.#options;
    return refused ? journalled({ accepted: [], rejected: [tableLetter(record, refused, seal)], noted: [], unreadable: false }, arrival, log.partitions('journal.v1'), { topic: OPERATIONS, partition: 0, offset: record.offset, index: 0 }) : [];
  }

  async #do({ id, name, by, args }: Command): Promise<Answer> {
    const handler = this.#handlers[name as CommandName] as ((args: unknown, who: Who) => Promise<unknown>) | undefined;
    if (!handler) return { id, result: JSON.stringify({ ok: false, code: 'UNKNOWN_COMMAND', message: `this Fenghuo knows no command ${name.slice(0, 40)}; likely a newer gateway asks: bring intake to the same version`, findings: [] }) };
    return { id, result: JSON.stringify(await handler(JSON.parse(args), JSON.parse(by) as Who)) };
  }

  #handle(): Handlers {
    const reference = this.#reference;
    const register = new Register(this.#publisher, this.#publisher.now);
    const changes = new RuleChanges(this.#publisher, reference, register, this.#options.compile);
    const suppressions = new Suppressions(register, this.#publisher.now);
    return {
      start: async (given) => this.#start(given),
      load: ({ table, text }, who) => reference.load(table, text, who.name, false),
      'propose-rules': ({ files, why }, who) => changes.propose(files, who, why, false),
      'approve-rules': ({ id, why }, who) => changes.approve(id, who, why),
      'reject-rules': ({ id, why }, who) => changes.reject(id, who, why),
      'propose-suppression': ({ change, why }, who) => suppressions.propose(change, who, why),
      'approve-suppression': ({ id, why }, who) => suppressions.approve(id, who, why),
      'reject-suppression': ({ id, why }, who) => suppressions.reject(id, who, why),
      'lift-suppression': ({ id, why }, who) => suppressions.lift(id, who, why),
    };
  }

  /** What is refused changes nothing, and is not tried again before the folders change. */
  async #start(given: ArgsOf<'start'>): Promise<ResultOf<'start'>> {
    const findings = await this.#reference.start(given.files, given.seeds, given.folder);
    const [first] = findings;
    if (first) this.#options.tell(`rules: the rule set of this start has ${findings.length} finding(s), so it is refused whole and what was in force stays; \`npx fenghuo rules check\` shows them. The first: ${first.file}:${first.line} ${first.message}`);
    await this.#publisher.keep(STARTED, hashOf(JSON.stringify(given)));
    return findings;
  }

  async #commit(outputs: Output[], words?: ReadonlyMap<string, string>): Promise<void> {
    if (outputs.length === 0 && !words) return;
    const state = words && { changes: [...words].map(([name, value]) => ({ key: WORD + name, value, offset: this.position - 1 })), position: this.position, pass: { begins: false, ends: false } };
    await this.#options.log.commit({ group: INTAKE, topic: OPERATIONS, partition: 0, outputs, ...(state && { state }) });
  }

  /** An owner that was paused may have written an older copy. */
  async #note(): Promise<void> {
    const { log, clock } = this.#options;
    this.#notedAt = clock();
    for (const [name, word] of this.#words) if (name !== STARTED && (await log.note(name)) !== word) await log.setNote(name, word);
  }
}
