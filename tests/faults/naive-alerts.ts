/**
 * The third oracle: what the rules say of the recorded signals, each time reckoned anew from all that came before (tests/language/naive-judge.ts), against the alerts that were told, both ways. Of the system it shares the compiled
 * rules; nothing of its windows, judgements or the life of alerts. Silence, which time alone tells of, is not in it.
 */
import type { Feature, Rule, RuleSet } from '../../language/ruleset.ts';
import { type Alert, GRADES, type Grade } from '../../schemas/risk/alert.ts';
import type { Control, Tick } from '../../schemas/risk/journal.ts';
import type { Signal, Signals } from '../../schemas/risk/signal.ts';
import type { LogRecord } from '../../streams/log.ts';
import { compute, type Given } from '../language/naive-judge.ts';
import { once, type Recorded } from './fold.ts';

const SHOWN = 5;
const rankOf = (grade: Grade | undefined): number => (grade ? GRADES.indexOf(grade) + 1 : 0);
const isOfEvent = ({ window, kind }: Feature): boolean => window.kind === 'event' && kind !== 'silence';
/** Silence is told by time; the others are what signals tell. */
const isKnown = (rule: Rule): boolean => Object.values(rule.features).every((features) => [...features.values()].every(({ kind, summed }) => kind !== 'silence' && !summed));

/** An alert as the revisions so far leave it. */
interface Told { rank: number; open: boolean; cools: boolean; revisedAt: number }
interface Judged { rank: number; values: Map<string, number> }

export function againstRules(log: Recorded, ruleSets: (hash: string) => RuleSet | undefined): string[] {
  const problems: string[] = [];
  for (let p = 0; p < log.partitions('signals.v1'); p++) problems.push(...new Partition(log, p, ruleSets).problems());
  return problems.slice(0, SHOWN);
}

class Partition {
  readonly #records: readonly LogRecord[];
  readonly #sources: number;
  readonly #ruleSets: (hash: string) => RuleSet | undefined;
  /** By the offset of the signal record that they came of. */
  readonly #revisions: ReadonlyMap<number, readonly Alert[]>;
  readonly #where: string;
  readonly #signals: Signal[] = [];
  /** To which an alert that was looked at as time passed may have brought its windows: they never go back. */
  readonly #times = [0];
  readonly #told = new Map<string, Told>();
  readonly #problems: string[] = [];
  /** By edition the partitions of the journal that have named it. */
  readonly #named = new Map<string, Set<number>>();
  #ruleSet: RuleSet | undefined;

  constructor(log: Recorded, partition: number, ruleSets: (hash: string) => RuleSet | undefined) {
    this.#where = `signals.v1/${partition}`;
    this.#records = once(log.part('signals.v1', partition).records, []);
    this.#sources = log.partitions('journal.v1');
    this.#ruleSets = ruleSets;
    const alerts = Array.from({ length: log.partitions('assessments.v1') }, (_, p) => once(log.part('assessments.v1', p).records, [])).flat().filter(({ type, source }) => type === 'alert' && source.partition === partition);
    const inOrder = alerts.sort((a, b) => a.source.offset - b.source.offset || a.source.index - b.source.index);
    this.#revisions = new Map([...Map.groupBy(inOrder, ({ source }) => source.offset)].map(([offset, records]) => [offset, records.map(({ body }) => body as Alert)]));
  }

  problems(): string[] {
    for (const record of this.#records) {
      const revisions = (this.#revisions.get(record.offset) ?? []).filter(({ ruleId }) => this.#knows(ruleId));
      if (record.type === 'control') this.#control(record.body as Control, record.source.partition);
      if (record.type === 'tick') this.#times.push((record.body as Tick).time);
      if (record.type === 'signals') this.#judge(record as LogRecord<Signals>, revisions);
      else for (const alert of revisions) this.#byTime(alert);
      for (const alert of revisions) this.#remember(alert);
    }
    return this.#problems;
  }

  #knows(ruleId: string): boolean {
    const rule = this.#ruleSet?.rule(ruleId);
    return rule !== undefined && isKnown(rule);
  }

  /** Rules hold once every partition of the journal has named them. */
  #control({ name, hash }: Control, from: number): void {
    if (name !== 'rule-set') return;
    const named = this.#named.get(hash) ?? new Set();
    this.#named.set(hash, named.add(from));
    if (named.size === this.#sources) this.#ruleSet = this.#ruleSets(hash);
  }

  #judge({ body, offset, arrival }: LogRecord<Signals>, revisions: readonly Alert[]): void {
    const due = new Map<string, { rank: number; rule: Rule }>();
    const takenBack = new Set<string>();
    // What comes before the first rules hold is counted as an error, and in no window.
    for (const entry of this.#ruleSet ? body.entries : []) {
      this.#signals.push(entry);
      for (const rule of this.#ruleSet?.rules ?? []) {
        const features = rule.features[entry.subjectType];
        if (!features || !rule.subjects.includes(entry.subjectType) || rule.status !== 'live' || !isKnown(rule)) continue;
        const mine = entry.contributions.filter(({ feature }) => [...features.values()].some(({ id }) => id === feature));
        const key = keyOf(rule.id, entry.subjectType, entry.subjectId);
        if (mine.some(({ sign }) => sign < 0)) takenBack.add(key);
        if (!mine.some(({ sign }) => sign > 0)) continue;
        const might = this.#times.map((time) => this.#worst(rule, features, entry, time));
        const told = revisions.find((alert) => keyOf(alert.ruleId, alert.subject.type, alert.subject.id) === key && ['raised', 'escalated'].includes(alert.change) && alert.evidence.events.includes(entry.eventId));
        if (told) this.#compare(told, might, `${this.#where}:${offset}`);
        const rank = told ? rankOf(told.grade) : Math.min(...might.map((judged) => judged.rank));
        if (rank > (due.get(key)?.rank ?? 0)) due.set(key, { rank, rule });
      }
    }
    const after = new Map([...due.keys()].map((key) => [key, this.#after(key, revisions)]));
    for (const [key, { rank, rule }] of due) {
      const told = after.get(key);
      const cooling = told && !told.open && told.cools && rank <= told.rank && arrival < told.revisedAt + rule.cooldownMs;
      if (told?.open ? told.rank >= rank : cooling || takenBack.has(key)) continue;
      this.#problems.push(`${this.#where}:${offset}: ${key} is ${GRADES[rank - 1]} by the rule, but ${told?.open ? `the alert says ${GRADES[told.rank - 1]}` : 'there is no alert'}`);
    }
    for (const alert of revisions) {
      const key = keyOf(alert.ruleId, alert.subject.type, alert.subject.id);
      if (alert.change === 'raised' && !due.has(key)) this.#problems.push(`${this.#where}:${offset}: alert ${alert.alertId} (${key}) was raised, but no signal of this record gives it a grade`);
      if (alert.change === 'withdrawn' && !takenBack.has(key)) this.#problems.push(`${this.#where}:${offset}: alert ${alert.alertId} (${key}) was withdrawn, but nothing was taken back`);
    }
  }

  /** Of a rule on single events its worst line; of windows what they hold at the latest of all events so far, or at `time`. */
  #worst(rule: Rule, features: ReadonlyMap<string, Feature>, entry: Signal, time: number): Judged {
    const list = ({ id }: Feature): number[] => entry.contributions.filter(({ feature, sign }) => feature === id && sign > 0).map(({ value }) => value);
    const lines = Math.max(1, ...[...features.values()].filter((feature) => isOfEvent(feature) && feature.kind === 'value').map((feature) => list(feature).length));
    const judged = Array.from({ length: lines }, (_, line): Judged => {
      const values = new Map([...features].map(([name, feature]) => [name, isOfEvent(feature) ? (list(feature)[Math.min(line, list(feature).length - 1)] ?? 0) : this.#window(feature, entry.subjectId, Math.max(this.#latest(features, feature, entry.subjectId), entry.at, time))]));
      return this.#graded(rule, values, entry.zone || 'none', entry.at);
    });
    return judged.sort((a, b) => b.rank - a.rank)[0] as Judged;
  }

  #window(feature: Feature, subjectId: string, at: number): number {
    const given: Given[] = [];
    for (const signal of this.#signals) {
      if (signal.subjectType !== feature.subjectType || signal.subjectId !== subjectId) continue;
      for (const { feature: id, sign, value, item } of signal.contributions) {
        if (id !== feature.id) continue;
        // Taken back under the time at which it was given; what came before the rules held was given to nobody.
        const place = given.findIndex((one) => one.at === signal.at && one.value === value && one.item === item);
        if (sign > 0) given.push({ at: signal.at, value, item });
        else if (place >= 0) given.splice(place, 1);
      }
    }
    return compute(feature, given, at, undefined) ?? 0;
  }

  /** All windows of a rule that there are by then are looked at whenever an event touches one of them, and none goes back. */
  #latest(features: ReadonlyMap<string, Feature>, { id, subjectType }: Feature, subjectId: string): number {
    const ids = new Set([...features.values()].map((feature) => feature.id));
    const own = this.#signals.filter((signal) => signal.subjectType === subjectType && signal.subjectId === subjectId && signal.contributions.some(({ feature }) => ids.has(feature)));
    const first = own.findIndex(({ contributions }) => contributions.some(({ feature, sign }) => feature === id && sign > 0));
    return first < 0 ? 0 : own.slice(first).reduce((latest, { at }) => Math.max(latest, at), 0);
  }

  #graded(rule: Rule, values: Map<string, number>, zone: string, at: number): Judged {
    const { grade } = rule.evaluate(values, { zone, at });
    const supported = !rule.support || (values.get(rule.support.feature) ?? 0) >= rule.support.min;
    return { rank: supported ? rankOf(grade) : 0, values };
  }

  #compare({ alertId, change, grade, evidence }: Alert, might: readonly Judged[], where: string): void {
    const fits = ({ rank, values }: Judged): boolean => rankOf(grade) === rank && [...values].every(([name, value]) => Math.abs((evidence.values[name] ?? 0) - value) < 1e-9);
    if (might.some(fits)) return;
    const [{ rank, values }] = might as [Judged];
    this.#problems.push(`${where}: alert ${alertId} was ${change} to ${grade} by ${JSON.stringify(evidence.values)}, by the rule it is ${GRADES[rank - 1] ?? 'nothing'} by ${JSON.stringify(Object.fromEntries(values))}`);
  }

  /** Eased or closed as time passed: the windows must have become so empty by then. A rule on single events is closed by time whatever they hold. */
  #byTime(alert: Alert): void {
    const rule = this.#ruleSet?.rule(alert.ruleId);
    const features = rule?.features[alert.subject.type];
    if (!rule || !features || alert.change !== 'eased' || [...features.values()].some(isOfEvent)) return;
    const { rank } = this.#graded(rule, new Map([...features].map(([name, feature]) => [name, this.#window(feature, alert.subject.id, Math.max(alert.detectedAt, this.#latest(features, feature, alert.subject.id)))])), alert.zone, alert.detectedAt);
    const expected = alert.score === 0 ? 0 : rankOf(alert.grade);
    if (rank !== expected) this.#problems.push(`${this.#where}: alert ${alert.alertId} was eased to ${expected === 0 ? 'its end' : alert.grade} at ${alert.detectedAt}, by the rule it is ${GRADES[rank - 1] ?? 'nothing'}`);
  }

  #after(key: string, revisions: readonly Alert[]): Told | undefined {
    return revisions.filter(({ ruleId, subject }) => keyOf(ruleId, subject.type, subject.id) === key).reduce<Told | undefined>((_, alert) => toldOf(alert), this.#told.get(key));
  }

  #remember(alert: Alert): void {
    this.#told.set(keyOf(alert.ruleId, alert.subject.type, alert.subject.id), toldOf(alert));
  }
}

const keyOf = (rule: string, type: string, id: string): string => `${rule}|${type}|${id}`;
const toldOf = ({ grade, score, change, detectedAt }: Alert): Told => ({ rank: rankOf(grade), open: score > 0, cools: change === 'eased', revisedAt: detectedAt });
