/** When episodes happen: each category within the first half minute, every other within the first minutes, then at random for as long as it runs. */
import { type Random, Weighted } from '../random.ts';
import type { Episode } from './episode.ts';
import { amountDiffers, guaranteeUsed, manyPayments, nearLimit, payerDiffers, paymentReused } from './financial.ts';
import { oneCountry, onePlatform, oneSeller, volumeShock } from './market.ts';
import { counterfeits, currencyMoves } from './market-observed.ts';
import { cheapZone, newTariff } from './market-trade.ts';
import { coldChainBroken, deviceSilent, impossibleScans, longStay, partsMissing, scansMissing, sealAndWeight, sealOpened } from './logistics.ts';
import * as match from './match.ts';
import { controlledGoods, hiddenBatteries, injuries, protectedSpecies, sanctionedName } from './public-security-goods.ts';
import { diseaseOrigin, excludedLines, prohibitedCarried, prohibitedWords, recalledGoods } from './public-security.ts';
import { feedSilent, malformed, repeats } from './technical.ts';
import { annualQuota, badIds, splitOrders, undervaluation } from './transaction.ts';

/** Seconds after the start, and how often it comes later. */
const TABLE: readonly { episode: Episode; openingAt: number; weight: number }[] = [
  { episode: splitOrders, openingAt: 3, weight: 6 },
  { episode: manyPayments, openingAt: 5, weight: 6 },
  { episode: prohibitedWords, openingAt: 7, weight: 6 },
  { episode: malformed, openingAt: 9, weight: 2 },
  { episode: oneCountry, openingAt: 12, weight: 2 },
  { episode: undervaluation, openingAt: 16, weight: 8 },
  { episode: volumeShock, openingAt: 20, weight: 2 },
  { episode: excludedLines, openingAt: 26, weight: 4 },
  { episode: diseaseOrigin, openingAt: 32, weight: 5 },
  { episode: repeats, openingAt: 38, weight: 2 },
  { episode: recalledGoods, openingAt: 44, weight: 3 },
  { episode: match.documents, openingAt: 50, weight: 3 },
  { episode: match.money, openingAt: 60, weight: 3 },
  { episode: match.persons, openingAt: 75, weight: 3 },
  { episode: match.goods, openingAt: 90, weight: 3 },
  { episode: amountDiffers, openingAt: 110, weight: 2 },
  { episode: match.limits, openingAt: 160, weight: 3 },
  { episode: payerDiffers, openingAt: 180, weight: 2 },
  { episode: match.sequence, openingAt: 230, weight: 3 },
  { episode: prohibitedCarried, openingAt: 210, weight: 2 },
  { episode: paymentReused, openingAt: 240, weight: 2 },
  { episode: badIds, openingAt: 250, weight: 2 },
  { episode: match.parties, openingAt: 300, weight: 2 },
  { episode: nearLimit, openingAt: 320, weight: 2 },
  { episode: annualQuota, openingAt: 360, weight: 2 },
  { episode: match.guarantee, openingAt: 130, weight: 2 },
  { episode: guaranteeUsed, openingAt: 140, weight: 1 },
  { episode: sealOpened, openingAt: 200, weight: 2 },
  { episode: sealAndWeight, openingAt: 220, weight: 1 },
  { episode: impossibleScans, openingAt: 270, weight: 1 },
  { episode: scansMissing, openingAt: 280, weight: 1 },
  { episode: coldChainBroken, openingAt: 290, weight: 2 },
  { episode: deviceSilent, openingAt: 310, weight: 2 },
  { episode: partsMissing, openingAt: 340, weight: 1 },
  { episode: oneSeller, openingAt: 375, weight: 1 },
  { episode: onePlatform, openingAt: 385, weight: 1 },
  { episode: currencyMoves, openingAt: 390, weight: 2 },
  { episode: counterfeits, openingAt: 395, weight: 2 },
  { episode: cheapZone, openingAt: 400, weight: 1 },
  { episode: newTariff, openingAt: 410, weight: 1 },
  { episode: sanctionedName, openingAt: 375, weight: 2 },
  { episode: protectedSpecies, openingAt: 385, weight: 2 },
  { episode: hiddenBatteries, openingAt: 395, weight: 2 },
  { episode: controlledGoods, openingAt: 405, weight: 2 },
  { episode: injuries, openingAt: 412, weight: 2 },
  { episode: longStay, openingAt: 416, weight: 1 },
  { episode: feedSilent, openingAt: 420, weight: 0.6 },
];

export const EPISODES: readonly Episode[] = TABLE.map(({ episode }) => episode);
const LAST_OPENING = Math.max(...TABLE.map(({ openingAt }) => openingAt));
/** Mean and shortest pause between two episodes after the opening. */
const PAUSE_MS = 40_000;
const SHORTEST_MS = 12_000;

export interface Begin { at: number; episode: Episode }

/** An endless list of starts, in order. */
export class Programme {
  #random: Random;
  #opening: Begin[];
  #later = new Weighted(TABLE, ({ weight }) => weight);
  #at: number;

  constructor(random: Random, start: number) {
    this.#random = random;
    this.#opening = TABLE.map(({ episode, openingAt }) => ({ at: start + openingAt * 1000, episode })).sort((a, b) => a.at - b.at);
    this.#at = start + LAST_OPENING * 1000;
  }

  next(): Begin {
    const opening = this.#opening.shift();
    if (opening) return opening;
    this.#at += SHORTEST_MS + Math.round(this.#random.wait(PAUSE_MS - SHORTEST_MS));
    return { at: this.#at, episode: this.#later.draw(this.#random).episode };
  }
}
