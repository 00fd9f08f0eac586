/**
 * Writes sample messages as senders really produce them: official CEB XML with different namespace prefixes, and the nested JSON body.
 * `node simulator/files.ts FOLDER` (examples by default). One order is consistent; the other is paid short.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Deal, Dealer } from './deal.ts';
import { declaration, type Document, guid, order, payment, waybill } from './documents.ts';
import { loadUniverse } from './parties.ts';
import { mix, Random } from './random.ts';

const SEED = 20_260;
/** 2026-08-03 10:15 Beijing time: what customs keeps is often months old when it is sent again. */
const START = Date.UTC(2026, 7, 3, 2, 15);
const NAMESPACE = 'http://www.chinaport.gov.cn/ceb';

interface Form { number: string; element: string; prefix: string; signed?: boolean }

const escaped = (value: unknown): string => String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** CEBnnnMessage with one document. `prefix` '' uses the default namespace. */
export function toXml(document: Document, { number, element, prefix, signed }: Form): string {
  const name = (local: string) => (prefix === '' ? local : `${prefix}:${local}`);
  const tag = (indent: string, local: string, value: unknown) => `${indent}<${name(local)}>${escaped(value)}</${name(local)}>`;
  const fields = (indent: string, of: Document) => Object.entries(of).filter(([key, value]) => key !== 'type' && key !== 'items' && value !== '').map(([key, value]) => tag(indent, key, value));
  const lines = ((document['items'] ?? []) as Document[]).flatMap((line) => [`    <${name(`${element}List`)}>`, ...fields('      ', line), `    </${name(`${element}List`)}>`]);
  const declared = prefix === '' ? `xmlns="${NAMESPACE}"` : `xmlns:${prefix}="${NAMESPACE}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<${name(`CEB${number}Message`)} guid="${String(document['guid'])}" version="1.0" ${declared}>`,
    `  <${name(element)}>`, `    <${name(`${element}Head`)}>`, ...fields('      ', document), `    </${name(`${element}Head`)}>`, ...lines, `  </${name(element)}>`,
    `  <${name('BaseTransfer')}>`, tag('    ', 'copCode', '3301SIM001'), tag('    ', 'copName', '模拟商户杭州001'), tag('    ', 'dxpMode', 'DXP'), tag('    ', 'dxpId', 'DXPENTSIM0000001'),
    `  </${name('BaseTransfer')}>`,
    ...(signed ? ['  <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>c2FtcGxlLCBub3QgYSBzaWduYXR1cmU=</ds:SignatureValue></ds:Signature>'] : []),
    `</${name(`CEB${number}Message`)}>`, '',
  ].join('\n');
}

/** `{"order": {"orderHead": {…}, "orderList": […]}, "guid", "version", "baseTransfer"}`, with numbers as strings. */
export function toNestedJson(document: Document, element: string): string {
  const strings = (of: Document) => Object.fromEntries(Object.entries(of).filter(([key]) => key !== 'type' && key !== 'items').map(([key, value]) => [key, String(value)]));
  const items = document['items'] as Document[] | undefined;
  const inner = { [`${element}Head`]: strings(document), ...(items ? { [`${element}List`]: items.map(strings) } : {}) };
  const baseTransfer = { copCode: '3301SIM001', copName: '模拟商户杭州001', dxpMode: 'DXP', dxpId: 'DXPENTSIM0000001', note: '' };
  return `${JSON.stringify({ [element]: inner, guid: document['guid'], version: '1.0', baseTransfer }, null, 2)}\n`;
}

function sampleDeals(): [Deal, Deal] {
  const universe = loadUniverse();
  const dealer = new Dealer(universe, SEED, START);
  const random = new Random(mix(SEED, 5));
  const zone = universe.zone('3301');
  const seller = universe.sellers.get('3301')?.[0];
  if (!seller) throw new Error('seeds/parties.csv: no simulated seller in 3301');
  const good = dealer.draw(random, START, { zone, seller, lineCount: 2, mode: '1210' });
  const faulty = dealer.draw(random, START + 600_000, { zone, seller, lineCount: 1, mode: '9610' });
  good.waybillNamesOrder = false;
  faulty.amountPaidFen -= 1234;
  return [good, faulty];
}

/** File name → content. */
export function sampleFiles(): Record<string, string> {
  const [good, faulty] = sampleDeals();
  const id = (deal: Deal, n: number) => guid(SEED, deal.number, n);
  return {
    'order.xml': toXml(order(good, id(good, 0)), { number: '311', element: 'Order', prefix: 'ceb', signed: true }),
    'payment.xml': toXml(payment(good, id(good, 1)), { number: '411', element: 'Payment', prefix: '' }),
    'waybill.xml': toXml(waybill(good, id(good, 2)), { number: '511', element: 'Logistics', prefix: 'ns2' }),
    'declaration.xml': toXml(declaration(good, id(good, 3)), { number: '621', element: 'Inventory', prefix: 'c' }),
    'faulty-order.json': toNestedJson(order(faulty, id(faulty, 0)), 'order'),
    'faulty-payment.json': toNestedJson(payment(faulty, id(faulty, 1)), 'payment'),
  };
}

export function writeSamples(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return Object.entries(sampleFiles()).map(([name, content]) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  });
}

if (import.meta.main) for (const file of writeSamples(process.argv[2] ?? 'examples')) process.stdout.write(`${file}\n`);
