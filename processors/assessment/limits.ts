/** The parameters that assessment and warning read, taken together at one time so that the hot path reads fields. */
import type { RuleSet } from '../../language/ruleset.ts';

export interface Limits {
  /** Score from which a level is blue, yellow, orange, red. */
  levels: readonly [number, number, number, number];
  /** A grade is left only below this share of its threshold. */
  easeFactor: number;
  /** Entries (or items) a window keeps exactly, per subject. */
  exactEntries: number;
  /** Event ids and order keys that an alert carries. */
  evidenceEvents: number;
  /** A zone level is lowered after its score stayed low for this long. */
  levelEaseMs: number;
  /** Weight of a rule's best score in a zone level. */
  zoneRuleWeight: number;
  /** A subject with so many open rules of so many categories within 24 h is one grade worse. */
  escalateRules: number;
  escalateCategories: number;
}

export function readLimits(ruleSet: RuleSet, at: number): Limits {
  const number = (name: string): number => ruleSet.parameters.number(name, at);
  return {
    levels: [number('levelBlue'), number('levelYellow'), number('levelOrange'), number('levelRed')],
    easeFactor: number('easeFactor'),
    exactEntries: number('exactEntries'),
    evidenceEvents: number('evidenceEvents'),
    levelEaseMs: number('levelEaseMinutes') * 60_000,
    zoneRuleWeight: number('zoneRuleWeight'),
    escalateRules: number('escalateRules'),
    escalateCategories: number('escalateCategories'),
  };
}
