/** Terms in names of goods: which of them a text holds, over texts in normal form. Latin terms count as whole words, Han terms anywhere. */
import { nfkc } from '../schemas/trade/text.ts';

export interface Term<V> { term: string; from: number; to: number; value: V }

const normal = (text: string): string => nfkc(text).toLowerCase();
const isLatin = (unit: number): boolean => (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57);
/** Names of goods come again and again: their terms are kept, so many texts at most. */
const KEPT = 20_000;
/** No name of goods is longer; what stands behind is not looked at. */
const LONGEST = 1000;

export class Terms<V> {
  /** By their first character. */
  readonly #byFirst: Map<string, Term<V>[]>;
  readonly #known = new Map<string, readonly Term<V>[]>();

  constructor(terms: readonly Term<V>[]) {
    const plain = terms.map((term) => ({ ...term, term: normal(term.term).trim() })).filter(({ term }) => term !== '');
    this.#byFirst = Map.groupBy(plain, ({ term }) => term.charAt(0));
  }

  /** On whatever day: who asks looks at `from` and `to`. */
  of(text: string): readonly Term<V>[] {
    const known = this.#known.get(text);
    if (known) return known;
    if (this.#known.size >= KEPT) this.#known.clear();
    const found = this.#find(normal(text.slice(0, LONGEST)));
    this.#known.set(text, found);
    return found;
  }

  #find(text: string): readonly Term<V>[] {
    const found = new Set<Term<V>>();
    for (let i = 0; i < text.length; i++) {
      for (const entry of this.#byFirst.get(text.charAt(i)) ?? []) if (text.startsWith(entry.term, i) && stands(text, entry.term, i)) found.add(entry);
    }
    return [...found];
  }
}

/** `gun` does not stand in `begun`. */
function stands(text: string, term: string, at: number): boolean {
  const end = at + term.length;
  return !(at > 0 && isLatin(term.charCodeAt(0)) && isLatin(text.charCodeAt(at - 1))) && !(end < text.length && isLatin(term.charCodeAt(term.length - 1)) && isLatin(text.charCodeAt(end)));
}
