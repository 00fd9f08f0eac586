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
  /** A level is lowered after its score stayed low for this long. */
  levelEaseMs: number;
  /** Weight of a rule's best score in a zone level. */
  zoneRuleWeight: number;
  /** A subject with so many rules of so many categories within this time is one grade worse. */
  escalateRules: number;
  escalateCategories: number;
  escalateMs: number;
  /** What is left of a closed alert halves each so long, and is nothing below levelForgotten. */
  levelHalfLifeMs: number;
  levelForgotten: number;
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
    escalateMs: number('escalateHours') * 3_600_000,
    levelHalfLifeMs: Math.max(1, number('levelHalfLifeHours') * 3_600_000),
    levelForgotten: number('levelForgotten'),
  };
}
