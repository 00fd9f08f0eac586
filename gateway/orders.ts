/** GET /v1/orders/{ebpCode}/{orderNo}: everything known of one order, from the store. */
import type { FastifyInstance } from 'fastify';
import type { DeadLetters } from '../processors/letters/letters.ts';
import type { Store } from '../processors/sink/store.ts';
import type { RuleSet } from '../language/ruleset.ts';
import type { Alert } from '../schemas/risk/alert.ts';
import type { MatchFinding } from '../schemas/risk/fact.ts';
import { notFound } from './errors.ts';
import { alertsSql } from './alerts.ts';
import { DOCUMENT_TABLES, type Documents, readDocuments } from './documents.ts';
import { alertOf, documentOf, epoch, type Row } from './rows.ts';

type Letters = Pick<DeadLetters, 'origins'>;

interface MatchView {
  revision: number;
  state: string;
  codes: string[];
  findings: MatchFinding[];
  zone: string;
  platform: string;
  seller: string;
  documents: string[];
  returnStatus: number;
  /** When the parcel was signed for; 0 = not yet. */
  delivered: number;
  at: number;
}
export interface Dossier {
  orderKey: string;
  documents: Documents;
  match: Omit<MatchView, 'revision'> & { history: Pick<MatchView, 'revision' | 'state' | 'codes' | 'at'>[] };
  alerts: Alert[];
}

async function readMatches(store: Store, orderKey: string): Promise<MatchView[]> {
  const rows = await store.query<Row>('SELECT * FROM fenghuo.matches WHERE orderKey = {orderKey:String} ORDER BY logOffset DESC LIMIT 200', {
    orderKey,
  });
  return rows.map((row) => {
    const m = documentOf(row);
    const findings = typeof m.findings === 'string' ? JSON.parse(m.findings) : m.findings;
    return {
      ...(m as unknown as MatchView),
      revision: Number(m.revision),
      returnStatus: Number(m.returnStatus ?? 0),
      delivered: epoch(m.delivered),
      at: epoch(m.at),
      findings: (findings ?? []) as MatchFinding[],
    };
  });
}

async function readOrderAlerts(store: Store, orderKey: string): Promise<Alert[]> {
  const { sql, params } = alertsSql({ status: 'all' }, ['has(documents, {orderKey:String})']);
  return (await store.query<Row>(`${sql} LIMIT 100`, { ...params, orderKey })).map(alertOf);
}

/** What one order's own documents cannot tell: a rule over many orders does, and its alert says so here. */
const JOINED: Record<string, MatchFinding['code']> = { T4: 'OVER_ANNUAL', F4: 'PAY_REUSED' };

function joinedFindings(alerts: Alert[], rules: RuleSet | undefined): MatchFinding[] {
  return alerts.flatMap((a) => {
    const code = JOINED[rules?.rule(a.ruleId)?.indicator ?? ''];
    const over = code === 'PAY_REUSED' || a.grade === 'red';
    if (!code || !over || a.change === 'withdrawn' || a.status === 'shadow') return [];
    return [{ code, outcome: 'fail' as const, left: String(a.evidence.values.value ?? ''), right: String(a.evidence.threshold), detail: a.reason.en, detailZh: a.reason.zh }];
  });
}

/** A document that was mended or replayed names its dead letter. */
async function withLetters(documents: Documents, letters: Letters): Promise<Documents> {
  const all = DOCUMENT_TABLES.flatMap((table) => documents[table]);
  const origins = await letters.origins(all.map(({ eventId }) => String(eventId)));
  for (const document of all) {
    const letter = origins.get(String(document.eventId));
    if (letter !== undefined) document.replayOf = letter;
  }
  return documents;
}

export async function readDossier(store: Store, rules: RuleSet | undefined, letters: Letters, orderKey: string): Promise<Dossier | undefined> {
  const [documents, matches, alerts] = await Promise.all([
    readDocuments(store, orderKey),
    readMatches(store, orderKey),
    readOrderAlerts(store, orderKey),
  ]);
  if (matches.length === 0 && DOCUMENT_TABLES.every((t) => documents[t].length === 0)) return undefined;
  const { revision: _, ...now } = matches[0] ?? {
    revision: 0,
    state: 'PENDING',
    codes: [],
    findings: [],
    zone: 'none',
    platform: '',
    seller: '',
    documents: [],
    returnStatus: 0,
    delivered: 0,
    at: 0,
  };
  const joined = joinedFindings(alerts, rules);
  return {
    orderKey,
    documents: await withLetters(documents, letters),
    alerts,
    match: {
      state: now.state,
      zone: now.zone,
      platform: now.platform,
      seller: now.seller,
      documents: now.documents,
      returnStatus: now.returnStatus,
      delivered: now.delivered,
      at: now.at,
      codes: [...new Set([...now.codes, ...joined.map((f) => f.code)])],
      findings: [...now.findings, ...joined],
      history: matches.map(({ revision, state, codes, at }) => ({ revision, state, codes, at })).reverse(),
    },
  };
}

export function orderRoutes(app: FastifyInstance, store: Store, rules: () => RuleSet | undefined, letters: Letters, sensitiveRead: (operator: string) => void): void {
  app.get<{ Params: { ebpCode: string; orderNo: string } }>('/v1/orders/:ebpCode/:orderNo', { config: { access: 'read' } }, async (request) => {
    const { ebpCode, orderNo } = request.params;
    const dossier = await readDossier(store, rules(), letters, `${ebpCode}|${orderNo}`);
    if (dossier) {
      sensitiveRead(request.caller?.name ?? '');
      return dossier;
    }
    throw notFound(
      'No document of this order has reached the store.',
      'Check platform code (ebpCode) and order number; a document sent just now needs about a second; a refused one is under GET /v1/dead-letters.',
    );
  });
}
