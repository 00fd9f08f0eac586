/** Which rule set a stage applies. It changes when the control record has come from every source partition: only then has each partition's older input passed. */
import { sourceOf } from '../../language/edition.ts';
import type { Compile, RuleSet, Tables } from '../../language/ruleset.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Control } from '../../schemas/risk/journal.ts';
import type { StageContext, StateTable } from '../../streams/stage.ts';
import { type Limits, readLimits } from './limits.ts';

interface Pending { control: Control; from: number[] }
interface Stored { current: Control | null; pending: Pending[] }

export class RulesInForce {
  ruleSet: RuleSet | undefined;
  limits: Limits | undefined;
  tables: Tables | undefined;
  readonly #compile: Compile;
  readonly #context: StageContext;
  readonly #sources: number;
  readonly #firstAtOnce: boolean;
  readonly #table: StateTable<Stored>;
  readonly #stored: Stored;

  /** `firstAtOnce`: a first rule set holds from its first copy on, for a stage that has no input that must still be read without it. */
  constructor(compile: Compile, context: StageContext, sources: number, firstAtOnce = false) {
    this.#compile = compile;
    this.#context = context;
    this.#sources = sources;
    this.#firstAtOnce = firstAtOnce;
    this.#table = context.state.table<Stored>('rules');
    this.#stored = this.#table.get(RULE_SET) ?? { current: null, pending: [] };
  }

  /** After a restart: compiles what was in force. The runner has its artifact when it hands on the first record. True where that made a rule set. */
  restore(at: number): boolean {
    const { current } = this.#stored;
    return this.ruleSet === undefined && current !== null && this.#take(current, at);
  }

  /** True when this record completed a switch. A set that cannot be used is counted, and the one in force stays. */
  control(control: Control, from: number, at: number): boolean {
    const { pending, current } = this.#stored;
    let entry = pending.find((p) => p.control.hash === control.hash && !p.from.includes(from));
    if (!entry) {
      if (pending.length === 0 && current?.hash === control.hash) return false;
      entry = { control, from: [] };
      pending.push(entry);
    }
    entry.from.push(from);
    this.#table.set(RULE_SET, this.#stored);
    const complete = entry.from.length >= this.#sources;
    if (complete) pending.splice(0, pending.indexOf(entry) + 1);
    else if (current !== null || !this.#firstAtOnce) return false;
    if (!this.#take(control, at)) return false;
    this.#stored.current = control;
    return true;
  }

  #take(control: Control, at: number): boolean {
    const compiled = this.#compile(sourceOf(control.hash, (part) => this.#context.artifact(part)));
    if (!compiled.ok) {
      this.#context.count('rule_set_refused');
      return false;
    }
    this.limits = readLimits(compiled.ruleSet, at);
    this.ruleSet = compiled.ruleSet;
    this.tables = compiled.tables;
    return true;
  }

  /** Parameters have dates from which they hold. */
  refresh(at: number): void {
    if (this.ruleSet) this.limits = readLimits(this.ruleSet, at);
  }
}
