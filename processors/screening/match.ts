/**
 * The three-document match of one order: order, payment, waybill; then the declaration (domain reference §4). Pure: documents, parameters and tables in,
 * findings out. Each check is one small function; both sides are written into the finding, so that an officer needs no second look.
 */
import type { Tables } from '../../language/ruleset.ts';
import { FIXED5, type Fixed5 } from '../../schemas/trade/envelope.ts';
import type { MatchCode, MatchFinding, MatchState } from '../../schemas/risk/fact.ts';
import type { Kept, KeptPerson, Slot } from './dossier.ts';

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
}

export type MatchTables = Pick<Tables, 'positiveList' | 'party' | 'versions'>;

export interface MatchInput { slots: readonly Slot[]; noticed: boolean; expired: boolean }
export interface MatchResult { state: MatchState; codes: MatchCode[]; findings: MatchFinding[]; documents: string[] }

type Report = (code: MatchCode, outcome: MatchFinding['outcome'], left: string, right: string, detail: string) => void;
interface Documents { order: Kept | undefined; payments: Kept[]; waybills: Kept[]; declarations: Kept[] }

const yuan = (v: Fixed5): string => `${(v / FIXED5).toFixed(2)} CNY`;
const kilos = (v: Fixed5): string => `${(v / FIXED5).toFixed(3)} kg`;

export function match(input: MatchInput, limits: MatchLimits, tables: MatchTables): MatchResult {
  const findings: MatchFinding[] = [];
  const report: Report = (code, outcome, left, right, detail) => findings.push({ code, outcome, left, right, detail });
  const documents = gather(input.slots);
  for (const check of CHECKS) check(documents, report, limits, tables);
  for (const slot of input.slots) {
    if (slot.twice && slot.kept) report('DUPLICATE', 'fail', slot.documentKey, '', `a second new ${slot.type} under another guid; a change must say appType 2`);
  }
  const present = presence(documents);
  const missing = ['order', 'payment', 'waybill'].filter((name) => !present.includes(name));
  if (missing.length > 0 && (input.noticed || input.expired)) report('MISSING_DOC', 'fail', present.join(', ') || 'nothing', missing.join(', '), input.expired ? 'deadline passed' : 'partial at the first notice');
  const codes = [...new Set(findings.filter((f) => f.outcome === 'fail').map((f) => f.code))].sort();
  return { state: stateOf(input, present, missing, codes), codes, findings, documents: present };
}

function gather(slots: readonly Slot[]): Documents {
  const documents: Documents = { order: undefined, payments: [], waybills: [], declarations: [] };
  for (const { type, kept } of slots) {
    if (kept === null) continue;
    if (type === 'order') documents.order = kept;
    else if (type === 'payment') documents.payments.push(kept);
    else if (type === 'waybill') documents.waybills.push(kept);
    else documents.declarations.push(kept);
  }
  return documents;
}

function presence({ order, payments, waybills, declarations }: Documents): string[] {
  const present: string[] = [];
  if (order) present.push('order');
  if (payments.length > 0) present.push('payment');
  if (waybills.length > 0) present.push('waybill');
  if (declarations.length > 0) present.push('declaration');
  return present;
}

function stateOf(input: MatchInput, present: string[], missing: string[], codes: MatchCode[]): MatchState {
  if (present.length === 0 && input.slots.length > 0) return 'WITHDRAWN';
  if (codes.some((code) => code !== 'MISSING_DOC')) return 'MISMATCHED';
  if (missing.length === 0) return 'MATCHED';
  if (input.expired) return 'EXPIRED';
  return present.length >= 2 || input.noticed ? 'PARTIAL' : 'PENDING';
}

type Check = (d: Documents, report: Report, limits: MatchLimits, tables: MatchTables) => void;

const keys: Check = ({ order, waybills }, report) => {
  for (const waybill of waybills) {
    if (order && waybill.orderNo !== '' && waybill.orderNo !== order.orderNo) report('KEY_UNMATCHED', 'fail', order.orderNo, waybill.orderNo, 'the waybill names another order');
  }
};

const amount: Check = ({ order, payments }, report, limits) => {
  if (!order) return;
  if (order.currencyCode !== '' && order.currencyCode !== '142') report('AMOUNT_DIFF', 'fail', order.currencyCode, '142', 'the order is not in CNY (142)');
  if (payments.length === 0) return;
  const paid = payments.reduce((sum, p) => sum + p.amount, 0);
  if (beyond(order.amount - paid, limits.amountTolerance)) report('AMOUNT_DIFF', 'fail', yuan(order.amount), yuan(paid), 'acturalPaid of the order against amountPaid');
  for (const p of payments) if (p.currencyCode !== '' && p.currencyCode !== order.currencyCode) report('AMOUNT_DIFF', 'fail', order.currencyCode, p.currencyCode, 'currencies of order and payment');
};

const sum: Check = ({ order }, report, limits) => {
  if (!order) return;
  const due = order.goodsValue + order.freight + order.tax - order.discount;
  graded('SUM_DIFF', due, order.amount, limits, report, 'goodsValue + freight + taxTotal − discount against acturalPaid');
  const lines = order.lines.reduce((total, line) => total + line.total, 0);
  if (order.lines.length > 0) graded('SUM_DIFF', lines, order.goodsValue, limits, report, 'sum of the lines against goodsValue');
};

/** Up to the hard tolerance equal, up to the soft one a remark, beyond a failure. */
function graded(code: MatchCode, left: Fixed5, right: Fixed5, limits: MatchLimits, report: Report, detail: string): void {
  if (!beyond(left - right, limits.amountTolerance)) return;
  const soft = Math.abs(left - right) <= limits.sumSoftTolerance * Math.max(Math.abs(left), Math.abs(right));
  report(code, soft ? 'soft' : 'fail', yuan(left), yuan(right), detail);
}

const value: Check = ({ order, declarations }, report, limits) => {
  for (const d of declarations) {
    if (!order) continue;
    const declared = d.lines.reduce((total, line) => total + line.total, 0);
    if (Math.abs(declared - order.goodsValue) > limits.valueTolerance * order.goodsValue) report('AMOUNT_DIFF', 'fail', yuan(order.goodsValue), yuan(declared), 'goodsValue of the order against the declared total');
  }
};

const persons: Check = ({ order, payments, declarations }, report) => {
  if (!order) return;
  if (!['valid', 'other-type'].includes(order.buyer.idCheck)) report('ID_INVALID', 'fail', order.buyer.idCheck, 'valid', 'identity number of the buyer');
  for (const p of payments) differs('BUYER_PAYER_DIFF', order.buyer, p.buyer, 'buyer against payer', report);
  for (const d of declarations) differs('BUYER_PAYER_DIFF', order.buyer, d.buyer, 'buyer of the order against buyer of the declaration', report);
};

function differs(code: MatchCode, left: KeptPerson, right: KeptPerson, detail: string, report: Report): void {
  const parts = [unequal(left.name, right.name) ? 'name' : '', unequal(left.id, right.id) ? 'identity number' : ''].filter(Boolean);
  if (parts.length > 0) report(code, 'fail', '', '', `${detail}: ${parts.join(' and ')} differ`);
}

const consignee: Check = ({ order, waybills, declarations }, report, limits) => {
  if (!order) return;
  for (const w of waybills) {
    const parts = [unequal(order.consignee.name, w.consignee.name) ? 'name' : '', unequal(order.consignee.phone, w.consignee.phone) ? 'phone' : ''].filter(Boolean);
    if (parts.length > 0) report('CONSIGNEE_DIFF', 'fail', '', '', `consignee of order and waybill: ${parts.join(' and ')} differ`);
    address(order.consignee, w.consignee, 'address of order and waybill', limits, report);
  }
  for (const d of declarations) address(order.consignee, d.consignee, 'address of order and declaration', limits, report);
};

function address(left: KeptPerson, right: KeptPerson, detail: string, limits: MatchLimits, report: Report): void {
  if (!unequal(left.address, right.address)) return;
  const alike = similarity(left.shingles, right.shingles);
  if (alike < limits.addressSimilarity) report('CONSIGNEE_DIFF', 'fail', '1.00', alike.toFixed(2), `${detail}: similarity below ${limits.addressSimilarity}`);
}

const goods: Check = ({ order, declarations }, report) => {
  for (const d of declarations) {
    if (!order || order.lines.length === 0 || d.lines.length === 0) continue;
    const left = order.lines.reduce((n, l) => n + l.quantity, 0);
    const right = d.lines.reduce((n, l) => n + l.quantity, 0);
    if (left !== right) report('GOODS_DIFF', 'fail', String(left / FIXED5), String(right / FIXED5), 'pieces ordered against pieces declared');
    const known = new Set(order.lines.map((l) => l.barcode).filter(Boolean));
    const stray = d.lines.find((l) => l.barcode !== '' && known.size === order.lines.length && !known.has(l.barcode));
    if (stray) report('GOODS_DIFF', 'fail', [...known].join(', '), stray.barcode, 'a declared barcode that was not ordered');
  }
};

const weight: Check = ({ waybills, declarations }, report, limits) => {
  for (const d of declarations) {
    if (d.grossWeight < d.netWeight) report('WEIGHT_DIFF', 'fail', kilos(d.grossWeight), kilos(d.netWeight), 'gross weight below net weight');
    for (const w of waybills) {
      const allowed = Math.max(limits.weightToleranceShare * Math.max(w.grossWeight, d.grossWeight), limits.weightToleranceKg * FIXED5);
      if (Math.abs(w.grossWeight - d.grossWeight) > allowed) report('WEIGHT_DIFF', 'fail', kilos(w.grossWeight), kilos(d.grossWeight), 'waybill weight against declared gross weight');
    }
  }
};

const limit: Check = ({ order, waybills, declarations }, report, limits) => {
  if (!order) return;
  const extra = declarations[0] ?? waybills[0];
  const freight = Math.max(order.freight, declarations[0]?.freight ?? 0);
  const basis = limits.limitBasis === 2 ? order.amount : order.goodsValue + freight + (extra?.insurance ?? 0);
  if (basis <= limits.singleLimit * FIXED5) return;
  const indivisible = order.lines.length === 1 && order.lines[0]?.quantity === FIXED5;
  report('OVER_SINGLE', indivisible ? 'soft' : 'fail', yuan(basis), yuan(limits.singleLimit * FIXED5), indivisible ? 'one indivisible item: allowed with full taxes' : 'above the single-transaction limit');
};

/** Each document is held against the tables of its own day. */
const list: Check = ({ declarations }, report, _limits, tables) => {
  const version = tables.versions['positive-list'] ?? 'positive-list';
  for (const d of declarations) {
    const unknown: string[] = [];
    for (const { hs } of d.lines) {
      const listed = tables.positiveList(hs, d.appTime);
      if (listed === 'excluded' || listed === 'miss') report('NOT_ON_LIST', 'fail', hs, listed, `commodity code against ${version}`);
      else if (listed === 'not-checked') unknown.push(hs);
    }
    if (unknown.length > 0) report('NOT_ON_LIST', 'not-checked', unknown.join(', '), '', `${version}: a code that is not in it proves nothing`);
  }
};

const parties: Check = ({ order, payments, waybills, declarations }, report, _limits, tables) => {
  const version = tables.versions.parties ?? 'parties';
  const asked = new Set<string>();
  for (const document of [...(order ? [order] : []), ...payments, ...waybills, ...declarations]) {
    for (const { role, code } of document.parties) {
      if (code === '' || asked.has(`${role}|${code}`)) continue;
      asked.add(`${role}|${code}`);
      const registered = tables.party(code, role, document.doneTime);
      if (registered === 'lapsed' || registered === 'miss') report('PARTY_UNREGISTERED', 'fail', `${role} ${code}`, registered, `${registered === 'lapsed' ? 'the registration does not cover that day' : 'not in the register'} (${version})`);
    }
  }
};

const order_of_things: Check = ({ order, payments, waybills, declarations }, report, limits) => {
  const skew = limits.timeSkewMinutes * 60_000;
  const earlier: [string, number][] = [];
  if (order) earlier.push(['order', order.doneTime]);
  for (const p of payments) earlier.push(['payment', p.doneTime]);
  for (const w of waybills) earlier.push(['waybill', w.doneTime]);
  for (const d of declarations) {
    for (const [name, time] of earlier) {
      if (time > d.appTime + skew) report('TIME_ORDER', 'fail', new Date(time).toISOString(), new Date(d.appTime).toISOString(), `the ${name} is later than the declaration`);
    }
  }
};

const CHECKS: readonly Check[] = [keys, amount, sum, value, persons, consignee, goods, weight, limit, list, parties, order_of_things];

/** Tolerances are in yuan, amounts in 0.00001 yuan: compared as integers. */
const beyond = (difference: Fixed5, tolerance: number): boolean => Math.abs(difference) > Math.round(tolerance * FIXED5);
/** Only what both sides give can differ. */
const unequal = (left: string, right: string): boolean => left !== '' && right !== '' && left !== right;

/** Jaccard overlap of two sets of 32-bit shingles, four bytes each. 1 where both are empty. */
export function similarity(left: Uint8Array, right: Uint8Array): number {
  if (left.length === 0 && right.length === 0) return 1;
  const a = shingles(left);
  const b = shingles(right);
  let common = 0;
  for (const s of a) if (b.has(s)) common++;
  return common / (a.size + b.size - common);
}

function shingles(bytes: Uint8Array): Set<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const set = new Set<number>();
  for (let i = 0; i + 4 <= bytes.length; i += 4) set.add(view.getUint32(i, true));
  return set;
}
