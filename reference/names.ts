/** How alike two names are: Jaro and Winkler's measure, 0–1, over Latin and Chinese names in normal form; and the nearest of a list. */

/** Jaro's measure, raised by up to four characters of common beginning (Winkler 1990). */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return a === '' ? 0 : 1;
  const [m, transposed] = matches(a, b);
  if (m === 0) return 0;
  const jaro = (m / a.length + m / b.length + (m - transposed / 2) / m) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Characters that stand in both within half the longer name, and how many of them stand in another order. */
function matches(a: string, b: string): [matched: number, transposed: number] {
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const used = new Uint8Array(b.length);
  const inA: string[] = [];
  for (let i = 0; i < a.length; i++) {
    const last = Math.min(b.length - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= last; j++) {
      if (used[j] || a[i] !== b[j]) continue;
      used[j] = 1;
      inA.push(a[i] as string);
      break;
    }
  }
  let at = 0;
  let transposed = 0;
  for (let j = 0; j < b.length; j++) if (used[j] && b[j] !== inA[at++]) transposed++;
  return [inA.length, transposed];
}

/** Given and family name come in either order. */
const sorted = (name: string): string => (name.includes(' ') ? name.split(' ').sort().join(' ') : name);

/** `countries`: where whoever is called so belongs, empty = not known; `elsewhere`: what a likeness is still worth (0–1) where somebody's papers are of another country. */
export interface DatedName { name: string; from?: number; to?: number; countries?: readonly string[]; elsewhere?: number }
interface Entry { name: string; sorted: string; from: number; to: number; countries: readonly string[]; elsewhere: number }

/** Of names that differ more than so, nobody wants to hear. */
const LEAST = 0.8;
/** People come again: so many names are kept with their score. */
const KEPT = 20_000;

/** The nearest of a list. Only names with a word of the same first two letters (the same first character of a Chinese name) are compared: others are hardly ever alike. */
export class NearestName {
  readonly #byBeginning: Map<string, Entry[]>;
  readonly #known = new Map<string, (readonly [score: number, entry: Entry])[]>();

  /** Names in normal form. */
  constructor(names: readonly DatedName[]) {
    const entries = names.map(({ name, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, countries = [], elsewhere = 1 }): Entry => ({ name, sorted: sorted(name), from, to, countries, elsewhere }));
    this.#byBeginning = new Map();
    for (const entry of entries) for (const key of beginnings(entry.name)) this.#byBeginning.set(key, [...(this.#byBeginning.get(key) ?? []), entry]);
  }

  /** 0 where none is near. `country`: of the papers of whoever is called so, '' where it is not known. */
  score(name: string, at: number, country = ''): number {
    if (this.#byBeginning.size === 0) return 0;
    let known = this.#known.get(name);
    if (!known) {
      if (this.#known.size >= KEPT) this.#known.clear();
      this.#known.set(name, (known = this.#near(name)));
    }
    let best = 0;
    for (const [alike, { from, to, countries, elsewhere }] of known) {
      const score = country === '' || countries.length === 0 || countries.includes(country) ? alike : alike * elsewhere;
      if (score > best && at >= from && at < to) best = score;
    }
    return best;
  }

  #near(name: string): [number, Entry][] {
    const candidates = new Set([...beginnings(name)].flatMap((key) => this.#byBeginning.get(key) ?? []));
    if (candidates.size === 0) return [];
    const own = sorted(name);
    return [...candidates].map((entry): [number, Entry] => [Math.max(jaroWinkler(name, entry.name), jaroWinkler(own, entry.sorted)), entry]).filter(([score]) => score >= LEAST);
  }
}

const HAN = /\p{Script=Han}/u;
const beginnings = (name: string): Set<string> => new Set(name.split(/[ -]/).filter((word) => word !== '').map((word) => word.slice(0, HAN.test(word) ? 1 : 2)));
