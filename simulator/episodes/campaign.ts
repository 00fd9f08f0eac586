/** Which episodes and look-alikes are planted in a run that is scored, and when: spread over the run, each with time to unfold. Pure of everything but its seed. */
import { mix, Random } from '../random.ts';
import type { Episode } from './episode.ts';
import { HOUR, MINUTE } from './episode.ts';
import { IDENTITIES } from './identities.ts';
import { INTEGRITY } from './integrity.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import { freightRises, stockStays } from './market-observed.ts';
import { demandCollapses, priceJumps } from './market-trade.ts';
import { neverSent, owedForLong, paidTooMuch } from './trade-credit.ts';
import { type Begin, EPISODES } from './programme.ts';
import { curious, lagging } from './system.ts';
import { answersLate, answersRefused, badSignatures, clockOff, drifted } from './technical.ts';
import { TRADE_FINANCE } from './trade-finance.ts';

/** In a scored run alone: signatures, since elsewhere senders would have to hold a trusted certificate; what takes an hour to show, or needs the weeks before; what the system tells about itself; debts and receipts. */
export const SCORED: readonly Episode[] = [
  ...EPISODES, badSignatures, drifted, clockOff, answersLate, answersRefused, lagging, curious, priceJumps, demandCollapses, stockStays, freightRises, paidTooMuch, neverSent, owedForLong, ...IDENTITIES, ...INTEGRITY, ...TRADE_FINANCE,
];

/** Before the first episode, so that what is usual has been seen. */
const WARM_UP_MS = 20 * MINUTE;
/** A feed's own rhythm is known only once it was seen a hundred times as long as it may be quiet. */
const RHYTHM_MS = 2.5 * HOUR;
/** Drift is told from the mix of the time before, of which there must be some. */
const HISTORY_MS = 4 * HOUR;
/** After the last one: the longest that a rule may take to speak. */
const COOL_DOWN_MS = 45 * MINUTE;
const LONGEST_MS = 6 * HOUR;
/** A day's cases of one rule, and how many of them at least, however short the run. Look-alikes come half as often. */
const CASES_A_DAY = 6;
const LEAST_CASES = 2;
/** Episodes of one feed need the time in which its alert is eased and cooled down between them: a rate alert looks back a quarter of an hour and is eased half an hour later. */
const FEEDS_APART_MS = 2.5 * HOUR;

/** How long an episode may take in a run of `totalMs`. */
export const leisureOf = (totalMs: number): number => Math.max(MINUTE, Math.min(LONGEST_MS, (totalMs - WARM_UP_MS - COOL_DOWN_MS) / 2));

export class Campaign {
  #begins: Begin[];

  constructor(seed: number, start: number, totalMs: number, rules: ReadonlySet<string>) {
    const last = totalMs - COOL_DOWN_MS - leisureOf(totalMs);
    const cases = Math.max(LEAST_CASES, Math.round((CASES_A_DAY * totalMs) / (24 * HOUR)));
    const random = new Random(mix(seed, 7));
    const begins = (episode: Episode, many: number): Begin[] => {
      const most = episode.id.startsWith('technical/') ? Math.max(1, Math.floor((totalMs - WARM_UP_MS - COOL_DOWN_MS) / FEEDS_APART_MS)) : many;
      const count = Math.min(many, most);
      const span = episode.id.startsWith('technical/') ? totalMs - COOL_DOWN_MS - 70 * MINUTE : last;
      const known = episode.id === 'technical/feed-silence' ? RHYTHM_MS : episode.id === 'technical/drift' ? HISTORY_MS : 0;
      const warmUp = Math.max(WARM_UP_MS, Math.min(known, totalMs / 4));
      const step = Math.max(0, span - warmUp) / count;
      // Half a step of jitter keeps episodes of one rule apart and still lets their hours differ.
      return Array.from({ length: count }, (_, i) => ({ at: Math.round(start + warmUp + (i + random.next() / 2) * step), episode }));
    };
    const wanted = (list: readonly Episode[]) => list.filter(({ id }) => rules.has(id));
    this.#begins = [...wanted(SCORED).flatMap((episode) => begins(episode, cases)), ...wanted(LOOK_ALIKES).flatMap((episode) => begins(episode, Math.ceil(cases / 2)))].sort((a, b) => a.at - b.at);
  }

  next(): Begin | undefined {
    return this.#begins.shift();
  }
}
