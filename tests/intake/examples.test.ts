/** What README tells people to send is taken: every example, and there is one of every document. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MESSAGES } from '../../schemas/customs/messages.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { take } from './fixtures.ts';

const FOLDER = new URL('../../examples/', import.meta.url);
// Tables go through a mapping: tests/cli/ingest.test.ts.
const files = readdirSync(FOLDER).filter((name) => /\.(xml|json|ndjson)$/.test(name) && !name.startsWith('faulty'));
const taken = new Map(files.map((name) => [name, take(readFileSync(new URL(name, FOLDER)), name.endsWith('.xml') ? 'xml' : 'json')]));

test.each(files)('%s', (name) => {
  expect(taken.get(name)?.rejected.map((one) => [one.code, one.path])).toEqual([]);
  expect(taken.get(name)?.taken.length).toBeGreaterThan(0);
});

test('one of every document, and of receipts at least one', () => {
  const types = new Set([...taken.values()].flatMap((result) => result.taken.map((one) => (one.body as Envelope).feed.replace('tester/', ''))));
  expect(MESSAGES.map((m) => m.type as string).filter((type) => !types.has(type) && !type.endsWith('-receipt'))).toEqual([]);
  expect([...types].filter((type) => type.endsWith('-receipt'))).not.toEqual([]);
});

test('the page on messages lists every one', () => {
  const page = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');
  const missing = MESSAGES.filter((m) => !page.includes(`| \`${m.type}\` | ${m.number || 'own'} | ${m.element === '' ? '' : `\`${m.element}\``} |`)).map((m) => m.type);
  expect(missing).toEqual([]);
});
