/** Dead letters on the desk, over the whole system: what an approver mends there is taken, and is found from either end. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { beijing, order } from '../trade.ts';
import { type Office, officeScene, Visits } from './office-scene.ts';
import { openBrowser } from './scene.ts';

let s: Office;
let browser: Browser;
let writer = '';
const visits = new Visits(() => s, () => browser);
const { open } = visits;
interface Letter { id: string; reason: string; path: string; status: string; replayOf: string }

beforeAll(async () => {
  [s, browser] = await Promise.all([officeScene(), openBrowser()]);
  writer = s.app.keys.add('shop', 'write').key;
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await s?.stop();
});
afterEach(async () => { expect(await visits.settle()).toEqual([]); });

const ask = async <T>(path: string): Promise<T> => (await fetch(s.base + path, { headers: { authorization: `Bearer ${s.key.bea}` } })).json() as Promise<T>;
async function until(good: (letters: Letter[]) => Letter | undefined): Promise<Letter> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((r) => { setTimeout(r, 100); })) {
    const found = good((await ask<{ deadLetters: Letter[] }>('/v1/dead-letters')).deadLetters);
    if (found) return found;
  }
  throw new Error('not seen within 10 s');
}
let sent = 0;
async function refuse(over: Record<string, unknown>): Promise<Letter> {
  const before = new Set((await ask<{ deadLetters: Letter[] }>('/v1/dead-letters')).deadLetters.map(({ id }) => id));
  const time = beijing(Date.now());
  const body = typeof over['raw'] === 'string' ? over['raw'] : JSON.stringify(order({ guid: `G-${++sent}`, orderNo: `NO-${sent}`, appTime: time, ...over }));
  await fetch(`${s.base}/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${writer}`, 'content-type': 'application/json' }, body });
  return until((letters) => letters.find(({ id }) => !before.has(id)));
}
/** Every field has a name and every button a word. */
const nameless = (page: Page) => page.evaluate(() => [...document.querySelectorAll<HTMLInputElement>('input, select, textarea, button, a')].filter((e) => !(e.textContent?.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML.slice(0, 80)));
const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

describe.each([
  { locale: 'en-GB', what: 'A required field is missing or empty.', fix: 'Fill in this field.', open: 'open', taken: 'taken', fine: 'Intake would take it.', repaired: 'repaired', han: /text of 3 characters/ },
  { locale: 'zh-CN', what: '必填字段缺失或为空。', fix: '请填写该字段。', open: '未处理', taken: '已接收', fine: '可以接收。', repaired: '修复', han: /文本，3 个字符（汉字）/ },
])('in $locale', (words) => {
  test('a letter is opened with masks, mended field by field, checked, sent; it and the order tell of each other', async () => {
    const { id } = await refuse({ ebpCode: '', orderNo: `MENDED-${words.locale}` });
    const page = await open('bea', '/desk/letters.html', words.locale);
    await page.click(`[data-letter="${id}"]`);
    await page.waitForSelector('.said');
    expect(await page.locator('.letter-pane h2').textContent()).toBe(`${words.what}${words.open}${id}`);
    expect(await page.locator('.said .fix').textContent()).toBe(words.fix);
    await page.click('[data-act="read"]');
    await page.waitForSelector('.fields');
    expect(await page.locator('.fields tbody tr').first().getAttribute('class')).toBe('at-fault');
    expect(await page.textContent('body')).not.toMatch(/测试甲|19900001111|990000/);
    expect(await page.locator('.fields tr', { hasText: 'buyerName' }).locator('td').first().textContent()).toMatch(words.han);
    expect(await nameless(page)).toEqual([]);
    await page.fill('[data-path="ebpCode"]', '3301SIM001');
    await page.click('[data-act="check"]');
    await page.waitForSelector('.outcome.good');
    expect(await page.locator('.outcome').textContent()).toBe(words.fine);
    await page.click('[data-act="repair"]');
    await page.waitForSelector('.lives li');
    const life = await page.locator('.lives li').textContent();
    for (const part of [words.repaired, 'bea', 'ebpCode']) expect(life).toContain(part);
    await until((letters) => letters.find((one) => one.id === id && one.status === 'taken'));
    await page.waitForFunction(() => document.querySelector('.lives a') !== null);
    expect(await page.locator('.letter-pane h2 .tag').textContent()).toBe(words.taken);
    expect(await page.locator('[data-act="repair"]').count()).toBe(0);
    await page.click('.lives a');
    await page.waitForSelector(`dialog a[href="/desk/letters.html#${id}"]`);
  }, 40_000);
});

test('a reader sees why, and is told that opening needs another key', async () => {
  const { id } = await refuse({ goodsValue: 'x' });
  const page = await open('rita', `/desk/letters.html#${id}`);
  await page.waitForSelector('.said');
  expect(await page.locator('.letter-pane').textContent()).toContain('need a key of role approver');
  expect(await page.locator('[data-act], #count').count()).toBe(0);
});

test('what could not be read is given whole; clear text shows only when asked for; on a telephone all of it fits', async () => {
  const { id } = await refuse({ raw: '{"type":"order","buyerName":"测试甲"' });
  const page = await open('bea', `/desk/letters.html#${id}`, 'en-GB', 390);
  await page.waitForSelector('.said');
  await page.click('[data-act="read"]');
  await page.waitForSelector('#whole');
  expect(await page.textContent('body')).not.toContain('测试甲');
  await page.click('[data-act="clear"]');
  await page.getByText('测试甲').waitFor();
  expect(await fits(page)).toBe(true);
  const time = beijing(Date.now());
  await page.fill('#whole', JSON.stringify(order({ guid: 'G-WHOLE', orderNo: 'NO-WHOLE', appTime: time })));
  await page.click('[data-act="repair"]');
  await page.getByText('1 taken, 0 refused again').waitFor();
  await until((letters) => letters.find((one) => one.id === id && one.status === 'taken'));
}, 40_000);

test('all open ones of a reason are counted first, then sent with a bar; what is refused again is replaced', async () => {
  const first = await refuse({ orderNo: '' });
  const page = await open('bea', '/desk/letters.html');
  await page.fill('#reason', 'FIELD_MISSING');
  await page.press('#reason', 'Enter');
  await page.waitForFunction((id) => [...document.querySelectorAll('.letter-choice')].every((e) => e.textContent?.includes('missing')) && document.querySelector(`[data-letter="${id}"]`) !== null, first.id);
  await page.click('#count');
  await page.waitForSelector('#send-all');
  expect(await page.locator('.mass b').textContent()).toMatch(/^[1-9]\d* open letters fit$/);
  await page.click('#send-all');
  await page.getByText('FIELD_MISSING orderNo').waitFor();
  const next = await until((letters) => letters.find((one) => one.replayOf === first.id));
  await until((letters) => letters.find((one) => one.id === first.id && one.status === 'replaced'));
  await page.goto(`${s.base}/desk/letters.html#${first.id}`);
  await page.locator(`.facts a[href="#${next.id}"]`).click();
  await page.locator(`.facts a[href="#${first.id}"]`).waitFor();
}, 40_000);
