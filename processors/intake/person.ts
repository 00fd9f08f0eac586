/** From a person in clear to what later stages may know: tokens, masks and derived flags (law 6). */
import { type NameScreen, NOBODY, type Person } from '../../schemas/trade/envelope.ts';
import type { RawPerson } from '../../schemas/trade/contract.ts';
import { nfkc, plain } from '../../schemas/trade/text.ts';
import { beijingDay } from '../../schemas/trade/time.ts';
import { checkId, isMinor, isRun, maskId } from './identity.ts';
import { createShingles } from './shingles.ts';
import type { Tokens } from './tokens.ts';

const HAN = /\p{Script=Han}/u;
const NONE = NOBODY.addressShingles;
/** Dots of transliterated names differ between keyboards; Chinese names have no spaces, others one between words. */
export function normaliseName(name: string): string {
  const text = nfkc(name).trim().replace(/[•‧・∙●]/g, '·');
  return HAN.test(text) ? text.replace(/\s+/g, '') : text.replace(/\s+/g, ' ').toUpperCase();
}

/** Digits without country code, spaces and dashes. */
export function normalisePhone(phone: string): string {
  const digits = plain(phone).replace(/[\s()-]/g, '');
  return /^(?:\+|00)?86(1\d{10})$/.exec(digits)?.[1] ?? digits.replace(/^(?:\+|00)86/, '');
}

export const normaliseAddress = (address: string): string => nfkc(address).toLowerCase().replace(/[\s\p{P}\p{S}]+/gu, '').replace(/^中国/, '');

const maskName = (name: string): string => `${String.fromCodePoint(name.codePointAt(0) ?? 42)}*`;

function maskPhone(phone: string): string {
  if (phone.length === 11) return `${phone.slice(0, 3)}****${phone.slice(7)}`;
  return phone.length < 6 ? '*'.repeat(phone.length) : `${'*'.repeat(phone.length - 2)}${phone.slice(-2)}`;
}

const isEmpty = (raw: RawPerson): boolean =>
  raw.idNumber === '' && raw.name === '' && raw.phone === '' && raw.address === '' && raw.account === '' && raw.district === '';

export interface Persons { person(raw: RawPerson, at: number, same?: { raw: RawPerson; person: Person }): Person }

export function createPersons(tokens: Tokens, sanctions: { complete: boolean; names: string[] }): Persons {
  const listed = new Set(sanctions.names.map(normaliseName));
  const shingle = createShingles(tokens);
  const shingles = (address: string): Uint8Array => {
    if (address.length < 2) return NONE;
    const all = new Uint32Array(address.length - 1);
    for (let i = 0; i < all.length; i++) all[i] = shingle(address.charCodeAt(i), address.charCodeAt(i + 1));
    all.sort();
    let kept = 1;
    for (let i = 1; i < all.length; i++) if (all[i] !== all[i - 1]) all[kept++] = all[i] as number;
    const bytes = Buffer.allocUnsafe(kept * 4);
    for (let i = 0; i < kept; i++) bytes.writeUInt32LE(all[i] as number, i * 4);
    return bytes;
  };
  const screen = (name: string): NameScreen => {
    if (name === '') return 'missing';
    if (listed.has(name)) return 'hit';
    return sanctions.complete ? 'miss' : 'not-checked';
  };
  const named = (person: Person, raw: RawPerson): void => {
    const name = normaliseName(raw.name);
    person.nameToken = tokens.token('name', name);
    person.nameMasked = maskName(name);
    person.nameScreen = screen(name);
  };
  const identified = (person: Person, raw: RawPerson, at: number): void => {
    const number = raw.idNumber.replace(/\s+/g, '').toUpperCase();
    person.idCheck = checkId(number, raw.idType, beijingDay(at));
    person.idMasked = maskId(number);
    // Many people share one masked number: it identifies nobody, and must not link them.
    person.idToken = person.idCheck === 'masked' || number.includes('*') ? '' : tokens.token('id', number);
    const readable = person.idCheck === 'valid' || person.idCheck === 'bad-checksum';
    person.minor = readable && isMinor(number, at);
    person.idRun = (readable || person.idCheck === 'bad-date') && isRun(number);
  };

  /** `same`: another person of the document; a value that both share is computed once. */
  const person = (raw: RawPerson, at: number, same?: { raw: RawPerson; person: Person }): Person => {
    if (isEmpty(raw)) return NOBODY as Person;
    const made: Person = { ...NOBODY, district: /^\d{6}$/.test(raw.district) ? raw.district : '' };
    if (raw.account !== '') made.accountToken = tokens.token('account', raw.account);
    if (raw.idNumber !== '') identified(made, raw, at);
    if (raw.name !== '') {
      if (same?.raw.name === raw.name) {
        made.nameToken = same.person.nameToken;
        made.nameMasked = same.person.nameMasked;
        made.nameScreen = same.person.nameScreen;
      } else named(made, raw);
    }
    if (raw.phone !== '') {
      const phone = normalisePhone(raw.phone);
      made.phoneToken = same?.raw.phone === raw.phone ? same.person.phoneToken : tokens.token('phone', phone);
      made.phoneMasked = maskPhone(phone);
    }
    if (raw.address !== '') {
      const address = normaliseAddress(raw.address);
      made.addressToken = tokens.token('address', address);
      made.addressShingles = shingles(address);
    }
    return made;
  };
  return { person };
}
