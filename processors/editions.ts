/**
 * The edition in force as the pipeline holds it: which one, its contents from the log, and how another takes its place together with the tables that intake reads.
 */
import { publicationOf, type Publication } from '../language/edition.ts';
import type { RuleSource } from '../language/ruleset.ts';
import { type Approval, type Edition, readEdition } from '../schemas/risk/edition.ts';
import type { Artifacts } from '../streams/artifacts.ts';
import type { IntakeService } from './intake/service.ts';
import { INTAKE_TABLES, intakeTables } from './intake/tables.ts';

export interface Standing { edition: Edition; hash: string }
/** What a publication has with it: the approval of its rules; how far the reader of operations is with it. */
export interface Publishing { approval?: Approval; upTo?: number }

/** From the edition in force back to the first. */
export async function* editionsOf(pipeline: { readonly edition: Standing | undefined; artifact(hash: string): Promise<string> }): AsyncGenerator<Edition> {
  let edition = pipeline.edition?.edition;
  while (edition) {
    yield edition;
    edition = edition.before === '' ? undefined : readEdition(await pipeline.artifact(edition.before));
  }
}

export class Editions {
  readonly #intake: Pick<IntakeService, 'use'>;
  #artifacts: Artifacts | undefined;
  #standing: Standing | undefined;
  #publishing: Promise<unknown> = Promise.resolve();

  constructor(intake: Pick<IntakeService, 'use'>) {
    this.#intake = intake;
  }

  get standing(): Standing | undefined {
    return this.#standing;
  }

  /** Where contents are read from, after each restore. */
  from(artifacts: Artifacts): void {
    this.#artifacts = artifacts;
  }

  artifact(hash: string): Promise<string> {
    return (this.#artifacts as Artifacts).read(hash);
  }

  /** What the log says is in force, also after a commit of which nobody knew whether it had succeeded; intake gets its tables of it. A rule set of old was stored in one piece: the next one published is then the first edition. */
  async recall(hash: string | undefined): Promise<void> {
    if (hash === this.#standing?.hash) return;
    const edition = hash !== undefined && (await this.#artifacts?.has(hash)) ? readEdition(await this.artifact(hash)) : undefined;
    if (hash === undefined || !edition) return;
    this.#standing = { hash, edition };
    await this.#intake.use(intakeTables(await this.#tablesOf(edition)));
  }

  /** One after the other. `commit` resolves once the publication is durable at its place in the journal. */
  publish(source: RuleSource, version: string, by: string, now: () => number, commit: (publication: Publication, at: number) => Promise<void>, approval?: Approval): Promise<void> {
    const done = this.#publishing.then(() => this.#publish(source, version, by, now(), commit, approval));
    this.#publishing = done.catch(() => undefined);
    return done;
  }

  async #publish(source: RuleSource, version: string, by: string, at: number, commit: (publication: Publication, at: number) => Promise<void>, approval?: Approval): Promise<void> {
    const before = this.#standing;
    const publication = publicationOf(source, before, version, by, at, approval);
    if (!publication) return;
    const changed = INTAKE_TABLES.some((name) => before?.edition.tables[name]?.hash !== publication.edition.tables[name]?.hash);
    if (changed) await this.#intake.use(intakeTables(source.tables));
    try {
      await commit(publication, at);
    } catch (error) {
      if (changed && before) await this.#intake.use(intakeTables(await this.#tablesOf(before.edition)));
      throw error;
    }
    this.#standing = publication;
  }

  async #tablesOf({ tables }: Edition): Promise<Record<string, string>> {
    const texts: Record<string, string> = {};
    for (const name of INTAKE_TABLES) {
      const part = tables[name];
      if (part) texts[`${name}.csv`] = await this.artifact(part.hash);
    }
    return texts;
  }
}
