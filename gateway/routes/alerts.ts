/** Alerts, what officers say of them, and what they follow from: orders, levels, sums. */
import { CATEGORIES, GRADES, VERDICTS } from '../../schemas/risk/alert.ts';
import { list, ms, obj, ref, str } from '../shapes.ts';
import { json, limit, query, type Route } from './route.ts';

const FILTERS = [
  query('category', `comma-separated, of ${CATEGORIES.join(', ')}`),
  query('grade', `comma-separated, of ${GRADES.join(', ')}; the latest revision's`),
  query('rule', 'rule id, e.g. transaction/split-orders'),
  query('subject', '`type:id`, or an id alone'),
  query('zone', 'division code of the zone, or none'),
  query('since', 'detected at or after: ISO 8601 or epoch milliseconds'),
  query('status', 'live (default), shadow, held or all', { type: 'string', enum: ['live', 'shadow', 'held', 'all'] }),
];

export const ALERTS: Route[] = [
  {
    method: 'get',
    path: '/v1/alerts',
    access: 'read',
    summary: 'Latest revision of each alert, newest first',
    query: [...FILTERS, query('judged', 'no: of which no officer has given a verdict; yes: the others', { type: 'string', enum: ['yes', 'no'] }), query('open', 'yes: neither closed nor withdrawn', { type: 'string', enum: ['yes', 'no'] }), limit, query('cursor', '`next` of an earlier answer')],
    ok: [200, 'a page; `next` is null on the last', json(obj({ alerts: list(ref('Alert')), next: { type: ['string', 'null'] } }))],
  },
  {
    method: 'get',
    path: '/v1/alerts/stream',
    access: 'read',
    summary: 'Server-sent events: every published revision as `event: alert`; resumes from Last-Event-ID; `event: reset` asks to load anew',
    query: FILTERS,
    ok: [200, 'the stream', { 'text/event-stream': { schema: str } }],
    errors: [503],
  },
  {
    method: 'get',
    path: '/v1/orders/{ebpCode}/{orderNo}',
    access: 'read',
    summary: 'Dossier: documents, match, findings, alerts',
    ok: [200, 'the dossier', json(ref('Dossier'))],
    errors: [404],
  },
  {
    method: 'get',
    path: '/v1/levels',
    access: 'read',
    summary: 'Level in force of each subject, and of each zone × category, with what it follows from; type=zone is the picture of all zones',
    query: [query('type', 'subject type'), query('subject', 'subject id'), query('zone', 'zone'), query('category', 'category'), limit],
    ok: [200, 'levels', json(obj({ levels: list(ref('Level')) }))],
  },
  {
    method: 'get',
    path: '/v1/aggregates',
    access: 'read',
    summary: 'Sums over facts (category: counts of alerts) by a dimension and a bucket of time; default the last 24 hours',
    query: [
      query('by', 'zone, category, platform, country or hs4'),
      query('bucket', 'minute or hour (default)'),
      query('kind', 'order (default), payment, waybill or declaration'),
      query('from', 'ISO 8601 or epoch milliseconds'),
      query('to', 'exclusive'),
    ],
    ok: [200, 'rows; amounts in yuan', json(obj({ by: str, bucket: str, kind: str, from: ms, to: ms, rows: list({ type: 'object' }) }))],
  },
  {
    method: 'post',
    path: '/v1/alerts/{alertId}/verdicts',
    access: 'verdict',
    summary: "An officer's verdict on an alert as it is now; the latest counts. Durable once answered",
    body: json(obj({ verdict: { type: 'string', enum: [...VERDICTS] }, reason: str })),
    ok: [201, 'the verdict', json(ref('Verdict'))],
    errors: [400, 404],
  },
  {
    method: 'get',
    path: '/v1/alerts/{alertId}/verdicts',
    access: 'read',
    summary: 'Verdicts on an alert, newest first',
    ok: [200, 'verdicts', json(obj({ verdicts: list(ref('Verdict')) }))],
  },
  {
    method: 'get',
    path: '/v1/suppressions',
    access: 'read',
    summary: 'Suppressions, newest first: proposed, in force, ended, lifted, rejected',
    ok: [200, 'suppressions', json(obj({ suppressions: list(ref('Suppression')) }))],
  },
  {
    method: 'post',
    path: '/v1/suppressions',
    access: 'propose',
    summary: 'Propose that alerts of a rule, a subject (`type:id`) or a zone are held until an end, up to a grade (default orange); another key must approve it',
    body: json(obj({ rule: str, subject: str, zone: str, upTo: { type: 'string', enum: [...GRADES] }, begins: str, ends: str, why: str })),
    ok: [201, 'the suppression', json(ref('Suppression'))],
    errors: [400],
  },
  ...(['approve', 'reject', 'lift'] as const).map((word): Route => ({
    method: 'post',
    path: `/v1/suppressions/{id}/${word}`,
    access: word === 'lift' ? 'lift' : 'approve',
    summary: { approve: 'Put a suppression in force, with another key than that which proposed it', reject: 'Decline a suppression', lift: 'End a suppression now: open alerts that it held are told' }[word],
    body: json(obj({ why: str })),
    ok: [200, 'the suppression', json(ref('Suppression'))],
    errors: [400, 404, 409],
  })),
];
