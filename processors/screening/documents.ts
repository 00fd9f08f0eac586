/** What the checks of a match work on: the documents of one order by kind, and what a check may read and say. */
import type { Tables } from '../../language/ruleset.ts';
import { FIXED5, type Fixed5 } from '../../schemas/trade/envelope.ts';
import type { Bilingual } from '../../schemas/risk/alert.ts';
import type { MatchCode, MatchFinding, MatchState } from '../../schemas/risk/fact.ts';
import { isMatched, type MatchedType, type Slot, type Owed } from './dossier.ts';
import type { Kept } from './kept.ts';
import type { Standing } from './reversals.ts';

export interface MatchLimits {
  amountTolerance: number;
  sumSoftTolerance: number;
  valueTolerance: number;
  addressSimilarity: number;
  weightToleranceShare: number;
  weightToleranceKg: number;
  timeSkewMinutes: number;
  singleLimit: number;
  /** 1: dutiable value (goods + freight + insurance); 2: the amount paid. */
  limitBasis: number;
  taxTolerance: number;
  returnWindowDays: number;
}

export type MatchTables = Pick<Tables, 'positiveList' | 'party' | 'taxRate' | 'guarantee' | 'versions'>;

export interface MatchInput { slots: readonly Slot[]; standing: Standing; noticed: boolean; expired: boolean; rawDue: boolean; releasedAt: number; returnStatus: number }
export interface MatchResult { state: MatchState; codes: MatchCode[]; findings: MatchFinding[]; documents: MatchedType[]; owed: Owed }

export type Check = (d: Documents, report: Report, limits: MatchLimits, tables: MatchTables) => void;
export type Report = (code: MatchCode, outcome: MatchFinding['outcome'], left: string, right: string, detail: Bilingual) => void;
export interface Documents {
  order: Kept | undefined;
  payments: Kept[];
  /** `payCode|payTransactionId` of each payment. */
  paymentKeys: string[];
  waybills: Kept[];
  declarations: Kept[];
  bills: { documentKey: string; kept: Kept }[];
  rawPayments: Kept[];
  rawDue: boolean;
  /** One of the documents says that it is an export. */
  exported: boolean;
}

/** An export names no buyer, and needs no receipt of the money since 2024-12-15. */
export const NEEDS = ['order', 'payment', 'waybill'] as const;
export const EXPORT_NEEDS = ['order', 'waybill'] as const;

export function gather({ slots, rawDue }: Pick<MatchInput, 'slots' | 'rawDue'>): Documents {
  const documents: Documents = { order: undefined, payments: [], paymentKeys: [], waybills: [], declarations: [], bills: [], rawPayments: [], rawDue, exported: false };
  for (const { type, documentKey, kept } of slots) {
    if (kept === null) continue;
    if (kept.exported && isMatched(type)) documents.exported = true;
    if (type === 'order') documents.order = kept;
    else if (type === 'payment') {
      documents.payments.push(kept);
      documents.paymentKeys.push(documentKey);
    } else if (type === 'waybill') documents.waybills.push(kept);
    else if (type === 'declaration') documents.declarations.push(kept);
    else if (type === 'tax-bill') documents.bills.push({ documentKey, kept });
    else if (type === 'raw-payment') documents.rawPayments.push(kept);
  }
  return documents;
}

export function presence({ order, payments, waybills, declarations }: Documents): MatchedType[] {
  const present: MatchedType[] = [];
  if (order) present.push('order');
  if (payments.length > 0) present.push('payment');
  if (waybills.length > 0) present.push('waybill');
  if (declarations.length > 0) present.push('declaration');
  return present;
}

export const yuan = (v: Fixed5): string => `${(v / FIXED5).toFixed(2)} CNY`;
export const kilos = (v: Fixed5): string => `${(v / FIXED5).toFixed(3)} kg`;

/** Tolerances are in yuan, amounts in 0.00001 yuan: compared as integers. */
export const beyond = (difference: Fixed5, tolerance: number): boolean => Math.abs(difference) > Math.round(tolerance * FIXED5);
/** Only what both sides give can differ. */
export const unequal = (left: string, right: string): boolean => left !== '' && right !== '' && left !== right;
