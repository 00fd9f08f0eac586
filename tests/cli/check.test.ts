/** `fenghuo check` in processes of its own, against the real gateway, intake, screening and rules. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../cli/exit.ts';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compile } from '../../language/compile.ts';
import { createCheck } from '../../processors/check.ts';
import { screening } from '../../processors/screening/stage.ts';
import { bench } from '../gateway/doubles.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { loadSignatures } from '../../processors/intake/signature.ts';
import { declaration, documentXml, LINKAGE, messageXml, order, payment, waybill } from '../intake/fixtures.ts';
import { rsaCard, sign } from '../intake/signing.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'fenghuo-check-'));
const source = readRuleSource('');
const compiled = compile(source);
const signatures = await loadSignatures({ mode: 'record', certificates: [rsaCard(2).pem] });
const intake = createIntake({ linkageKey: LINKAGE, sealKey: Buffer.alloc(32, 9), sealKeyId: 'k', words: [], sanctions: { complete: false, names: [] } }, signatures);
const b = bench({}, () => undefined, createCheck(intake, screening(() => compiled), JSON.stringify(source), compiled));
let port = '';

function check(args: string[], key = b.key.write): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, FENGHUO_DATA: folder, FENGHUO_PORT: port, FENGHUO_KEY: key, LANG: 'C', NO_COLOR: '1' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'main.ts'), 'check', ...args], { env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => { out += chunk; });
  child.stderr.on('data', (chunk) => { err += chunk; });
  child.stdin.end();
  return new Promise((resolve) => { child.once('close', (code) => resolve({ code: code ?? -1, out, err })); });
}
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const undated = (document: Record<string, unknown>) => ({ ...document, appTime: '', payTime: '', declTime: '' });

beforeAll(async () => { port = new URL(await b.gateway.start()).port; });
afterAll(() => b.gateway.stop());

describe.concurrent('fenghuo check', () => {
  test('documents in order: exit 0, their match, and the documents written into a folder', async () => {
    const to = join(folder, 'declared');
    mkdirSync(to);
    const deal = file('deal.ndjson', [order(), payment(), waybill(), declaration()].map((d) => JSON.stringify(undated(d))).join('\n'));
    const { code, out } = await check([deal, '--write', 'xml', '--to', to]);
    expect(code, out).toBe(EXIT.ok);
    expect(out).toContain('[3] Declaration list 9999960005|C-1: ✓');
    expect(out).toMatch(/order 9999960001\|A-1001: \w+ \(order, payment, waybill, declaration\)/);
    expect(readdirSync(to).sort()).toEqual(['001-order.xml', '002-payment.xml', '003-waybill.xml', '004-declaration.xml']);
    expect(readFileSync(join(to, '001-order.xml'), 'utf8')).toContain('<ceb:CEB311Message');
    expect((await check([join(to, '001-order.xml'), '--write', 'xml', '--to', to])).err).toContain('cannot be written');
  });

  test('a document with problems: exit 1, each with what to do, in the language asked for; with a read key too', async () => {
    const bad = file('bad.json', JSON.stringify({ ...undated(order()), orderNo: '', goodsValue: '-1' }));
    const english = await check([bad], b.key.read);
    expect(english.code).toBe(EXIT.refused);
    expect(english.out).toContain('FIELD_MISSING orderNo: orderNo: expected');
    expect(english.out).toContain('→ Fill in this field.');
    const { out } = await check([bad, '--lang', 'zh']);
    expect(out).toContain('NEGATIVE_AMOUNT goodsValue: 金额、重量或数量为负数。');
    expect(JSON.parse((await check([bad, '--json'])).out)).toMatchObject({ files: [{ file: bad, answer: { ok: false } }] });
  });

  test('findings of the match and the verdict on a signature, in the language asked for', async () => {
    const differing = file('differing.ndjson', [order(), { ...payment(), amountPaid: '1.00' }].map((d) => JSON.stringify(undated(d))).join('\n'));
    expect((await check([differing])).out).toContain('AMOUNT_DIFF: acturalPaid of the order against amountPaid (');
    expect((await check([differing, '--lang', 'zh'])).out).toContain('AMOUNT_DIFF: 订单实际支付金额（acturalPaid）与支付金额（amountPaid）不一致 (');
    const signed = file('signed.xml', sign(messageXml(311, documentXml('Order', undated(order()), 'ceb:'), 'ceb:'), rsaCard(1)));
    expect((await check([signed])).out).toContain('! unknown-key: The certificate is none of those that are trusted here');
    expect((await check([signed, '--lang', 'zh'])).out).toContain('! unknown-key: 该证书未在此登记');
    const { documents } = JSON.parse((await check([signed, '--json'])).out).files[0].answer;
    expect(documents[0]).toMatchObject({ signature: 'unknown-key', signatureText: { zh: expect.stringContaining('未在此登记') } });
  });
});
