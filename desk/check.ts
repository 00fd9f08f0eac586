/** The validator: takes pasted or dropped messages, asks the gateway, draws what it says. Nothing pasted is kept: not here, not there. */
import { type ApiFailure, post } from './api.ts';
import { layOut, MEDIA, textOf, textsOf, type Given, type Text } from './check-read.ts';
import { codesOf, standardOf, type Codes } from './check-standard.ts';
import { drawDocument, drawMatch, type CheckedDocument, type CheckedMatch, type Shown } from './check-view.ts';
import { byId, h } from './dom.ts';
import { asFailure, drawKeyForm, startPage } from './page.ts';
import { notice } from './parts.ts';
import { t } from './text.ts';

interface Answer {
  ok: boolean;
  documents: CheckedDocument[];
  matches: CheckedMatch[];
  written: { type: string; text: string }[];
}

let shown: { documents: Shown[]; matches: CheckedMatch[] } | undefined;
let failed: ApiFailure | undefined;

const ask = (text: Text): Promise<Answer> => post<Answer>('/v1/check?as=json', MEDIA[text.form], text.text);

/** Documents of several messages are matched in one more request, in the form in which the gateway wrote them back. */
async function matchAll(answers: Answer[]): Promise<CheckedMatch[]> {
  if (answers.length === 1) return answers[0]?.matches ?? [];
  const written = answers.flatMap((a) => a.written.map((w) => JSON.parse(w.text) as unknown));
  return written.length === 0 ? [] : (await ask({ form: 'json', text: JSON.stringify(written) })).matches;
}

const dayOf = (ms: number): string => (ms > 0 ? new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10) : '');

async function withStandard(document: CheckedDocument, given: Given[]): Promise<Shown> {
  const { fields, official } = await standardOf(document.type);
  const wanted = new Set<string>();
  for (const { path } of given) wanted.add(fields.get(path.replace(/\[\d+\]/g, ''))?.codes ?? '');
  wanted.delete('');
  const day = dayOf(document.eventTime);
  const codes = new Map(await Promise.all([...wanted].map(async (list): Promise<[string, Codes | undefined]> => [list, await codesOf(list, day)])));
  return { document, given, fields, official, codes };
}

async function check(): Promise<void> {
  const texts = textsOf(byId<HTMLTextAreaElement>('text').value);
  shown = undefined;
  failed = undefined;
  if (texts.length === 0) return draw();
  byId('answer').replaceChildren(h('div', { class: 'skeleton', 'aria-label': t('loading') }, [1, 2, 3].map(() => h('span'))));
  try {
    const answers = await Promise.all(texts.map(ask));
    const documents = answers.flatMap((answer, i) => {
      // What the gateway could not read is not laid out here either.
      const laid = answer.documents.some(({ type }) => type !== '') ? layOut(texts[i] as Text) : [];
      // Where the two counts differ, values could stand beside another document's: then none are shown.
      return answer.documents.map((document) => ({ document, given: laid.length === answer.documents.length ? (laid[document.index] ?? []) : [] }));
    });
    shown = {
      documents: await Promise.all(documents.map(({ document, given }, index) => withStandard({ ...document, index }, given))),
      matches: documents.length > 1 ? await matchAll(answers) : [],
    };
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

function draw(): void {
  const at = byId('answer');
  if (failed?.status === 401) return drawKeyForm(at, check);
  if (failed) return at.replaceChildren(notice(t('checkFailed'), [failed.message, failed.next].filter(Boolean).join(' ')));
  if (!shown) return at.replaceChildren(notice(t('checkStart'), t('checkStartHint')));
  const bad = shown.documents.filter(({ document }) => !document.ok).length;
  at.replaceChildren(
    h(
      'p',
      { class: `total ${bad > 0 ? 'bad' : 'ok'}` },
      h('b', { text: `${shown.documents.length} ${t('checkDocuments')}` }),
      bad > 0 ? ` · ${bad} ${t('checkWithProblems')}` : ` · ${t('checkAllInOrder')}`,
    ),
    ...shown.matches.map(drawMatch),
    // What must be put right comes first.
    ...[...shown.documents].sort((a, b) => Number(a.document.ok) - Number(b.document.ok)).map(drawDocument),
  );
}

async function take(files: Iterable<File>): Promise<void> {
  const texts = await Promise.all([...files].map(textOf));
  byId<HTMLTextAreaElement>('text').value = texts.map((text) => text.trim()).join('\n');
  await check();
}

/** Synthetic: three documents of one order. Payment and order disagree; the waybill lacks its number and states no weight that is one. */
function example(): string {
  const order = {
    type: 'order', appType: '1', appTime: '20260803101500', orderType: 'I', orderNo: 'SIM20260803000001', ebpCode: '1200SIP030', ebpName: '模拟平台', ebcCode: '3301SIM001', ebcName: '模拟商户',
    goodsValue: '199', freight: '10', discount: '0', taxTotal: '18.11', acturalPaid: '227.11', currency: '142', buyerIdType: '1', buyerIdNumber: '998169199306262211', buyerName: '测试甲',
    payCode: '2102SIY001', payTransactionId: 'SIMP20260803000001', consignee: '测试甲', consigneeTelephone: '12000000000', consigneeAddress: '测试市测试路1号',
    items: [{ gnum: '1', itemNo: 'SIM-SKU-1', itemName: '婴儿奶粉', gmodel: '900克/罐', barCode: '6900000000014', unit: '999', qty: '1', price: '199', totalPrice: '199', currency: '142', country: '609' }],
  };
  const payment = {
    type: 'payment', appType: '1', appTime: '20260803101501', payCode: '2102SIY001', payTransactionId: 'SIMP20260803000001', orderNo: 'SIM20260803000001', ebpCode: '1200SIP030',
    payerIdType: '1', payerIdNumber: '998169199306262211', payerName: '测试乙', amountPaid: '217.11', currency: '142', payTime: '20260803101501', channel: 'app',
  };
  const waybill = {
    type: 'waybill', appType: '1', appTime: '20260803101504', logisticsCode: '3702SIC001', logisticsName: '模拟物流', freight: '10', insuredFee: '0', currency: '142', weight: '1.2 kg', packNo: '1',
    consignee: '测试甲', consigneeTelephone: '12000000000', consigneeAddress: '测试市测试路1号',
  };
  return [order, payment, waybill].map((one) => JSON.stringify(one)).join('\n');
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void check();
});
byId('text').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void check();
});
byId<HTMLInputElement>('files').addEventListener('change', (event) => void take((event.target as HTMLInputElement).files ?? []));
byId('example').addEventListener('click', () => {
  byId<HTMLTextAreaElement>('text').value = example();
  void check();
});
byId('clear').addEventListener('click', () => {
  byId<HTMLTextAreaElement>('text').value = '';
  void check();
});
for (const type of ['dragover', 'drop'])
  document.addEventListener(type, (event) => {
    event.preventDefault();
    byId('text').classList.toggle('over', type === 'dragover');
    if (type === 'drop') void take((event as DragEvent).dataTransfer?.files ?? []);
  });
startPage({ title: 'checkTitle', skipTo: 'text', draw });
