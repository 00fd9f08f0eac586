/** Suppressions in force: which alerts officers have agreed not to be told of, until when. */
import { type Alert, GRADES, type Suppression } from '../../schemas/risk/alert.ts';
import type { Tables } from '../../language/ruleset.ts';
import type { StateTable } from '../../streams/stage.ts';

const ALLOWED = 'allow-list';
type Concerned = Pick<Alert, 'ruleId' | 'subject' | 'zone'>;

export class Suppressions {
  readonly #table: StateTable<Suppression>;
  /** In order of their ids: few, and asked for only where an alert changes. */
  #known: Suppression[] = [];

  readonly #allowed: () => Tables['allowed'];

  /** `allowed`: what the allow list in force says. */
  constructor(table: StateTable<Suppression>, allowed: () => Tables['allowed']) {
    this.#table = table;
    this.#allowed = allowed;
    this.#order();
  }

  #order(): void {
    this.#known = [...this.#table.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, suppression]) => suppression);
  }

  /** A new one, or the word that lifts one. */
  take(suppression: Suppression): void {
    this.#table.set(suppression.id, suppression);
    this.#order();
  }

  /** Id of one that holds an alert of this grade (1 blue … 4 red), or `allow-list`, which holds all but red; '' where none does. */
  holds(alert: Concerned, rank: number, now: number): string {
    const { ruleId, subject } = alert;
    if (rank < GRADES.length && this.#allowed()?.(ruleId, subject.type, subject.id, now)) return ALLOWED;
    return this.#known.find((s) => now >= s.begins && now < s.ends && rank <= GRADES.indexOf(s.upTo) + 1 && concerns(s, alert))?.id ?? '';
  }

  /** Forgets those that have ended. True where one did: what it held must be told. */
  ended(now: number): boolean {
    const over = this.#known.filter(({ ends }) => now >= ends);
    for (const { id } of over) this.#table.delete(id);
    if (over.length > 0) this.#order();
    return over.length > 0;
  }
}

const concerns = (s: Suppression, { ruleId, subject, zone }: Concerned): boolean =>
  (s.ruleId === '' || s.ruleId === ruleId) && (s.zone === '' || s.zone === zone) && (s.subjectId === '' || (s.subjectId === subject.id && (s.subjectType === '' || s.subjectType === subject.type)));
