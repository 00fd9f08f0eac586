import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { anAlert } from '../gateway/doubles.ts';
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

async function open(locale: string, path = `/?token=${s.keys.oneTimeToken()}`): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on('pageerror', (e) => problems.push(e.message));
  // A refused request is shown by the page itself; the browser also logs it.
  page.on('console', (m) => {
    if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) problems.push(m.text());
  });
  await page.goto(s.base + path);
  return page;
}
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();

describe.each([
  {
    locale: 'en-GB',
    title: 'Split orders',
    market: 'Market',
    live: 'live',
    mismatch: 'Mismatched',
    code: 'The amount paid is not the amount of the order.',
    simulated: 'simulated',
    other: '中文',
    otherTitle: '拆单交易',
    details: ['acturalPaid of the order against amountPaid', 'sample-1: a code that is not in it proves nothing'],
    sides: ['1905310000', 'not in it'],
    further: ['Departed from the country of origin', 'Tax bill'],
    taxed: 'generated · ¥271.18',
    falseAlarm: 'False alarm',
    needsReason: 'Give a reason of at least three characters.',
    record: '120 alerts · 26 judged · precision 80 % · median time to a verdict 90 min',
  },
  {
    locale: 'zh-CN',
    title: '拆单交易',
    market: '市场',
    live: '实时',
    mismatch: '比对不符',
    code: '支付金额与订单金额不一致。',
    simulated: '模拟',
    other: 'EN',
    otherTitle: 'Split orders',
    details: ['订单实际支付金额（acturalPaid）与支付金额（amountPaid）不一致', 'sample-1: a code that is not in it proves nothing'],
    sides: ['1905310000', '未列明'],
    further: ['离境', '电子税单'],
    taxed: '已生成 · ¥271.18',
    falseAlarm: '误报',
    needsReason: '请填写理由，不少于三个字符。',
    record: '120 条预警 · 26 条已核查 · 准确率 80 % · 核查用时中位数 90 分钟',
  },
])('the desk in $locale', (words) => {
  test('shows alerts by grade with letters, marks simulated ones, follows the stream', async () => {
    const page = await open(words.locale);
    await page.waitForSelector('.row');
    expect(await page.locator('.row').count()).toBe(s.store.tables.alert_revisions!.length);
    expect(await page.locator('.row .tag.simulated').first().textContent()).toBe(words.simulated);
    await page.getByRole('status').filter({ hasText: words.live }).waitFor();
    const id = `live-${words.locale}`;
    s.store.addAlert(s.pipeline.publish(anAlert({ alertId: id, grade: 'red', detectedAt: Date.now() + 1_000 })));
    await page.waitForSelector(`[data-alert="${id}"]`);
    expect(await page.locator('.alert').first().getAttribute('data-alert')).toBe(id);
    expect((await texts(page, '.row .badge')).every((letter) => letter.length === 1)).toBe(true);
  });

  test('a cell of the matrix filters; a second click shows all again', async () => {
    const page = await open(words.locale);
    await page.waitForSelector('.row');
    const all = await page.locator('.row').count();
    const cell = page.locator('[data-cell="market|"]');
    const expected = Number(await cell.textContent());
    await cell.click();
    expect(await page.locator('.row').count()).toBe(expected);
    expect(await texts(page, '.chip')).toEqual([words.market]);
    await cell.click();
    expect(await page.locator('.row').count()).toBe(all);
    expect(await page.locator('.zone').count()).toBe(165);
    expect(await page.locator('.zone[data-zone="3302"]').getAttribute('title')).toContain('宁波 Ningbo');
  });

  test('an alert tells reason and threshold; its order opens with both sides of each finding', async () => {
    const page = await open(words.locale);
    await page.click('[data-alert="alert-0"]');
    expect(await page.locator('.detail h2').textContent()).toBe(words.title);
    expect(await texts(page, '.numbers b')).toEqual(['3.54', '3']);
    expect(await texts(page, '.band em')).toEqual(['1', '1.5', '2', '3']);
    expect(await texts(page, '.words li')).toHaveLength(7);
    await page.locator('.order').first().click();
    await page.waitForSelector('.compare');
    expect(await page.locator('.match').textContent()).toBe(words.mismatch);
    expect(await page.locator('.finding b').first().textContent()).toBe(words.code);
    expect(await texts(page, '.finding:first-child .sides span')).toEqual(['3251.18', '3215.18']);
    expect(await texts(page, '.finding .sides small')).toEqual(words.details);
    expect(await texts(page, '.finding:last-child .sides span')).toEqual(words.sides);
    expect(await page.locator('.compare tr.fail').count()).toBe(1);
    expect(await texts(page, '.further tbody th')).toEqual(words.further);
    expect(await texts(page, '.further tbody td:last-child')).toEqual(['JPNRT · Simulated Air', words.taxed]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: words.other, exact: true }).click();
    expect(await page.locator('.detail h2').textContent()).toBe(words.otherTitle);
    await page.reload();
    await page.waitForSelector('.row');
    expect(await texts(page, '[data-alert="alert-0"] .title')).toEqual([words.otherTitle]);
  });

  test('an officer gives a verdict with a reason; what was said before stands below; a new revision keeps what was begun', async () => {
    const page = await open(words.locale);
    await page.click('[data-alert="alert-6"]');
    await page.getByText(words.record).waitFor();
    await page.click('.verdict[data-verdict="false"]');
    expect(await page.locator('.judge .wrong').textContent()).toBe(words.needsReason);
    await page.fill('.judge input', `checked on site ${words.locale}`);
    const alert = s.store.tables.alert_revisions!.find((row) => row.alertId === 'alert-6')!;
    s.pipeline.publish(anAlert({ alertId: 'alert-6', revision: Number(alert.revision) + (words.locale === 'zh-CN' ? 2 : 1), ruleId: 'transaction/split-orders', detectedAt: Date.now() }));
    await page.waitForFunction(() => document.querySelector('.row .alert')?.getAttribute('data-alert') === 'alert-6');
    expect(await page.inputValue('.judge input')).toBe(`checked on site ${words.locale}`);
    await page.click('.verdict[data-verdict="false"]');
    await page.getByText(`checked on site ${words.locale}`).waitFor();
    expect(await page.locator('.said li b').first().textContent()).toBe(words.falseAlarm);
    expect(s.pipeline.journalled.at(-1)).toMatchObject({ type: 'verdict', body: { alertId: 'alert-6', verdict: 'false', reason: `checked on site ${words.locale}`, officer: 'desk' } });
    expect(await page.inputValue('.judge input')).toBe('');
  });
});

test('what is held stands apart from what is live, each with its reason, in both languages', async () => {
  const reasons = [
    ['held', 'feed simulator/order', 'A feed that the rule depends on is silent: simulator/order', '规则所依赖的数据源静默：simulator/order'],
    ['held', 'backfill', 'Raised by backfilled records: of the past, not told.', '由历史回填数据触发，不作发布。'],
    ['held', 'allow-list', 'The subject is on the allow list.', '对象在白名单内。'],
    ['held', 'p000', 'Held by a suppression p000', '被抑制 p000'],
    ['shadow', '', 'Its rule runs in shadow: on live traffic, on trial.', '规则处于试运行状态：对实时数据试运行，不发布预警。'],
  ] as const;
  const before = s.store.tables.alert_revisions!.length;
  for (const [i, [status, heldBy]] of reasons.entries()) s.store.addAlert(s.pipeline.publish(anAlert({ alertId: `held-${i}`, status, heldBy, detectedAt: Date.now() - i }), true));
  const page = await open('en-GB');
  await page.waitForSelector('.row');
  expect(await page.locator('[data-alert^="held-"]').count()).toBe(0);
  await page.click('[data-view="held"]');
  await page.locator('[data-alert="held-4"]').waitFor();
  expect((await texts(page, '.held-why')).sort()).toEqual(reasons.map(([, , en]) => en).sort());
  await page.click('[data-alert="held-0"]');
  expect(await page.locator('.holding p').textContent()).toContain(reasons[0][2]);
  await page.getByRole('button', { name: '中文', exact: true }).click();
  expect((await texts(page, '.held-why')).sort()).toEqual(reasons.map(([, , , zh]) => zh).sort());
  expect(await page.locator('.holding p').textContent()).toContain(reasons[0][3]);
  s.store.tables.alert_revisions!.length = before;
});

test('without a session it asks for a key and opens with one that may read', async () => {
  const page = await open('en-GB', '/');
  await page.fill('#key', 'fh_000000000000_wrong');
  await page.click('.sign-in button');
  await page.getByText('This key does not open the desk.').waitFor();
  await page.fill('#key', s.key.read);
  await page.click('.sign-in button');
  await page.waitForSelector('.row');
});

test('the form for a key stays, with what was typed, when it becomes known late that nobody is signed in', async () => {
  const page = await open('en-GB', '/');
  await page.route('**/v1/session', (route) => setTimeout(() => void route.continue(), 1_000));
  await Promise.all([page.waitForResponse('**/v1/session'), page.reload().then(() => page.fill('#key', 'half a k'))]);
  // Nothing shows that the page has drawn again behind the answer.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
  expect(await page.inputValue('#key')).toBe('half a k');
  await page.unroute('**/v1/session');
  await page.getByRole('button', { name: '中文', exact: true }).click();
  expect(await page.inputValue('#key')).toBe('half a k');
  await page.fill('#key', s.key.read);
  await page.click('.sign-in button');
  await page.waitForSelector('.row');
});

test('a reading key sees what others said and gives no verdict itself', async () => {
  const page = await open('en-GB', '/');
  await page.fill('#key', s.key.read);
  await page.click('.sign-in button');
  await page.click('[data-alert="alert-0"]');
  await page.getByText('电话未接通').waitFor();
  expect(await page.locator('.verdict').count()).toBe(0);
});

test('search opens an order; an unknown one is explained; the list goes by keyboard', async () => {
  const page = await open('en-GB');
  await page.fill('#order', 'SIMEBP0001/ORD-20260601-0007');
  await page.press('#order', 'Enter');
  await page.waitForSelector('.compare');
  await page.keyboard.press('Escape');
  await page.fill('#order', 'SIMEBP0001/none');
  await page.press('#order', 'Enter');
  await page.getByText('No document of this order has reached the store.').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.alert').first().focus();
  const first = await page.locator('.alert').nth(1).getAttribute('data-alert');
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('.alert[aria-current="true"]').getAttribute('data-alert')).toBe(first);
});
