/** The picture of all zones in a browser, over the real gateway. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, scene } from './scene.ts';

let s: Awaited<ReturnType<typeof scene>>;
let browser: Browser;
let context: BrowserContext | undefined;
const problems: string[] = [];

beforeAll(async () => {
  [s, browser] = await Promise.all([scene(24), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await s?.gateway.stop();
});
afterEach(async () => {
  await context?.close();
  expect(problems.splice(0)).toEqual([]);
});

async function open(locale: string, viewport = { width: 1440, height: 900 }, hash = ''): Promise<Page> {
  context = await browser.newContext({ viewport, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on('pageerror', (e) => problems.push(e.message));
  page.on('console', (m) => {
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) problems.push(m.text());
  });
  await page.goto(`${s.base}/?token=${s.keys.oneTimeToken()}`);
  await page.goto(`${s.base}/desk/levels.html${hash}`);
  await page.waitForSelector('.cell');
  return page;
}
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();
const focused = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.at);

describe.each([
  { locale: 'en-GB', first: ['Qingdao', 'Hangzhou', 'Guangzhou', 'Shenzhen', 'Beijing', 'Chengdu', 'Ningbo'], other: '青岛', cell: 'Red', market: 'Market', area: 'Zhejiang', why: 'Raised from no grade' },
  { locale: 'zh-CN', first: ['青岛', '杭州', '广州', '深圳', '北京', '成都', '宁波'], other: 'Qingdao', cell: '红色', market: '市场', area: '浙江', why: '等级由无等级升至' },
])('165 × 5 in $locale', (words) => {
  test('the worst stand first, each under both names; the calm ones are there by name', async () => {
    const page = await open(words.locale);
    expect(await page.locator('.tile').count()).toBe(165);
    expect((await texts(page, '.tile-name b')).slice(0, 7)).toEqual(words.first);
    expect(await page.locator('.tile-name small').first().textContent()).toBe(words.other);
    expect(await texts(page, '.zone-count b')).toEqual(['4', '1', '1', '1', '158']);
    expect(await page.locator('.cell').count()).toBe(7 * 5);
    expect(await page.locator('[data-at="3702|technical"]').getAttribute('aria-label')).toContain(words.cell);
  });

  test('a cell says why its level is what it is, and leads to its alerts', async () => {
    const page = await open(words.locale);
    await page.locator('[data-at="4401|market"]').hover();
    expect(await page.locator('#said').textContent()).toContain(words.why);
    await page.click('[data-at="4401|market"]');
    await page.waitForSelector('.row');
    expect(await texts(page, '.chip')).toEqual([words.market, words.first[2]]);
    expect(await page.locator('.row').count()).toBeGreaterThan(0);
  });

  test('by region all stand under their provinces; a grade and a name narrow them', async () => {
    const page = await open(words.locale, undefined, '#area');
    expect(await page.locator('.cell').count()).toBe(165 * 5);
    expect((await texts(page, '.group h2')).some((text) => text.startsWith(words.area))).toBe(true);
    await page.click('[data-grade="red"]');
    expect(await page.locator('.tile').count()).toBe(4);
    await page.fill('#find', words.first[1]!);
    expect(await texts(page, '.tile-name b')).toEqual([words.first[1]]);
  });
});

test('the keys move from cell to cell, one stop of the tab key for all; a new level leaves the focus', async () => {
  const page = await open('en-GB');
  expect(await page.locator('#picture a[tabindex="0"]').count()).toBe(1);
  await page.locator('[data-at="3702"]').focus();
  const at = [];
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowRight']) {
    await page.keyboard.press(key);
    at.push(await focused(page));
  }
  expect(at).toEqual(['3702|financial', '3702|technical', '3702', '3702|market']);
  await page.evaluate(() => document.querySelector<HTMLElement>('[data-lang="zh"]')?.click());
  expect(await focused(page)).toBe('3702|market');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#zone=3702&category=market$/);
});

test('fits a phone', async () => {
  const page = await open('zh-CN', { width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const box = await page.locator('.cell').first().boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(36);
});
