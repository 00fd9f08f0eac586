/**
 * The three-document match of one order: order, payment, waybill; then the declaration (domain reference §4). Pure: documents, parameters and tables in,
 * findings out. Each check is one small function; both sides are written into the finding, so that an officer needs no second look.
 */
import { FIXED5, type Fixed5 } from '../../schemas/trade/envelope.ts';
import type { Bilingual } from '../../schemas/risk/alert.ts';
import type { MatchCode, MatchFinding, MatchState } from '../../schemas/risk/fact.ts';
import { detail, findingOf, wordOf, WORDS, wordsOf } from '../../schemas/risk/findings.ts';
import { beyond, EXPORT_NEEDS, gather, kilos, NEEDS, presence, unequal, yuan, type Check, type MatchInput, type MatchLimits, type MatchResult, type MatchTables, type Report } from './documents.ts';
import { isMatched } from './dossier.ts';
import { guarantee, owedOf, rawPayment, taxes } from './dues.ts';
import type { Kept, KeptPerson } from './kept.ts';
import { reversalsOf } from './reversals.ts';

export function match(input: MatchInput, limits: MatchLimits, tables: MatchTables): MatchResult {
  const findings: MatchFinding[] = [];
  const report: Report = (code, outcome, left, right, text) => findings.push(findingOf(code, outcome, left, right, text));
  const documents = gather(input);
  for (const check of documents.exported ? EXPORT_CHECKS : CHECKS) check(documents, report, limits, tables);
  for (const slot of input.slots) {
    if (slot.twice && slot.kept) report('DUPLICATE', 'fail', slot.documentKey, '', detail('twice', { document: wordOf(slot.type) }));
  }
  lateReturns(input, limits, report);
  const present = presence(documents);
  const missing = (documents.exported ? EXPORT_NEEDS : NEEDS).filter((name) => !present.includes(name));
  if (missing.length > 0 && (input.noticed || input.expired)) report('MISSING_DOC', 'fail', present.join(', ') || 'nothing', missing.join(', '), detail(input.expired ? 'missingAtDeadline' : 'missingAtNotice', { missing: wordsOf(missing) }));
  // What was cancelled is no mismatch any more; its findings stay to be read.
  const codes = input.standing.cancelled ? [] : [...new Set(findings.filter((f) => f.outcome === 'fail').map((f) => f.code))].sort();
  return { state: stateOf(input, present, missing, codes), codes, findings, documents: present, owed: owedOf(documents, input, limits, tables) };
}

function stateOf(input: MatchInput, present: string[], missing: string[], codes: MatchCode[]): MatchState {
  if (input.standing.cancelled || (present.length === 0 && input.slots.some(({ type }) => isMatched(type)))) return 'WITHDRAWN';
  if (codes.some((code) => code !== 'MISSING_DOC')) return 'MISMATCHED';
  if (missing.length === 0) return 'MATCHED';
  if (input.expired) return 'EXPIRED';
  return present.length >= 2 || input.noticed ? 'PARTIAL' : 'PENDING';
}

const keys: Check = ({ order, waybills }, report) => {
  for (const waybill of waybills) {
    if (order?.exported && unequal(order.seller, waybill.seller)) report('KEY_UNMATCHED', 'fail', order.seller, waybill.seller, detail('sellerOfWaybill'));
    if (order && waybill.orderNo !== '' && waybill.orderNo !== order.orderNo) report('KEY_UNMATCHED', 'fail', order.orderNo, waybill.orderNo, detail('waybillOfOther'));
  }
};

const amount: Check = ({ order, payments }, report, limits) => {
  if (!order) return;
  if (!order.exported && order.currencyCode !== '' && order.currencyCode !== '142') report('AMOUNT_DIFF', 'fail', order.currencyCode, '142', detail('notInYuan'));
  if (payments.length === 0) return;
  const paid = payments.reduce((sum, p) => sum + p.amount, 0);
  if (beyond(order.amount - paid, limits.amountTolerance)) report('AMOUNT_DIFF', 'fail', yuan(order.amount), yuan(paid), detail('paid'));
  for (const p of payments) if (p.currencyCode !== '' && p.currencyCode !== order.currencyCode) report('AMOUNT_DIFF', 'fail', order.currencyCode, p.currencyCode, detail('paidCurrency'));
};

const sum: Check = ({ order }, report, limits) => {
  if (!order) return;
  const due = order.goodsValue + order.freight + order.tax - order.discount;
  graded('SUM_DIFF', due, order.amount, limits, report, detail('parts'));
  const lines = order.lines.reduce((total, line) => total + line.total, 0);
  if (order.lines.length > 0) graded('SUM_DIFF', lines, order.goodsValue, limits, report, detail('lines'));
};

/** Up to the hard tolerance equal, up to the soft one a remark, beyond a failure. */
function graded(code: MatchCode, left: Fixed5, right: Fixed5, limits: MatchLimits, report: Report, text: Bilingual): void {
  if (!beyond(left - right, limits.amountTolerance)) return;
  const soft = Math.abs(left - right) <= limits.sumSoftTolerance * Math.max(Math.abs(left), Math.abs(right));
  report(code, soft ? 'soft' : 'fail', yuan(left), yuan(right), text);
}

const value: Check = ({ order, declarations }, report, limits) => {
  for (const d of declarations) {
    // An export may be sold and declared in different currencies.
    if (!order || (order.exported && unequal(order.currencyCode, d.currencyCode))) continue;
    const declared = d.lines.reduce((total, line) => total + line.total, 0);
    if (Math.abs(declared - order.goodsValue) > limits.valueTolerance * order.goodsValue) report('AMOUNT_DIFF', 'fail', yuan(order.goodsValue), yuan(declared), detail('declaredValue'));
  }
};

const persons: Check = ({ order, payments, declarations }, report) => {
  if (!order) return;
  if (!['valid', 'other-type'].includes(order.buyer.idCheck)) report('ID_INVALID', 'fail', order.buyer.idCheck, 'valid', detail('identityNumber', { check: wordOf(order.buyer.idCheck) }));
  for (const p of payments) differs('BUYER_PAYER_DIFF', order.buyer, p.buyer, WORDS.buyerAndPayer, report);
  for (const d of declarations) differs('BUYER_PAYER_DIFF', order.buyer, d.buyer, WORDS.buyerOfDeclaration, report);
};

function differs(code: MatchCode, left: KeptPerson, right: KeptPerson, whose: Bilingual, report: Report): void {
  const parts = [unequal(left.name, right.name) ? 'name' : '', unequal(left.id, right.id) ? 'number' : ''].filter(Boolean);
  if (parts.length > 0) report(code, 'fail', '', '', detail('personDiffers', { whose, parts: wordsOf(parts) }));
}

const consignee: Check = ({ order, waybills, declarations }, report, limits) => {
  if (!order) return;
  for (const w of waybills) {
    const parts = [unequal(order.consignee.name, w.consignee.name) ? 'name' : '', unequal(order.consignee.phone, w.consignee.phone) ? 'phone' : ''].filter(Boolean);
    if (parts.length > 0) report('CONSIGNEE_DIFF', 'fail', '', '', detail('personDiffers', { whose: WORDS.consignees, parts: wordsOf(parts) }));
    address(order.consignee, w.consignee, WORDS.addressOfWaybill, limits, report);
  }
  for (const d of declarations) address(order.consignee, d.consignee, WORDS.addressOfDeclaration, limits, report);
};

function address(left: KeptPerson, right: KeptPerson, whose: Bilingual, limits: MatchLimits, report: Report): void {
  if (!unequal(left.address, right.address)) return;
  const alike = similarity(left.shingles, right.shingles);
  if (alike < limits.addressSimilarity) report('CONSIGNEE_DIFF', 'fail', '1.00', alike.toFixed(2), detail('addressDiffers', { whose, alike: alike.toFixed(2), limit: limits.addressSimilarity }));
}

const goods: Check = ({ order, declarations }, report) => {
  for (const d of declarations) {
    if (!order || order.lines.length === 0 || d.lines.length === 0) continue;
    const left = order.lines.reduce((n, l) => n + l.quantity, 0);
    const right = d.lines.reduce((n, l) => n + l.quantity, 0);
    if (left !== right) report('GOODS_DIFF', 'fail', String(left / FIXED5), String(right / FIXED5), detail('pieces'));
    const known = new Set(order.lines.map((l) => l.barcode).filter(Boolean));
    const stray = d.lines.find((l) => l.barcode !== '' && known.size === order.lines.length && !known.has(l.barcode));
    if (stray) report('GOODS_DIFF', 'fail', [...known].join(', '), stray.barcode, detail('strayBarcode'));
  }
};

const weight: Check = ({ waybills, declarations }, report, limits) => {
  for (const d of declarations) {
    if (d.grossWeight < d.netWeight) report('WEIGHT_DIFF', 'fail', kilos(d.grossWeight), kilos(d.netWeight), detail('grossBelowNet'));
    for (const w of waybills) {
      const allowed = Math.max(limits.weightToleranceShare * Math.max(w.grossWeight, d.grossWeight), limits.weightToleranceKg * FIXED5);
      if (Math.abs(w.grossWeight - d.grossWeight) > allowed) report('WEIGHT_DIFF', 'fail', kilos(w.grossWeight), kilos(d.grossWeight), detail('weights'));
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
  report('OVER_SINGLE', indivisible ? 'soft' : 'fail', yuan(basis), yuan(limits.singleLimit * FIXED5), detail(indivisible ? 'indivisible' : 'overSingle'));
};

/** Each document is held against the tables of its own day. */
const list: Check = ({ declarations }, report, _limits, tables) => {
  const version = tables.versions['positive-list'] ?? 'positive-list';
  for (const d of declarations) {
    const unknown: string[] = [];
    for (const { hs } of d.lines) {
      const listed = tables.positiveList(hs, d.appTime);
      if (listed === 'excluded' || listed === 'miss') report('NOT_ON_LIST', 'fail', hs, listed, detail(listed === 'excluded' ? 'excluded' : 'notListed', { version }));
      else if (listed === 'not-checked') unknown.push(hs);
    }
    if (unknown.length > 0) report('NOT_ON_LIST', 'not-checked', unknown.join(', '), '', detail('listUnknown', { version }));
  }
};

const parties: Check = ({ order, payments, waybills, declarations }, report, _limits, tables) => {
  const asked: Kept['parties'] = [];
  if (order) registered(order, asked, report, tables);
  for (const documents of [payments, waybills, declarations]) for (const document of documents) registered(document, asked, report, tables);
};

/** `asked`: what was looked up before. An order names some ten parties. */
function registered(document: Kept, asked: Kept['parties'], report: Report, tables: MatchTables): void {
  for (const party of document.parties) {
    const { role, code } = party;
    if (code === '' || asked.some((before) => before.role === role && before.code === code)) continue;
    asked.push(party);
    const found = tables.party(code, role, document.doneTime);
    if (found === 'lapsed' || found === 'miss') report('PARTY_UNREGISTERED', 'fail', `${role} ${code}`, found, detail(found === 'lapsed' ? 'lapsed' : 'unregistered', { version: tables.versions.parties ?? 'parties' }));
  }
}

const order_of_things: Check = ({ order, payments, waybills, declarations }, report, limits) => {
  if (declarations.length === 0) return;
  const skew = limits.timeSkewMinutes * 60_000;
  const earlier: [string, number][] = [];
  if (order) earlier.push(['order', order.doneTime]);
  for (const p of payments) earlier.push(['payment', p.doneTime]);
  for (const w of waybills) earlier.push(['waybill', w.doneTime]);
  for (const d of declarations) {
    for (const [name, time] of earlier) {
      if (time > d.appTime + skew) report('TIME_ORDER', 'fail', new Date(time).toISOString(), new Date(d.appTime).toISOString(), detail('laterThanDeclaration', { document: wordOf(name) }));
    }
  }
};

/** A return should be applied for within the window after release: a remark, since the goods are back all the same. */
export function lateReturns({ slots, releasedAt }: Pick<MatchInput, 'slots' | 'releasedAt'>, limits: MatchLimits, report: Report): void {
  if (releasedAt === 0 || !slots.some(({ type }) => type === 'reversal')) return;
  for (const { kept } of reversalsOf(slots)) {
    const days = (kept.appTime - releasedAt) / 86_400_000;
    if (kept.kind === 'return' && !kept.exported && days > limits.returnWindowDays) report('TIME_ORDER', 'soft', `${days.toFixed(1)} days`, `${limits.returnWindowDays} days`, detail('lateReturn'));
  }
}

const CHECKS: readonly Check[] = [keys, amount, sum, value, persons, consignee, goods, weight, limit, list, parties, order_of_things, taxes, guarantee, rawPayment];
/** Limits, positive list, taxes and buyers are matters of import. */
const EXPORT_CHECKS: readonly Check[] = [keys, amount, sum, value, goods, weight, parties, order_of_things];

/** Jaccard overlap of two sets of 32-bit shingles, four bytes each, in base64url. 1 where both are empty. */
export function similarity(left: string, right: string): number {
  if (left === '' && right === '') return 1;
  const a = shingles(left);
  const b = shingles(right);
  let common = 0;
  for (const s of a) if (b.has(s)) common++;
  return common / (a.size + b.size - common);
}

function shingles(text: string): Set<number> {
  const bytes = Buffer.from(text, 'base64url');
  const set = new Set<number>();
  for (let i = 0; i + 4 <= bytes.length; i += 4) set.add(bytes.readUInt32LE(i));
  return set;
}
