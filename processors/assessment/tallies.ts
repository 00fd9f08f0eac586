/** What each rule did since the last tally: also the errors and the warming that never become an alert. */
import type { Tally } from '../../schemas/risk/alert.ts';
import type { StateTable } from '../../streams/stage.ts';

const COUNTS = ['evaluated', 'blue', 'yellow', 'orange', 'red', 'error', 'warming', 'suppressed'] as const;
type Count = (typeof COUNTS)[number];
type Counts = Record<Count, number>;

const none = (): Counts => ({ evaluated: 0, blue: 0, yellow: 0, orange: 0, red: 0, error: 0, warming: 0, suppressed: 0 });

export class Tallies {
  readonly #table: StateTable<Counts>;

  constructor(table: StateTable<Counts>) {
    this.#table = table;
  }

  static open(context: { state: { table<V>(name: string): StateTable<V> } }): Tallies {
    return new Tallies(context.state.table<Counts>('tallies'));
  }

  add(rule: string, count: Count): void {
    const counts = this.#table.get(rule) ?? none();
    counts[count]++;
    this.#table.set(rule, counts);
  }

  /** In order of rule ids; all counts start again at nothing. */
  take(at: number): Tally[] {
    const rules = [...this.#table.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [rule] of rules) this.#table.delete(rule);
    return rules.map(([rule, counts]) => ({ rule, ...counts, at }));
  }
}
