/** docs/operations.md tells of what is there: every metric that it quotes is served, every message stands in the code, every variable is read, every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HINDRANCES } from '../../processors/readiness.ts';
import { REASONS } from '../../schemas/reasons.ts';
import { servedBy } from '../dashboards/promql.ts';
import { bench } from '../gateway/doubles.ts';

const root = join(import.meta.dirname, '..', '..');
const DOCS = ['docs/operations.md', 'docs/operations-embedded.md'];
const text = Object.fromEntries(DOCS.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
const operations = text['docs/operations.md'] as string;
const composed = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const code = ['cli', 'gateway', 'processors', 'schemas', 'streams'].flatMap((top) => (readdirSync(join(root, top), { recursive: true }) as string[]).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(root, top, file), 'utf8'))).join('\n');
const runbooks = operations.split(/(?=<a id=)/).slice(1);

const b = bench();
let served: Set<string>;
beforeAll(async () => { served = servedBy((await b.gateway.app.inject({ url: '/metrics', headers: { host: '127.0.0.1', ...b.bearer('read') } })).body); });
afterAll(() => b.gateway.stop());

test('each runbook says what one sees, the likely cause, what to do and what is lost', () => {
  expect(runbooks.length).toBeGreaterThanOrEqual(10);
  for (const runbook of runbooks) expect([...runbook.matchAll(/^\*\*(\w+)\.\*\* \S/gm)].map(([, name]) => name)).toEqual(['Seen', 'Likely', 'Do', 'Lost']);
});

/** What stands in place of … in a message differs each time. */
const fragments = (quoted: string): string[] => quoted.split('…').map((part) => part.trim().replace(/^[:)(]+|[:(]+$/g, '').trim()).filter((part) => part.length > 1);
const WORDS = new Set(['up', 'error', 'warming', 'shadow', 'repair', 'sensitive-read', 'docker compose ps']);
const isMessage = (quoted: string): boolean => /^[A-Za-z….].* .*[a-z…]/.test(quoted) && !/^(npx|npm|dead-letters|docker|BACKUP|SELECT|FENGHUO_\w+=)/.test(quoted);

describe.each(runbooks.map((runbook) => [/### (.+)/.exec(runbook)?.[1] as string, runbook] as const))('runbook %s', (_title, runbook) => {
  const quoted = [...runbook.matchAll(/`([^`]+)`/g)].map(([, one]) => one as string);
  test('quotes metrics that are served', () => expect(quoted.filter((one) => /^fenghuo_\w+$/.test(one) && !served.has(one))).toEqual([]));
  test('quotes messages and words that the code has', () => {
    for (const message of quoted.filter(isMessage)) for (const part of fragments(message)) expect([message, part, code.includes(part)]).toEqual([message, part, true]);
    for (const word of quoted.filter((one) => /^[a-z]+(-[a-z]+)*$/.test(one) && !WORDS.has(one))) expect([...HINDRANCES, 'doctor'] as string[]).toContain(word);
    for (const reason of quoted.filter((one) => /^[A-Z]+(_[A-Z]+)+$/.test(one) && !/^(FENGHUO|KAFKA|CLICKHOUSE|SCHEMA)_/.test(one))) expect(Object.keys(REASONS)).toContain(reason);
  });
});

test.each(DOCS)('%s: variables are read by the code, links lead somewhere, metrics are served', (name) => {
  for (const [, variable] of (text[name] as string).matchAll(/`((?:FENGHUO|KAFKA|CLICKHOUSE|SCHEMA)_[A-Z_]+)/g)) expect([variable, code.includes(variable as string) || composed.includes(`\${${variable}:-`) || code.includes(`'${(variable as string).replace(/_FILE$/, '')}'`)]).toEqual([variable, true]);
  for (const [, link = ''] of (text[name] as string).matchAll(/\]\(([^)#]+)\)/g)) expect([link, existsSync(join(root, 'docs', link))]).toEqual([link, true]);
  for (const [, metric = ''] of (text[name] as string).matchAll(/`(fenghuo_\w+)`/g)) expect(served).toContain(metric);
});

test('the messages of the table for one machine are the code’s', () => {
  const rows = [...(text['docs/operations-embedded.md'] as string).matchAll(/^\| `([^`]+)` \|/gm)].map(([, one]) => one as string);
  expect(rows.length).toBeGreaterThan(3);
  for (const message of rows) for (const part of fragments(message)) expect([message, part, code.includes(part)]).toEqual([message, part, true]);
});
