/** Checks of what an order owes: taxes against the table and customs' bill, the guarantor's guarantee, the raw payment data. Imports only. */
import type { Bilingual } from '../../schemas/risk/alert.ts';
import { detail } from '../../schemas/risk/findings.ts';
import { FIXED5, type Fixed5 } from '../../schemas/trade/envelope.ts';
import { beyond, yuan, type Check, type Documents, type MatchInput, type MatchLimits, type MatchTables, type Report } from './documents.ts';
import type { Owed } from './dossier.ts';
import type { Kept } from './kept.ts';
import { isRefused, leftOf } from './reversals.ts';
import { taxesOf, type Taxes } from './tax.ts';

/** Of a tax bill: 2 it went into a summary bill for payment, the last that messages tell of it; 3 void. */
const BILL_SUMMARISED = 2;
const BILL_VOID = 3;

/** Taxes of the list that stands; undefined where nothing is to be compared. */
function due({ order, declarations }: Documents, limits: MatchLimits, tables: MatchTables): { declaration: Kept; taxes: Taxes } | undefined {
  const declaration = declarations.at(-1);
  if (!declaration || declaration.exported || declaration.lines.length === 0) return undefined;
  const value = declaration.lines.reduce((sum, line) => sum + line.total, 0) + declaration.freight + declaration.insurance;
  const inLimit = value <= limits.singleLimit * FIXED5;
  // Above the limit only one indivisible item may come this way; the rest is general trade, taxed elsewhere.
  if (!inLimit && order && !(order.lines.length === 1 && order.lines[0]?.quantity === FIXED5)) return undefined;
  return { declaration, taxes: taxesOf(declaration, inLimit, tables.taxRate, declaration.appTime) };
}

interface Bill { kept: Kept; status: number }

/** The bill in force: customs tells its status apart, and a void one does not count. */
function billOf({ bills }: Documents): Bill | undefined {
  if (bills.length === 0) return undefined;
  const told = (key: string): number | undefined => bills.find((b) => b.kept.kind === 'status' && b.documentKey === statusKey(key))?.kept.status;
  return bills.filter((b) => b.kept.kind === 'bill').map(({ documentKey, kept }): Bill => ({ kept, status: told(documentKey) ?? kept.status })).findLast(({ status }) => status !== BILL_VOID);
}

/** Where a bill's later status stands among the slots. */
export const statusKey = (documentKey: string): string => `${documentKey}|status`;

export const taxes: Check = (documents, report, limits, tables) => {
  const bill = billOf(documents)?.kept;
  const withheld = documents.order?.tax ?? 0;
  // A seller who withholds nothing bears the tax itself: then only customs' bill can be compared.
  if (!bill && withheld === 0) return;
  const found = due(documents, limits, tables);
  if (bill && withheld > 0) compare(report, limits, withheld, bill.tax, detail('taxAgainstBill'));
  if (!found) return;
  const { declaration, taxes: { lines, total, unknown } } = found;
  if (unknown.length > 0) return report('TAX_DIFF', 'not-checked', unknown.join(', '), '', detail('noRate'));
  if (withheld > 0 && !bill) compare(report, limits, withheld, total, detail('taxAgainstRates'));
  if (!bill) return;
  compare(report, limits, bill.tax, total, detail('billAgainstRates'));
  for (const [i, line] of declaration.lines.entries()) {
    const billed = bill.lines.find((l) => l.lineNo === line.lineNo);
    if (billed) compare(report, limits, billed.total, lines[i] as Fixed5, detail('billLine', { line: line.lineNo }));
  }
};

function compare(report: Report, limits: MatchLimits, left: Fixed5, right: Fixed5, text: Bilingual): void {
  if (beyond(left - right, limits.taxTolerance)) report('TAX_DIFF', 'fail', yuan(left), yuan(right), text);
}

const guarantorOf = (declaration: Kept | undefined): string => declaration?.parties.find((party) => party.role === 'guarantor')?.code ?? '';

/** The order's tax: customs' bill, else what the order withheld, else the tax by the rates. */
const taxOf = (documents: Documents, limits: MatchLimits, tables: MatchTables): Fixed5 =>
  billOf(documents)?.kept.tax ?? (documents.order?.tax || (due(documents, limits, tables)?.taxes.total ?? 0));

/** What the guarantor answers for: the tax of what stands of the order, from its declaration until the bill is summarised, unless customs refused the declaration. */
export function owedOf(documents: Documents, { standing, returnStatus }: Pick<MatchInput, 'standing' | 'returnStatus'>, limits: MatchLimits, tables: MatchTables): Owed {
  const guarantor = documents.exported ? '' : guarantorOf(documents.declarations.at(-1));
  if (guarantor === '' || isRefused(returnStatus) || billOf(documents)?.status === BILL_SUMMARISED) return { guarantor, tax: 0 };
  return { guarantor, tax: leftOf(taxOf(documents, limits, tables), standing) };
}

/** The guarantee must cover the tax of each order. */
export const guarantee: Check = (documents, report, limits, tables) => {
  const declaration = documents.declarations.at(-1);
  const code = guarantorOf(declaration);
  if (!declaration || code === '') return;
  const found = tables.guarantee(code, declaration.appTime);
  if (found === 'not-checked') return report('GUARANTEE_SHORT', 'not-checked', code, '', detail('guaranteeUnknown'));
  if (found === 'miss' || found === 'lapsed') return report('GUARANTEE_SHORT', 'fail', code, found, detail(found === 'miss' ? 'noGuarantee' : 'guaranteeEnded'));
  const owed = taxOf(documents, limits, tables);
  if (owed > found) report('GUARANTEE_SHORT', 'fail', yuan(owed), yuan(found), detail('guaranteeShort', { guarantor: code }));
};

/** Raw payment data are customs' to ask for: whether every order needs them, a parameter says. */
export const rawPayment: Check = ({ order, payments, paymentKeys, rawPayments, rawDue }, report, limits) => {
  if (rawDue && rawPayments.length === 0 && order && !order.exported) report('NO_RAW_PAYMENT', 'fail', order.orderNo, '', detail('noRaw'));
  if (payments.length === 0) return;
  const paid = payments.reduce((sum, p) => sum + p.amount, 0);
  for (const raw of rawPayments) {
    if (!paymentKeys.includes(raw.kind)) report('KEY_UNMATCHED', 'fail', paymentKeys.join(', '), raw.kind, detail('rawOfOther'));
    if (raw.platform !== '' && payments[0]?.platform !== '' && raw.platform !== payments[0]?.platform) report('KEY_UNMATCHED', 'fail', payments[0]?.platform ?? '', raw.platform, detail('rawPlatform'));
    // Of a payment for several orders this order's share must only lie within.
    const differs = raw.status > 1 ? paid - raw.amount > 0 && beyond(paid - raw.amount, limits.amountTolerance) : beyond(paid - raw.amount, limits.amountTolerance);
    if (differs) report('AMOUNT_DIFF', 'fail', yuan(paid), yuan(raw.amount), raw.status > 1 ? detail('paidAboveRaw', { orders: raw.status }) : detail('paidRaw'));
  }
};
