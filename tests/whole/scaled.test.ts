/**
 * The scaled-out system as its operators run it: processes on a real Kafka, two members that share the stages, the tables in the sink's own process. What it finds is what one machine finds; a member
 * that is killed is missed by nobody.
 */
import { readFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { deal, EBP, NAMES, type Deal } from './deal.ts';
import { freePort } from '../free-port.ts';
import { pause, remove, run, start, temporary, type System } from './system.ts';

const kafka = await sharedKafka();
const STAGES = ['intake', 'screening', 'assessment', 'warning'];
const KEYS = { FENGHUO_LINKAGE_KEY: '1'.repeat(64), FENGHUO_SEAL_KEY: '2'.repeat(64) };

/** Some orders that are as they should be, and some of which rules tell. */
const deals = (from: number): Deal[] => [
  deal(from), deal(from + 1, { payment: { amountPaid: '150' } }), deal(from + 2, { waybill: { weight: '9.5' } }), deal(from + 3, { declaration: { buyerIdNumber: '990000197903052168' } }),
  deal(from + 4, { order: { items: [{ gnum: 1, itemNo: 'SKU1', itemName: '象牙', gmodel: '1', barCode: '9400000000000', currency: '142', country: '609', qty: '1', price: '199.90', totalPrice: '199.90', unit: '122' }] } }),
];

/** The alert stream as a subscriber hears it. */
function listen(system: System): { revisions: string[]; stop(): void } {
  const revisions: string[] = [];
  const ended = new AbortController();
  const hear = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${system.port}/v1/alerts/stream`, { headers: { authorization: `Bearer ${system.key}` }, signal: ended.signal });
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const whole = text.split('\n\n');
      text = whole.pop() as string;
      for (const one of whole) {
        const data = /^data: (\{"alertId".*)$/m.exec(one)?.[1];
        if (data) revisions.push(`${(JSON.parse(data) as { alertId: string }).alertId} ${(JSON.parse(data) as { revision: number }).revision}`);
      }
    }
  };
  hear().catch(() => undefined); // ended
  return { revisions, stop: () => ended.abort() };
}

describe.skipIf('missing' in kafka)('scaled out', () => {
  const folders: string[] = [];
  const systems: System[] = [];
  let env: Record<string, string> = {};
  let embedded: System;
  let gateway: System;
  let members: [System, System];

  const member = async (stages: string[]): Promise<System> => {
    const folder = temporary();
    folders.push(folder);
    const made = run(stages, folder, { port: await freePort(), env });
    systems.push(made);
    return made;
  };
  const post = async (system: System, given: readonly Deal[]): Promise<number> => {
    const answer = await system.ask('POST', '/v1/events', given.flatMap((one) => NAMES.map((name) => JSON.stringify(one[name]))).join('\n'), 'application/x-ndjson');
    expect(answer.status, answer.text).toBe(202);
    return (answer.json as { accepted: number }).accepted;
  };
  const until = async (what: string, look: () => Promise<boolean>, limitMs = 30_000): Promise<void> => {
    for (const end = Date.now() + limitMs; Date.now() < end; await pause(200)) if (await look()) return;
    throw new Error(`not seen within ${limitMs} ms: ${what}\n${systems.map(({ said }) => said.err.slice(-2_000)).join('\n---\n')}`);
  };
  const matched = async (system: System, given: readonly Deal[]): Promise<boolean> => {
    const [found] = await system.rows<{ n: number }>(`SELECT uniqExact(orderKey) AS n FROM fenghuo.matches WHERE state IN ('MATCHED', 'MISMATCHED') AND orderKey IN (${given.map(({ order }) => `'${EBP}|${String(order.orderNo)}'`).join(', ')})`);
    return Number(found?.n) === given.length;
  };
  const alerts = async (system: System): Promise<unknown[]> =>
    system.rows("SELECT ruleId, subjectType, argMax(grade, revision) AS grade, argMax(status, revision) AS status, argMax(count, revision) AS count FROM fenghuo.alert_revisions WHERE category != 'technical' GROUP BY alertId, ruleId, subjectType, subjectId ORDER BY ruleId, subjectType, subjectId, grade");

  beforeAll(async () => {
    env = { ...KEYS, KAFKA_BROKERS: brokersOf(kafka), KAFKA_PREFIX: topicPrefix(), FENGHUO_PARTITIONS: '2' };
    const folder = temporary();
    folders.push(folder);
    embedded = await start(folder, { env: KEYS });
    systems.push(embedded);
    members = [await member(STAGES), await member(STAGES)];
    gateway = await member(['sink', 'gateway']);
    await Promise.all([...members, gateway].map((system) => system.ready(90_000)));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(systems.map((system) => system.stop()));
    for (const folder of folders) remove(folder);
  }, 60_000);

  test('what it finds is what one machine finds', async () => {
    const given = deals(1);
    await until('rules in force', async () => (await gateway.get('/readyz')).status === 200);
    const heard = listen(gateway);
    expect(await post(gateway, given)).toBe(await post(embedded, given));
    await until('every order matched', async () => (await matched(gateway, given)) && (await matched(embedded, given)));
    await until('the same alerts', async () => JSON.stringify(await alerts(gateway)) === JSON.stringify(await alerts(embedded)));
    expect((await alerts(gateway)).length).toBeGreaterThan(3);
    const told = await gateway.rows<{ alertId: string; revision: number }>("SELECT DISTINCT alertId, revision FROM fenghuo.alert_revisions WHERE logTopic LIKE 'alerts.%' ORDER BY alertId, revision");
    await until('each revision on the stream, once', async () => JSON.stringify(heard.revisions.toSorted()) === JSON.stringify(told.map(({ alertId, revision }) => `${alertId} ${revision}`).toSorted()));
    heard.stop();
  }, 60_000);

  test('rules change by two keys through the gateway', async () => {
    const keyOf = async (role: string) => ((await gateway.ask('POST', '/v1/keys', JSON.stringify({ name: role, role }))).json as { key: string }).key;
    const [author, approver] = [await keyOf('author'), await keyOf('approver')];
    const file = 'transaction/split-orders.yaml';
    const text = readFileSync(new URL(`../../rules/${file}`, import.meta.url), 'utf8').replace(/^version: \d+/m, 'version: 99').replace(/^bands: \{ blue: [\d.]+/m, 'bands: { blue: 1.05');
    const proposed = await gateway.ask('POST', '/v1/rules/proposals', JSON.stringify({ files: { [file]: text }, why: 'a trial' }), 'application/json', author);
    expect(proposed.status, proposed.text).toBe(201);
    const approved = await gateway.ask('POST', `/v1/rules/proposals/${(proposed.json as { id: string }).id}/approve`, JSON.stringify({ why: 'fine' }), 'application/json', approver);
    expect([approved.status, approved.json]).toMatchObject([200, { state: 'approved', decision: { by: 'approver' } }]);
    await until('the new version in force', async () => (await gateway.get('/v1/rules')).text.includes('"version":99'));
  }, 60_000);

  test('a member that is killed is missed by nobody: nothing lost, nothing twice', async () => {
    const given = Array.from({ length: 8 }, (_, i) => deals(100 + 10 * i));
    let accepted = 0;
    for (const [i, some] of given.entries()) {
      accepted += await post(gateway, some);
      if (i === 3) await members[0].kill();
      if (i === 5) systems.push((members[0] = await member(STAGES)));
    }
    const all = given.flat();
    await until('every order matched', () => matched(gateway, all), 60_000);
    await gateway.caughtUp();
    const [documents] = await gateway.rows<{ rows: number; events: number }>(
      `SELECT count() AS rows, uniqExact(eventId) AS events FROM (${['orders', 'payments', 'waybills', 'declarations'].map((table) => `SELECT eventId FROM fenghuo.${table} WHERE orderKey LIKE '${EBP}|W-1__'`).join(' UNION ALL ')})`);
    // A waybill names no order: its rows bear the order's key only as forwarded.
    expect(Number(documents?.rows)).toBe(Number(documents?.events));
    const [revisions] = await gateway.rows<{ rows: number; distinct: number }>('SELECT count() AS rows, uniqExact(alertId, revision) AS distinct FROM fenghuo.alert_revisions');
    expect(Number(revisions?.rows)).toBe(Number(revisions?.distinct));
    const [orders] = await gateway.rows<{ n: number }>(`SELECT uniqExact(orderKey) AS n FROM fenghuo.orders WHERE orderKey LIKE '${EBP}|W-1__'`);
    expect(Number(orders?.n)).toBe(all.length);
    expect(accepted).toBe(4 * all.length);
  }, 120_000);

  test('a party that writes to Kafka itself is read under the name that it gives', async () => {
    const producer = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const { order, payment } = deal(900);
    await producer.send({ topic: `${env.KAFKA_PREFIX}intake.orders.v1`, messages: [{ key: 'any', value: [order, payment].map((one) => JSON.stringify(one)).join('\n'), headers: { sender: 'platform-9' } }, { value: '{"type":', headers: { sender: 'platform-9' } }] });
    await producer.disconnect();
    const feeds = (table: string) => gateway.rows<{ feed: string }>(`SELECT DISTINCT feed FROM fenghuo.${table} WHERE feed LIKE 'platform-9/%'`);
    await until('its documents, and what could not be read', async () => (await Promise.all([feeds('orders'), feeds('payments'), feeds('dead_letters')])).flat().map(({ feed }) => feed).join() === 'platform-9/order,platform-9/payment,platform-9/unknown');
  }, 40_000);

  test('each process tells how it is, and ends inside ten seconds', async () => {
    const [one] = members; // the one in place of the killed: the others did its work, so it may still be starting
    await until('it is ready', () => one.ask('GET', '/readyz', undefined, '', '').then(({ status }) => status === 200, () => false));
    const [health, metrics] = await Promise.all(['/readyz', '/metrics'].map((path) => one.ask('GET', path, undefined, '', '')));
    expect(health?.status, health?.text).toBe(200);
    expect(metrics?.text).toContain('fenghuo_stage_position{stage="screening"');
    const { code, ms } = await one.stop();
    expect([code, ms < 10_000]).toEqual([0, true]);
  }, 60_000);
});
