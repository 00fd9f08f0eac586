/** Grafana's files are what their definitions say; every expression parses and names a metric that is served; alert rules name runbooks that are there. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DASHBOARDS, files, FOLDER } from '../../dashboards/generate.ts';
import { bench } from '../gateway/doubles.ts';
import { metricsOf, servedBy } from './promql.ts';

interface AlertRule { alert: string; expr: string; for: string; labels: { severity: string }; annotations: { runbook: string; summary: string; summary_zh: string } }
interface Box { gridPos: { x: number; y: number; w: number; h: number } }

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const ALERTS = ['alerts.yaml', 'alerts-scaled-out.yaml'];
const rules = ALERTS.flatMap((name) => (parse(read(`dashboards/prometheus/${name}`)) as { groups: { rules: AlertRule[] }[] }).groups.flatMap((group) => group.rules));
const b = bench();
let served: Set<string>;
beforeAll(async () => {
  served = servedBy((await b.gateway.app.inject({ url: '/metrics', headers: { host: '127.0.0.1', ...b.bearer('read') } })).body);
});
afterAll(() => b.gateway.stop());

test.each([...files()])('%s is as the definitions give it: npm run dashboards', (name, text) => {
  expect(readFileSync(new URL(name, FOLDER), 'utf8')).toBe(text);
});

describe.each(DASHBOARDS.map((dashboard) => [dashboard.uid, dashboard] as const))('%s', (uid, { panels }) => {
  test('each panel has a title in both languages and says what it shows; none lies over another', () => {
    for (const { title, says } of panels) expect([title, says]).toEqual([expect.stringMatching(/^[ -~]+ · \P{ASCII}+$/u), expect.stringMatching(/.{5}/)]);
    const laid = (JSON.parse(files().get(`${uid}.json`) as string) as { panels: Box[] }).panels.map(({ gridPos }) => gridPos);
    for (const [i, a] of laid.entries()) for (const c of laid.slice(i + 1)) expect(a.x + a.w <= c.x || c.x + c.w <= a.x || a.y + a.h <= c.y || c.y + c.h <= a.y, JSON.stringify([a, c])).toBe(true);
    for (const { x, w } of laid) expect(x + w).toBeLessThanOrEqual(24);
  });
  test('each expression parses and names metrics that are served', () => {
    for (const expr of panels.flatMap(({ queries }) => queries.flatMap((query) => query.expr ?? []))) expect([expr, metricsOf(expr)?.filter((name) => !served.has(name))]).toEqual([expr, []]);
  });
});

test.each(rules.map((rule) => [rule.alert, rule] as const))('alert rule %s parses, names served metrics, a runbook that is there, and speaks both languages', (_name, { expr, annotations, labels, for: pending }) => {
  expect(metricsOf(expr)?.filter((name) => !served.has(name) && name !== 'up')).toEqual([]);
  expect(pending).toMatch(/^\d+[smh]$/);
  expect(['warning', 'critical']).toContain(labels.severity);
  expect(read('docs/operations.md')).toContain(`<a id="${annotations.runbook}"></a>`);
  expect([annotations.summary, annotations.summary_zh]).toEqual([expect.stringMatching(/^[ -~]{10,}$/), expect.stringMatching(/\p{Script=Han}/u)]);
});

test('Prometheus loads each file of alerts, and compose mounts it', () => {
  const { rule_files } = parse(read('dashboards/prometheus/prometheus.yaml')) as { rule_files: string[] };
  expect(rule_files).toEqual(ALERTS.map((name) => `/etc/prometheus/${name}`));
  for (const name of ALERTS) expect(read('docker-compose.yml')).toContain(`./dashboards/prometheus/${name}:/etc/prometheus/${name}:ro`);
});

test('what is no PromQL is told apart', () => {
  expect([metricsOf('sum(rate(a[5m])) by (b'), metricsOf('rate(a[5 m])'), metricsOf('sum by (b) (rate(a_bucket{c="d"}[5m])) > 0')]).toEqual([undefined, undefined, ['a_bucket']]);
});

test('the dashboards ask the datasources that are provisioned', () => {
  const { datasources } = parse(read('dashboards/grafana/provisioning/datasources/fenghuo.yaml')) as { datasources: { uid: string; type: string }[] };
  const asked = new Set([...files().values()].flatMap((text) => [...text.matchAll(/"datasource": \{\s*"type": "([^"]+)",\s*"uid": "([^"]+)"/g)].map(([, type, uid]) => `${type} ${uid}`)));
  expect([...asked].sort()).toEqual(datasources.map(({ type, uid }) => `${type} ${uid}`).sort());
});
