import { describe, expect, test } from 'vitest';
import { peek } from '../../cli/ingest/bytes.ts';
import { openTable } from '../../cli/ingest/source.ts';
import { readMapping } from '../../cli/mapping/form.ts';
import { createIntake, type Submission } from '../../processors/intake/intake.ts';
import type { Document } from '../../simulator/documents.ts';
import { createTraffic, type SimulatedEvent } from '../../simulator/traffic.ts';
import { createWriter, type Format, FORMATS } from '../../simulator/write.ts';
import { CONFIG } from '../trade.ts';

const START = Date.UTC(2026, 7, 3, 2);
const NOW = START + 3_600_000;
const traffic = (seconds: number, ordersPerSecond: number): SimulatedEvent[] => createTraffic({ seed: 4, start: START, ordersPerSecond, episodes: true, further: true }).next(START + seconds * 1000);
/** Half an hour, for the messages that come seldom, and the first of the common ones. */
const sample = (() => {
  const all = traffic(1800, 2);
  const common = (event: SimulatedEvent) => /^(order|payment|waybill|declaration)(-receipt)?$/.test(String(event.event['type']));
  return all.filter((event) => !common(event) || event.at < START + 120_000);
})();

function write(format: Format, events: SimulatedEvent[], chunk: number): { files: Map<string, string>; leftOut: number } {
  const files = new Map<string, string>();
  const writer = createWriter(format, (file, text) => files.set(file, (files.get(file) ?? '') + text));
  for (let i = 0; i < events.length; i += chunk) writer.add(events.slice(i, i + chunk));
  writer.end();
  return { files, leftOut: writer.leftOut };
}

const intake = createIntake(CONFIG);
const submission = (bytes: string, form: Submission['form']): Submission => ({ bytes, form, sender: 's', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' });
/** What intake makes of it, by event: seals differ by their random start, and the content's hash by whether a number came as text. */
function taken(bodies: readonly [string, Submission['form']][]): { events: string[]; rejected: number } {
  const results = bodies.map(([bytes, form]) => intake.take(submission(bytes, form), NOW));
  const events = results.flatMap((result) => result.taken.map(({ type, body }) => JSON.stringify({ type, ...body, sealed: null, sealKeyId: '', contentHash: '' }))).sort();
  return { events, rejected: results.reduce((n, result) => n + result.rejected.length, 0) };
}

/** As the command line reads each table by its mapping; what it refuses there is left as a document that intake refuses. */
async function fromTables(files: Map<string, string>): Promise<Document[]> {
  const documents: Document[] = [];
  for (const [file, text] of files) {
    if (!file.endsWith('.map.yaml')) continue;
    const read = readMapping(file, text);
    if (!read.ok) throw new Error(JSON.stringify(read.findings));
    const bytes = (async function* () { yield Buffer.from(files.get(file.replace('.map.yaml', '.csv')) as string); })();
    for await (const { document, faults } of openTable(file, await peek(bytes, 4096), 'csv', read.mapping, (message) => { throw new Error(message); })) documents.push(faults.length === 0 ? document : {});
  }
  return documents;
}

async function readBack(format: Format, files: Map<string, string>): Promise<[string, Submission['form']][]> {
  if (format === 'xml') return [...files.values()].map((text) => [text, 'xml']);
  if (format === 'csv') return [[(await fromTables(files)).map((document) => JSON.stringify(document)).join('\n'), 'ndjson']];
  return [[files.get('') as string, format]];
}

/** Scans, readings, raw payments and observations are no customs messages. */
const OURS = /^{"type":"(reading|raw-payment|observation)"|"codeGiven":"(?!S")/;

test('the sample has the seldom ones too', () => {
  expect([...new Set(sample.map(({ event }) => event['type']))]).toEqual(expect.arrayContaining(['export-cancel', 'export-cancel-receipt', 'format-error', 'tax-bill-status', 'return-receipt', 'summary-result']));
});

describe.each(FORMATS)('%s', (format) => {
  const events = sample;
  const sent = taken([[events.map(({ event }) => JSON.stringify(event)).join('\n'), 'ndjson']]);

  test('is taken again as the same events', async () => {
    const { files, leftOut } = write(format, events, 500);
    const again = taken(await readBack(format, files));
    expect(sent.events.length).toBeGreaterThan(2000);
    const held = format === 'xml' ? sent.events.filter((event) => !OURS.test(event)) : sent.events;
    expect(again.events.filter((event) => !held.includes(event))).toEqual([]);
    expect(again.events).toHaveLength(held.length);
    expect(again.rejected + leftOut).toBe(sent.rejected + sent.events.length - held.length);
    expect(sent.rejected).toBeGreaterThan(0);
  });

  test('is the same bytes for the same seed', () => {
    expect(write(format, traffic(20, 5), 70).files).toEqual(write(format, traffic(20, 5), 70).files);
  });
});

test('nothing is a whole text too', () => {
  expect([...write('json', [], 1).files.values()]).toEqual(['[]\n']);
});
