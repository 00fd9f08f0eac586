/** A gateway over doubles with a day of alerts and one order that went wrong; and a browser to look at it. */
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser } from 'playwright-core';
import type { Alert } from '../../schemas/risk/alert.ts';
import { explainAlert } from '../../language/explain-alert.ts';
import type { RuleSet } from '../../language/ruleset.ts';
import { anAlert, bench, type Bench } from '../gateway/doubles.ts';

/** Not the package's own arguments: they run all in one process and switch web security off. */
export const openBrowser = async (): Promise<Browser> =>
  playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    headless: true,
  });

const RULES: [string, string, string, number[]][] = [
  ['transaction/split-orders', 'Split orders', '拆单交易', [1, 1.5, 2, 3]],
  ['financial/payments-per-payer', 'Many payments of one payer', '同一支付人频繁支付', [5, 10, 20, 50]],
  ['market/price-shock', 'Price shock', '价格异动', [0.1, 0.2, 0.35, 0.5]],
  ['technical/feed-silence', 'Feed silent', '数据源静默', [5, 15, 30, 60]],
  ['public-security/prohibited-goods', 'Prohibited goods', '禁限物品', [0.6, 0.75, 0.9, 1]],
  ['transaction/ids-per-address', 'Many IDs at one address', '同一地址多个证件', [5, 10, 20, 50]],
];
const GRADE_NAMES = ['blue', 'yellow', 'orange', 'red'] as const;

function ruleSet(): RuleSet {
  const rules = RULES.map(([id, en, zh, bands]) => ({
    id,
    indicator: '',
    version: 3,
    status: 'live',
    category: id.split('/')[0],
    title: { en, zh },
    action: { en: 'Review', zh: '复核' },
    subjects: ['buyer'],
    windowText: '24h',
    support: undefined,
    cooldownMs: 0,
    dependsOnFeeds: [],
    tables: [],
    weight: 0.5,
    bands: bands.map((from, i) => ({ grade: GRADE_NAMES[i], from })),
  }));
  return { version: '2026.1', hash: 'c0ffee00', rules, rule: (id: string) => rules.find((r) => r.id === id) } as unknown as RuleSet;
}

const SUBJECTS = ['buyer', 'payer', 'product', 'feed', 'seller', 'address'] as const;
const IDS = [
  '9f86d081884c7d659a2feaa0c55ad015',
  'c3ab8ff13720e8ad9047dd39466b3c89',
  '3304990010',
  'simulator/order',
  'SIMEBC0007',
  '4e07408562bedb8b60ce05c1decfe3ad',
];
const ZONES = ['3302', '1100', '4401', '3301', '3702', '5101', '4403', 'none'];

function alertNumber(i: number, now: number): Alert {
  const [ruleId, en, zh, bands] = RULES[i % RULES.length]!;
  const level = [3, 1, 0, 2, 1, 0, 2, 0, 1, 0][i % 10]!;
  const threshold = bands[level]!;
  const value = Number((threshold * 1.18).toFixed(3));
  const at = now - i * i * 1_700 - 3_000;
  const alert = anAlert({
    alertId: `alert-${i}`,
    ruleId,
    category: ruleId.split('/')[0] as Alert['category'],
    grade: GRADE_NAMES[level]!,
    subject: { type: SUBJECTS[i % 6]!, id: IDS[i % 6]! },
    zone: ZONES[i % ZONES.length]!,
    detectedAt: at,
    eventTime: at,
    firstSeen: at - 600_000,
    lastSeen: at,
    count: 1 + (i % 7),
    change: i % 7 === 3 ? 'escalated' : 'raised',
    ruleSet: 'c0ffee00d15ea5e',
    reason: { en: `${en}: ${value} is at or above ${threshold} within 24 h.`, zh: `${zh}：24小时内数值${value}，达到阈值${threshold}。` },
    evidence: {
      values: { value, orders: 4 + i, total: 12_000.5 },
      threshold,
      events: ['e1'],
      lowerBound: i % 5 === 4,
      approximation: '',
      tables: i % 6 === 4 ? ['prohibited-hs 2026-11'] : [],
      formula: 'ratio(total, parameters.singleLimit)',
      formulas: {},
      parameters: { singleLimit: 5000 },
      bands: Object.fromEntries(GRADE_NAMES.map((grade, g) => [grade, bands[g]!])),
      support: { feature: 'orders', min: 2 },
    },
    documents: i % 6 === 3 ? [] : ['SIMEBP0001|ORD-20260601-0003', 'SIMEBP0001|ORD-20260601-0007'],
  });
  return { ...alert, explanation: explainAlert(alert) };
}

const person = (prefix: string, name: string) => ({
  [`${prefix}NameMasked`]: name,
  [`${prefix}IdMasked`]: '330203********1234',
  [`${prefix}IdCheck`]: 'valid',
  [`${prefix}PhoneMasked`]: '139****0007',
  [`${prefix}District`]: '330203',
});

function dossier(b: Bench): void {
  const orderKey = 'SIMEBP0001|ORD-20260601-0007';
  const at = { orderKey, origin: 'simulated', appType: 1, appTime: '2026-06-01 04:00:00.000', logOffset: 1, freight: '0.00000' };
  b.store.add('orders', {
    ...at,
    documentKey: orderKey,
    orderNo: 'ORD-20260601-0007',
    platformName: 'Platform One',
    sellerName: 'Harbour Trade',
    goodsValue: 2980,
    paid: '3251.18000',
    tax: '271.18',
    ...person('buyer', '王*'),
    ...person('consignee', '王*'),
    'lines.name': ['Milk powder 900 g', 'Face cream'],
    'lines.quantity': ['6.00000', '2.00000'],
    'lines.total': ['1980.00000', '1000.00000'],
  });
  b.store.add('payments', {
    ...at,
    documentKey: 'p',
    transactionId: 'PAY-88120',
    payName: 'Simulated Pay',
    amount: '3215.18000',
    payTime: '2026-06-01 04:00:20.000',
    ...person('payer', '李*'),
  });
  b.store.add('waybills', {
    ...at,
    documentKey: 'w',
    waybillNo: 'WB-55120',
    carrierName: 'Simulated Express',
    weight: '7.20000',
    ...person('consignee', '王*'),
  });
  b.store.add('receipts', { ...at, documentKey: 'r', answers: 'order', returnStatus: 120, returnTime: '2026-06-01 04:01:00.000' });
  b.store.add('tracking', {
    ...at,
    documentKey: 't',
    waybillNo: 'WB-55120',
    code: 'DEPART',
    codeGiven: 'EMC',
    place: 'JPNRT',
    carrierName: 'Simulated Air',
    eventTime: '2026-06-01 05:00:00.000',
  });
  b.store.add('tax_bills', {
    ...at,
    documentKey: 'x',
    kind: 'bill',
    taxNo: 'TAX-1',
    status: 1,
    customsTax: '0',
    valueAddedTax: '271.18',
    consumptionTax: '0',
    returnTime: '2026-06-01 06:00:00.000',
  });
  b.store.add('matches', {
    orderKey,
    revision: 4,
    state: 'MISMATCHED',
    zone: '3302',
    codes: ['AMOUNT_DIFF', 'BUYER_PAYER_DIFF', 'NOT_ON_LIST'],
    'findings.code': ['AMOUNT_DIFF', 'BUYER_PAYER_DIFF', 'NOT_ON_LIST'],
    'findings.outcome': ['fail', 'soft', 'not-checked'],
    'findings.left': ['3251.18', '王*', '1905310000'],
    'findings.right': ['3215.18', '李*', 'miss'],
    'findings.detail': ['acturalPaid of the order against amountPaid', '', 'sample-1: a code that is not in it proves nothing'],
    // The second was written before there were Chinese texts.
    'findings.detailZh': ['订单实际支付金额（acturalPaid）与支付金额（amountPaid）不一致', '', ''],
    at: '2026-06-01 04:01:00.000',
    returnStatus: 120,
    documents: ['order', 'payment', 'waybill'],
  });
  b.store.add('matches', { orderKey, revision: 1, state: 'PENDING', zone: '3302', codes: [], at: '2026-06-01 04:00:00.000' });
}

export async function scene(alerts: number): Promise<Bench & { base: string; address: string }> {
  const b = bench({}, ruleSet);
  const now = Date.now();
  for (let i = alerts - 1; i >= 0; i--) b.store.addAlert(b.pipeline.publish(alertNumber(i, now)));
  dossier(b);
  b.store.add('rule_stats', { rule: 'transaction/split-orders', alerts: 120, live: 118, held: 2, confirmed: 20, wrong: 5, unclear: 1, medianSeconds: 5_400, lastAt: now });
  b.store.add('verdicts', { alertId: 'alert-0', revision: 1, verdict: 'unclear', reason: '电话未接通', officer: 'ann', at: '2026-06-01 05:00:00.000' });
  const level = (subjectId: string, category: string, grade: string) =>
    b.store.add('levels_now', {
      subjectType: 'zone',
      subjectId,
      category,
      grade,
      score: 0.5,
      reasons: ['transaction/split-orders'],
      before: '',
      escalated: false,
      'parts.rule': ['transaction/split-orders'],
      'parts.weight': [0.5],
      'parts.score': [1],
      'parts.open': [true],
      reasonEn: 'Raised from no grade to yellow (III): R = 0.5.',
      reasonZh: '等级由无等级升至黄色（III级）：R = 0.5。',
      zone: subjectId,
      at: '2026-06-01 04:00:00.000',
    });
  ZONES.slice(0, 7).forEach((zone, i) => {
    for (let c = 0; c <= i % 5; c++)
      level(zone, ['transaction', 'financial', 'market', 'technical', 'public-security'][c]!, GRADE_NAMES[(i + c) % 4]!);
  });
  const base = await b.gateway.start();
  return { ...b, base, address: `${base}/?token=${b.keys.oneTimeToken()}` };
}
