/**
 * How many digits of the commodity code a declaration needs. Simplified export: retail (9610) in a comprehensive test zone needs the heading (4 digits), business exports by
 * list (9710, 9810) the subheading (6) there; each without licence, duty and refund, and up to a value. Where a price index is made, four digits are too few: one heading
 * holds goods of very different price.
 */
import type { Bilingual } from '../risk/alert.ts';
import type { Direction } from '../trade/envelope.ts';

export interface Goods {
  mode: string;
  direction: Direction;
  /** Declared in a comprehensive test zone. */
  zone: boolean;
  /** The code as far as it is known: at least four digits. */
  hs: string;
  /** Of the list (retail: of one parcel), in yuan. */
  value: number;
  /** What the goods fall under. */
  licence: boolean;
  inspection: boolean;
  exportDuty: boolean;
  refund: boolean;
}

const HINDRANCES = {
  NOT_EXPORT: { en: 'Imports are declared with ten digits.', zh: '进口须按十位编码申报。' },
  MODE: { en: 'Only 9610, 9710 and 9810 are simplified.', zh: '仅9610、9710、9810适用简化申报。' },
  NOT_IN_ZONE: { en: 'Only declarations in a comprehensive test zone are simplified.', zh: '仅在综试区内申报可简化。' },
  LICENCE: { en: 'The goods need a licence.', zh: '货物涉及许可证件管理。' },
  INSPECTION: { en: 'The goods need inspection and quarantine.', zh: '货物涉及检验检疫。' },
  EXPORT_DUTY: { en: 'The goods bear export duty.', zh: '货物涉及出口征税。' },
  REFUND: { en: 'A tax refund is claimed.', zh: '货物涉及出口退税。' },
  OVER_LIMIT: { en: 'The value of the list is above the limit of simplified declaration.', zh: '单票价值超过简化申报限值。' },
} as const satisfies Record<string, Bilingual>;
export type Hindrance = keyof typeof HINDRANCES;

/** Values in yuan up to which a list may be simplified: of retail (9610), and of business exports (9710, 9810), which above it go by no list at all. */
export interface SimplifiedLimits { retail: number; list: number }

export interface Classification {
  simplified: boolean;
  /** Why not; empty where simplified. */
  hindrances: (Bilingual & { code: Hindrance })[];
  /** How many digits are declared. */
  digits: 4 | 6 | 10;
  /** As many of the given code's digits. */
  code: string;
  /** The given code is too short for what must be declared. */
  incomplete: boolean;
  /** Of the heading. */
  name: Bilingual;
  /** May feed a price index. */
  forPrices: boolean;
}

const B2B = new Set(['9710', '9810']);

function hindrancesOf(goods: Goods, limits: SimplifiedLimits): Hindrance[] {
  if (goods.direction !== 'E') return ['NOT_EXPORT'];
  const b2b = B2B.has(goods.mode);
  if (goods.mode !== '9610' && !b2b) return ['MODE'];
  const found: [boolean, Hindrance][] = [
    [!goods.zone, 'NOT_IN_ZONE'], [goods.licence, 'LICENCE'], [b2b && goods.inspection, 'INSPECTION'], [goods.exportDuty, 'EXPORT_DUTY'], [goods.refund, 'REFUND'],
    [goods.value > (b2b ? limits.list : limits.retail), 'OVER_LIMIT'],
  ];
  return found.filter(([holds]) => holds).map(([, code]) => code);
}

/** `nameOf`: a heading's name. */
export function classify(goods: Goods, limits: SimplifiedLimits, nameOf: (heading: string) => Bilingual | undefined): Classification {
  const hindrances = hindrancesOf(goods, limits);
  const simplified = hindrances.length === 0;
  const digits = !simplified ? 10 : goods.mode === '9610' ? 4 : 6;
  return {
    simplified, hindrances: hindrances.map((code) => ({ code, ...HINDRANCES[code] })), digits, code: goods.hs.slice(0, digits), incomplete: goods.hs.length < digits,
    name: nameOf(goods.hs.slice(0, 4)) ?? { en: '', zh: '' }, forPrices: canFeedPrices(Math.min(digits, goods.hs.length)),
  };
}

/** Digits of a declared code that hold: a simplified list (statisticsFlag A) is right for the heading only, whatever stands behind it. */
export const digitsThatHold = (hs: string, statisticsFlag: string): number => (statisticsFlag === 'A' ? Math.min(4, hs.length) : hs.length);

export const canFeedPrices = (digits: number): boolean => digits >= 6;
