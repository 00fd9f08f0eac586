/** A start that requires signatures: a real process, senders' cards, tampered messages, the dead letter, its replay, and the rule that counts failures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stamp14 } from '../../simulator/clock.ts';
import { documentXml, messageXml, order } from '../intake/fixtures.ts';
import { issue, revocations } from '../intake/authority.ts';
import { rsaCard, sign, sm2Card } from '../intake/signing.ts';
import { freePort } from '../free-port.ts';
import { command, pause, remove, start, temporary, type System } from './system.ts';

const YEAR = 365 * 24 * 3_600_000;
const card = rsaCard(1, Date.now() - YEAR, Date.now() + YEAR);
const stranger = sm2Card(2);
const authority = issue('authority', undefined, { kind: 'sm2', ca: true });
const [vouchedFor, revoked] = [issue('signer', authority), issue('former signer', authority)];
const message = (orderNo: string): string => messageXml(311, documentXml('Order', { ...order(), orderNo, guid: '', appTime: stamp14(Date.now() - 60_000) }, 'ceb:'), 'ceb:');
const folder = temporary();
let system: System;

beforeAll(async () => {
  for (const name of ['anchors', 'crls']) mkdirSync(join(folder, 'trust', name), { recursive: true });
  writeFileSync(join(folder, 'trust', 'anchors', 'authority.pem'), authority.pem);
  writeFileSync(join(folder, 'trust', 'crls', 'authority.crl'), Buffer.from(revocations(authority, { revoked: [revoked] }), 'base64'));
  writeFileSync(join(folder, 'trust', 'card.pem'), card.pem);
  system = await start(folder, { env: { FENGHUO_SIGNATURES: 'require' } });
}, 40_000);
afterAll(async () => {
  await system?.stop();
  remove(folder);
}, 30_000);

const post = (xml: string) => system.ask('POST', '/v1/events', xml, 'application/xml');
const codesOf = (answer: { json: unknown }): string[] => (answer.json as { rejected: { code: string }[] }).rejected.map((r) => r.code);

async function seen<T>(look: () => Promise<T[]>, enough: number): Promise<T[]> {
  for (const end = Date.now() + 15_000; ; await pause(200)) {
    const rows = await look();
    if (rows.length >= enough || Date.now() > end) return rows;
  }
}

test('a signed message is taken, by a card that is known or vouched for; what was tampered with, unsigned, signed by a stranger or a revoked card is put aside, and the feed\'s alert tells of it', async () => {
  for (const good of [sign(message('S-1'), card), sign(message('S-6'), vouchedFor)]) {
    const answer = await post(good);
    expect([answer.status, codesOf(answer)]).toEqual([202, []]);
  }
  for (const bad of [sign(message('S-2'), card).replace('S-2', 'S-3'), message('S-4'), sign(message('S-5'), stranger), sign(message('S-7'), revoked)]) expect(codesOf(await post(bad))).toEqual(['SIGNATURE_INVALID']);

  const alerts = await seen(async () => ((await system.get('/v1/alerts?rule=technical/signature-failures&grade=yellow')).json as { alerts: { grade: string; subject: { id: string } }[] }).alerts, 1);
  expect(alerts).toMatchObject([{ grade: 'yellow', subject: { type: 'feed', id: 'admin/order' } }]);
  expect(await system.rows('SELECT orderNo, signed FROM orders ORDER BY orderNo')).toEqual(['S-1', 'S-6'].map((orderNo) => ({ orderNo, signed: true })));
  expect(await seen(() => system.rows("SELECT code, count() AS n FROM operations WHERE kind = 'signature-failed' GROUP BY code ORDER BY code"), 4)).toMatchObject([{ code: 'cert-revoked' }, { code: 'invalid' }, { code: 'none' }, { code: 'unknown-key' }]);
}, 40_000);

test('once the stranger\'s certificate is there, the replay of its message is verified and taken', async () => {
  const letters = await seen(() => system.rows<{ id: string; message: string }>("SELECT id, message FROM dead_letters WHERE reason = 'SIGNATURE_INVALID'"), 4);
  const letter = letters.find(({ message: said }) => said.includes('unknown-key'));
  await system.stop();
  writeFileSync(join(folder, 'trust', 'stranger.pem'), stranger.pem);
  system = await start(folder, { env: { FENGHUO_SIGNATURES: 'require' } });
  const replayed = await system.ask('POST', '/v1/dead-letters/replay', JSON.stringify({ ids: letters.map(({ id }) => id) }));
  expect(replayed.json).toMatchObject({ accepted: 1 });
  expect(codesOf(replayed)).toEqual(['SIGNATURE_INVALID', 'SIGNATURE_INVALID', 'SIGNATURE_INVALID']);
  expect(letter).toBeDefined();
  const orders = await seen(() => system.rows<{ orderNo: string }>('SELECT orderNo FROM orders WHERE signed ORDER BY orderNo'), 3);
  expect(orders.map((row) => row.orderNo)).toEqual(['S-1', 'S-5', 'S-6']);
}, 60_000);

test('a start that requires signatures and trusts nobody is refused, by name', async () => {
  const empty = temporary();
  const { code, err } = await command(['start'], { data: empty, port: await freePort(), env: { FENGHUO_SIGNATURES: 'require' } });
  remove(empty);
  expect([code, err]).toEqual([1, expect.stringContaining('holds no certificate')]);
}, 40_000);
