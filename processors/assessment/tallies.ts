/** What each rule did since the last tally: also the errors and the warming that never become an alert. */
import type { Tally } from '../../schemas/risk/alert.ts';
import type { StateTable } from '../../streams/stage.ts';

const COUNTS = ['evaluated', 'blue', 'yellow', 'orange', 'red', 'error', 'warming', 'suppressed'] as const;
type Count = (typeof COUNTS)[number];
type Counts = Record<Count, number>;

const none = (): Counts => ({ evaluated: 0, blue: 0, yellow: 0, orange: 0, red: 0, error: 0, warming: 0, suppressed: 0 });

/** All rules under one key: it is marked once a record, not once a judgement. */
const KEY = 'counts';

export class Tallies {
  readonly #table: StateTable<Record<string, Counts>>;
  #counts: Record<string, Counts>;
  #marked = false;

  constructor(table: StateTable<Record<string, Counts>>) {
    this.#table = table;
    this.#counts = table.get(KEY) ?? {};
  }

  static open(context: { state: { table<V>(name: string): StateTable<V> } }): Tallies {
    return new Tallies(context.state.table('tally'));
  }

  /** Between two records: the state may have been flushed. */
  release(): void {
    this.#marked = false;
  }

  add(rule: string, count: Count): void {
    (this.#counts[rule] ??= none())[count]++;
    if (this.#marked) return;
    this.#table.set(KEY, this.#counts);
    this.#marked = true;
  }

  /** In order of rule ids; all counts start again at nothing. */
  take(at: number): Tally[] {
    const taken = this.#counts;
    this.#counts = {};
    this.#table.set(KEY, this.#counts);
    return Object.keys(taken).sort().map((rule) => ({ rule, ...(taken[rule] as Counts), at }));
  }
}
