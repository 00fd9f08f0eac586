/** Officers' verdicts, and how each rule does by them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RuleSet } from '../language/ruleset.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import { statsSql } from '../processors/sink/stats.ts';
import type { Store } from '../processors/sink/store.ts';
import { VERDICTS, type Verdict } from '../schemas/risk/alert.ts';
import { notFound } from './errors.ts';
import { moment, readBody, readQuery, reasonText, who } from './request.ts';
import { alertOf, epoch, type Row } from './rows.ts';

const DAY = 86_400_000;
const verdictBody = z.object({ verdict: z.enum(VERDICTS), reason: reasonText });
const statsQuery = z.object({ since: moment.optional() });

async function readAlert(store: Store, alertId: string): Promise<Pick<Verdict, 'alertId' | 'revision' | 'ruleId' | 'ruleVersion' | 'category' | 'grade' | 'status' | 'zone' | 'raisedAt'>> {
  const rows = await store.query<Row>('SELECT * FROM fenghuo.alert_revisions WHERE alertId = {alertId:String} ORDER BY revision', { alertId });
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw notFound('No alert of this id has reached the store.', 'GET /v1/alerts lists them; one raised just now needs about a second.');
  const { revision, ruleId, ruleVersion, category, grade, status, zone } = alertOf(last);
  return { alertId, revision, ruleId, ruleVersion, category, grade, status, zone, raisedAt: epoch(first.detectedAt) };
}

const verdictOf = (row: Row) => ({ alertId: String(row.alertId), revision: Number(row.revision), verdict: String(row.verdict), reason: String(row.reason), officer: String(row.officer), at: epoch(row.at) });

export interface RuleStats {
  rule: string;
  indicator: string;
  version: number | null;
  status: string;
  /** Alerts by what became of them at last. */
  alerts: number;
  live: number;
  shadow: number;
  held: number;
  evaluated: number;
  errors: number;
  suppressed: number;
  confirmed: number;
  false: number;
  unclear: number;
  /** confirmed ÷ (confirmed + false); null where there is neither. */
  precision: number | null;
  /** Median time from the alert to its verdict. */
  medianSeconds: number | null;
  lastAt: number | null;
  neverFired: boolean;
}

async function readStats(store: Store, rules: RuleSet | undefined, since: number): Promise<RuleStats[]> {
  const rows = new Map((await store.query<Row>(statsSql, { since })).map((row) => [String(row.rule), row]));
  const known = rules?.rules.filter(({ status }) => status === 'live' || status === 'shadow').map(({ id }) => id) ?? [];
  return [...new Set([...known, ...rows.keys()])].sort().map((id) => statsOf(id, rows.get(id) ?? {}, rules?.rule(id)));
}

function statsOf(rule: string, row: Row, known: ReturnType<RuleSet['rule']>): RuleStats {
  const n = (name: string): number => Number(row[name] ?? 0);
  const judged = n('confirmed') + n('wrong');
  return {
    rule, indicator: known?.indicator ?? '', version: known?.version ?? null, status: known?.status ?? 'gone', alerts: n('alerts'), live: n('live'), shadow: n('shadow'), held: n('held'), evaluated: n('evaluated'), errors: n('errors'), suppressed: n('suppressed'),
    confirmed: n('confirmed'), false: n('wrong'), unclear: n('unclear'), precision: judged === 0 ? null : n('confirmed') / judged, medianSeconds: judged + n('unclear') === 0 ? null : n('medianSeconds'),
    lastAt: n('alerts') === 0 ? null : epoch(row.lastAt), neverFired: n('alerts') === 0,
  };
}

export function verdictRoutes(app: FastifyInstance, store: Store, pipeline: Pick<Pipeline, 'journal'>, rules: () => RuleSet | undefined): void {
  app.post<{ Params: { alertId: string } }>('/v1/alerts/:alertId/verdicts', { config: { access: 'verdict' } }, async (request, reply) => {
    const { verdict, reason } = readBody(verdictBody, request);
    const body: Verdict = { ...(await readAlert(store, request.params.alertId)), verdict, reason, officer: who(request).name, at: Date.now() };
    await pipeline.journal({ type: 'verdict', key: body.alertId, body });
    return reply.code(201).send(body);
  });
  app.get<{ Params: { alertId: string } }>('/v1/alerts/:alertId/verdicts', { config: { access: 'read' } }, async (request) => {
    const rows = await store.query<Row>('SELECT * FROM fenghuo.verdicts WHERE alertId = {alertId:String} ORDER BY at DESC, logOffset DESC LIMIT 100', { alertId: request.params.alertId });
    return { verdicts: rows.map(verdictOf) };
  });
  app.get('/v1/rules/stats', { config: { access: 'read' } }, async (request) => {
    const since = readQuery(statsQuery, request).since ?? Date.now() - 30 * DAY;
    return { since, rules: await readStats(store, rules(), since) };
  });
}
