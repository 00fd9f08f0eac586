/**
 * Screening: folds each order's documents into a dossier, runs the match, sets the zone, evaluates the rules' gates, emits signals and facts.
 * Everything it knows of time comes from ticks; deadlines count from arrival. Here each record goes to the part that it concerns.
 */
import type { Compile } from '../../language/ruleset.ts';
import { DOCUMENT_TYPES, type Envelope } from '../../schemas/trade/envelope.ts';
import type { Manifest } from '../../schemas/trade/manifest.ts';
import type { Observation } from '../../schemas/trade/observation.ts';
import type { Reading } from '../../schemas/trade/reading.ts';
import type { Tracking } from '../../schemas/trade/tracking.ts';
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Alias, Baseline, Control, Operation, Tick } from '../../schemas/risk/journal.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Stage, StageContext, StateTable, Step } from '../../streams/stage.ts';
import { Devices } from './devices.ts';
import { Links } from './links.ts';
import { Manifests } from './manifests.ts';
import { Observations } from './observations.ts';
import { Orders } from './orders.ts';
import { Parcels } from './parcels.ts';
import { Screener } from './screener.ts';
import { CLOSED, DEVICE, DOSSIER, LINK, MANIFEST, OBSERVED, PARCEL } from './stored.ts';

/** `intakes`: by name every source of ticks, where there are several; the stage has no time before each has told its own. Omitted: those that tick. */
export function screening(compile: Compile, intakes?: (partitions: (topic: string) => number) => readonly string[]): Stage {
  return {
    name: 'screening',
    input: 'journal.v1',
    outputs: ['signals.v1', 'facts.v1', 'dead-letters.v1', 'journal.v1'],
    open: (context) => new Screening(context, compile, intakes?.(context.partitions)),
  };
}

interface Expiring { expire(key: string, due: number, now: number, record: LogRecord): void }

class Screening implements Step {
  readonly #screener: Screener;
  readonly #settings: StateTable<string>;
  readonly #intakes: readonly string[] | undefined;
  readonly #intakeTimes: StateTable<number>;
  readonly #orders: Orders;
  readonly #links: Links;
  readonly #parcels: Parcels;
  readonly #devices: Devices;
  readonly #manifests: Manifests;
  readonly #observations: Observations;
  readonly #timed: [kind: string, table: Pick<StateTable<unknown>, 'due'>][];
  /** By the kind of a timed table, the first letter of a timer's key. */
  readonly #expiring: Readonly<Record<string, Expiring>>;

  constructor(context: StageContext, compile: Compile, intakes: readonly string[] | undefined) {
    const { state } = context;
    this.#intakes = intakes;
    this.#screener = new Screener(context, compile);
    this.#settings = state.table('setting');
    this.#intakeTimes = state.table('time');
    const hash = this.#settings.get(RULE_SET);
    if (hash !== undefined) this.#screener.load(hash);
    const tables = { o: state.table('order', DOSSIER), c: state.table('ended', CLOSED), l: state.table('link', LINK), p: state.table('journey', PARCEL), d: state.table('device', DEVICE), m: state.table('manifest', MANIFEST), v: state.table('observation', OBSERVED) };
    this.#timed = Object.entries(tables);
    this.#orders = new Orders(this.#screener, tables.o, tables.c);
    this.#links = new Links(this.#screener, tables.l);
    this.#parcels = new Parcels(this.#screener, tables.p);
    this.#devices = new Devices(this.#screener, tables.d);
    this.#manifests = new Manifests(this.#screener, tables.m);
    this.#observations = new Observations(this.#screener, tables.v);
    this.#expiring = { o: this.#orders, c: this.#orders.closed, l: this.#links, p: this.#parcels, d: this.#devices, m: this.#manifests, v: this.#observations };
  }

  apply(record: LogRecord): void {
    switch (record.type) {
      case 'tick': return this.#tick(record as LogRecord<Tick>);
      case 'control': return this.#control(record as LogRecord<Control>);
      case 'baseline': return this.#baseline(record as LogRecord<Baseline>);
      case 'suppression': return this.#screener.emitEverywhere('suppression', record, record.body);
      case 'gap': return this.#screener.emitEverywhere('gap', record, record.body);
      case 'verdict': return; // an officer's word on what was found: no rule reads it
      case 'alias': return this.#links.alias(record as LogRecord<Alias>);
      case 'operation': this.#screener.operation(record.body as Operation, '', ''); break;
      case 'tracking': this.#tracking(record as LogRecord<Tracking>); break;
      case 'reading': this.#devices.take(record as LogRecord<Reading>); break;
      case 'manifest': this.#manifests.take(record as LogRecord<Manifest>); break;
      case 'observation': this.#observations.take(record as LogRecord<Observation>); break;
      default:
        if (!(DOCUMENT_TYPES as readonly string[]).includes(record.type)) throw new Error(`screening has no use for a record of type ${record.type}`);
        if ((record.body as Envelope).orderKey === '') this.#links.take(record as LogRecord<Envelope>);
        else this.#orders.take(record as LogRecord<Envelope>);
    }
    this.#screener.emitSignals(record);
  }

  /** Each scan is its parcel's; that of the delivery is its order's too. */
  #tracking(record: LogRecord<Tracking>): void {
    const { body } = record;
    if (!body.forwarded && !this.#parcels.take(record, body.orderKey || this.#links.orderOf(record.key))) return;
    if (body.code !== 'DELIVERED') return;
    if (body.orderKey === '') this.#links.join(record, 'tracking');
    else this.#orders.delivered(record);
  }

  /** The stage's time is the minimum over its intakes and never goes back. */
  #tick(record: LogRecord<Tick>): void {
    const { intake, time } = record.body;
    const before = this.#times();
    this.#intakeTimes.set(intake, Math.max(time, this.#intakeTimes.get(intake) ?? 0));
    const { least: now, newest } = this.#times();
    if (now <= before.least) {
      // While an intake hangs back, what is summed goes out all the same.
      if (newest > before.newest) this.#screener.emitSums(record);
      return;
    }
    // A deadline may set the next one, and that may have passed as well.
    for (let fired = this.#due(now); fired.length > 0; fired = this.#due(now)) {
      for (const [key, due] of fired) {
        this.#expiring[key[0] as string]?.expire(key.slice(1), due, now, record);
        this.#screener.emitSignals(record);
      }
    }
    this.#screener.emitSums(record);
    this.#screener.emitEverywhere('tick', record, { intake: 'screening', time: now } satisfies Tick);
  }

  #times(): { least: number; newest: number } {
    let [least, newest] = [Number.POSITIVE_INFINITY, 0];
    for (const intake of this.#intakes ?? this.#ticked()) {
      const time = this.#intakeTimes.get(intake) ?? 0;
      if (time < least) least = time;
      if (time > newest) newest = time;
    }
    return { least: newest === 0 ? 0 : least, newest };
  }

  *#ticked(): Iterable<string> {
    for (const [intake] of this.#intakeTimes.entries()) yield intake;
  }

  /** Deadlines of all tables that have passed, in one order. */
  #due(now: number): [timer: string, due: number][] {
    const due = this.#timed.flatMap(([kind, table]) => table.due(now).map(([key, at]): [string, number] => [`${kind}${key}`, at]));
    return due.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
  }

  #control(record: LogRecord<Control>): void {
    if (record.body.name === RULE_SET) {
      this.#screener.emitSums(record); // what was summed by the old set's features
      this.#screener.load(record.body.hash);
      this.#settings.set(RULE_SET, record.body.hash);
    }
    this.#screener.emitEverywhere('control', record, record.body);
  }

  /** Every journal partition has its copy; one of them passes it on. */
  #baseline(record: LogRecord<Baseline>): void {
    const { context } = this.#screener;
    if (context.partition !== 0) return;
    const { subjectType, subjectId } = record.body;
    context.emit({ topic: 'signals.v1', key: `${subjectType}|${subjectId}`, type: 'baseline', eventTime: record.eventTime, arrival: record.arrival, body: record.body });
  }
}
