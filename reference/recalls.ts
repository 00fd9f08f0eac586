/**
 * How well goods fit a recall (domain reference §8): the recalled batch, or a recalled GTIN where the recall names no batch, 1; a recalled GTIN alone .9; else
 * .4·brand + .3·model + .3·name within the category, at most .85. Brand and model count where they stand in the goods' texts as whole words; goods that show
 * neither score 0: likeness of names alone could reach .3 at most, and no band looks that low.
 * A notice that names no article at all, but a kind of goods and a country ("pistachios from Iran"), fits goods of that name, heading and origin, all three: .6, enough
 * to watch and for no more, since most of such goods are sound; with its lot 1. The numbers are parameters.
 */
import { nfkc } from '../schemas/trade/text.ts';
import { stem } from './notices.ts';

/** `origin`: ISO alpha-3, '' where it is not known. */
export interface Goods { barcode: string; name: string; model: string; hs: string; origin: string }
export interface Recall {
  gtins: ReadonlySet<string>; batches: readonly string[]; brands: readonly string[]; model: string; readonly name: ReadonlySet<string>; hs: readonly string[]; from: number; to: number;
  /** Names of the kind of goods, where the notice names no article; then also the countries. */
  kinds: readonly string[];
  origins: readonly string[];
}
/** Parameters of the score (rules/parameters.yaml). */
export interface Weights { brand: number; model: number; name: number; most: number; gtin: number; kind: number }
/** Where a set of rules has none of its own. */
export const WEIGHTS: Weights = { brand: 0.4, model: 0.3, name: 0.3, most: 0.85, gtin: 0.9, kind: 0.6 };

const WHOLE = 1;
/** A batch `1` would be found everywhere. */
const SHORTEST_BATCH = 4;
/** Words of a brand or model by which it is looked up; the rest is compared. */
const LOOKED_UP = 3;
const MOST_WORDS = 100;

const WORDS = /[a-z0-9]+|\p{Script=Han}+|\p{L}+/gu;
const wordsOf = (text: string): string[] => nfkc(text).toLowerCase().match(WORDS)?.slice(0, MOST_WORDS) ?? [];
/** Words with a space before, between and after: whole words are found by `includes`. */
const phrase = (words: readonly string[]): string => (words.length === 0 ? '' : ` ${words.join(' ')} `);

/** Leading zeros are filling: a GTIN-14, an EAN-13 and a UPC-12 of one article are the same. '' where it is no GTIN. */
export const gtinOf = (text: string): string => (/^\d{8,14}$/.test(text) ? text.replace(/^0+/, '') : '');

function pairsOf(words: readonly string[]): Set<string> {
  const text = words.join(' ');
  const pairs = new Set<string>();
  for (let i = 0; i + 2 <= text.length; i++) pairs.add(text.slice(i, i + 2));
  return pairs;
}

/** Dice's coefficient: twice what both have, of what they have together. */
function likeness(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  if (left.size === 0 || right.size === 0) return 0;
  let both = 0;
  for (const pair of left) if (right.has(pair)) both++;
  return (2 * both) / (left.size + right.size);
}

export interface RecallRow { gtin: string; batch: string; brand: string; model: string; product: string; hs_prefix: string; origin: string }

export function recallOf(row: RecallRow, from: number, to: number): Recall {
  // One brand may be known by several names, Latin and Chinese.
  const brands = row.brand.split(';').map((name) => nameOf(wordsOf(name))).filter((name) => name !== '');
  const batches = row.batch.split(/[,;]/).map((batch) => wordsOf(batch)).filter((words) => words.join('').length >= SHORTEST_BATCH).map(phrase);
  // Most recalls are never held against anything.
  let name: ReadonlySet<string> | undefined;
  return {
    get name() { return (name ??= pairsOf(wordsOf(row.product))); },
    gtins: new Set(row.gtin.split(' ').map(gtinOf).filter((gtin) => gtin !== '')), batches, brands, model: phrase(wordsOf(row.model)),
    hs: spaced(row.hs_prefix), from, to, ...kindsOf(row),
  };
}

const spaced = (text: string): string[] => text.split(' ').filter((part) => part !== '');
const HAN = /^\p{Script=Han}{2,}$/u;
/** Latin names are whole words; Chinese has no spaces, so its names are looked for within them. */
const nameOf = (words: readonly string[]): string => (words.length === 1 && HAN.test(words[0] as string) ? (words[0] as string) : phrase(words));

function kindsOf({ gtin, brand, model, product, hs_prefix, origin }: RecallRow): Pick<Recall, 'kinds' | 'origins'> {
  const origins = origin.split(';').map((country) => country.trim()).filter((country) => /^[A-Z]{3}$/.test(country));
  const named = gtin === '' && brand === '' && model === '' && hs_prefix !== '' && origins.length > 0;
  return { origins, kinds: named ? product.split(';').map((name) => nameOf(wordsOf(name).map(stem))).filter((name) => name !== '') : [] };
}

/** Goods made ready once for all recalls that they are held against. */
class Subject {
  readonly gtin: string;
  readonly words: readonly string[];
  readonly text: string;
  readonly hs: string;
  readonly origin: string;
  readonly #goods: Goods;
  #kinds: string | undefined;
  #names: [ReadonlySet<string>, ReadonlySet<string>] | undefined;
  constructor(goods: Goods) {
    this.#goods = goods;
    this.gtin = gtinOf(goods.barcode);
    this.words = wordsOf(`${goods.name} ${goods.model}`);
    this.text = phrase(this.words);
    this.hs = goods.hs;
    this.origin = goods.origin;
  }
  isKind(name: string): boolean {
    this.#kinds ??= phrase(this.words.map(stem));
    return this.#kinds.includes(name);
  }
  /** Senders put the article's name now into the one field, now into the other. */
  likeness(name: ReadonlySet<string>): number {
    this.#names ??= [pairsOf(wordsOf(this.#goods.name)), pairsOf(wordsOf(this.#goods.model))];
    return Math.max(likeness(name, this.#names[0]), likeness(name, this.#names[1]));
  }
}

function scoreOf(goods: Subject, recall: Recall, weights: Weights): number {
  const gtin = goods.gtin !== '' && recall.gtins.has(goods.gtin);
  const brand = recall.brands.some((name) => goods.text.includes(name));
  const kind = recall.kinds.length > 0 && ofKind(goods, recall);
  if ((gtin || brand || kind) && recall.batches.some((batch) => goods.text.includes(batch))) return WHOLE;
  if (gtin) return recall.batches.length === 0 ? WHOLE : weights.gtin;
  if (kind) return weights.kind;
  const model = recall.model !== '' && goods.text.includes(recall.model);
  if (!(brand || model) || !sameCategory(goods.hs, recall.hs)) return 0;
  return Math.min(weights.most, weights.brand * Number(brand) + weights.model * Number(model) + weights.name * goods.likeness(recall.name));
}

/** Unknown on either side excludes nothing. */
const sameCategory = (hs: string, prefixes: readonly string[]): boolean => prefixes.length === 0 || prefixes.some((prefix) => hs.startsWith(prefix) || prefix.startsWith(hs));

/** Here what is unknown excludes: a name alone is half the world's. */
const ofKind = (goods: Subject, { origins, hs, kinds }: Recall): boolean => (
  origins.includes(goods.origin) && hs.some((prefix) => goods.hs.startsWith(prefix)) && kinds.some((kind) => goods.isKind(kind)));

export const recallScore = (goods: Goods, recall: Recall, weights = WEIGHTS): number => scoreOf(new Subject(goods), recall, weights);

/** Chapters are two digits. */
const places = ({ origins, hs }: Recall): Set<string> => new Set(origins.flatMap((origin) => hs.map((prefix) => `${origin} ${prefix.slice(0, 2)}`)));

/** All recalls, found by GTIN, by the first words of brand and model, and by origin, chapter and kind: goods are held against those only that could give more than 0. */
export class Recalls {
  readonly #byGtin = new Map<string, Recall[]>();
  readonly #byWords = new Map<string, Recall[]>();
  readonly #firstWords = new Set<string>();
  /** Brands that are looked for within words: few, since the public feeds write Latin. */
  readonly #withinWords = new Map<string, Recall[]>();
  /** By origin and chapter, then by name: hundreds of notices tell of one kind. */
  readonly #byKind = new Map<string, Map<string, Recall[]>>();

  constructor(recalls: Iterable<Recall>) {
    for (const recall of recalls) {
      for (const gtin of recall.gtins) put(this.#byGtin, gtin, recall);
      if (recall.kinds.length > 0) for (const place of places(recall)) for (const kind of recall.kinds) put(this.#kindsAt(place), kind, recall);
      for (const text of new Set([...recall.brands, recall.model])) {
        if (HAN.test(text)) put(this.#withinWords, text, recall);
        const words = text.split(' ').filter((word) => word !== '').slice(0, LOOKED_UP);
        if (words.length === 0) continue;
        this.#firstWords.add(words[0] as string);
        put(this.#byWords, words.join(' '), recall);
      }
    }
  }

  #kindsAt(place: string): Map<string, Recall[]> {
    let kinds = this.#byKind.get(place);
    if (!kinds) this.#byKind.set(place, (kinds = new Map()));
    return kinds;
  }

  /** The best fit among the recalls in force at `at`. */
  score(goods: Goods, at: number, weights = WEIGHTS): number {
    if (this.#byGtin.size === 0 && this.#byWords.size === 0 && this.#byKind.size === 0 && this.#withinWords.size === 0) return 0;
    const subject = new Subject(goods);
    let best = 0;
    const hold = (recalls: readonly Recall[] | undefined): void => {
      if (recalls) for (const recall of recalls) if (best < 1 && at >= recall.from && at < recall.to) best = Math.max(best, scoreOf(subject, recall, weights));
    };
    if (subject.gtin !== '') hold(this.#byGtin.get(subject.gtin));
    const kinds = subject.origin === '' ? undefined : this.#byKind.get(`${subject.origin} ${subject.hs.slice(0, 2)}`);
    if (kinds) for (const [kind, recalls] of kinds) if (subject.isKind(kind)) hold(recalls);
    for (const [name, recalls] of this.#withinWords) if (subject.text.includes(name)) hold(recalls);
    const { words } = subject;
    for (let i = 0; i < words.length && best < 1; i++) {
      let key = words[i] as string;
      if (!this.#firstWords.has(key)) continue;
      hold(this.#byWords.get(key));
      for (let n = 1; n < LOOKED_UP && i + n < words.length; n++) hold(this.#byWords.get((key += ` ${words[i + n]}`)));
    }
    return best;
  }
}

function put(map: Map<string, Recall[]>, key: string, recall: Recall): void {
  const known = map.get(key);
  if (known) known.push(recall);
  else map.set(key, [recall]);
}
