import type { SubjectType } from './signal.ts';

export const CATEGORIES = ['market', 'transaction', 'financial', 'technical', 'public-security'] as const;
export type Category = (typeof CATEGORIES)[number];
export const GRADES = ['blue', 'yellow', 'orange', 'red'] as const;
export type Grade = (typeof GRADES)[number];

export interface Bilingual { en: string; zh: string }

/** One revision of an alert: the surface that the alert topics and `GET /v1/alerts` show. */
export interface Alert {
  /** hash(rule id, subject, opening event). */
  alertId: string;
  revision: number;
  change: 'raised' | 'updated' | 'escalated' | 'eased' | 'withdrawn';
  ruleId: string;
  ruleVersion: number;
  ruleSet: string;
  category: Category;
  grade: Grade;
  /** .25/.5/.75/1 by grade, raised within the band towards the next. */
  score: number;
  subject: { type: SubjectType; id: string };
  zone: string;
  /** e.g. `24h`, `calendar day`, `event`. */
  window: string;
  eventTime: number;
  detectedAt: number;
  firstSeen: number;
  lastSeen: number;
  /** Evaluations at or above the lowest band since it was raised. */
  count: number;
  /** Order keys behind it, newest last, at most 20. */
  documents: string[];
  reason: Bilingual;
  evidence: {
    /** The features' values and `value`, in the units of the rule. */
    values: Record<string, number>;
    threshold: number;
    /** Event ids, newest last, at most 20. */
    events: string[];
    lowerBound: boolean;
    /** Stated error or resolution of an approximate feature, or ''. */
    approximation: string;
    /** Versions of the lists and tables that the rule read. */
    tables: string[];
  } & Grounds;
  action: Bilingual;
  status: 'live' | 'shadow' | 'held';
  origin: string;
  /** Why it is held: `backfill`, the id of a suppression, or the silent feed (`feed sender/type`); '' where it is not. */
  heldBy: string;
  /** The whole of it in words: what was seen, which threshold, by how much, over which window, which documents, which version, what next. */
  explanation: Bilingual;
}

export const VERDICTS = ['confirmed', 'false', 'unclear'] as const;
/** An officer's word on an alert as it was at `revision`. The latest counts. `raisedAt`: when its first revision was detected. */
export interface Verdict {
  alertId: string;
  revision: number;
  ruleId: string;
  ruleVersion: number;
  category: Category;
  grade: Grade;
  status: Alert['status'];
  zone: string;
  verdict: (typeof VERDICTS)[number];
  reason: string;
  /** Name of the key. */
  officer: string;
  raisedAt: number;
  at: number;
}

/** Alerts of this rule, subject and zone ('' = any; at least one is named) up to a grade are held until it ends. The same id again with an earlier `ends` lifts it. */
export interface Suppression {
  id: string;
  ruleId: string;
  subjectType: SubjectType | '';
  subjectId: string;
  zone: string;
  /** A worse grade breaks through. */
  upTo: Grade;
  begins: number;
  ends: number;
  reason: string;
  author: string;
  approver: string;
  at: number;
}

/** What a grade follows from besides the values: value = formula over values and parameters, then the highest band at or below it. */
export interface Grounds {
  /** As the rule's file has it (CEL), or the name of its one feature. */
  formula: string;
  /** Of the rule's values those that are computed from others, in order. */
  formulas: Record<string, string>;
  /** Those that the formula reads, as they were in force. */
  parameters: Record<string, number>;
  /** In force for the alert's zone: from which value on each grade. */
  bands: Partial<Record<Grade, number>>;
  /** Below this the rule grades nothing; feature '' = it asks for none. */
  support: { feature: string; min: number };
}
export const NO_GROUNDS: Grounds = { formula: '', formulas: {}, parameters: {}, bands: {}, support: { feature: '', min: 0 } };

/** Level of one subject, or of a zone × category (then subject.type is `zone` and category is set). grade '' = below blue. */
export interface Level {
  subject: { type: SubjectType; id: string };
  category: Category | '';
  grade: Grade | '';
  score: number;
  /** Ids of the rules that count. */
  reasons: string[];
  zone: string;
  at: number;
  /** The grade that it had. */
  before: Grade | '';
  /** One grade worse than its score, since rules of several categories met. */
  escalated: boolean;
  /** What the score is made of: score = 1 − Π(1 − weight × score of each). Not open: closed by time, fading. */
  parts: { rule: string; weight: number; score: number; open: boolean }[];
  reason: Bilingual;
}

/** What one rule did since the last tick. Alerts are only the tip: error and warming must be seen too. */
export interface Tally {
  rule: string;
  evaluated: number;
  blue: number; yellow: number; orange: number; red: number;
  error: number; warming: number; suppressed: number;
  at: number;
}

/** What could not be taken. `sealed` is the sender's bytes (AES-256-GCM), or the already tokenised record where intake had taken it. */
export interface DeadLetter {
  id: string;
  reason: string;
  /** Field path, e.g. `items[0].qty`; '' where the whole was unreadable. */
  path: string;
  message: string;
  feed: string;
  messageType: string;
  form: string;
  sealed: Uint8Array;
  sealKeyId: string;
  /** Id of the dead letter of which this is a failed replay, or ''. */
  replayOf: string;
  origin: string;
  at: number;
  /** The backfill's id, or ''. */
  backfill?: string;
}

/** Ids that people paste behind a command begin with a letter: base64url may begin with `-`, which reads as an option. */
export const letterId = (derived: string): string => `dl-${derived}`;
