/** Rule sources for tests: the real one from the tree, and a small one whose texts can be replaced. */
import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '../../language/compile.ts';
import type { Finding, RuleSet, RuleSource, Tables } from '../../language/ruleset.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

export function treeSource(): RuleSource {
  const names = (readdirSync(new URL('rules', root), { recursive: true }) as string[]).filter((name) => name.endsWith('.yaml')).map((name) => name.replaceAll('\\', '/'));
  const tables = readdirSync(new URL('seeds', root)).filter((name) => name.endsWith('.csv'));
  return { files: Object.fromEntries(names.map((name) => [name, read(`rules/${name}`)])), tables: Object.fromEntries(tables.map((name) => [name, read(`seeds/${name}`)])) };
}

export const SMALL_RULE = `id: transaction/many-orders
indicator: T1
version: 1
status: live
title: { en: Many orders, zh: 多单 }
description: { en: Many orders., zh: 多单。 }
basis: own
falsePositives: { en: none known, zh: 无 }
on: order
where: order.paid <= parameters.singleLimit
subject: buyer
features:
  orders: { kind: distinct, of: order.key, window: 24h }
  total: { kind: sum, of: order.paid, window: 24h }
value: ratio(total, parameters.singleLimit)
support: { feature: orders, min: 2 }
bands: { blue: 1, yellow: 1.5, orange: 2, red: 3 }
reason: { en: '{orders|count} orders, {total|cny}', zh: '{orders|count}单，{total|cny}' }
action: { en: Look., zh: 查看。 }
examples:
  - name: two
    events: [{ order: { key: 'P|{n}', paid: 4000 }, subjects: { buyer: b1 }, repeat: 2 }]
    grade: yellow
  - name: one
    events: [{ order: { key: 'P|1', paid: 4000 }, subjects: { buyer: b1 } }]
    grade: none
`;

export const TABLES = {
  'positive-list.csv': '# version: 2026-11, complete: false, source: test\nhs_prefix,status,valid_from,valid_to,note\n04021000,allowed,2022-03-01,,\n2402,excluded,2019-01-01,2026-12-31,"tobacco, all"\n',
  'reference-prices.csv': '# version: 2026-11, complete: false, source: test\nhs10,country,price_cny,unit,valid_from,source\n3304990099,DEU,76,142,2026-01-01,test\n',
  'prohibited-hs.csv': '# version: 3, complete: true, source: test\nhs_prefix,score,note\n93,0.5,arms\n9302,1,pistols\n',
  'disease-alerts.csv': '# version: 2026-11, complete: false, source: test\ncountry_iso3,hs_prefix,level,valid_from,valid_to,note\nPOL,0203,3,2026-01-01,,ban\n',
};

/** The small rule with the tree's parameters; `files` and `tables` are laid over. */
export function smallSource(files: Record<string, string> = {}, tables: Record<string, string> = {}): RuleSource {
  return { files: { 'parameters.yaml': read('rules/parameters.yaml'), 'transaction/many-orders.yaml': SMALL_RULE, ...files }, tables: { ...TABLES, ...tables } };
}

export function compiled(source: RuleSource): { ruleSet: RuleSet; tables: Tables } {
  const result = compile(source);
  if (!result.ok) throw new Error(result.findings.map(show).join('\n'));
  return result;
}

export function findingsOf(source: RuleSource): Finding[] {
  const result = compile(source);
  return result.ok ? [] : result.findings;
}

export const show = (f: Finding): string => `${f.file}:${f.line}:${f.column} ${f.check}: ${f.message} (${f.suggestion})`;
