/** Given documents in the real store that name an order, its waybill or its list: the dossier's reader finds each once, and nobody else's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocuments } from '../../gateway/documents.ts';
import { Batch } from '../../processors/sink/batch.ts';
import { openChdb, type ChdbEngine } from '../../processors/sink/chdb.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import type { Store } from '../../processors/sink/store.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { encode, type RecordType } from '../../schemas/registry.ts';
import * as samples from '../sink/samples.ts';

const KEY = 'SIM0000001|1';
const LIST = '29002026I000000001';
const folder = mkdtempSync(join(tmpdir(), 'fenghuo-documents-'));
let engine: ChdbEngine;
const store: Store = {
  query: async <T>(query: string, params: Record<string, unknown> = {}): Promise<T[]> => (await engine.readers[0]!.query({ query, query_params: params, format: 'JSONEachRow' })).json<T>(),
  lag: async () => ({}),
  stop: async () => {},
};
let offset = 0;

async function write(type: RecordType, ...bodies: object[]): Promise<void> {
  const table = TABLES.find((t) => t.type === type)!;
  const tables = clickHouseTables([engine]);
  const batch = new Batch(await tables.types(), 1);
  for (const body of bodies) {
    const at = offset++;
    batch.add(table, { ...samples.entry(type, body, at), topic: 'journal.v1', partition: 0, offset: at, appendedAt: samples.AT + at, incarnation: '00000000-0000-4000-8000-000000000001', bytes: encode(type, body) });
  }
  await batch.insert(tables);
}
/** Names no order: as it came. */
const loose = { orderKey: '' };

beforeAll(async () => {
  engine = await openChdb(join(folder, 'store'));
  await migrate(engine);
  await write('order', samples.order(1), samples.order(2));
  await write('declaration', { ...samples.declaration(1), documentKey: 'AG|C1', invtNo: '' }, samples.declaration(2));
  await write('receipt', { ...samples.receipt(1), documentKey: 'AG|C1', invtNo: LIST, forwarded: true }, { ...samples.receipt(3), ...loose, answers: 'return', documentKey: 'AG|R1', invtNo: '' }, { ...samples.receipt(4), ...loose, documentKey: 'AG|C9', invtNo: 'other' });
  const status = { ...samples.tracking(1), ...loose, documentKey: 'SIM0000004|W1|DEPART' };
  await write('tracking', status, { ...status, orderKey: KEY, forwarded: true }, { ...samples.tracking(5), ...loose, waybillNo: 'W1', documentKey: 'SIM0000004|W1|ARRIVE', code: 'ARRIVE', eventTime: samples.AT - 1000 }, { ...samples.tracking(2), ...loose });
  await write('reading', { ...samples.reading(1), ...loose, carrierCode: 'SIM0000004', waybillNo: 'W1' }, { ...samples.reading(2), ...loose });
  await write('reversal', { ...samples.reversal(1), documentKey: 'AG|R1', invtNo: LIST }, { ...samples.reversal(6), ...loose, kind: 'cancel', documentKey: 'AG|R1', invtNo: LIST }, { ...samples.reversal(7), ...loose, invtNo: 'other' });
  await write('manifest', samples.manifest(1), { ...samples.manifest(2), documentKey: 'x', carrierCode: 'SIM9', lines: [{ lineNo: 1, waybillNo: 'W1', packageNo: '', invtNo: '', hs: '' }] },
    { ...samples.manifest(3), kind: 'summary', documentKey: 'y', carrierCode: '', lines: [1, 2, 3].map((lineNo) => ({ lineNo, waybillNo: '', packageNo: '', invtNo: lineNo === 2 ? LIST : `I${lineNo}`, hs: '' })) });
  await write('tax-bill', { ...samples.taxBill(1), ...loose, documentKey: 'T1', invtNo: LIST }, { ...samples.taxBill(2), ...loose, kind: 'status', documentKey: 'T1', invtNo: LIST, status: 2 }, { ...samples.taxBill(3), ...loose });
  await write('raw-payment', samples.rawPayment(1), samples.rawPayment(2));
}, 60_000);
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

test('every document of the order, once', async () => {
  const found = await readDocuments(store, KEY);
  expect(Object.fromEntries(Object.entries(found).map(([table, rows]) => [table, rows.length]))).toEqual({
    orders: 1, payments: 0, waybills: 0, declarations: 1, receipts: 2, tracking: 2, reversals: 2, manifests: 2, tax_bills: 2, raw_payments: 1, readings: 1,
  });
  expect(found.tracking).toMatchObject([{ code: 'ARRIVE', name: { en: 'Arrived in the country of destination', zh: '抵达目的国' } }, { code: 'DEPART', eventTime: samples.AT }]);
  expect(found.receipts.map((row) => row.answers).sort()).toEqual(['declaration', 'return']);
  expect(found.tax_bills.map((row) => [row.kind, Number(row.status)]).sort()).toEqual([['bill', 1], ['status', 2]]);
  expect(found.raw_payments).toMatchObject([{ tradingTime: samples.AT, hasResponse: false }]);
});

test('of a manifest the order\'s own lines, and how many there are', async () => {
  const { manifests } = await readDocuments(store, KEY);
  expect(manifests.map(({ kind, lines, lineCount }) => ({ kind, lines, lineCount: Number(lineCount) })).sort((a, b) => String(a.kind).localeCompare(String(b.kind)))).toMatchObject([
    { kind: 'departure', lines: [{ lineNo: 1, waybillNo: 'W1' }], lineCount: 2 }, { kind: 'summary', lines: [{ lineNo: 2, invtNo: LIST }], lineCount: 3 },
  ]);
  expect(manifests.every(({ lines }) => (lines as object[]).length === 1)).toBe(true);
});

test('an unknown order has none', async () => {
  expect(Object.values(await readDocuments(store, 'SIM0000001|none')).flat()).toEqual([]);
});
