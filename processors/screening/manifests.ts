/** Lists that come in parts, numbered 1…msgCount without gaps: what has not come by the deadline is missing. A list's state goes with its deadline. */
import type { Manifest } from '../../schemas/trade/manifest.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import { NONE_SEEN, remember } from './seen.ts';
import { frameOf, windowTime, type Screener } from './screener.ts';
import { manifestView, type Part } from './view-after.ts';

export interface PartList {
  kind: string; direction: string; feed: string; origin: string; eventId: string; seen: Buffer; carrier: string; seller: string; agent: string; customs: string;
  /** The largest count or number that any part has named. */
  parts: number;
  taken: number[];
  due: number;
}

const MINUTE = 60_000;

export class Manifests {
  readonly #screener: Screener;
  readonly #lists: StateTable<PartList>;

  constructor(screener: Screener, lists: StateTable<PartList>) {
    this.#screener = screener;
    this.#lists = lists;
  }

  take(record: LogRecord<Manifest>): void {
    const { body } = record;
    const key = `${record.key}|${body.kind}`;
    const list = this.#lists.get(key) ?? this.#begin(record);
    if (this.#screener.isRepeat(record, list)) return;
    remember(list, body);
    const at = windowTime(body);
    const known = list.taken.length > 0;
    const part: Part = {
      ...partOf(key, list), late: body.late, lineCount: body.lines.length, part: body.part, missing: 0, overdue: false,
      // A change may come for any part again; a new message may not.
      duplicate: body.appType === 1 && list.taken.includes(body.part),
      contradictory: body.part > body.parts || (known && body.parts !== list.parts),
    };
    list.parts = Math.max(list.parts, body.parts, body.part);
    part.parts = list.parts;
    if (body.appType === 3) list.taken = list.taken.filter((taken) => taken !== body.part);
    else if (!list.taken.includes(body.part)) list.taken.push(body.part);
    this.#screener.give(manifestView(part, at), at, body.eventId, frameOf('none', body));
    this.#lists.set(key, list);
  }

  #begin({ arrival, body }: LogRecord<Manifest>): PartList {
    const due = arrival + this.#screener.number('manifestPartsMinutes', arrival) * MINUTE;
    return {
      kind: body.kind, direction: body.direction, feed: body.feed, origin: body.origin, eventId: body.eventId, seen: NONE_SEEN, carrier: body.carrierCode, seller: body.sellerCode, agent: body.agentCode,
      customs: body.customsCode, parts: 0, taken: [], due,
    };
  }

  expire(key: string, due: number): void {
    const list = this.#lists.get(key);
    if (list?.due !== due) return;
    this.#lists.delete(key);
    // A list that was deleted as a whole misses nothing.
    const missing = list.taken.length === 0 ? 0 : list.parts - list.taken.filter((part) => part >= 1).length;
    if (missing <= 0) return;
    this.#screener.context.count('manifestPartsMissing', missing);
    const view = manifestView({ ...partOf(key, list), late: false, lineCount: 0, part: 0, missing, overdue: true, duplicate: false, contradictory: false }, due);
    this.#screener.give(view, due, list.eventId, { zone: 'none', orderKey: '', origin: list.origin, late: false });
  }
}

const partOf = (key: string, list: PartList) => ({
  key, kind: list.kind, direction: list.direction, feed: list.feed, origin: list.origin, customs: list.customs, carrier: list.carrier, seller: list.seller, agent: list.agent, parts: list.parts,
});
