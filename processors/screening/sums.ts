/**
 * Feeds, zones, countries, headings: few subjects, each concerned by many events. What these give is summed by bucket of the feature's window and told once a tick, so that
 * neither a signal nor a judgement an event is needed. What waits for the tick is state like any other.
 */
import type { Feature } from '../../language/ruleset.ts';
import { slotOf } from '../../language/span.ts';
import type { Signal, SubjectType } from '../../schemas/risk/signal.ts';
import { FIXED5 } from '../../schemas/trade/envelope.ts';
import type { Codec, KeyedState, StateTable } from '../../streams/stage.ts';
import type { Due, GivenOne, SignalFrame } from './given.ts';

interface Cell { feature: string; slot: number; at: number; item: string; /** In 0.00001: exact, and the same in any order. */ fixed: number; /** Of a percentile, instead. */ value: number; n: number }
/** The frame is that of the last event. */
interface Group extends SignalFrame { subjectType: SubjectType; subjectId: string; at: number; eventId: string; cells: Cell[] }
/** By subject: of one id there is mostly one type and origin. */
type Groups = Map<string, Group[]>;

const KEY = 'pending';
const CODEC: Codec<Groups> = {
  encode: (groups) => JSON.stringify([...groups]),
  decode: (stored) => new Map(JSON.parse(stored as string) as [string, Group[]][]),
};

export class Sums {
  readonly #table: StateTable<Groups>;
  #groups: Groups;
  #features: (id: string) => Feature | undefined = () => undefined;

  constructor(state: Pick<KeyedState, 'table'>) {
    this.#table = state.table<Groups>('sums', CODEC);
    this.#groups = this.#table.get(KEY) ?? new Map();
  }

  /** Of the rule set in force. */
  use(features: (id: string) => Feature | undefined): void {
    this.#features = features;
  }

  /** False where this feature's contributions go out one by one. */
  add(frame: SignalFrame, { at, eventId }: Pick<Due, 'at' | 'eventId'>, { subjectType, subjectId, feature, value, item }: GivenOne, sign: 1 | -1): boolean {
    const known = this.#features(feature);
    if (!known?.summed) return false;
    const group = this.#group(frame, subjectType, subjectId);
    group.zone = frame.zone;
    group.orderKey = frame.orderKey;
    group.late = frame.late;
    group.eventId = eventId;
    if (at > group.at) group.at = at;
    const slot = known.kind === 'silence' ? 0 : slotOf(known.window, known.window.resolutionMs, at);
    const valued = known.kind === 'percentile';
    const cell = valued ? valueCell(group.cells, feature, slot, value) : sumCell(group.cells, feature, slot, item);
    if (at > cell.at) cell.at = at;
    if (!valued) cell.fixed += sign * Math.round(value * FIXED5);
    cell.n += sign;
    return true;
  }

  #group({ origin, zone, orderKey, late }: SignalFrame, subjectType: SubjectType, subjectId: string): Group {
    this.#table.set(KEY, this.#groups);
    let groups = this.#groups.get(subjectId);
    if (!groups) this.#groups.set(subjectId, (groups = []));
    for (const group of groups) if (group.subjectType === subjectType && group.origin === origin) return group;
    const group: Group = { subjectType, subjectId, origin, zone, orderKey, late, at: 0, eventId: '', cells: [] };
    groups.push(group);
    return group;
  }

  /** What has been summed since the last call. */
  take(): Signal[] {
    if (this.#groups.size === 0) return [];
    const signals: Signal[] = [];
    for (const { cells, ...rest } of [...this.#groups.values()].flat()) {
      const sums = cells.filter(({ n, fixed }) => n !== 0 || fixed !== 0).map(({ feature, at, item, fixed, value, n }) => ({ feature, at, item, value: fixed === 0 ? value : fixed / FIXED5, n }));
      if (sums.length > 0) signals.push({ index: 0, ...rest, contributions: [], errors: [], sums });
    }
    this.#groups = new Map();
    this.#table.delete(KEY);
    return signals;
  }
}

/** A value that comes again soon is counted, any other told by itself: to look through all would cost more. */
const NEAR = 8;

function valueCell(cells: Cell[], feature: string, slot: number, value: number): Cell {
  for (let i = cells.length - 1; i >= Math.max(0, cells.length - NEAR); i--) {
    const cell = cells[i] as Cell;
    if (cell.feature === feature && cell.slot === slot && cell.value === value) return cell;
  }
  return added(cells, { feature, slot, at: 0, item: '', fixed: 0, value, n: 0 });
}

/** The last bucket of a busy subject is mostly the one in hand. */
function sumCell(cells: Cell[], feature: string, slot: number, item: string): Cell {
  for (let i = cells.length - 1; i >= 0; i--) {
    const cell = cells[i] as Cell;
    if (cell.feature === feature && cell.slot === slot && cell.item === item) return cell;
  }
  return added(cells, { feature, slot, at: 0, item, fixed: 0, value: 0, n: 0 });
}

function added(cells: Cell[], cell: Cell): Cell {
  cells.push(cell);
  return cell;
}
