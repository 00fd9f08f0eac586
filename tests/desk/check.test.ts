/** The validator's page in a browser, over the real check: what is wrong stands beside its field, with meaning and fix. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkScene } from './check-scene.ts';
import { toGbk } from '../intake/gbk.ts';
import { openBrowser } from './scene.ts';

let s: Awaited<ReturnType<typeof checkScene>>;
let browser: Browser;
let context: BrowserContext | undefined;
const problems: string[] = [];

beforeAll(async () => {
  [s, browser] = await Promise.all([checkScene(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await s?.gateway.stop();
});
afterEach(async () => {
  await context?.close();
  expect(problems.splice(0)).toEqual([]);
});

async function open(locale: string, signedIn = true): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on('pageerror', (e) => problems.push(e.message));
  page.on('console', (m) => {
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) problems.push(m.text());
  });
  if (signedIn) await page.goto(`${s.base}/?token=${s.keys.oneTimeToken()}`);
  await page.goto(`${s.base}/desk/check.html`);
  return page;
}
const row = (page: Page, index: number, path: string) => page.locator(`.checked[data-index="${index}"] tr[data-path="${path}"]`);
const example = (name: string): string => readFileSync(new URL(`../../examples/${name}.xml`, import.meta.url), 'utf8');

describe.each([
  { locale: 'en-GB', wrong: '3 to put right', label: 'Payment number', meaning: 'Number of the payment, unique within its payment firm.', missing: 'not given', unknown: 'not in the standard', match: 'What the match would say', china: 'China', expected: 'expected' },
  { locale: 'zh-CN', wrong: '3 处须修正', label: '支付交易编号', meaning: '支付交易流水号，在同一支付企业内唯一。', missing: '未填', unknown: '非标准字段', match: '三单比对预判', china: '中国', expected: '应为' },
])('in $locale', (words) => {
  test('each field stands with its value, its meaning, what is wrong and what to do', async () => {
    const page = await open(words.locale);
    const payment = { type: 'payment', appTime: '20260803101501', payCode: '2102SIY001', orderNo: 'SIM1', ebpCode: '1200SIP030', amountPaid: '12x', currency: '142', payTime: '20261303101501', channel: 'app' };
    await page.fill('#text', JSON.stringify(payment));
    await page.click('.go');
    await page.waitForSelector('.checked');
    expect(await page.locator('.verdict').textContent()).toBe(words.wrong);
    const missing = row(page, 0, 'payTransactionId');
    expect(await missing.getAttribute('class')).toBe('wrong');
    expect(await missing.textContent()).toContain(words.label);
    expect(await missing.textContent()).toContain(words.meaning);
    expect(await missing.locator('.value').textContent()).toBe(words.missing);
    expect(await missing.locator('.fix').textContent()).not.toBe('');
    expect(await row(page, 0, 'amountPaid').locator('.expected').textContent()).toContain(words.expected);
    expect(await row(page, 0, 'payTime').getAttribute('class')).toBe('wrong');
    expect(await row(page, 0, 'currency').locator('.value').textContent()).toContain(words.locale === 'zh-CN' ? '人民币' : 'Yuan');
    expect(await row(page, 0, 'channel').locator('.status').getAttribute('title')).toBe(words.unknown);
    expect(await page.locator('.links a').first().getAttribute('href')).toBe('/v1/standards/payment.html');
  });

  test('several messages are matched with each other', async () => {
    const page = await open(words.locale);
    await page.fill('#text', ['order', 'payment', 'waybill', 'declaration'].map(example).join('\n'));
    await page.click('.go');
    await page.waitForSelector('.together');
    expect(await page.locator('.checked.ok').count()).toBe(4);
    expect(await page.locator('.together h3').textContent()).toBe(words.match);
    expect(await row(page, 0, 'items[0].currency').locator('.code-name').count()).toBe(1);
    await page.fill('#text', `${example('order')}\n${example('payment').replace('<amountPaid>507.52', '<amountPaid>1.00')}`);
    await page.click('.go');
    await page.locator('.finding code', { hasText: 'AMOUNT_DIFF' }).waitFor();
  });
});

test('a code that no list has is doubted, a text that is no message explained; the other language needs no second check', async () => {
  const page = await open('en-GB');
  await page.click('#example');
  await page.waitForSelector('.checked');
  expect(await row(page, 0, 'items[0].unit').getAttribute('class')).toBe('doubt');
  expect(await page.locator('.finding code', { hasText: 'AMOUNT_DIFF' }).count()).toBe(1);
  expect(await page.locator('.checked[data-index]').first().getAttribute('data-index')).toBe('2');
  await page.getByRole('button', { name: '中文', exact: true }).click();
  expect(await row(page, 1, 'payerName').textContent()).toContain('支付人姓名');
  await page.fill('#text', '<a><b></a>');
  await page.click('.go');
  await page.waitForSelector('.whole');
  expect(await page.locator('.whole').textContent()).toContain('XML');
});

test('nothing pasted reaches the pipeline, the store or the address', async () => {
  const page = await open('en-GB');
  await page.click('#example');
  await page.waitForSelector('.checked');
  expect([s.pipeline.submissions, s.pipeline.notes, s.store.asked.filter(({ params }) => JSON.stringify(params).includes('SIM2026'))]).toEqual([[], [], []]);
  expect(await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie]))).not.toContain('SIM2026');
});

test('a file in GBK is read in its own encoding', async () => {
  const page = await open('zh-CN');
  const xml = example('payment').replace('encoding="UTF-8"', 'encoding="GBK"');
  await page.setInputFiles('#files', { name: 'payment.xml', mimeType: 'text/xml', buffer: toGbk(xml) });
  await page.waitForSelector('.checked.ok');
  expect(await row(page, 0, 'ebpName').locator('.value').textContent()).toBe(/<ebpName>([^<]+)/.exec(xml)?.[1]);
});

test('without a session it asks for a key, then checks', async () => {
  const page = await open('en-GB', false);
  await page.click('#example');
  await page.fill('#key', s.key.read);
  await page.click('.sign-in button');
  await page.waitForSelector('.checked');
});
