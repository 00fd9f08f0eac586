/**
 * The register of what needs two keys: who proposed what and why, who said yes or no. A chain of artifacts, each naming the one before it; a note of the log names the
 * newest. Nothing in it is ever changed.
 */
import { hashOf } from '../schemas/risk/edition.ts';
import type { Suppression } from '../schemas/risk/alert.ts';
import type { Journalled } from './pipeline.ts';
import type { Past } from './rule-versions.ts';

/** A key: its id tells two of one name apart. */
export interface Who { id: string; name: string }
/** A change of rules, file by file: its new text, or null where it goes; and what it was in force as (a hash, '' where it was not there). */
export interface RuleChange { kind: 'rules'; files: Record<string, string | null>; base: Record<string, string> }
/** Alerts of which officers are not to be told until `ends`. */
export interface SuppressionChange extends Pick<Suppression, 'ruleId' | 'subjectType' | 'subjectId' | 'zone' | 'upTo' | 'begins' | 'ends'> { kind: 'suppression' }
export type Change = RuleChange | SuppressionChange;
interface Written { before: string; by: Who; at: number; why: string }
export type Decision = Pick<Written, 'by' | 'at' | 'why'>;
/** Of rules an approval is no entry of its own: their edition carries it. */
export type Decided = 'rejected' | 'approved' | 'lifted';
export type Entry = Written & ({ act: 'proposed'; change: Change } | { act: Decided; proposal: string });
export interface Proposed<C extends Change = Change> extends Partial<Record<Decided, Decision>> { id: string; by: Who; at: number; why: string; change: C }

type Appended = Pick<Written, 'by' | 'why'> & ({ act: 'proposed'; change: Change } | { act: Decided; proposal: string });
const NOTE = 'register';

export class Register {
  readonly #log: Pick<Past, 'artifact' | 'keep' | 'kept'>;
  readonly #now: () => number;
  /** As they stand with this entry as the newest. */
  #known: { head: string; proposals: Map<string, Proposed> } | undefined;
  #working: Promise<unknown> = Promise.resolve();

  constructor(log: Pick<Past, 'artifact' | 'keep' | 'kept'>, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Oldest first, by id. */
  async proposals(): Promise<ReadonlyMap<string, Proposed>> {
    // Asked anew each time: another process may write it, and of a commit that failed nobody knows whether it became durable all the same.
    const head = (await this.#log.kept(NOTE)) ?? '';
    if (this.#known?.head !== head) this.#known = { head, proposals: await this.#read(head) };
    return this.#known.proposals;
  }

  propose(by: Who, why: string, change: Change): Promise<Proposed> {
    return this.#append({ by, why, act: 'proposed', change });
  }

  /** `journal`: what of the decision the stages must know, durable with it. */
  decide(by: Who, why: string, act: Decided, proposal: string, journal?: (at: number) => Journalled): Promise<Proposed> {
    return this.#append({ by, why, act, proposal }, journal);
  }

  #append(entry: Appended, journal?: (at: number) => Journalled): Promise<Proposed> {
    const done = this.#working.then(async () => {
      const before = (await this.#log.kept(NOTE)) ?? '';
      const at = this.#now();
      const content = JSON.stringify({ before, at, ...entry });
      const hash = hashOf(content);
      await this.#log.keep(NOTE, hash, [{ name: NOTE, version: '', hash, content, by: entry.by.name }], journal && [journal(at)]);
      return (await this.proposals()).get(entry.act === 'proposed' ? idOf(hash) : entry.proposal) as Proposed;
    });
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #read(head: string): Promise<Map<string, Proposed>> {
    const chain: { id: string; entry: Entry }[] = [];
    for (let hash = head; hash !== '';) {
      const entry = JSON.parse(await this.#log.artifact(hash)) as Entry;
      chain.push({ id: idOf(hash), entry });
      hash = entry.before;
    }
    const proposals = new Map<string, Proposed>();
    for (const { id, entry } of chain.reverse()) {
      const { by, at, why } = entry;
      if (entry.act === 'proposed') proposals.set(id, { id, by, at, why, change: entry.change });
      else {
        const proposal = proposals.get(entry.proposal);
        if (proposal) proposal[entry.act] = { by, at, why };
      }
    }
    return proposals;
  }
}

/** Begins with a letter: what is pasted behind a command must not read as an option. */
const idOf = (hash: string): string => `p${hash.slice(0, 10)}`;
