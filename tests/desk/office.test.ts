/** Rules, proposals and suppressions on the desk, over the whole system: what one officer proposes and another approves there takes effect in the stages. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SMALL_RULE } from '../language/sources.ts';
import { type Office, officeScene, RULE, Visits } from './office-scene.ts';
import { openBrowser } from './scene.ts';

let s: Office;
let browser: Browser;
const visits = new Visits(() => s, () => browser);
const { open } = visits;

beforeAll(async () => {
  [s, browser] = await Promise.all([officeScene(), openBrowser()]);
  await s.buy(100);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await s?.stop();
});
afterEach(async () => { expect(await visits.settle()).toEqual([]); });

/** The store follows the log within a second: then what the page reads is there. */
const until = (page: Page, path: string, heldBy: string) => page.waitForFunction(([at, by]) => fetch(at as string).then((r) => r.json()).then((a: { alerts: { heldBy: string }[] }) => a.alerts.some((one) => one.heldBy.startsWith(by as string))), [path, heldBy] as const);
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();
const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
/** Every field has a name and every button a word. */
const nameless = (page: Page) => page.evaluate(() => [...document.querySelectorAll<HTMLInputElement>('input, select, textarea, button, a')].filter((e) => !(e.textContent?.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML.slice(0, 80)));

describe.each([
  { locale: 'en-GB', title: 'Many orders', trial: 'Trial orders', by: 'installation', live: 'live', orders: 'number of different order.key among orders, in 24 h', limit: 'Limit of one transaction', none: 'none', author: 'Proposing needs a key of role author.', waiting: 'None', shadow: 'Its rule runs in shadow' },
  { locale: 'zh-CN', title: '多单', trial: '试行多单', by: '系统安装', live: '生效', orders: '24小时内订单中不同 order.key 的数量', limit: '单次交易限值', none: '无', author: '提议须使用起草人角色的密钥。', waiting: '无', shadow: '规则处于试运行状态' },
])('in $locale', (words) => {
  test('the rules stand with status, version, who and numbers; words narrow them', async () => {
    const page = await open('rita', '/desk/rules.html', words.locale);
    const row = page.locator(`tr[data-rule="${RULE}"]`);
    await row.waitFor();
    expect(await texts(page, 'tbody th a')).toEqual([words.title, words.trial]);
    expect(await row.locator('td').allTextContents()).toEqual(expect.arrayContaining(['T1', words.live]));
    expect(await row.locator('td').nth(4).textContent()).toContain(words.by);
    await page.fill('#find', 'trial');
    expect(await texts(page, 'tbody th a')).toEqual([words.trial]);
    await page.fill('#find', '');
    await page.selectOption('#status', 'live');
    expect(await texts(page, 'tbody th a')).toEqual([words.title]);
    expect(await nameless(page)).toEqual([]);
  });

  test('one rule tells what it grades in words, its parameters and its history; who may not propose is told so', async () => {
    const page = await open('rita', `/desk/rules.html#${RULE}`, words.locale);
    await page.getByText(words.orders).waitFor();
    expect(await texts(page, '.bands-list div:not(.graded) dd')).toEqual(['≥ 1', '≥ 1.5', '≥ 2', '≥ 3']);
    expect(await page.locator('.named').last().textContent()).toContain(words.limit);
    expect((await texts(page, '.examples b')).at(-1)).toBe(words.none);
    await page.locator('.changes-list summary').last().click();
    expect(await page.locator('.diff .plus').first().isVisible()).toBe(true);
    expect(await page.locator('.rule-head .faint').textContent()).toBe(words.author);
    expect(await page.locator('a.go').count()).toBe(0);
    await page.goto(`${s.base}/desk/rules.html#${RULE}/edit`);
    await page.getByText(words.orders).waitFor();
    expect(await page.locator('#yaml').count()).toBe(0);
  });

  test('what is on trial is told apart from what is live, with the reason', async () => {
    const page = await open('olaf', '/#view=held', words.locale);
    await page.locator('.row', { hasText: words.trial }).first().waitFor();
    expect(await page.locator('.row', { hasText: words.trial }).first().locator('.held-why').textContent()).toContain(words.shadow);
    await page.click('[data-view="live"]');
    await page.locator('.row', { hasText: words.title }).first().waitFor();
    expect(await page.locator('.row', { hasText: words.trial }).count()).toBe(0);
  });

  test('suppressions and proposals say where nothing waits, and fit a phone', async () => {
    const page = await open('bea', '/desk/suppressions.html', words.locale, 390);
    await page.locator('.group-of').first().waitFor();
    expect(await page.locator('[data-group="holdsWaiting"] p').textContent()).toBe(words.waiting);
    expect([await fits(page), await nameless(page)]).toEqual([true, []]);
    await page.goto(`${s.base}/desk/proposals.html`);
    await page.locator('.office h2').waitFor();
    await page.goto(`${s.base}/desk/rules.html`);
    await page.locator('tbody th a').first().waitFor();
    expect(await fits(page)).toBe(true);
  });
});

test('an author writes, is told what is wrong with line and caret, and proposes; another key approves; the rules in force change', async () => {
  const author = await open('ann', `/desk/rules.html#${RULE}`);
  await author.click('a.go');
  await author.locator('.total.ok').waitFor();
  await author.fill('#yaml', SMALL_RULE.replace('order.paid <=', 'order.payd <='));
  await author.locator('.rule-findings code', { hasText: 'unknown-field' }).waitFor();
  expect(await author.locator('.rule-findings > li').count()).toBe(1);
  expect((await author.locator('.rule-findings .excerpt').textContent())?.split('\n')).toEqual([expect.stringContaining('where: order.payd'), expect.stringMatching(/^ +\^$/)]);
  expect(await author.locator('.rule-findings .fix').textContent()).toBe('did you mean `paid`?');
  await author.locator('.rule-findings button').click();
  expect(await author.evaluate(() => (document.activeElement as HTMLTextAreaElement).selectionStart)).toBe(SMALL_RULE.indexOf('paid <='));

  await author.fill('#yaml', SMALL_RULE.replace('yellow: 1.5', 'yellow: 1.7'));
  await author.locator('.examples-table tr.bad').waitFor();
  await author.fill('#yaml', SMALL_RULE.replace('version: 1', 'version: 2').replace('red: 3', 'red: 2.5'));
  await author.locator('.total.ok').waitFor();
  expect(await texts(author, '.diff .plus')).toEqual(['+version: 2\n', expect.stringContaining('red: 2.5')]);
  // Another language keeps what was written.
  await author.getByRole('button', { name: '中文', exact: true }).click();
  expect(await author.inputValue('#yaml')).toContain('red: 2.5');
  await author.click('[data-act="propose"]');
  expect(await author.locator('.decide .wrong').textContent()).toBe('请填写理由，不少于三个字符。');
  await author.fill('.decide input', 'notice 12');
  await author.click('[data-act="propose"]');
  await author.waitForURL(/proposals\.html#p/);
  await author.getByText('该提议由本密钥提交').waitFor();
  expect(await author.locator('[data-act="approve"]').count()).toBe(0);
  // Who is signed in may be known only after the proposal.
  await author.route('**/v1/session', (route) => setTimeout(() => void route.continue(), 500));
  await author.reload();
  await author.getByText('该提议由本密钥提交').waitFor();

  const approver = await open('bea', '/desk/proposals.html');
  await approver.getByRole('link', { name: 'notice 12' }).click();
  await approver.locator('.rule-findings code', { hasText: 'no-shadow' }).waitFor();
  expect(await texts(approver, '.diff .minus')).toEqual(['-version: 1\n', expect.stringContaining('red: 3')]);
  expect(await approver.locator('.command').textContent()).toBe(`npx fenghuo backtest ${RULE} --from 7d --rules many-orders.yaml`);
  expect(await approver.locator('.rule-findings li').textContent()).toContain('version 2 goes live without having run in shadow');
  await approver.getByRole('button', { name: '中文', exact: true }).click();
  expect(await approver.locator('.rule-findings li').textContent()).toContain('版本 2 未经试运行即生效');
  await approver.getByRole('button', { name: 'EN', exact: true }).click();
  const [download] = await Promise.all([approver.waitForEvent('download'), approver.getByText('Save the proposed file').click()]);
  expect(download.suggestedFilename()).toBe('many-orders.yaml');
  await approver.click('[data-act="reject"]');
  expect(await approver.locator('.decide .wrong').textContent()).toBe('Give a reason of at least three characters.');
  await approver.click('[data-act="approve"]');
  await approver.locator('.state-approved').waitFor();
  expect(s.app.pipeline.edition?.edition.rules).toMatchObject({ by: 'ann', approval: { approver: 'bea' } });
  await approver.goto(`${s.base}/desk/rules.html#${RULE}`);
  await approver.locator('.changes-list li').nth(1).waitFor();
  expect(await approver.locator('.changes-list summary b').first().textContent()).toBe('Version 1 → 2');
  expect(await texts(approver, '.bands-list div:not(.graded) dd')).toEqual(['≥ 1', '≥ 1.5', '≥ 2', '≥ 2.5']);
}, 60_000);

test('parameters are read with unit and source, and changed the same way: a limit by which a rule fails its examples is refused', async () => {
  const page = await open('ann', '/desk/rules.html', 'zh-CN');
  await page.locator('h2 a').click();
  const limit = page.locator('[data-parameter="singleLimit"]');
  await limit.waitFor();
  expect(await limit.locator('td').allTextContents()).toEqual(['5,000', 'CNY', '法规公告']);
  await page.click('a.go');
  await page.locator('.total.ok').waitFor();
  expect([await page.locator('[data-act="withdraw"]').count(), await page.locator('#file').getAttribute('readonly')]).toEqual([0, '']);
  await page.fill('#yaml', (await page.inputValue('#yaml')).replace("{ value: 5000, validFrom: '2019-01-01' }", "{ value: 50, validFrom: '2019-01-01' }"));
  await page.locator('.examples-table tr.bad').first().waitFor();
  expect(await page.locator('.rule-findings code').first().textContent()).toBe('样例不符');
  await page.fill('.decide input', '试一试');
  await page.click('[data-act="propose"]');
  await page.locator('.decide .wrong', { hasText: 'many-orders.yaml' }).waitFor();
});

test('a suppression from an alert, approved by another key, holds the next of its kind; lifting it tells of it', async () => {
  const author = await open('ann', '/');
  await author.locator('.alert').first().click();
  await author.getByText('Propose to hold alerts like this').click();
  await author.waitForURL(/suppressions\.html/);
  await author.locator('#new-rule').waitFor();
  expect([await author.inputValue('#new-rule'), await author.inputValue('#new-upTo')]).toEqual([RULE, 'yellow']);
  expect(await author.inputValue('#new-subject')).toMatch(/^buyer:/);
  // The whole rule, not this buyer alone.
  await author.fill('#new-subject', '');
  await author.fill('#new .decide input', 'sales day, expected');
  await author.click('#new [data-act="propose"]');
  await author.locator('.cards li', { hasText: 'sales day' }).waitFor();
  expect(await author.locator('[data-act="approve"]').count()).toBe(0);

  const approver = await open('bea', '/desk/suppressions.html');
  await approver.click('[data-act="approve"]');
  await approver.locator('[data-group="holdsInForce"] li').waitFor();
  await s.buy(200);
  await until(approver, '/v1/alerts?status=held', 'p');
  await approver.getByText('Alerts that it holds').click();
  await approver.waitForURL(/view=held/);
  const held = approver.locator('.row', { hasText: 'Many orders' });
  await held.waitFor();
  expect(await held.locator('.held-why').textContent()).toMatch(/^Held by a suppression: sales day, expected \(ann, until /);
  await held.locator('.alert').click();
  const id = await held.locator('.alert').getAttribute('data-alert');
  expect(await approver.locator('.holding p').textContent()).toContain('sales day, expected');
  expect(await author.evaluate(() => fetch('/v1/alerts').then((r) => r.json()).then((a: { alerts: { alertId: string }[] }) => a.alerts.map((one) => one.alertId)))).not.toContain(id);

  await approver.locator('.holding a').click();
  await approver.locator('[data-act="lift"]').waitFor();
  await approver.fill('[data-group="holdsInForce"] input', 'over early');
  await approver.click('[data-act="lift"]');
  await approver.locator('[data-group="holdsOver"] .state-lifted').waitFor();
  await approver.goto(s.base);
  await approver.locator(`[data-alert="${id}"]`).waitFor();
}, 60_000);

test('an officer works off what waits for a verdict, the worst first; what is judged leaves the list', async () => {
  const page = await open('olaf', '/#view=work');
  await page.locator('.alert').first().waitFor();
  const waiting = await page.locator('.alert').count();
  const id = await page.locator('.alert').first().getAttribute('data-alert');
  await page.locator('.alert').first().click();
  expect(await page.getByText('Propose to hold alerts like this').count()).toBe(0);
  await page.fill('.judge input', 'one household, checked');
  await page.click('.verdict[data-verdict="false"]');
  await page.locator('.said li', { hasText: 'one household' }).waitFor();
  await page.waitForFunction((gone) => document.querySelector(`.row [data-alert="${gone}"]`) === null, id);
  expect(await page.locator('.row .alert').count()).toBe(waiting - 1);
});

test('whoever signs in with another key may do what that key may; a refused request is told in words', async () => {
  const page = await open('olaf', '/desk/suppressions.html');
  await page.getByText('Proposing needs a key of role author.').waitFor();
  expect(await page.evaluate(() => fetch('/v1/suppressions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((r) => r.json()).then((a: { error: { code: string } }) => a.error.code))).toBe('WRONG_ROLE');
  await page.getByText('Sign out').click();
  await page.fill('#key', s.key.ann);
  await page.click('.sign-in button');
  await page.locator('#new').waitFor();
  expect(await page.locator('#who b').textContent()).toBe('ann');
  await page.locator('#new summary').click();
  await page.fill('#new .decide input', 'everything');
  await page.click('#new [data-act="propose"]');
  await page.getByText('This would hold every alert.').waitFor();
});
