/** Prohibited words in goods' names: the highest score of any word that occurs, over texts in normal form. */
import { nfkc } from '../../schemas/trade/text.ts';

export interface Word { word: string; score: number; from?: number; to?: number }
export interface FoundWord { score: number; word: string }
const NOTHING: FoundWord = Object.freeze({ score: 0, word: '' });

const normal = (text: string): string => nfkc(text).toLowerCase();
const escaped = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const LATIN_ENDS = /^[a-z0-9].*[a-z0-9]$|^[a-z0-9]$/;

/** Latin words count as whole words only (`gun` is not in `begun`); Han words anywhere. Looking ahead finds overlapping words too; the worst is tried first. */
export function createWords(list: readonly Word[]): (...texts: string[]) => FoundWord {
  const found = new Map(list.map((entry): [string, FoundWord] => [normal(entry.word).trim(), { score: entry.score, word: entry.word }]).filter(([word]) => word !== ''));
  if (found.size === 0) return () => NOTHING;
  const worstFirst = [...found].sort(([, a], [, b]) => b.score - a.score).map(([word]) => word);
  const pattern = new RegExp(`(?=(${worstFirst.map((word) => (LATIN_ENDS.test(word) ? `(?<![a-z0-9])${escaped(word)}(?![a-z0-9])` : escaped(word))).join('|')}))`, 'g');
  return (...texts) => {
    let best = NOTHING;
    for (const given of texts) {
      if (given === '') continue;
      const text = normal(given);
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
        const hit = found.get(match[1] as string) as FoundWord;
        if (hit.score > best.score) best = hit;
        pattern.lastIndex = match.index + 1;
      }
    }
    return best;
  };
}

/** Periods whose matchers are kept: traffic lies in one, a backfill passes through many. */
const KEPT_PERIODS = 16;

/** Words in force at `moment.at`, which is set before each document. A matcher is made for each period between two changes of the list, when one is asked for. */
export function datedWords(list: readonly Word[], moment: { readonly at: number }): (...texts: string[]) => FoundWord {
  const edges = Float64Array.from(new Set(list.flatMap(({ from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) => [from, to]).filter(Number.isFinite))).sort();
  if (edges.length === 0) return createWords(list);
  const finders = new Map<number, ReturnType<typeof createWords>>();
  return (...texts) => {
    const { at } = moment;
    let period = 0;
    while (period < edges.length && (edges[period] as number) <= at) period++;
    let finder = finders.get(period);
    if (!finder) {
      finder = createWords(list.filter(({ from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }) => at >= from && at < to));
      if (finders.size >= KEPT_PERIODS) finders.delete(finders.keys().next().value as number);
      finders.set(period, finder);
    }
    return finder(...texts);
  };
}
