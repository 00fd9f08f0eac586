import { SUBJECT_TYPES, type SubjectType } from '../risk/signal.ts';
import type { z } from 'zod';
import { contract } from './contract.ts';
import type { Envelope, Fixed5 } from './envelope.ts';
import { appType, code, guid, instant, key, measure, oneOf } from './fields.ts';

/**
 * What someone outside saw of one subject: a complaint, an injury, a stock level, a price of freight, a rate, a receivable, a pledge, a lag. One contract for all of them: `kind` says what it is,
 * `value` how much, `item` what it is counted by where that is no number (a bank, a payer's country), `expected` what the item should have been.
 */
export interface Observation extends Envelope {
  kind: string;
  subjectType: SubjectType;
  subjectId: string;
  value: Fixed5;
  unit: string;
  source: string;
  /** The source's own number of it: what comes later under the same number replaces it. */
  number: string;
  item: string;
  expected: string;
  /** Token of what may lead to a person: a device, an account, a network address. */
  privateToken: string;
  zone: string;
}

/** Persons, phones and addresses are known by tokens alone: nobody outside can name them. */
const PERSONAL: readonly SubjectType[] = ['buyer', 'payer', 'phone', 'address'];
const SUBJECTS: Readonly<Record<string, SubjectType>> = Object.fromEntries(SUBJECT_TYPES.filter((type) => !PERSONAL.includes(type)).map((type) => [type.toLowerCase(), type]));
const MOST = 90_000_000_000;
/** What the system observes of itself. From anybody else it is taken only with the right to send reference records: whoever could say so would call the operators out, or hush them. */
export const OF_THE_SYSTEM: ReadonlySet<string> = new Set(['consumer-lag']);

/** The wire form, our own. A subject is written as alerts show it: a seller's code, `HS10|DEU` for a product, `DEU→3301` for a route. */
export const OBSERVATION = contract({
  head: () => ({
    guid: guid(), appType: appType(), kind: key(40, true), subjectType: oneOf(SUBJECTS, true), subject: code(120, true), value: measure(-MOST, MOST, 0), unit: code(20), at: instant(true), source: key(60),
    number: key(60), item: code(120), expected: code(120), private: code(200), zone: code(6),
  }),
});
type Sent = z.output<typeof OBSERVATION.whole>;

/** By the source's number; without one by what was seen when. */
export function observationNumber(sent: Sent): string {
  const number = sent.number || sent.guid;
  const parts = number === '' ? [sent.source, sent.kind, sent.subjectType, sent.subject, sent.at, sent.item, sent.value] : [sent.source, number];
  return parts.map((part) => (part === '' ? '-' : part)).join('|');
}

export function normaliseObservation(sent: Sent, envelope: Envelope, token: (text: string) => string): Observation {
  return {
    ...envelope, kind: sent.kind, subjectType: sent.subjectType as SubjectType, subjectId: sent.subject, value: sent.value, unit: sent.unit, source: sent.source, number: sent.number, item: sent.item,
    expected: sent.expected, privateToken: sent.private === '' ? '' : token(sent.private), zone: sent.zone,
  };
}
