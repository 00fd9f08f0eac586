/** What the language compiles to: the only thing that stages know of rules. Everything here is immutable after compile. */
import type { Goods } from '../reference/recalls.ts';
import type { Bilingual, Category, Grade, Grounds } from '../schemas/risk/alert.ts';
import type { SubjectType } from '../schemas/risk/signal.ts';
import type { Fixed5 } from '../schemas/trade/envelope.ts';

/** `match` is raised by screening whenever an order's match changes, `operation` for rejections, repeats and the like, `listed` for each subject of a document that is on the block list. */
export const EVENT_NAMES = ['order', 'payment', 'waybill', 'declaration', 'receipt', 'match', 'operation', 'reversal', 'tax', 'rawPayment', 'tracking', 'reading', 'manifest', 'observation', 'listed'] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export type Scalar = string | number | boolean | string[];

/** An event as gates see it. Field names and types are those of language/vocabulary.ts; money is in yuan, weight in kg (doubles). */
export interface EventView {
  name: EventName;
  /** Variable `event`: what every event has. */
  common: Record<string, Scalar>;
  /** The variable named after the event, e.g. `order`. */
  fields: Record<string, Scalar>;
  /** Variable `line` of features with `each: line`. */
  lines: Record<string, Scalar>[];
  /** Absent or '' where the event has no such subject. */
  subjects: Partial<Record<SubjectType, string>>;
  /** Per line, over `subjects`. */
  lineSubjects: Partial<Record<SubjectType, string>>[];
}

export const FEATURE_KINDS = [
  'value', 'count', 'sum', 'distinct', 'max', 'last', 'topShare', 'hhi', 'percentile', 'robustZ', 'silence',
  'avg', 'min', 'stddev', 'topSum', 'itemsOver', 'intervalCv', 'sequence', 'absence', 'firstSeen', 'newShare', 'psi',
] as const;
/** value: this event's own number, no window. ratio is no kind: a rule's `value` or a formula divides two features with ratio(a, b). */
export type FeatureKind = (typeof FEATURE_KINDS)[number];

export interface Window {
  kind: 'sliding' | 'calendar' | 'event';
  /** Sliding length; for calendar windows the unit instead. */
  ms: number;
  unit: 'day' | 'month' | 'year' | '';
  /** 0 = event-exact; else the length of the aligned buckets. */
  resolutionMs: number;
  /** As written, e.g. `24h`, `calendar year`. */
  text: string;
}

export interface Feature {
  /** Hash of the definition without thresholds: the key of its window state, shared by rules that define the same. */
  id: string;
  kind: FeatureKind;
  window: Window;
  subjectType: SubjectType;
  /** percentile: 0..1. silence: the share of the time in which the feed was heard of within its own gap; 0 = the stated gap alone. */
  quantile: number;
  /** robustZ: weeks of same-hour history, the floor of the MAD as a share of the median, and by how many the count must exceed the median to count at all. */
  weeks: number;
  madFloor: number;
  leastExcess: number;
  /** silence: minutes of expected gap, the least where it is learned, and how many times its own gap a feed may be quiet. */
  expectedGapMinutes: number;
  margin: number;
  /** itemsOver: from which sum on an item counts. */
  over: number;
  /** What events give is summed by screening and told once a tick, since many events concern few such subjects; the window is then made of aligned buckets of `resolutionMs`. */
  summed: boolean;
  /** How far beyond its window it looks: `within` of sequence and absence, `remember` of first seen, `against` of psi. */
  reachMs: number;
  /** True where the value can only grow as records are added: may fire over an uncovered window, marked lowerBound. */
  growsOnly: boolean;
}

export interface Evaluation {
  /** error: the rule could not be evaluated, with the reason in `error`. */
  outcome: 'ok' | 'error';
  value: number;
  /** undefined = below the lowest band. */
  grade: Grade | undefined;
  threshold: number;
  score: number;
  error: string;
}

export interface Rule {
  id: string;
  indicator: string;
  version: number;
  status: 'draft' | 'shadow' | 'live' | 'retired';
  category: Category;
  title: Bilingual;
  description: Bilingual;
  /** Who answers for the rule; '' where its file does not say. */
  owner: Bilingual;
  /** Law, notice, FATF paper, or `own`: why the rule exists. */
  basis: string;
  references: readonly string[];
  falsePositives: Bilingual;
  action: Bilingual;
  /** Alternative subject types: each is judged by itself. */
  subjects: SubjectType[];
  /** By subject type, the rule's features under their names in the rule. */
  features: Record<string, Map<string, Feature>>;
  /** Name of the feature whose window the alert shows. */
  windowText: string;
  support: { feature: string; min: number } | undefined;
  cooldownMs: number;
  /** A grade is lowered only after the value stayed below 0.8 × its threshold for this long. */
  easeAfterMs: number;
  /** Message types whose silence holds this rule's alerts; and whether this rule is the one that tells of silence. */
  dependsOnFeeds: string[];
  affectsFeed: boolean;
  /** Weight w in R = 1 − Π(1 − w·s). */
  weight: number;
  /** What it reads, each with the version in force: `positive-list 2022 (incomplete)`. */
  tables: string[];
  /** True where the value can only grow as records are added: the rule may fire over uncovered windows, marked lowerBound. */
  growsOnly: boolean;
  /** As the file gives them, before overrides; ascending. */
  bands: readonly { grade: Grade; from: number }[];
  examples: readonly Example[];
  /**
   * Bands after overrides for this zone; ascending, at least one. `at` chooses the parameters in force (without it the latest). A feature of kind `value` that this
   * event did not touch counts as 0; any other feature that is missing makes the outcome `error`. The rule's formulas are added to `values`.
   */
  evaluate(values: Map<string, number>, where: { zone: string; at?: number }): Evaluation;
  /** What its grade follows from besides the values, in that zone and at that time. */
  grounds(where: { zone: string; at: number }): Grounds;
  /** Reason with the values filled in. */
  explain(values: ReadonlyMap<string, number>, evaluation: Evaluation, subject: { type: SubjectType; id: string }): Bilingual;
}

/** One event of an example: its fields over the vocabulary's defaults. `tick` instead of fields: only time passes. */
export interface ExampleEvent { at: number; view: EventView | undefined; zone: string }
/** Same-hour history for robustZ features, the same for each hour of the week. */
export interface ExampleBaseline { feature: string; subject: string; median: number; mad: number }
export interface Example { name: string; events: readonly ExampleEvent[]; baselines: readonly ExampleBaseline[]; grade: Grade | undefined }

export interface Parameters {
  /** Value in force at `at` (epoch ms). Throws where the name is unknown: names are checked at load. */
  number(name: string, at: number): number;
}

export interface RuleSet {
  hash: string;
  version: string;
  rules: readonly Rule[];
  rule(id: string): Rule | undefined;
  feature(id: string): Feature | undefined;
  /** Rules that read the feature. */
  rulesOf(featureId: string): readonly Rule[];
  /** Features that are judged by time alone (silence), evaluated on ticks. */
  timed: readonly Feature[];
  parameters: Parameters;
  /**
   * Runs the gates of the rules that listen to this event. Calls `give` once per contribution with its subject; `fail` once per rule whose gate
   * threw. Pure; allocation only for what is given.
   */
  screen(view: EventView, at: number, give: (subjectType: SubjectType, subjectId: string, feature: string, value: number, item: string) => void, fail: (ruleId: string, why: string, subjectType: SubjectType, subjectId: string) => void): void;
}

export interface GoodsNorm { unitKg: number; householdUnits: number }

/** Reference tables that gates and the match read, at a moment of the event's time. A miss against an incomplete table is `not-checked`. */
export interface Tables {
  /** Versions, for the evidence: `positive-list 2022 (incomplete)`. */
  versions: Readonly<Record<string, string>>;
  /** CNY per unit, or undefined. */
  referencePrice(hs: string, country: string, at: number): number | undefined;
  /** 0..1: 1 = exact entry of the prohibited list. */
  prohibitedHs(hs: string, at: number): number;
  positiveList(hs: string, at: number): 'allowed' | 'excluded' | 'miss' | 'not-checked';
  /** 0 none, 1 advisory, 2 restricted, 3 ban, 4 ban and same lot. */
  diseaseLevel(country: string, hs: string, at: number): number;
  /** Degrees × 100,000: within a supervised site in force. A place that is in none proves nothing where the table is not complete. */
  atSite(lat: number, lon: number, at: number): boolean;
  /** CNY for one unit at customs' rate of the month, or undefined. ISO 4217. */
  exchangeRate(currency: string, at: number): number | undefined;
  /** 0..1: how well goods fit a recall in force (reference/recalls.ts). */
  recallScore(goods: Goods, at: number): number;
  /** Whether the name holds a term of that list (cites, dangerous, precursor, dual-use). */
  goodsTerm(name: string, list: string, at: number): boolean;
  /** The HS prefix that the name's longest term of goods points to, or ''. */
  likelyHs(name: string, at: number): string;
  controlled(list: string, hs: string, at: number): boolean;
  /** Of one piece, in kg, and how many pieces a household uses; undefined where not listed. */
  goodsNorm(hs: string, at: number): GoodsNorm | undefined;
  /** 0 none … 4 ban: a new tariff or ban of that country on those goods. */
  tradeMeasure(country: string, hs: string, at: number): number;
  /** Whether goods lie in a party's registered business scope. */
  inScope(code: string, hs: string, at: number): 'in' | 'out' | 'not-checked';
  /** lapsed: listed, but not for that day. */
  party(code: string, role: string, at: number): 'registered' | 'lapsed' | 'miss' | 'not-checked';
  /** The rates in force of the longest prefix that has some. */
  taxRate(hs: string, at: number): TaxRate | undefined;
  /** Whether alerts of this rule on the subject are held; absent where nobody is listed. */
  allowed?(rule: string, type: SubjectType, id: string, at: number): boolean;
  /** Whether each appearance of the subject is told (event `listed`); absent where nobody is listed. */
  blocked?(type: SubjectType, id: string, at: number): boolean;
  /** What a guarantor stands for, in 0.00001 yuan: guarantees in force at once add up. */
  guarantee(code: string, at: number): Fixed5 | 'lapsed' | 'miss' | 'not-checked';
}

/** Shares as integers of 0.00001. Without a duty the row says nothing of full rates. */
export interface TaxRate { vat: Fixed5; consumption: Fixed5; duty: Fixed5 | undefined }

/** One finding of `rules check`. `zh`: in Chinese, of what officers meet who only decide. */
export interface Finding { check: string; file: string; line: number; column: number; message: string; suggestion: string; zh?: { message: string; suggestion: string } }

/** Files of a rule set by path relative to the rules folder, plus the reference tables as CSV texts: the content of the rule-set artifact. */
export interface RuleSource { files: Record<string, string>; tables: Record<string, string> }

/** `advice`: what hinders nothing (language/lint.ts). */
export type Compiled = { ok: true; ruleSet: RuleSet; tables: Tables; advice: readonly Finding[] } | { ok: false; findings: Finding[] };
/** compile(source) lives in language/compile.ts. Pure: same source, same set, same hash. */
export type Compile = (source: RuleSource) => Compiled;
