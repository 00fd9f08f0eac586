/** The whole system in this process, with keys of several officers: what they decide on the desk takes effect in the stages. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startApp, type App } from '../../cli/app.ts';
import { COOKIE } from '../../gateway/access.ts';
import type { Caller, Role } from '../../gateway/keys.ts';
import { SMALL_RULE } from '../language/sources.ts';
import { beijing, idNumber, order } from '../trade.ts';

export const RULE = 'transaction/many-orders';
/** The same rule on trial, under another name. */
const ON_TRIAL = SMALL_RULE.replace('id: transaction/many-orders', 'id: transaction/trial-orders').replace('status: live', 'status: shadow').replace('Many orders, zh: 多单', 'Trial orders, zh: 试行多单');

/** One rule and its twin on trial. */
function smallRules(folder: string): string {
  const rules = join(folder, 'rules');
  mkdirSync(join(rules, 'transaction'), { recursive: true });
  cpSync(fileURLToPath(new URL('../../rules/parameters.yaml', import.meta.url)), join(rules, 'parameters.yaml'));
  writeFileSync(join(rules, `${RULE}.yaml`), SMALL_RULE);
  writeFileSync(join(rules, 'transaction/trial-orders.yaml'), ON_TRIAL);
  return rules;
}

export interface Office {
  app: App;
  base: string;
  /** Keys by the name of who has them: ann proposes, bea decides, olaf judges, rita reads. */
  key: Record<'ann' | 'bea' | 'olaf' | 'rita', string>;
  /** What a browser sends that this officer signed in with. */
  cookie(who: keyof Office['key']): { name: string; value: string; url: string };
  /** Two orders of 4,000 yuan by one buyer: many orders, yellow. */
  buy(buyer: number): Promise<void>;
  stop(): Promise<void>;
}

export async function officeScene(every = false): Promise<Office> {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-office-'));
  const app = await startApp({ data: join(data, 'data'), host: '127.0.0.1', port: 0, simulate: 0, rules: every ? '' : smallRules(data), reference: '', logBytes: 0, storeBytes: 0 }, () => {});
  const { keys } = app;
  const of = (name: string, role: Role): string => keys.add(name, role).key;
  const writer = of('platform', 'write');
  let sent = 0;
  const key = { ann: of('ann', 'author'), bea: of('bea', 'approver'), olaf: of('olaf', 'officer'), rita: of('rita', 'read') };
  return {
    app, base: app.address, key,
    cookie: (who) => ({ name: COOKIE, value: keys.openSession(keys.authenticate(key[who]) as Caller), url: app.address }),
    async buy(buyer) {
      const one = () => order({ guid: `G-${++sent}`, orderNo: `NO-${sent}`, appTime: beijing(Date.now()), goodsValue: 4000, freight: 0, taxTotal: 0, acturalPaid: 4000, buyerIdNumber: idNumber(buyer), consigneeAddress: `浙江省杭州市虚构区无名路${buyer}号`, items: [{ gnum: 1, itemNo: 'I1', itemName: '面霜', unit: '011', qty: 1, price: 4000, totalPrice: 4000, currency: '142', country: '116' }] });
      const answer = await fetch(`${app.address}/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${writer}`, 'content-type': 'application/json' }, body: JSON.stringify([one(), one()]) });
      if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    },
    async stop() {
      await app.stop();
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Pages of the desk as an officer sees them. What a page complains of is told by `settle`, which closes them all. */
export class Visits {
  readonly #office: () => Office;
  readonly #browser: () => Browser;
  readonly #contexts: BrowserContext[] = [];
  readonly #problems: string[] = [];

  constructor(office: () => Office, browser: () => Browser) {
    this.#office = office;
    this.#browser = browser;
  }

  readonly open = async (who: keyof Office['key'], path: string, locale = 'en-GB', width = 1440): Promise<Page> => {
    const context = await this.#browser().newContext({ viewport: { width, height: 900 }, locale });
    this.#contexts.push(context);
    await context.addCookies([this.#office().cookie(who)]);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (e) => this.#problems.push(e.message));
    page.on('console', (m) => {
      if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) this.#problems.push(m.text());
    });
    await page.goto(this.#office().base + path);
    return page;
  };

  async settle(): Promise<string[]> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    return this.#problems.splice(0);
  }
}
