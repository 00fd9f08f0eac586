/** What a document (or an order's match) was given credit for in the windows, so that an amendment can take back exactly that. */
import type { Contribution, Signal, SubjectType } from '../../schemas/risk/signal.ts';

export interface GivenOne { subjectType: SubjectType; subjectId: string; feature: string; value: number; item: string }
export interface Given { at: number; eventId: string; list: GivenOne[] }

export const NOTHING: Given = { at: 0, eventId: '', list: [] };

/** Where a signal stands: what every entry made for one document shares. */
export interface SignalFrame { zone: string; orderKey: string; origin: string; late: boolean }

/** Gathers the signals of one journal record: one entry a subject and document. */
export class SignalBook {
  #entries = new Map<string, Signal>();

  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** In the order of their making: part of the recorded output. */
  take(): Signal[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }

  #entry(frame: SignalFrame, subjectType: SubjectType, subjectId: string, at: number, eventId: string): Signal {
    const key = `${subjectType}|${subjectId}|${at}|${eventId}`;
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { index: 0, subjectType, subjectId, zone: frame.zone, at, eventId, orderKey: frame.orderKey, origin: frame.origin, late: frame.late, contributions: [], errors: [] };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  add(frame: SignalFrame, given: Given, one: GivenOne, sign: 1 | -1): void {
    const contribution: Contribution = { feature: one.feature, sign, value: one.value, item: one.item };
    this.#entry(frame, one.subjectType, one.subjectId, given.at, given.eventId).contributions.push(contribution);
  }

  fail(frame: SignalFrame, subjectType: SubjectType, subjectId: string, at: number, eventId: string, rule: string): void {
    this.#entry(frame, subjectType, subjectId, at, eventId).errors.push(rule);
  }

  /** Replaces what was given by what is due now; what stays the same is left alone. */
  replace(frame: SignalFrame, before: Given, after: Given): void {
    if (before.list.length === 0) {
      for (const one of after.list) this.add(frame, after, one, 1);
      return;
    }
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
