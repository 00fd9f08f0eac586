/** What officers look at besides alerts: levels, rules, zones, aggregates. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Rule, RuleSet } from '../language/ruleset.ts';
import { aggregateSql, DIMENSIONS } from '../processors/sink/aggregates.ts';
import type { Store } from '../processors/sink/store.ts';
import { CATEGORIES } from '../schemas/risk/alert.ts';
import { moment, readQuery } from './request.ts';
import { epoch, levelOf, type Row } from './rows.ts';

export interface Zone {
  id: string;
  en: string;
  zh: string;
  area: string;
  batch: number;
}

const levelsQuery = z.object({
  type: z.string().max(20).optional(),
  subject: z.string().max(200).optional(),
  zone: z.string().max(12).optional(),
  category: z.enum(CATEGORIES).optional(),
  limit: z.coerce.number().int().min(1).max(5000).default(2000),
});

const aggregatesQuery = z.object({
  by: z.enum(DIMENSIONS),
  bucket: z.enum(['minute', 'hour']).default('hour'),
  kind: z.enum(['order', 'payment', 'waybill', 'declaration']).default('order'),
  from: moment.optional(),
  to: moment.optional(),
});
const MOST_ROWS = 50_000;

async function readAggregates(store: Store, q: z.infer<typeof aggregatesQuery>) {
  const to = q.to ?? Date.now();
  const from = q.from ?? to - 24 * 3_600_000;
  const { sql, params } = aggregateSql({ by: q.by, bucket: q.bucket, kind: q.kind, from, to });
  const rows = await store.query<Row>(sql, params, { maxRows: MOST_ROWS });
  return { by: q.by, bucket: q.bucket, kind: q.kind, from, to, rows: rows.map((row) => ({ ...row, bucket: epoch(row.bucket) })) };
}

async function readLevels(store: Store, q: z.infer<typeof levelsQuery>) {
  const where = ['1'];
  if (q.type !== undefined) where.push('subjectType = {type:String}');
  if (q.subject !== undefined) where.push('subjectId = {subject:String}');
  if (q.zone !== undefined) where.push('zone = {zone:String}');
  if (q.category !== undefined) where.push('category = {category:String}');
  // Sorted by type, subject and category: the picture of all zones reads the rows of zones alone, however many levels there ever were.
  const sql = `SELECT * FROM fenghuo.levels_now FINAL WHERE ${where.join(' AND ')} ORDER BY at DESC, logOffset DESC LIMIT {limit:UInt32}`;
  return { levels: (await store.query<Row>(sql, { ...q })).map(levelOf) };
}

/** What the desk shows of a rule; it draws its bar from the bands. */
const viewOf = (rule: Rule) => ({
  id: rule.id,
  indicator: rule.indicator,
  version: rule.version,
  status: rule.status,
  category: rule.category,
  title: rule.title,
  action: rule.action,
  subjects: rule.subjects,
  window: rule.windowText,
  support: rule.support ?? null,
  cooldownMs: rule.cooldownMs,
  dependsOnFeeds: rule.dependsOnFeeds,
  tables: rule.tables,
  weight: rule.weight,
  bands: rule.bands,
});

export function readZones(file: URL): Zone[] {
  // Lines with # tell the table's version and source.
  const [header, ...lines] = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'));
  if (header !== 'zone_en,zone_zh,area_en,batch,division_code')
    throw new Error(`seeds/zones.csv: expected the columns zone_en,zone_zh,area_en,batch,division_code, given: ${header}`);
  return lines.map((line) => {
    const [en = '', zh = '', area = '', batch = '', id = ''] = line.split(',');
    return { id, en, zh, area, batch: Number(batch) };
  });
}

export function overviewRoutes(app: FastifyInstance, store: Store, rules: () => RuleSet | undefined): void {
  const zones = readZones(new URL('../seeds/zones.csv', import.meta.url));
  app.get('/v1/zones', { config: { access: 'read' } }, async () => ({ zones }));
  app.get('/v1/levels', { config: { access: 'read' } }, async (request) => readLevels(store, readQuery(levelsQuery, request)));
  app.get('/v1/aggregates', { config: { access: 'read' } }, async (request) => readAggregates(store, readQuery(aggregatesQuery, request)));
  app.get('/v1/rules', { config: { access: 'read' } }, async () => {
    const set = rules();
    return set ? { version: set.version, hash: set.hash, rules: set.rules.map(viewOf) } : { version: '', hash: '', rules: [] };
  });
}
