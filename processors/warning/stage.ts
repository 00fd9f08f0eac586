/**
 * Warning: what is assessed becomes public, or is held. Live alerts go to their category's topic, shadow, backfill and held ones to held.v1; levels of
 * subjects are passed on, levels of zones by category are computed here.
 */
import type { Compile } from '../../language/ruleset.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import { type Alert, CATEGORIES, type Level } from '../../schemas/risk/alert.ts';
import type { Control, Tick } from '../../schemas/risk/journal.ts';
import { type LogRecord, partitionOf } from '../../streams/log.ts';
import type { Stage, StageContext, StateTable, Step } from '../../streams/stage.ts';
import { RulesInForce } from '../assessment/rules-in-force.ts';
import { Watermark } from '../assessment/watermark.ts';
import { align, HOUR } from '../../language/span.ts';
import { Holds } from './holds.ts';
import { ZoneLevels } from './zone-levels.ts';

const HELD = 'held.v1';
const LEVELS = 'levels.v1';
const OUTPUTS = [...CATEGORIES.map((category) => `alerts.${category}.v1`), HELD, LEVELS];

export function warning(compile: Compile): Stage {
  return { name: 'warning', input: 'assessments.v1', outputs: OUTPUTS, open: (context) => new Warning(compile, context) };
}

class Warning implements Step {
  readonly #context: StageContext;
  readonly #rules: RulesInForce;
  readonly #clock: StateTable<number[]>;
  readonly #watermark: Watermark;
  readonly #holds: Holds;
  readonly #zones: ZoneLevels;

  constructor(compile: Compile, context: StageContext) {
    this.#context = context;
    // Assessment tells its time and its rule set once per partition of its own input.
    const sources = context.partitions('signals.v1');
    this.#rules = new RulesInForce(compile, context, sources, true);
    this.#clock = context.state.table<number[]>('clock');
    this.#watermark = new Watermark(sources, this.#clock.get('clock'));
    this.#holds = new Holds(context.state);
    this.#zones = new ZoneLevels(context.state);
  }

  apply(record: LogRecord): void {
    this.#rules.restore(this.#watermark.time);
    switch (record.type) {
      case 'alert': return this.#alert(record as LogRecord<Alert>);
      case 'level': return this.#level(record.body as Level, record.arrival);
      case 'tick': return this.#tick(record as LogRecord<Tick>);
      case 'control': return this.#control(record as LogRecord<Control>);
      case 'tally': return; // goes to its table as it is
      case 'gap': return this.#context.count('gap');
      default: this.#context.count('unknown_record');
    }
  }

  #alert({ body: alert, arrival }: LogRecord<Alert>): void {
    const { ruleSet } = this.#rules;
    const freed = alert.status === 'live' && alert.subject.type === 'feed' && ruleSet?.rule(alert.ruleId)?.affectsFeed !== false && this.#holds.feed(alert);
    // Alerts on feeds come to every partition, for the holding; one partition publishes them.
    if (partitionOf(alert.zone, this.#context.partitions('assessments.v1')) === this.#context.partition) this.#decide(alert, arrival);
    if (freed) this.#release(arrival);
  }

  #decide(alert: Alert, arrival: number): void {
    if (alert.status !== 'live') {
      this.#hold(alert, arrival);
      return this.#count(alert, arrival);
    }
    const feed = this.#holds.holds(this.#rules.ruleSet, alert);
    if (feed === '') return this.#publish(alert, arrival);
    const held: Alert = { ...alert, status: 'held', heldBy: `feed ${feed}` };
    this.#holds.keep(held);
    this.#hold(held, arrival);
  }

  #hold(alert: Alert, arrival: number): void {
    this.#context.count('held');
    this.#context.emit({ topic: HELD, key: alert.alertId, type: 'alert', eventTime: alert.eventTime, arrival, body: alert });
  }

  #publish(alert: Alert, arrival: number): void {
    this.#context.count(`published_${alert.grade}`);
    this.#context.emit({ topic: `alerts.${alert.category}.v1`, key: alert.alertId, type: 'alert', eventTime: alert.eventTime, arrival, body: alert });
    this.#count(alert, arrival);
  }

  /** In the level of its zone. */
  #count(alert: Alert, arrival: number): void {
    const { limits } = this.#rules;
    if (!limits) return;
    for (const level of this.#zones.revise(alert, Math.max(this.#watermark.time, alert.detectedAt), limits)) this.#level(level, arrival);
  }

  #release(arrival: number): void {
    for (const alert of this.#holds.release(this.#rules.ruleSet)) this.#publish({ ...alert, status: 'live', heldBy: '' }, arrival);
  }

  #level(level: Level, arrival: number): void {
    this.#context.emit({ topic: LEVELS, key: `${level.subject.type}|${level.subject.id}`, type: 'level', eventTime: level.at, arrival, body: level });
  }

  #control({ body, source, arrival }: LogRecord<Control>): void {
    // Dependencies may have changed: what nothing holds any more goes out.
    if (body.name === RULE_SET && this.#rules.control(body, source.partition, this.#watermark.time)) this.#release(arrival);
  }

  #tick({ body, source, arrival }: LogRecord<Tick>): void {
    const before = this.#watermark.time;
    const advanced = this.#watermark.tick(source.partition, body.time);
    this.#clock.set('clock', this.#watermark.pack());
    if (!advanced) return;
    const now = this.#watermark.time;
    if (align(before, HOUR) !== align(now, HOUR)) this.#rules.refresh(now);
    if (!this.#rules.limits) return;
    for (const level of this.#zones.timePassed(now, this.#rules.limits)) this.#level(level, arrival);
  }
}
