/** Contents of artifacts.v1 by hash. A partition is held at a control record until its content is here. */
import type { Artifact } from '../schemas/risk/journal.ts';
import type { Log } from './log.ts';

export class Artifacts {
  readonly #log: Pick<Log, 'read' | 'bounds'>;
  readonly #contents = new Map<string, string>();
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
    if (this.#contents.has(hash)) return;
    const { start, end } = await this.#log.bounds('artifacts.v1', 0);
    let next = Math.max(this.#next ?? start, start);
    while (next < end) {
      const records = await this.#log.read('artifacts.v1', 0, next, 100);
      for (const record of records) {
        const artifact = record.body as Artifact;
        this.#contents.set(artifact.hash, artifact.content);
      }
      next += records.length;
    }
    this.#next = next;
    if (!this.#contents.has(hash)) throw new Error(`artifacts.v1 holds no content with hash ${hash} (offsets ${start} to ${end}): a control record names it, so the log is not whole. Restore the data folder, or publish the content again.`);
  }
}
