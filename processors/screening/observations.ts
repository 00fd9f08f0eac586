/** What others observed: each stands for itself; what comes later under the same number replaces it, a deletion takes it back. */
import type { Observation } from '../../schemas/trade/observation.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import type { Due } from './given.ts';
import { NONE_SEEN, remember } from './seen.ts';
import { DAY, frameOf, windowTime, type Screener } from './screener.ts';
import { observationView } from './view-after.ts';

/** `seen`: every version taken, see seen.ts; `given`: what stands of it, a Due as JSON. */
export interface Observed { seen: Buffer; given: string; due: number }

/** Of the versions under one number the newest 64 are known apart: each takes 9 bytes. */
const MOST_SEEN = 64 * 9;

export class Observations {
  readonly #screener: Screener;
  readonly #known: StateTable<Observed>;

  constructor(screener: Screener, known: StateTable<Observed>) {
    this.#screener = screener;
    this.#known = known;
  }

  take(record: LogRecord<Observation>): void {
    const { body } = record;
    const observed = this.#known.get(record.key) ?? { seen: NONE_SEEN, given: '', due: 0 };
    if (this.#screener.isRepeat(record, observed)) return;
    remember(observed, body);
    observed.seen = observed.seen.subarray(-MOST_SEEN);
    const at = windowTime(body);
    const frame = frameOf(body.zone || (body.subjectType === 'zone' ? body.subjectId : 'none'), body);
    const due: Due = body.appType === 3 ? { at, eventId: body.eventId, list: [] } : this.#screener.credit(observationView(body, frame.zone, at), at, body.eventId, frame, body.eventTime);
    if (observed.given === '') this.#screener.book.give(frame, due);
    else this.#screener.book.change(frame, JSON.parse(observed.given) as Due, due);
    observed.given = JSON.stringify(due);
    observed.due = record.arrival + this.#screener.number('forgetObservationDays', record.arrival) * DAY;
    this.#known.set(record.key, observed);
  }

  expire(key: string, due: number): void {
    if (this.#known.get(key)?.due === due) this.#known.delete(key);
  }
}
