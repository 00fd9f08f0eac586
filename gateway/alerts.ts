/** GET /v1/alerts: the latest revision of each alert, newest first, page by page. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Store } from '../processors/sink/store.ts';
import { CATEGORIES, GRADES, type Alert } from '../schemas/risk/alert.ts';
import { ApiError } from './errors.ts';
import { moment, readQuery } from './request.ts';
import { alertOf, type Row } from './rows.ts';

const words = (known: readonly string[]) =>
  z
    .string()
    .transform((s) => s.split(','))
    .refine((list) => list.every((w) => known.includes(w)), { message: `comma-separated, of ${known.join(', ')}` });

const filterShape = {
  category: words(CATEGORIES).optional(),
  grade: words(GRADES).optional(),
  rule: z.string().max(120).optional(),
  /** `type:id` or an id alone. */
  subject: z.string().max(200).optional(),
  zone: z.string().max(12).optional(),
  since: moment.optional(),
  status: z.enum(['live', 'shadow', 'held', 'all']).default('live'),
};
export const streamQuery = z.object(filterShape);
export const alertsQuery = z.object({
  ...filterShape,
  /** `no`: of which no officer has said anything yet. */
  judged: z.enum(['yes', 'no']).optional(),
  /** `yes`: neither closed nor withdrawn. */
  open: z.enum(['yes', 'no']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
});
export type AlertFilter = z.infer<typeof streamQuery>;

const subjectParts = (subject: string): { type: string; id: string } => {
  const cut = subject.indexOf(':');
  return cut > 0 ? { type: subject.slice(0, cut), id: subject.slice(cut + 1) } : { type: '', id: subject };
};

/** The same filter for one revision in hand (the stream). */
export function passes(alert: Alert, f: AlertFilter): boolean {
  const subject = f.subject === undefined ? undefined : subjectParts(f.subject);
  return (
    (f.status === 'all' || alert.status === f.status) &&
    (!f.category || f.category.includes(alert.category)) &&
    (!f.grade || f.grade.includes(alert.grade)) &&
    (f.rule === undefined || alert.ruleId === f.rule) &&
    (f.zone === undefined || alert.zone === f.zone) &&
    (f.since === undefined || alert.detectedAt >= f.since) &&
    (!subject || (alert.subject.id === subject.id && (subject.type === '' || alert.subject.type === subject.type)))
  );
}

/** `fixed` holds for every revision of an alert, so it may narrow before the latest is chosen; `latest` may not. */
export function alertsSql(f: AlertFilter, fixed: string[] = [], latest: string[] = []): { sql: string; params: Record<string, unknown> } {
  const params: Record<string, unknown> = {};
  const put = (list: string[], condition: string, name: string, value: unknown) => {
    list.push(condition);
    params[name] = value;
  };
  if (f.category) put(fixed, 'category IN {category:Array(String)}', 'category', f.category);
  if (f.rule !== undefined) put(fixed, 'ruleId = {rule:String}', 'rule', f.rule);
  if (f.zone !== undefined) put(fixed, 'zone = {zone:String}', 'zone', f.zone);
  if (f.subject !== undefined) {
    const { type, id } = subjectParts(f.subject);
    put(fixed, 'subjectId = {subjectId:String}', 'subjectId', id);
    if (type) put(fixed, 'subjectType = {subjectType:String}', 'subjectType', type);
  }
  if (f.grade) put(latest, 'grade IN {grade:Array(String)}', 'grade', f.grade);
  // An alert whose latest revision is that young has it among the young rows, so time may narrow first; `hour` is what the table is sorted by.
  if (f.since !== undefined)
    put(
      fixed,
      "hour >= toStartOfHour(fromUnixTimestamp64Milli({since:Int64}, 'UTC')) AND detectedAt >= fromUnixTimestamp64Milli({since:Int64})",
      'since',
      f.since,
    );
  if (f.status !== 'all') put(latest, 'status = {status:String}', 'status', f.status);
  const where = (list: string[]) => (list.length === 0 ? '1' : list.join(' AND '));
  const sql =
    `SELECT * FROM fenghuo.alert_revisions WHERE (alertId, revision) IN (SELECT alertId, max(revision) FROM fenghuo.alert_revisions WHERE ${where(fixed)} GROUP BY alertId)` +
    ` AND ${where(fixed)} AND ${where(latest)} ORDER BY detectedAt DESC, alertId DESC LIMIT 1 BY alertId`;
  return { sql, params };
}

const writeCursor = (a: Alert): string => Buffer.from(`${a.detectedAt}|${a.alertId}`).toString('base64url');
function readCursor(cursor: string): { at: number; id: string } {
  const parts = /^(\d+)\|(.+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (parts) return { at: Number(parts[1]), id: parts[2] as string };
  throw new ApiError(400, 'BAD_PARAMETER', 'Parameter cursor cannot be used.', {
    expected: 'the `next` of an earlier answer',
    given: `a text of ${cursor.length} characters`,
    next: 'Begin without a cursor.',
  });
}

export async function readAlerts(store: Store, q: z.infer<typeof alertsQuery>): Promise<{ alerts: Alert[]; next: string | null }> {
  const latest: string[] = [];
  const more: Record<string, unknown> = { limit: q.limit + 1 };
  if (q.cursor !== undefined) {
    const { at, id } = readCursor(q.cursor);
    latest.push('(detectedAt, alertId) < (fromUnixTimestamp64Milli({cursorAt:Int64}), {cursorId:String})');
    Object.assign(more, { cursorAt: at, cursorId: id });
  }
  if (q.judged !== undefined) latest.push(`alertId ${q.judged === 'yes' ? '' : 'NOT '}IN (SELECT alertId FROM fenghuo.verdicts)`);
  // A closing revision has no score left.
  if (q.open !== undefined) latest.push(`score ${q.open === 'yes' ? '>' : '='} 0`);
  const { sql, params } = alertsSql(q, [], latest);
  const rows = await store.query<Row>(`${sql} LIMIT {limit:UInt32}`, { ...params, ...more });
  const alerts = rows.slice(0, q.limit).map(alertOf);
  const last = alerts.at(-1);
  return { alerts, next: rows.length > q.limit && last ? writeCursor(last) : null };
}

export function alertRoutes(app: FastifyInstance, store: Store): void {
  app.get('/v1/alerts', { config: { access: 'read' } }, async (request) => readAlerts(store, readQuery(alertsQuery, request)));
}
