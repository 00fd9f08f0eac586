/** A publisher that keeps its artifacts in memory: the rest of the way is the real one. */
import { publicationOf } from '../../language/edition.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import type { Publishing, Standing } from '../../processors/editions.ts';
import type { Artifact } from '../../schemas/risk/journal.ts';
import type { Journalled } from '../../processors/pipeline.ts';
import type { Publisher } from '../../processors/reference.ts';

export class MemoryPublisher implements Publisher {
  edition: Standing | undefined;
  readonly artifacts = new Map<string, string>();
  clock = Date.parse('2026-11-02T10:00:00+08:00');
  published = 0;
  readonly notes = new Map<string, string>();
  readonly journalled: Journalled[] = [];
  async keep(name: string, word: string, artifacts: readonly Artifact[] = [], journalled: readonly Journalled[] = []): Promise<void> {
    this.journalled.push(...journalled);
    for (const { hash, content } of artifacts) this.artifacts.set(hash, content);
    this.notes.set(name, word);
  }
  async kept(name: string): Promise<string | undefined> {
    return this.notes.get(name);
  }
  async artifact(hash: string): Promise<string> {
    const content = this.artifacts.get(hash);
    if (content === undefined) throw new Error(`no artifact ${hash}`);
    return content;
  }
  async publishRules(source: RuleSource, version: string, by: string, { approval }: Publishing = {}): Promise<void> {
    const publication = publicationOf(source, this.edition, version, by, this.clock++, approval);
    if (!publication) return;
    this.published++;
    for (const { hash, content } of publication.artifacts) this.artifacts.set(hash, content);
    this.edition = publication;
  }
}
