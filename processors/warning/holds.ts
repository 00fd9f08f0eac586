/** Alerts of rules that depend on a feed are held while that feed is silent: what they count is missing, not gone. */
import type { RuleSet } from '../../language/ruleset.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import type { KeyedState, StateTable } from '../../streams/stage.ts';

export class Holds {
  /** Open alerts on silent feeds: alertId → feed (`sender/message type`). */
  readonly #silent: StateTable<string>;
  /** The latest revision of each held alert. */
  readonly #held: StateTable<Alert>;

  constructor(state: KeyedState) {
    this.#silent = state.table<string>('silent');
    this.#held = state.table<Alert>('held');
  }

  /** Takes in a live revision of a rule that tells of silence. True where it set a feed free. */
  feed(alert: Alert): boolean {
    if (alert.score > 0) {
      this.#silent.set(alert.alertId, alert.subject.id);
      return false;
    }
    this.#silent.delete(alert.alertId);
    return true;
  }

  /** The silent feed that holds it; '' where none does. */
  holds(ruleSet: RuleSet | undefined, alert: Alert): string {
    const rule = this.#silent.size === 0 ? undefined : ruleSet?.rule(alert.ruleId);
    if (!rule || rule.affectsFeed || rule.dependsOnFeeds.length === 0) return '';
    for (const [, feed] of this.#silent.entries()) if (rule.dependsOnFeeds.includes(feed.slice(feed.lastIndexOf('/') + 1))) return feed;
    return '';
  }

  keep(alert: Alert): void {
    this.#held.set(alert.alertId, alert);
  }

  /** Held alerts that nothing holds any more, in order of their ids. */
  release(ruleSet: RuleSet | undefined): Alert[] {
    const free = [...this.#held.entries()].filter(([, alert]) => this.holds(ruleSet, alert) === '').sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [alertId] of free) this.#held.delete(alertId);
    return free.map(([, alert]) => alert);
  }
}
