/** Pictures of the desk for the eye: `node tests/desk/shots.ts FOLDER`. */
import { mkdirSync } from 'node:fs';
import { readZones } from '../../gateway/overview.ts';
import { CATEGORIES, GRADES } from '../../schemas/risk/alert.ts';
import { checkScene } from './check-scene.ts';
import { referenceScene } from './reference-scene.ts';
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
await browser.close();
await s.gateway.stop();
