/**
 * Assessment: signals in, changes out. Per subject it keeps the windows, judges the rules that read them, and keeps the alerts and the subject's level.
 * Out come alert revisions, level changes, one tally per rule and second, and the stage's own time (a tick to every partition).
 */
import { explainAlert } from '../../language/explain-alert.ts';
import type { Compile } from '../../language/ruleset.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Alert, Level, Suppression } from '../../schemas/risk/alert.ts';
import type { Baseline, Control, Tick } from '../../schemas/risk/journal.ts';
import type { Signals } from '../../schemas/risk/signal.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Stage, StageContext, StateTable, Step } from '../../streams/stage.ts';
import type { Moment } from './alert-state.ts';
import { Alerts } from './alerts.ts';
import { EntryJudge } from './entries.ts';
import { Feeds } from './feeds.ts';
import { History } from './history.ts';
import { Judge } from './judge.ts';
import { SubjectLevels } from './levels.ts';
import { type Plan, Plans } from './plans.ts';
import { RulesInForce } from './rules-in-force.ts';
import { Suppressions } from './suppressions.ts';
import { Tallies } from './tallies.ts';
import { Watermark } from './watermark.ts';
import { align, HOUR } from '../../language/span.ts';
import { WindowStore } from './windows/store.ts';

const OUT = 'assessments.v1';
const SILENCE_EVERY_MS = 10_000;
const TALLY_EVERY_MS = 1000;

interface Clock { watermark: number[]; silenceAt: number; talliedAt: number }

export function assessment(compile: Compile): Stage {
  return { name: 'assessment', input: 'signals.v1', outputs: [OUT], open: (context) => new Assessment(compile, context) };
}

class Assessment implements Step {
  readonly #context: StageContext;
  readonly #rules: RulesInForce;
  readonly #clocks: StateTable<Clock>;
  readonly #clock: Clock;
  readonly #watermark: Watermark;
  readonly #history: History;
  readonly #baselines: StateTable<Baseline>;
  readonly #windows: WindowStore;
  readonly #feeds: Feeds;
  readonly #tallies: Tallies;
  readonly #levels: SubjectLevels;
  readonly #judge: Judge;
  readonly #suppressions: Suppressions;
  readonly #alerts: Alerts;
  #entries: EntryJudge | undefined;
  /** Offers the arrival of the record in hand to outputs. */
  #arrival = 0;

  constructor(compile: Compile, context: StageContext) {
    this.#context = context;
    const { state } = context;
    const sources = context.partitions('journal.v1');
    this.#rules = new RulesInForce(compile, context, sources);
    this.#clocks = state.table<Clock>('clock');
    this.#clock = this.#clocks.get('clock') ?? { watermark: [], silenceAt: 0, talliedAt: 0 };
    this.#watermark = new Watermark(sources, this.#clock.watermark);
    this.#history = new History(state.table('history'));
    this.#baselines = state.table<Baseline>('baselines');
    this.#windows = new WindowStore(context);
    this.#feeds = new Feeds(state.table('feeds'), state.table('feed-gaps'));
    this.#tallies = Tallies.open(context);
    this.#levels = new SubjectLevels(state.table('standings'));
    this.#judge = new Judge(this.#windows, this.#feeds, (feature) => this.#history.knownFrom(feature));
    this.#suppressions = new Suppressions(state.table('suppressions'), () => this.#rules.tables?.allowed);
    this.#alerts = new Alerts(state.table('alerts'), this.#judge, this.#tallies, this.#suppressions, (alert, plan, moment) => this.#publish(alert, plan, moment));
  }

  apply(record: LogRecord): void {
    this.#arrival = record.arrival;
    this.#windows.release();
    this.#tallies.release();
    this.#history.began(record.arrival);
    if (this.#rules.restore(this.#watermark.time)) this.#useRules(false);
    switch (record.type) {
      case 'signals': return this.#signals(record as LogRecord<Signals>);
      case 'tick': return this.#tick(record as LogRecord<Tick>);
      case 'control': return this.#control(record as LogRecord<Control>);
      case 'baseline': return this.#baseline(record.body as Baseline);
      case 'suppression': return this.#suppress(record as LogRecord<Suppression>);
      case 'gap': return this.#missed(record);
      default: this.#context.count('unknown_record');
    }
  }

  /** Of this partition's input, or of screening's: windows that reach back into it are not whole. */
  #missed({ arrival }: LogRecord): void {
    this.#context.count('gap');
    this.#history.lost(Math.max(this.#watermark.time, arrival));
    this.#useRules(false);
  }

  #signals(record: LogRecord<Signals>): void {
    const now = Math.max(this.#watermark.time, record.arrival);
    for (const entry of record.body.entries) {
      for (const rule of entry.errors) this.#tallies.add(rule, 'error');
      if (this.#entries) this.#entries.apply(entry, now, record);
      else {
        this.#context.count('signal_without_rules');
        this.#tallies.add(RULE_SET, 'error');
      }
    }
    this.#entries?.settleTakeBacks();
  }

  #control(record: LogRecord<Control>): void {
    if (record.body.name !== RULE_SET) return;
    const now = Math.max(this.#watermark.time, record.arrival);
    if (!this.#rules.control(record.body, record.source.partition, this.#watermark.time)) return;
    this.#history.switched(this.#rules.ruleSet as NonNullable<RulesInForce['ruleSet']>, now);
    this.#useRules(true);
    this.#toAll('control', record.body, record.body.name, record.eventTime);
  }

  #useRules(changed: boolean): void {
    const { ruleSet, limits } = this.#rules;
    if (!ruleSet || !limits) return;
    const plans = new Plans(ruleSet, (feature) => this.#history.complete(feature));
    const baselines = new Map<string, Baseline>();
    for (const [, baseline] of this.#baselines.entries()) this.#keyed(baseline, (key) => baselines.set(key, baseline));
    this.#windows.use((id) => ruleSet.feature(id), baselines, changed);
    this.#windows.limit(limits.exactEntries);
    const around = { ruleSet: ruleSet.hash, plans, limits };
    this.#entries = new EntryJudge({ around, ruleSet, windows: this.#windows, feeds: this.#feeds, judge: this.#judge, alerts: this.#alerts, count: (name) => this.#context.count(name) });
  }

  /** From here on, or (lifted) no more. */
  #suppress({ body, arrival }: LogRecord<Suppression>): void {
    this.#suppressions.take(body);
    this.#releaseEnded(Math.max(this.#watermark.time, arrival), arrival);
  }

  #releaseEnded(now: number, arrival: number): void {
    if (this.#entries && this.#suppressions.ended(now)) this.#alerts.release({ now, arrival }, this.#entries.around);
  }

  #baseline(baseline: Baseline): void {
    this.#baselines.set(`${baseline.rule}|${baseline.feature}|${baseline.subjectType}|${baseline.subjectId}`, baseline);
    this.#keyed(baseline, (key) => this.#windows.baseline(key, baseline));
  }

  /** A baseline names its feature by id or by its name in the rule. */
  #keyed(baseline: Baseline, use: (key: string) => void): void {
    const { ruleSet } = this.#rules;
    const named = Object.entries(ruleSet?.rule(baseline.rule)?.features ?? {}).find(([type]) => type === baseline.subjectType)?.[1].get(baseline.feature);
    const feature = named ?? ruleSet?.feature(baseline.feature);
    if (feature) use(`${feature.id}|${baseline.subjectId}`);
  }

  #tick(record: LogRecord<Tick>): void {
    const before = this.#watermark.time;
    const advanced = this.#watermark.tick(record.source.partition, record.body.time);
    this.#clock.watermark = this.#watermark.pack();
    this.#clocks.set('clock', this.#clock);
    if (!advanced) return;
    const now = this.#watermark.time;
    this.#feeds.timePassed(before, now);
    if (this.#entries) this.#timePassed(before, now, record.arrival);
    if (now >= this.#clock.talliedAt + TALLY_EVERY_MS) this.#tally(now);
    this.#toAll('tick', { intake: `assessment/${this.#context.partition}`, time: now }, 'tick', now);
  }

  #timePassed(before: number, now: number, arrival: number): void {
    const entries = this.#entries as EntryJudge;
    // Parameters change at midnight in Shanghai: reading them once an hour is enough.
    if (align(before, HOUR) !== align(now, HOUR)) {
      this.#rules.refresh(now);
      if (this.#rules.limits) entries.around.limits = this.#rules.limits;
      this.#windows.limit(entries.around.limits.exactEntries);
    }
    this.#releaseEnded(now, arrival);
    this.#tell(this.#levels.timePassed(now, entries.around.limits), arrival);
    this.#alerts.timePassed(now, arrival, entries.around);
    if (now >= this.#clock.silenceAt + SILENCE_EVERY_MS) {
      this.#clock.silenceAt = now;
      entries.judgeSilence(now, arrival);
    }
    entries.judgeAbsences(now, arrival);
    this.#windows.sweep(now);
  }

  #tally(now: number): void {
    this.#clock.talliedAt = now;
    for (const tally of this.#tallies.take(now)) {
      this.#context.emit({ topic: OUT, key: tally.rule, type: 'tally', eventTime: now, arrival: this.#arrival, body: tally });
    }
  }

  #toAll(type: 'tick' | 'control' | 'alert', body: unknown, key: string, eventTime: number): void {
    for (let partition = 0; partition < this.#context.partitions(OUT); partition++) {
      this.#context.emit({ topic: OUT, partition, key, type, eventTime, arrival: this.#arrival, body });
    }
  }

  #publish(revision: Alert, plan: Plan | undefined, moment: Moment): void {
    const alert: Alert = { ...revision, explanation: explainAlert(revision) };
    this.#context.count(`alert_${alert.change}`);
    // A retired rule has no plan any more: its feed must be set free everywhere.
    if (plan?.rule.affectsFeed ?? alert.subject.type === 'feed') this.#toAll('alert', alert, alert.zone, alert.eventTime);
    else this.#context.emit({ topic: OUT, key: alert.zone, type: 'alert', eventTime: alert.eventTime, arrival: moment.arrival, body: alert });
    const { limits } = this.#rules;
    if (alert.origin === 'backfill' || !limits) return;
    this.#tell(this.#levels.revise(alert, plan?.rule.weight ?? 0, moment.now, limits), moment.arrival);
  }

  #tell(levels: Level[], arrival: number): void {
    for (const level of levels) this.#context.emit({ topic: OUT, key: level.zone, type: 'level', eventTime: level.at, arrival, body: level });
  }
}
