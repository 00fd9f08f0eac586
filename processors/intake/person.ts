/** From a person in clear to what later stages may know: tokens, masks and derived flags (law 6). */
import { type NameScreen, NOBODY, type Person } from '../../schemas/trade/envelope.ts';
import type { RawPerson } from '../../schemas/trade/contract.ts';
import { nfkc, plain } from '../../schemas/trade/text.ts';
import { beijingDay } from '../../schemas/trade/time.ts';
import { checkId, isMinor, isRun, maskId } from './identity.ts';
import { Dated } from '../../reference/dated.ts';
import { NearestName } from '../../reference/names.ts';
import { createShingles } from './shingles.ts';
import type { IntakeTables } from './tables.ts';
import type { Tokens } from './tokens.ts';

const HAN = /\p{Script=Han}/u;
const NONE = NOBODY.addressShingles;

/** Whether all is of the common Han block or of what `also` names: such texts are in normal form already, and no expression need run over them. */
function isHanOr(text: string, also: (unit: number) => boolean): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit < 0x4e00 || unit > 0x9fff) && !also(unit)) return false;
  }
  return true;
}
const neither = (): boolean => false;
const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const isSmallOrDigit = (unit: number): boolean => isDigit(unit) || (unit >= 97 && unit <= 122);

/** Dots of transliterated names differ between keyboards; Chinese names have no spaces, others one between words. */
export function normaliseName(name: string): string {
  if (isHanOr(name, neither)) return name;
  const text = nfkc(name).trim().replace(/[•‧・∙●]/g, '·');
  return HAN.test(text) ? text.replace(/\s+/g, '') : text.replace(/\s+/g, ' ').toUpperCase();
}

function isNumber(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return true;
}

/** Digits without country code, spaces and dashes. */
export function normalisePhone(phone: string): string {
  if (phone.length === 11 && phone.charCodeAt(0) === 49 && isNumber(phone)) return phone;
  const digits = plain(phone).replace(/[\s()-]/g, '');
  return /^(?:\+|00)?86(1\d{10})$/.exec(digits)?.[1] ?? digits.replace(/^(?:\+|00)86/, '');
}

export function normaliseAddress(address: string): string {
  const text = isHanOr(address, isSmallOrDigit) ? address : nfkc(address).toLowerCase().replace(/[\s\p{P}\p{S}]+/gu, '');
  return text.startsWith('中国') ? text.slice(2) : text;
}

/** What papers tell of somebody's country: a citizen's identity card says China, anything else nothing. */
const countryOf = ({ idCheck }: Person): string => (idCheck === 'valid' ? 'CHN' : '');

const maskName = (name: string): string => `${String.fromCodePoint(name.codePointAt(0) ?? 42)}*`;

/** Cut between the halves of a character where a sender's text is no number. */
function maskPhone(phone: string): string {
  if (phone.length === 11) return `${phone.slice(0, 3)}****${phone.slice(7)}`.toWellFormed();
  return phone.length < 6 ? '*'.repeat(phone.length) : `${'*'.repeat(phone.length - 2)}${phone.slice(-2)}`.toWellFormed();
}

/** Addresses up to this many pairs (most have 20 to 40) are sorted in place in one array for all: an array of their own costs more than the sorting. */
const SHORT = 64;

function sortShort(all: Uint32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const value = all[i] as number;
    let at = i;
    for (; at > 0 && (all[at - 1] as number) > value; at--) all[at] = all[at - 1] as number;
    all[at] = value;
  }
}

/** Little endian, as writeUInt32LE without its checks. */
function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

const isEmpty = (raw: RawPerson): boolean =>
  raw.idNumber === '' && raw.name === '' && raw.phone === '' && raw.address === '' && raw.account === '' && raw.district === '';

export interface Persons { person(raw: RawPerson, at: number, same?: { raw: RawPerson; person: Person }): Person }

/** `isPickup`: whether an address in normal form is one of a pick-up point. */
export function createPersons(tokens: Tokens, sanctions: IntakeTables['sanctions'], isPickup: (address: string) => boolean = () => false): Persons {
  const names = sanctions.names;
  const bounds = (end: 'from' | 'to', open: number): Float64Array => Float64Array.from(names, (entry) => entry[end] ?? open);
  const listed = new Dated(names.map(({ name }) => normaliseName(name)), bounds('from', Number.NEGATIVE_INFINITY), bounds('to', Number.POSITIVE_INFINITY), () => true);
  const nearest = new NearestName(names.map((entry) => ({ ...entry, name: normaliseName(entry.name).toUpperCase() })));
  const shingle = createShingles(tokens);
  const scratch = new Uint32Array(SHORT);
  const shingles = (address: string): Uint8Array => {
    if (address.length < 2) return NONE;
    const count = address.length - 1;
    const all = count <= SHORT ? scratch : new Uint32Array(count);
    for (let i = 0; i < count; i++) all[i] = shingle(address.charCodeAt(i), address.charCodeAt(i + 1));
    if (count <= SHORT) sortShort(all, count);
    else all.sort();
    let kept = 1;
    for (let i = 1; i < count; i++) if (all[i] !== all[i - 1]) all[kept++] = all[i] as number;
    const bytes = Buffer.allocUnsafe(kept * 4);
    for (let i = 0; i < kept; i++) writeNumber(bytes, i * 4, all[i] as number);
    return bytes;
  };
  const screen = (name: string, at: number): NameScreen => {
    if (name === '') return 'missing';
    if (listed.at(name, at)) return 'hit';
    return sanctions.complete ? 'miss' : 'not-checked';
  };
  const named = (person: Person, raw: RawPerson, at: number): void => {
    const name = normaliseName(raw.name);
    person.nameToken = tokens.token('name', name);
    person.nameMasked = maskName(name);
    person.nameScreen = screen(name, at);
    person.nameScore = nearest.score(name.toUpperCase(), at, countryOf(person));
  };
  const identified = (person: Person, raw: RawPerson, at: number): void => {
    const number = isNumber(raw.idNumber) ? raw.idNumber : raw.idNumber.replace(/\s+/g, '').toUpperCase();
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
    const made: Person = {
      accountToken: '', idToken: '', idMasked: '', idCheck: 'missing', minor: false, idRun: false, nameToken: '', nameMasked: '', nameScreen: 'missing', phoneToken: '',
      phoneMasked: '', addressToken: '', district: raw.district !== '' && /^\d{6}$/.test(raw.district) ? raw.district : '', addressShingles: NONE, pickup: false, nameScore: 0,
    };
    if (raw.account !== '') made.accountToken = tokens.token('account', raw.account);
    if (raw.idNumber !== '') identified(made, raw, at);
    if (raw.name !== '') {
      if (same?.raw.name === raw.name) {
        made.nameToken = same.person.nameToken;
        made.nameMasked = same.person.nameMasked;
        made.nameScreen = same.person.nameScreen;
        made.nameScore = same.person.nameScore;
      } else named(made, raw, at);
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
      made.pickup = isPickup(address);
    }
    return made;
  };
  return { person };
}
