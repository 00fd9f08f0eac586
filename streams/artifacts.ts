/** Contents of artifacts.v1 by hash. A partition is held at a control record until its content is here, for an edition with all of its parts. */
import { partsOf, readEdition } from '../schemas/risk/edition.ts';
import type { Artifact } from '../schemas/risk/journal.ts';
import type { Log } from './log.ts';

/** Editions whose contents stay in memory from one control record to the next: other partitions are about to ask for the same. */
const KEPT_EDITIONS = 2;

export class Artifacts {
  readonly #log: Pick<Log, 'read' | 'bounds'>;
  /** Where each hash lies: contents are read when they are asked for. */
  readonly #offsets = new Map<string, number>();
  readonly #contents = new Map<string, string>();
  /** Editions asked for, oldest first, with the hashes that they need. */
  readonly #editions = new Map<string, readonly string[]>();
  /** Editions that a stage may still ask for, by whoever holds them. */
  readonly #holds = new Set<readonly string[]>();
  #next: number | undefined;

  constructor(log: Pick<Log, 'read' | 'bounds'>) {
    this.#log = log;
  }

  get(hash: string): string {
    const content = this.#contents.get(hash);
    if (content === undefined) throw new Error(`artifact ${hash} is not loaded: await ensure(hash) before handing on its control record`);
    return content;
  }

  /** Resolves once the content is here. Throws where artifacts.v1 does not hold it: the log was cut, or belongs to another installation. */
  async ensure(hash: string): Promise<void> {
    if (this.#editions.has(hash)) return;
    const content = await this.#load(hash);
    const edition = readEdition(content);
    const needs = edition ? partsOf(edition).map((part) => part.hash) : [];
    for (const part of needs) await this.#load(part);
    this.#editions.set(hash, [hash, ...needs]);
  }

  /** Keeps what the editions need until the answer is called: a stage that opens asks for its content with its first record only. */
  hold(editions: readonly string[]): () => void {
    this.#holds.add(editions);
    return () => void this.#holds.delete(editions);
  }

  /** A content that is looked at once, as for the history: it does not stay. */
  async read(hash: string): Promise<string> {
    return this.#contents.get(hash) ?? (await this.#fetch(hash)).content;
  }

  async has(hash: string): Promise<boolean> {
    if (!this.#offsets.has(hash)) await this.#scan();
    return this.#offsets.has(hash);
  }

  async #load(hash: string): Promise<string> {
    const content = this.#contents.get(hash) ?? (await this.#fetch(hash)).content;
    this.#contents.set(hash, content);
    return content;
  }

  async #fetch(hash: string): Promise<Artifact> {
    if (!(await this.has(hash))) throw new Error(`artifacts.v1 holds no content with hash ${hash} (offsets up to ${this.#next}): a control record names it, so the log is not whole. Restore the data folder, or publish the content again.`);
    const [record] = await this.#log.read('artifacts.v1', 0, this.#offsets.get(hash) as number, 1);
    return record?.body as Artifact;
  }

  /** Keys are hashes: nothing is decoded. */
  async #scan(): Promise<void> {
    const { start, end } = await this.#log.bounds('artifacts.v1', 0);
    let next = Math.max(this.#next ?? start, start);
    while (next < end) {
      const records = await this.#log.read('artifacts.v1', 0, next, 100);
      for (const record of records) this.#offsets.set(record.key, record.offset);
      next = (records.at(-1)?.offset ?? end - 1) + 1; // a marker of Kafka's may be the last offset
    }
    this.#next = next;
  }

  /** Called once a stage has taken what it asked for: a register of 50,000 parties is megabytes a version. */
  forget(): void {
    const held = new Set([...this.#holds].flat());
    const spare = [...this.#editions.keys()].slice(0, -KEPT_EDITIONS).filter((hash) => !held.has(hash));
    for (const hash of spare) this.#editions.delete(hash);
    const needed = new Set([...this.#editions.values()].flat());
    for (const hash of this.#contents.keys()) if (!needed.has(hash)) this.#contents.delete(hash);
  }
}
