/** The page of reference tables in a browser, over the real gateway and editions. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { referenceScene } from './reference-scene.ts';
import { openBrowser } from './scene.ts';

let s: Awaited<ReturnType<typeof referenceScene>>;
let browser: Browser;
let context: BrowserContext | undefined;
const problems: string[] = [];

beforeAll(async () => {
  [s, browser] = await Promise.all([referenceScene(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await s?.gateway.stop();
});
afterEach(async () => {
  await context?.close();
  expect(problems.splice(0)).toEqual([]);
});

async function open(locale: string, table = 'positive-list'): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on('pageerror', (e) => problems.push(e.message));
  page.on('console', (m) => {
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) problems.push(m.text());
  });
  await page.goto(`${s.base}/?token=${s.keys.oneTimeToken()}`);
  await page.goto(`${s.base}/desk/reference.html${table && `#${table}`}`);
  await page.waitForSelector('.table-choice');
  return page;
}
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();

describe.each([
  { locale: 'en-GB', title: 'Positive list of retail imports', by: 'installation', inForce: 'in force', counts: ['+2', '~1', '−1'], against: 'against 2022', from: 'the beginning', none: 'No row of this kind', excluded: 'status' },
  { locale: 'zh-CN', title: '跨境电商零售进口商品清单', by: '系统安装', inForce: '现行', counts: ['+2', '~1', '−1'], against: '对比 2022', from: '最初', none: '当日无符合条件', excluded: '状态' },
])('the tables in $locale', (words) => {
  test('tell version, time and who; the editions, and what one changed row by row', async () => {
    const page = await open(words.locale);
    await page.waitForSelector('.edition');
    expect(await page.locator('.table-pane h2').textContent()).toBe(`${words.title}positive-list`);
    expect((await texts(page, '.table-facts dd')).join(' ')).toMatch(/2026-12 .*office .*list of the ministries/);
    expect(await texts(page, '.edition b')).toEqual([`2026-12${words.inForce}`, '2022', '2026-11']);
    expect((await texts(page, '.edition span:nth-of-type(2)')).at(-1)).toBe(words.by);
    expect(await page.locator('.edition').first().locator('.counts span').allTextContents()).toEqual(words.counts);
    await page.locator('.edition').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.changes');
    expect(await page.locator('.changes p').textContent()).toContain(words.against);
    expect(await page.locator('.changes p').textContent()).toContain(words.from);
    expect((await texts(page, '.changes tbody th')).sort()).toEqual(['04021000', '04021000', '22042100', '93']);
    expect((await texts(page, '.changes .was')).filter((text) => text !== '∅')).toEqual([]);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-expanded'))).toBe('true');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.changes', { state: 'detached' });
  });

  test('look up the row of a code on a day', async () => {
    const page = await open(words.locale);
    const rowsOn = async (code: string, day: string): Promise<string[]> => {
      await page.fill('#find', code);
      await page.fill('#on', day);
      // What was found before is drawn anew only with the answer.
      await page.evaluate(() => document.querySelector('.found')?.classList.replace('found', 'stale'));
      await page.press('#find', 'Enter');
      await page.waitForSelector('.found');
      return texts(page, '.block .rows-table tbody td:nth-child(2)');
    };
    expect(await rowsOn('0402100000', '2026-11-30')).toEqual(['allowed']);
    expect(await page.locator('.block thead th').nth(1).textContent()).toBe(`${words.excluded}status`);
    expect(await rowsOn('0402100000', '2026-12-01')).toEqual(['excluded']);
    expect(await rowsOn('9301000000', '2026-12-01')).toEqual([]);
    expect(await page.locator('.found').textContent()).toContain(words.none);
  });
});

test('goes by keyboard from table to table, keeps the table in the address, and asks for a key without a session', async () => {
  const page = await open('en-GB', '');
  await page.getByText('Choose a table').last().waitFor();
  await page.locator('.table-choice').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForSelector('.edition');
  const second = await page.locator('.table-choice').nth(1).getAttribute('data-table');
  expect([new URL(page.url()).hash, await page.locator('[aria-current="true"]').getAttribute('data-table')]).toEqual([`#${second}`, second]);
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((before) => location.hash !== `#${before}`, second);
  expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.table)).toBe(await page.locator('.table-choice').nth(2).getAttribute('data-table'));
  await context?.clearCookies();
  await page.reload();
  await page.fill('#key', s.key.read);
  await page.click('.sign-in button');
  await page.waitForSelector('.edition');
});
