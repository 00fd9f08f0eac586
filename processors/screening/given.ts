/** What a document (or an order's match) was given credit for in the windows, so that an amendment can take back exactly that. */
import type { Contribution, Signal, SubjectType } from '../../schemas/risk/signal.ts';

export interface GivenOne { subjectType: SubjectType; subjectId: string; feature: string; value: number; item: string }
/** What is due to a document now. */
export interface Due { at: number; eventId: string; list: GivenOne[] }
/** The same as it is remembered: one text instead of dozens, since most of it is never looked at again. '' = nothing. */
export interface Given { at: number; eventId: string; text: string }

export const NOTHING: Given = { at: 0, eventId: '', text: '' };

type Packed = [GivenOne['subjectType'], string, string, number, string][];

export function remember({ at, eventId, list }: Due): Given {
  if (list.length === 0) return { at, eventId, text: '' };
  return { at, eventId, text: JSON.stringify(list.map((o): Packed[0] => [o.subjectType, o.subjectId, o.feature, o.value, o.item])) };
}

export function recall(given: Given): Due {
  const packed = given.text === '' ? [] : (JSON.parse(given.text) as Packed);
  return { at: given.at, eventId: given.eventId, list: packed.map(([subjectType, subjectId, feature, value, item]) => ({ subjectType, subjectId, feature, value, item })) };
}

/** Where a signal stands: what every entry made for one document shares. */
export interface SignalFrame { zone: string; orderKey: string; origin: string; late: boolean }

/** Gathers the signals of one journal record: one entry a subject and document. */
export class SignalBook {
  #entries: Signal[] = [];

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /** In the order of their making: part of the recorded output. */
  take(): Signal[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  #entry(frame: SignalFrame, subjectType: SubjectType, subjectId: string, at: number, eventId: string): Signal {
    // A record makes about ten entries: looking through them is cheaper than a key for each.
    let entry = this.#entries.find((e) => e.subjectId === subjectId && e.subjectType === subjectType && e.at === at && e.eventId === eventId);
    if (!entry) {
      entry = { index: 0, subjectType, subjectId, zone: frame.zone, at, eventId, orderKey: frame.orderKey, origin: frame.origin, late: frame.late, contributions: [], errors: [] };
      this.#entries.push(entry);
    }
    return entry;
  }

  add(frame: SignalFrame, given: Pick<Due, 'at' | 'eventId'>, one: GivenOne, sign: 1 | -1): void {
    const contribution: Contribution = { feature: one.feature, sign, value: one.value, item: one.item };
    this.#entry(frame, one.subjectType, one.subjectId, given.at, given.eventId).contributions.push(contribution);
  }

  fail(frame: SignalFrame, subjectType: SubjectType, subjectId: string, at: number, eventId: string, rule: string): void {
    this.#entry(frame, subjectType, subjectId, at, eventId).errors.push(rule);
  }

  /** Replaces what was given by what is due now; what stays the same is left alone. Returns what to remember. */
  replace(frame: SignalFrame, given: Given, after: Due): Given {
    const now = remember(after);
    if (given.text === '') for (const one of after.list) this.add(frame, after, one, 1);
    else if (given.text !== now.text || given.at !== now.at || given.eventId !== now.eventId) this.#change(frame, recall(given), after);
    return now;
  }

  #change(frame: SignalFrame, before: Due, after: Due): void {
    const same = before.at === after.at && before.eventId === after.eventId;
    const text = (one: GivenOne) => `${one.subjectType}|${one.subjectId}|${one.feature}|${one.value}|${one.item}`;
    const old = new Map<string, number>();
    if (same) for (const one of before.list) old.set(text(one), (old.get(text(one)) ?? 0) + 1);
    const fresh: GivenOne[] = [];
    for (const one of after.list) {
      const left = old.get(text(one)) ?? 0;
      if (left > 0) old.set(text(one), left - 1);
      else fresh.push(one);
    }
    for (const one of before.list) {
      const left = same ? (old.get(text(one)) ?? 0) : 1;
      if (left === 0) continue;
      if (same) old.set(text(one), left - 1);
      this.add(frame, before, one, -1);
    }
    for (const one of fresh) this.add(frame, after, one, 1);
  }
}
