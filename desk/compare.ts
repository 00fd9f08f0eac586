/** The documents of one order side by side: a row says one thing, and what differs is marked. */
import { h, type Child } from './dom.ts';
import type { Finding } from './finding.ts';
import { moment, money, number, weight } from './format.ts';
import { originTag } from './parts.ts';
import { DOCUMENT, FIELD, ID_CHECK, KIND, RETURN_STATUS } from './terms.ts';
import { t, word } from './text.ts';

export type Doc = Record<string, unknown> & { buyer?: Person; payer?: Person; consignee?: Person; lines?: Line[] };
interface Person {
  nameMasked?: string;
  idMasked?: string;
  idCheck?: string;
  phoneMasked?: string;
  district?: string;
}
interface Line {
  name?: string;
  quantity?: unknown;
  total?: unknown;
  hs?: string;
}
const COLUMNS = ['orders', 'payments', 'waybills', 'declarations', 'receipts'] as const;
type Column = (typeof COLUMNS)[number];
const s = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
export const join = (...parts: unknown[]): string => parts.map(s).filter(Boolean).join(' · ');
const person = (d: Doc): Person => d.payer ?? d.buyer ?? {};
const id = (p: Person): string =>
  p.idMasked || (p.idCheck && p.idCheck !== 'missing') ? join(p.idMasked, p.idCheck ? word(ID_CHECK, p.idCheck) : '') : '';
const goods = (d: Doc): Child =>
  d.lines?.length
    ? h(
        'ul',
        {},
        d.lines
          .slice(0, 8)
          .map((l) => h('li', { text: join(l.name || l.hs, l.quantity === undefined ? '' : `× ${number(Number(l.quantity))}`, money(l.total)) })),
        d.lines.length > 8 ? h('li', { text: `+${d.lines.length - 8} ${t('items')}` }) : null,
      )
    : '';
const total = (d: Doc): string => (d.lines?.length ? money(d.lines.reduce((sum, l) => sum + Number(l.total ?? 0), 0)) : '');

/** Row → what each document has to say on it. */
const ROWS: Record<string, Partial<Record<Column, (d: Doc) => Child>>> = {
  number: {
    orders: (d) => s(d.orderNo),
    payments: (d) => s(d.transactionId),
    waybills: (d) => s(d.waybillNo),
    declarations: (d) => join(d.invtNo || d.preNo || d.copNo),
  },
  time: {
    orders: (d) => moment(Number(d.appTime)),
    payments: (d) => moment(Number(d.payTime || d.appTime)),
    waybills: (d) => moment(Number(d.appTime)),
    declarations: (d) => moment(Number(d.appTime)),
  },
  status: {
    receipts: (d) => join(word(KIND, s(d.answers)), d.returnStatus, word(RETURN_STATUS, s(d.returnStatus)), moment(Number(d.returnTime))),
  },
  parties: {
    orders: (d) => join(d.platformName || d.platformCode, d.sellerName || d.sellerCode),
    payments: (d) => s(d.payName || d.payCode),
    waybills: (d) => s(d.carrierName || d.carrierCode),
    declarations: (d) => join(d.agentName || d.agentCode, d.areaName || d.areaCode),
  },
  amount: { orders: (d) => money(d.paid), payments: (d) => money(d.amount) },
  value: { orders: (d) => money(d.goodsValue), declarations: total },
  freight: { orders: (d) => money(d.freight), waybills: (d) => money(d.freight), declarations: (d) => money(d.freight) },
  tax: { orders: (d) => money(d.tax) },
  person: { orders: (d) => s(person(d).nameMasked), payments: (d) => s(person(d).nameMasked), declarations: (d) => s(person(d).nameMasked) },
  id: { orders: (d) => id(person(d)), payments: (d) => id(person(d)), declarations: (d) => id(person(d)) },
  phone: { orders: (d) => s(person(d).phoneMasked), payments: (d) => s(person(d).phoneMasked), declarations: (d) => s(person(d).phoneMasked) },
  consignee: {
    orders: (d) => join(d.consignee?.nameMasked, d.consignee?.phoneMasked),
    waybills: (d) => join(d.consignee?.nameMasked, d.consignee?.phoneMasked),
    declarations: (d) => join(d.consignee?.nameMasked, d.consignee?.phoneMasked),
  },
  district: { orders: (d) => s(d.consignee?.district), waybills: (d) => s(d.consignee?.district), declarations: (d) => s(d.consignee?.district) },
  goods: { orders: goods, declarations: goods },
  weight: { waybills: (d) => weight(d.weight), declarations: (d) => join(weight(d.grossWeight), d.netWeight ? `(${weight(d.netWeight)})` : '') },
  mode: { declarations: (d) => join(d.tradeMode, d.customsCode, d.countryCode && d.country) },
};
/** Which rows a code speaks of. */
const SPEAKS: Record<string, string[]> = {
  AMOUNT_DIFF: ['amount'],
  SUM_DIFF: ['value', 'amount'],
  TAX_DIFF: ['tax'],
  ID_INVALID: ['id'],
  BUYER_PAYER_DIFF: ['person', 'id'],
  CONSIGNEE_DIFF: ['consignee', 'district'],
  GOODS_DIFF: ['goods'],
  WEIGHT_DIFF: ['weight'],
  NOT_ON_LIST: ['goods'],
  OVER_SINGLE: ['amount'],
  OVER_ANNUAL: ['id'],
  TIME_ORDER: ['time'],
  DUPLICATE: ['number'],
  PAY_REUSED: ['number'],
  PARTY_UNREGISTERED: ['parties'],
  KEY_UNMATCHED: ['number'],
  MISSING_DOC: ['number'],
};

/** `findings` says which rows differ. */
export function comparison(documents: Record<string, Doc[]>, findings: Finding[]): HTMLElement {
  const marks = new Map(
    findings
      .filter((f) => f.outcome !== 'not-checked')
      .flatMap((f) => (SPEAKS[f.code] ?? []).map((row) => [row, f.outcome] as const))
      .reverse(),
  );
  const docs = (c: Column): Doc[] => documents[c] ?? [];
  const cell = (row: string, c: Column) =>
    h(
      'td',
      {},
      docs(c).map((doc) => {
        const said = ROWS[row]?.[c]?.(doc) ?? '';
        return said instanceof Node ? said : said === '' ? null : h('div', { text: s(said) });
      }),
    );
  const rows = Object.keys(ROWS).filter((row) =>
    COLUMNS.some((c) =>
      docs(c).some((doc) => {
        const said = ROWS[row]?.[c]?.(doc);
        return said !== undefined && said !== '';
      }),
    ),
  );
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'compare' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td'),
          COLUMNS.map((c) =>
            h(
              'th',
              { scope: 'col', class: docs(c).length ? '' : 'absent' },
              word(DOCUMENT, c),
              docs(c).length
                ? [
                    originTag(s(docs(c)[0]?.origin)),
                    docs(c).every((doc) => Number(doc.appType) === 3) ? h('span', { class: 'tag', text: t('deleted') }) : null,
                  ]
                : h('small', { text: t('missing') }),
            ),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) =>
          h(
            'tr',
            { class: marks.get(row) ?? '' },
            h('th', { scope: 'row', text: word(FIELD, row) }),
            COLUMNS.map((c) => cell(row, c)),
          ),
        ),
      ),
    ),
  );
}
