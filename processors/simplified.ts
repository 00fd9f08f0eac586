/** What speaks against declaring an export list in the simplified way (statisticsFlag A), as far as the list itself can tell: its mode, a licence, its value. */
import type { Parameters, Tables } from '../language/ruleset.ts';
import { classify, type Goods, type Hindrance, type SimplifiedLimits } from '../schemas/customs/classification.ts';
import type { Bilingual } from '../schemas/risk/alert.ts';
import type { Declaration } from '../schemas/trade/declaration.ts';
import { FIXED5 } from '../schemas/trade/envelope.ts';

/** Taken all the same: somebody should look at it. */
export interface Doubt { path: string; what: Bilingual }

const PATH: Partial<Record<Hindrance, string>> = { MODE: 'tradeMode', LICENCE: 'licenseNo', OVER_LIMIT: 'statisticsFlag' };

const LIMITS = ['retailSimplifiedLimit', 'listExportLimit'] as const;

export function simplifiedLimits(parameters: Parameters, at: number): SimplifiedLimits {
  const [retail, list] = LIMITS.map((name) => parameters.number(name, at)) as [number, number];
  return { retail, list };
}

export function simplifiedDoubts(declaration: Declaration, parameters: Parameters, tables: Tables): Doubt[] {
  const { statisticsFlag, direction, tradeMode, licenseNo, appTime, lines } = declaration;
  if (statisticsFlag !== 'A' || direction !== 'E') return [];
  // A line in a currency without a rate adds nothing: what is then still above the limit is so in any case.
  const value = lines.reduce((sum, { total, currency }) => sum + total * (tables.exchangeRate(currency, appTime) ?? 0), 0) / FIXED5;
  const goods: Goods = { mode: tradeMode, direction: 'E', zone: true, hs: lines[0]?.hs ?? '', value, licence: licenseNo !== '', inspection: false, exportDuty: false, refund: false };
  const { hindrances } = classify(goods, limitsIn(parameters, appTime), () => undefined);
  return hindrances.flatMap(({ code, en, zh }) => {
    const path = PATH[code];
    return path === undefined ? [] : [{ path, what: { en, zh } }];
  });
}

/** A set of rules of one's own may lack them: then nothing is above them. */
function limitsIn(parameters: Parameters, at: number): SimplifiedLimits {
  try {
    return simplifiedLimits(parameters, at);
  } catch {
    return { retail: Number.POSITIVE_INFINITY, list: Number.POSITIVE_INFINITY };
  }
}
