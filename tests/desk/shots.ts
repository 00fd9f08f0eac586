/** Pictures of the desk for the eye: `node tests/desk/shots.ts FOLDER`. */
import { mkdirSync } from 'node:fs';
import { readZones } from '../../gateway/overview.ts';
import { CATEGORIES, GRADES } from '../../schemas/risk/alert.ts';
import { beijing, order } from '../trade.ts';
import { checkScene } from './check-scene.ts';
import { type Office, officeScene } from './office-scene.ts';
import { referenceScene } from './reference-scene.ts';
import type { Page } from 'playwright-core';
import { openBrowser, scene } from './scene.ts';

const folder = process.argv[2] ?? 'shots';
mkdirSync(folder, { recursive: true });
const s = await scene(46);
const browser = await openBrowser();
const shot = async (name: string, size: { width: number; height: number }, lang: string, scheme: 'dark' | 'light', act?: string) => {
  const context = await browser.newContext({ viewport: size, locale: lang, colorScheme: scheme });
  const page = await context.newPage();
  page.on('console', (m) => {
    if (m.type() === 'error') process.stdout.write(`${name}: ${m.text()}\n`);
  });
  page.on('pageerror', (e) => process.stdout.write(`${name}: ${e.message}\n`));
  await page.goto(`${s.base}/?token=${s.keys.oneTimeToken()}`);
  await page.waitForSelector('.row');
  if (act) await page.click('[data-alert="alert-0"]');
  if (act === 'dossier') {
    await page.click('.order');
    await page.waitForSelector('.compare');
  }
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
};
const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
await shot('desk-dark-en', wide, 'en-GB', 'dark', 'detail');
await shot('desk-light-zh', wide, 'zh-CN', 'light', 'detail');
await shot('dossier-dark-en', wide, 'en-GB', 'dark', 'dossier');
await shot('dossier-light-zh', wide, 'zh-CN', 'light', 'dossier');
await shot('phone-dark-en', phone, 'en-GB', 'dark');
await shot('phone-detail-zh', phone, 'zh-CN', 'light', 'detail');
// A country with something in every third zone.
readZones(new URL('../../seeds/zones.csv', import.meta.url)).forEach(({ id }, i) => {
  for (let n = 0; i % 3 === 1 && n < 1 + (i % 4); n++) {
    const grade = GRADES[(i * 7 + n * 3) % 11 < 5 ? 0 : (i + n) % 4]!;
    s.store.add('levels_now', { subjectType: 'zone', subjectId: id, category: CATEGORIES[(i + n * 2) % 5]!, grade, score: 0.25 + GRADES.indexOf(grade) * 0.22, reasons: [], zone: id, at: '2026-06-01 04:00:00.000' });
  }
});
const picture = async (name: string, size: { width: number; height: number }, lang: string, scheme: 'dark' | 'light', hash = '') => {
  const context = await browser.newContext({ viewport: size, locale: lang, colorScheme: scheme });
  const page = await context.newPage();
  page.on('pageerror', (e) => process.stdout.write(`${name}: ${e.message}\n`));
  await page.goto(`${s.base}/?token=${s.keys.oneTimeToken()}`);
  await page.goto(`${s.base}/desk/levels.html${hash}`);
  await page.waitForSelector('.cell');
  await page.locator('.cell').first().hover();
  await page.waitForTimeout(200);
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
};
await picture('levels-dark-en', wide, 'en-GB', 'dark');
await picture('levels-light-zh', wide, 'zh-CN', 'light');
await picture('levels-areas-en', wide, 'en-GB', 'light', '#area');
await picture('levels-phone-zh', phone, 'zh-CN', 'dark');
const c = await checkScene();
const checked = async (name: string, size: { width: number; height: number }, lang: string, scheme: 'dark' | 'light') => {
  const context = await browser.newContext({ viewport: size, locale: lang, colorScheme: scheme });
  const page = await context.newPage();
  await page.goto(`${c.base}/?token=${c.keys.oneTimeToken()}`);
  await page.goto(`${c.base}/desk/check.html`);
  await page.click('#example');
  await page.waitForSelector('.checked');
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
};
await checked('check-dark-en', wide, 'en-GB', 'dark');
await checked('check-light-zh', wide, 'zh-CN', 'light');
await checked('check-phone-zh', phone, 'zh-CN', 'dark');
await c.gateway.stop();
const r = await referenceScene();
const tables = async (name: string, size: { width: number; height: number }, lang: string, scheme: 'dark' | 'light', full = false) => {
  const context = await browser.newContext({ viewport: size, locale: lang, colorScheme: scheme });
  const page = await context.newPage();
  page.on('console', (m) => {
    if (m.type() === 'error') process.stdout.write(`${name}: ${m.text()}\n`);
  });
  page.on('pageerror', (e) => process.stdout.write(`${name}: ${e.message}\n`));
  await page.goto(`${r.base}/?token=${r.keys.oneTimeToken()}`);
  await page.goto(`${r.base}/desk/reference.html#positive-list`);
  await page.waitForSelector('.edition');
  await page.fill('#find', '0402100000');
  await page.click('#look button');
  await page.waitForSelector('.found');
  await page.click('.edition');
  await page.waitForSelector('.changes');
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: full });
  await context.close();
};
await tables('reference-dark-en', wide, 'en-GB', 'dark');
await tables('reference-light-zh', wide, 'zh-CN', 'light');
await tables('reference-phone-zh', phone, 'zh-CN', 'dark');
await r.gateway.stop();
// Officers at work: what one does stands on the next one's page.
const o = await officeScene(true);
for (let buyer = 100; buyer < 106; buyer++) await o.buy(buyer);
const RULE = '/desk/rules.html#transaction/split-orders';
const office = async (name: string, who: keyof Office['key'], path: string, size: { width: number; height: number }, lang: string, scheme: 'dark' | 'light', act: (page: Page) => Promise<unknown>) => {
  const context = await browser.newContext({ viewport: size, locale: lang, colorScheme: scheme });
  await context.addCookies([o.cookie(who)]);
  const page = await context.newPage();
  page.on('pageerror', (e) => process.stdout.write(`${name}: ${e.message}\n`));
  await page.goto(o.base + path);
  await act(page);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
};
const change = (version: string) => async (page: Page) => {
  await page.locator('.total.ok').waitFor();
  await page.fill('#yaml', (await page.inputValue('#yaml')).replace('version: 2', version).replace('red: 3', 'red: 2.95'));
  await page.locator(version === 'version: 2' ? '.total.bad' : '.diff .plus').first().waitFor();
};
const propose = async (page: Page) => {
  await change('version: 3')(page);
  await page.locator('.total.ok').waitFor();
  await page.fill('.decide input', '2026年第12号公告');
  await page.click('[data-act="propose"]');
  await page.locator('.state-open').waitFor();
};
const hold = async (page: Page) => {
  await page.locator('#new-rule').waitFor();
  await page.fill('#new .decide input', '双十一，已核实');
  await page.click('#new [data-act="propose"]');
  await page.locator('[data-suppression]').waitFor();
};
const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();
await office('rules-dark-en', 'rita', '/desk/rules.html', wide, 'en-GB', 'dark', seen('tbody th a'));
await office('rules-phone-zh', 'ann', '/desk/rules.html', phone, 'zh-CN', 'light', seen('tbody th a'));
await office('rule-light-zh', 'ann', RULE, wide, 'zh-CN', 'light', seen('.bands-list'));
await office('rule-phone-en', 'ann', RULE, phone, 'en-GB', 'dark', seen('.bands-list'));
await office('edit-dark-en', 'ann', `${RULE}/edit`, wide, 'en-GB', 'dark', change('version: 2'));
await office('parameters-light-en', 'ann', '/desk/rules.html#parameters', wide, 'en-GB', 'light', seen('[data-parameter]'));
await office('proposed-light-zh', 'ann', `${RULE}/edit`, wide, 'zh-CN', 'light', propose);
await office('proposal-phone-zh', 'bea', '/desk/proposals.html', phone, 'zh-CN', 'light', async (page) => {
  await page.click('tbody a');
  await page.locator('.diff').waitFor();
});
await office('work-dark-en', 'olaf', '/#view=work', wide, 'en-GB', 'dark', (page) => page.locator('.alert').first().click());
await office('hold-dark-zh', 'ann', '/desk/suppressions.html#new&rule=transaction/split-orders&upTo=orange', wide, 'zh-CN', 'dark', hold);
await office('holds-light-en', 'bea', '/desk/suppressions.html', wide, 'en-GB', 'light', async (page) => {
  await page.click('[data-act="approve"]');
  await page.locator('[data-act="lift"]').waitFor();
});
for (let buyer = 200; buyer < 203; buyer++) await o.buy(buyer);
await office('held-dark-en', 'bea', '/#view=held', wide, 'en-GB', 'dark', (page) => page.locator('.alert').first().click());
await office('held-phone-zh', 'bea', '/#view=held', phone, 'zh-CN', 'light', seen('.held-why'));
// What could not be taken.
const shop = o.app.keys.add('shop-a', 'write').key;
const now = beijing(Date.now());
const wrong: Record<string, unknown>[] = [{ ebpCode: '' }, { goodsValue: '1.234567' }, { orderNo: '' }, { buyerTelephone: 'x'.repeat(200) }, { appTime: beijing(Date.now() + 3_600_000) }, { items: [] }, { appType: '7' }];
await fetch(`${o.base}/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${shop}`, 'content-type': 'application/x-ndjson' }, body: [...wrong.map((over, i) => JSON.stringify(order({ guid: `G-W${i}`, orderNo: `W-${i}`, appTime: now, ...over }))), '{"type":"order"'].join('\n') });
const letter = (act: (page: Page) => Promise<unknown>) => async (page: Page) => {
  while ((await page.locator('.letter-choice').count()) < 8) await page.reload({ waitUntil: 'networkidle' });
  await page.locator('.letter-choice', { hasText: 'ebpCode' }).click();
  await page.waitForSelector('.said');
  await act(page);
};
const mended = letter(async (page) => {
  await page.click('[data-act="read"]');
  await page.fill('[data-path="ebpCode"]', '3301SIM001');
  await page.click('[data-act="check"]');
  await page.waitForSelector('.outcome');
});
await office('letters-dark-en', 'bea', '/desk/letters.html', wide, 'en-GB', 'dark', mended);
await office('letters-phone-zh', 'bea', '/desk/letters.html', phone, 'zh-CN', 'light', letter((page) => page.locator('.said').scrollIntoViewIfNeeded()));
await office('letters-light-zh', 'bea', '/desk/letters.html', wide, 'zh-CN', 'light', async (page) => {
  await mended(page);
  await page.click('[data-act="repair"]');
  await page.waitForSelector('.lives a');
  await page.click('#count');
  await page.waitForSelector('#send-all');
});
await o.stop();
await browser.close();
await s.gateway.stop();
