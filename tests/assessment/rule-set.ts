/** Small rule sets by hand, and the compile that knows them by name: assessment needs no more of the language than this. */
import { gradeOf } from '../../language/bands.ts';
import type { Compile, Feature, FeatureKind, Rule, RuleSet, Window } from '../../language/ruleset.ts';
import { type Category, type Grade, NO_GROUNDS } from '../../schemas/risk/alert.ts';
import type { Contribution, Signal, SubjectType } from '../../schemas/risk/signal.ts';
import type { LogRecord } from '../../streams/log.ts';
import { record } from '../stage-harness.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const T0 = Date.UTC(2026, 4, 31, 10);

export const sliding = (ms: number): Window => ({ kind: 'sliding', ms, unit: '', resolutionMs: 0, text: `${ms / HOUR}h` });
const EVENT: Window = { kind: 'event', ms: 0, unit: '', resolutionMs: 0, text: 'event' };

export function feature(kind: FeatureKind, subjectType: SubjectType, id: string, part: Partial<Feature> = {}): Feature {
  const window = kind === 'value' || kind === 'silence' ? EVENT : sliding(HOUR);
  return { id, kind, window, subjectType, quantile: 0.9, weeks: 4, madFloor: 0.05, leastExcess: 0, expectedGapMinutes: 0, margin: 1, over: 0, reachMs: 0, growsOnly: kind === 'count' || kind === 'sum', summed: false, ...part };
}

export interface RuleSpec extends Partial<Omit<Rule, 'features' | 'bands' | 'evaluate' | 'explain'>> {
  id: string;
  features: Record<string, Feature>;
  bands: Partial<Record<Grade, number>>;
  value?: (values: ReadonlyMap<string, number>) => number;
}

export function rule(spec: RuleSpec): Rule {
  const [first] = Object.entries(spec.features);
  if (!first) throw new Error(`rule ${spec.id} has no feature`);
  const bands = Object.entries(spec.bands).map(([grade, from]) => ({ grade: grade as Grade, from }));
  const text = { en: spec.id, zh: spec.id };
  return {
    indicator: 'X1', version: 1, status: 'live', category: spec.id.split('/')[0] as Category, title: text, description: text, owner: text, basis: 'own', references: [], falsePositives: text, action: text,
    subjects: [first[1].subjectType], windowText: first[1].window.text, support: undefined, cooldownMs: 10 * MINUTE, easeAfterMs: 5 * MINUTE, dependsOnFeeds: [], affectsFeed: false,
    weight: 1, tables: [], growsOnly: first[1].growsOnly, examples: [], ...spec, bands, features: { [first[1].subjectType]: new Map(Object.entries(spec.features)) },
    evaluate: (values) => {
      const value = spec.value ? spec.value(values) : (values.get(first[0]) as number);
      if (!Number.isFinite(value)) return { outcome: 'error', value, grade: undefined, threshold: 0, score: 0, error: 'no finite number' };
      return { outcome: 'ok', value, ...gradeOf(bands, value), error: '' };
    },
    grounds: () => ({ ...NO_GROUNDS, bands: spec.bands }),
    explain: (values, evaluation) => ({ en: `${spec.id} ${evaluation.value} of ${[...values.keys()].join()}`, zh: `${spec.id} ${evaluation.value}` }),
  };
}

const PARAMETERS: Record<string, number> = { levelBlue: 0.25, levelYellow: 0.5, levelOrange: 0.75, levelRed: 0.9, easeFactor: 0.8, exactEntries: 1000, evidenceEvents: 20,
  levelEaseMinutes: 10, zoneRuleWeight: 0.5, escalateRules: 3, escalateCategories: 2, escalateHours: 24, levelHalfLifeHours: 6, levelForgotten: 0.05 };

export function ruleSet(hash: string, rules: Rule[], parameters: Record<string, number> = {}): RuleSet {
  const features = new Map(rules.flatMap((r) => Object.values(r.features).flatMap((map) => [...map.values()].map((f): [string, Feature] => [f.id, f]))));
  const known: Record<string, number> = { ...PARAMETERS, ...parameters };
  return {
    hash, version: hash, rules, rule: (id) => rules.find((r) => r.id === id), feature: (id) => features.get(id),
    rulesOf: (id) => rules.filter((r) => Object.values(r.features).some((map) => [...map.values()].some((f) => f.id === id))),
    timed: [...features.values()].filter((f) => f.kind === 'silence'),
    parameters: {
      number: (name) => {
        const value = known[name];
        if (value === undefined) throw new Error(`parameter ${name} is not declared`);
        return value;
      },
    },
    screen: () => {},
  };
}

/** The artifact of a set is its hash: `{"files":{"set":"<hash>"},"tables":{}}`. */
export const compileOf = (...sets: RuleSet[]): Compile => (source) => {
  const set = sets.find((s) => s.hash === source.files.set);
  if (!set) return { ok: false, findings: [] };
  return { ok: true, advice: [], ruleSet: set, tables: { versions: {}, referencePrice: () => undefined, prohibitedHs: () => 0, positiveList: () => 'not-checked', diseaseLevel: () => 0, exchangeRate: () => undefined, atSite: () => false, recallScore: () => 0, goodsTerm: () => false, likelyHs: () => '', controlled: () => false, goodsNorm: () => undefined, tradeMeasure: () => 0, inScope: () => 'not-checked', party: () => 'not-checked', taxRate: () => undefined, guarantee: () => 'not-checked' } };
};
export const artifactsOf = (...hashes: string[]): Record<string, string> => Object.fromEntries(hashes.map((hash) => [hash, JSON.stringify({ files: { set: hash }, tables: {} })]));

const from = (partition: number): LogRecord['source'] => ({ topic: 'journal.v1', partition, offset: -1, index: 0 });
export const tick = (time: number, partition = 0): LogRecord => record({ type: 'tick', arrival: time, source: from(partition), body: { intake: 'http', time } });
export const control = (hash: string, at = T0, partition = 0): LogRecord =>
  record({ type: 'control', arrival: at, source: from(partition), body: { name: 'rule-set', version: '1', hash, by: 'test' } });

export interface EntrySpec extends Partial<Omit<Signal, 'contributions'>> { give: (Partial<Contribution> & { feature: string })[] }

export const entry = ({ give, ...part }: EntrySpec): Signal => ({
  index: 0, subjectType: 'seller', subjectId: 's1', zone: '4401', at: T0, eventId: 'e', orderKey: 'P|1', origin: 'live', late: false, errors: [], sums: [],
  contributions: give.map((c) => ({ sign: 1, value: 1, item: '', ...c })), ...part,
});
export const signals = (arrival: number, ...entries: Signal[]): LogRecord => record({ type: 'signals', arrival, source: from(0), body: { entries } });
/** One event at `at`, arriving then. */
export const event = (at: number, eventId: string, spec: EntrySpec): LogRecord => signals(at, entry({ at, eventId, orderKey: `P|${eventId}`, ...spec }));
