/** What came beside the compared documents: where the parcel was, what was cancelled, listed, taxed, paid in the original. Newest last. */
import type { Doc } from './compare.ts';
import { join } from './compare.ts';
import { h } from './dom.ts';
import { moment, money, number } from './format.ts';
import { FIELD, KIND, SEAL, TAX_STATUS } from './terms.ts';
import { pick, t, word, type Bilingual } from './text.ts';

interface Entry {
  name: string;
  number: unknown;
  at: number;
  says: string;
}
/** -1000 stands for: not measured. */
const measured = (value: unknown, unit: string): string => (value === undefined || Number(value) <= -1000 ? '' : `${number(Number(value))} ${unit}`);
const yesNo = (label: string, value: unknown): string => `${label} ${value === true || value === 1 ? '✓' : '✗'}`;
const lineCount = (count: unknown): string => (Number(count) > 0 ? `${count} ${t('items')}` : '');

const SAY: Record<string, (d: Doc) => Entry> = {
  tracking: (d) => ({ name: pick(d.name as Bilingual), number: d.waybillNo, at: Number(d.eventTime), says: join(d.place, d.carrierName || d.carrierCode, d.vehicle, d.sealNo) }),
  reversals: (d) => ({ name: word(KIND, String(d.kind)), number: d.invtNo || d.copNo, at: Number(d.appTime), says: join(d.agentName || d.agentCode, lineCount(d.lines?.length)) }),
  manifests: (d) => ({
    name: word(KIND, String(d.kind)),
    number: d.listNo || d.copNo,
    at: Number(d.leaveTime) || Number(d.eventTime),
    says: join(d.carrierName || d.carrierCode, d.trafName, d.masterBill, Number(d.parts) > 1 ? `${d.part}/${d.parts}` : '', lineCount(d.lineCount), d.entryId),
  }),
  tax_bills: (d) => ({
    name: word(KIND, `tax-${d.kind}`),
    number: d.taxNo,
    at: Number(d.returnTime),
    says: join(word(TAX_STATUS, String(d.status)), d.kind === 'bill' ? money(Number(d.customsTax) + Number(d.valueAddedTax) + Number(d.consumptionTax)) : d.summaryNo),
  }),
  raw_payments: (d) => ({
    name: word(KIND, 'raw-payment'),
    number: d.transactionId,
    at: Number(d.serviceTime) || Number(d.tradingTime),
    says: join(money(d.total), d.recipientName, yesNo(t('request'), d.hasRequest), yesNo(t('response'), d.hasResponse), yesNo(t('signature'), d.hasSignature)),
  }),
  readings: (d) => ({
    name: word(KIND, 'reading'),
    number: d.deviceId,
    at: Number(d.eventTime),
    says: join(measured(d.temperature, '°C'), measured(d.humidity, '%'), measured(d.shock, 'g'), d.seal ? word(SEAL, String(d.seal)) : '', d.vehicle),
  }),
};

export function further(documents: Record<string, Doc[]>): HTMLElement {
  const entries = Object.entries(SAY)
    .flatMap(([table, say]) => (documents[table] ?? []).map(say))
    .sort((a, b) => a.at - b.at);
  if (entries.length === 0) return h('p', { class: 'faint', text: t('noFurther') });
  const heading = (text: string) => h('th', { scope: 'col', text });
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'compare further' },
      h('thead', {}, h('tr', {}, heading(t('documentKind')), heading(word(FIELD, 'number')), heading(word(FIELD, 'time')), heading(t('says')))),
      h(
        'tbody',
        {},
        entries.map((e) => h('tr', {}, h('th', { scope: 'row', text: e.name }), [String(e.number ?? ''), moment(e.at), e.says].map((text) => h('td', { text })))),
      ),
    ),
  );
}
