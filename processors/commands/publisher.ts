/**
 * What is in force, as the one that publishes holds it: words (which edition, which register) in its state, contents in artifacts.v1. One command's changes are gathered and taken away together,
 * to be committed with the position behind it; until then nobody else sees them.
 */
import { publicationOf } from '../../language/edition.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { readEdition, RULE_SET } from '../../schemas/risk/edition.ts';
import type { Artifact, Control } from '../../schemas/risk/journal.ts';
import type { Artifacts } from '../../streams/artifacts.ts';
import type { Output } from '../../streams/log.ts';
import { INTAKE_TOPICS } from '../../streams/topics.ts';
import type { Publishing, Standing } from '../editions.ts';
import { OPERATIONS } from '../operations.ts';
import type { Journalled } from '../pipeline.ts';
import type { Publisher } from '../reference.ts';

/** Intake reads what stands here by tables of an edition, so it must know where another one begins (processors/intake/partition.ts). */
const READ_BY_TABLES = INTAKE_TOPICS.filter((topic) => topic !== OPERATIONS);

/** `artifacts` are durable before `outputs` name them. */
export interface Changes { words: ReadonlyMap<string, string>; artifacts: Artifact[]; outputs: Pick<Output, 'topic' | 'partition' | 'type' | 'key' | 'body'>[] }

export class LogPublisher implements Publisher {
  readonly #artifacts: Pick<Artifacts, 'read'>;
  readonly #partitions: (topic: string) => number;
  readonly #words: Map<string, string>;
  #standing: Standing | undefined;
  /** The time of the command in hand. */
  #at = 0;
  #changed = new Map<string, string>();
  #new: Artifact[] = [];
  #outputs: Changes['outputs'] = [];

  constructor(artifacts: Pick<Artifacts, 'read'>, partitions: (topic: string) => number, words: Map<string, string>) {
    this.#artifacts = artifacts;
    this.#partitions = partitions;
    this.#words = words;
  }

  /** Reads the edition that the words name. */
  async open(): Promise<void> {
    const hash = this.#words.get(RULE_SET);
    const edition = hash === undefined ? undefined : readEdition(await this.#artifacts.read(hash));
    if (hash !== undefined && edition) this.#standing = { hash, edition };
  }

  begin(at: number): void {
    this.#at = at;
  }

  now = (): number => this.#at;

  /** What the command changed. */
  take(): Changes {
    const changes = { words: this.#changed, artifacts: this.#new, outputs: this.#outputs };
    this.#changed = new Map();
    this.#new = [];
    this.#outputs = [];
    return changes;
  }

  get edition(): Standing | undefined {
    return this.#standing;
  }

  async artifact(hash: string): Promise<string> {
    return this.#new.find((one) => one.hash === hash)?.content ?? (await this.#artifacts.read(hash));
  }

  async kept(name: string): Promise<string | undefined> {
    return this.#words.get(name);
  }

  async keep(name: string, word: string, artifacts: readonly Artifact[] = [], journalled: readonly Journalled[] = []): Promise<void> {
    this.#word(name, word);
    this.#new.push(...artifacts);
    for (const { type, key, body } of journalled) this.#outputs.push({ topic: 'journal.v1', type, key, body });
  }

  async publishRules(source: RuleSource, version: string, by: string, { approval }: Publishing = {}): Promise<void> {
    const publication = publicationOf(source, this.#standing, version, by, this.#at, approval);
    if (!publication) return;
    const { artifacts, hash, edition } = publication;
    this.#new.push(...artifacts);
    const control: Control = { name: RULE_SET, version, hash, by };
    for (const topic of ['journal.v1', ...READ_BY_TABLES]) {
      for (let partition = 0; partition < this.#partitions(topic); partition++) this.#outputs.push({ topic, partition, type: 'control', key: RULE_SET, body: control });
    }
    this.#word(RULE_SET, hash);
    this.#standing = { hash, edition };
  }

  #word(name: string, word: string): void {
    this.#words.set(name, word);
    this.#changed.set(name, word);
  }
}
