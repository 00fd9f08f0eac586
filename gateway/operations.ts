/** Every route and every shape that crosses it, as OpenAPI says them. Hand-written: what a field means is for people. A test compares it with what is served. */
import { CATEGORIES, GRADES } from '../schemas/risk/alert.ts';
import { SIGNATURE_OUTCOMES } from '../schemas/signatures.ts';
import { MAY } from './access.ts';
import { DOCUMENT_TABLES } from './documents.ts';
import { ROLES } from './keys.ts';

export type Json = Record<string, unknown>;
export interface Operation {
  method: string;
  path: string;
  summary: string;
  access: string;
  query?: Json[];
  body?: Json;
  ok: [number, string, Json?];
  errors?: number[];
}

export const str: Json = { type: 'string' };
const int: Json = { type: 'integer' };
const num: Json = { type: 'number' };
const list = (items: Json): Json => ({ type: 'array', items });
const obj = (properties: Json): Json => ({ type: 'object', properties });
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const q = (name: string, description: string, schema: Json = str): Json => ({ name, in: 'query', description, schema });
export const json = (schema: Json): Json => ({ 'application/json': { schema } });

const bilingual = obj({ en: str, zh: str });
const FINDING = obj({ code: str, outcome: { type: 'string', enum: ['fail', 'soft', 'not-checked'] }, left: str, right: str, detail: { ...str, description: 'in English' }, detailZh: { ...str, description: 'in Chinese; empty of findings written before there was one' } });
const ms: Json = { type: 'integer', description: 'epoch milliseconds, UTC' };
const subject = obj({ type: str, id: str });
const FILTERS = [
  q('category', `comma-separated, of ${CATEGORIES.join(', ')}`),
  q('grade', `comma-separated, of ${GRADES.join(', ')}; the latest revision's`),
  q('rule', 'rule id, e.g. transaction/split-orders'),
  q('subject', '`type:id`, or an id alone'),
  q('zone', 'division code of the zone, or none'),
  q('since', 'detected at or after: ISO 8601 or epoch milliseconds'),
  q('status', 'live (default), shadow, held or all', { type: 'string', enum: ['live', 'shadow', 'held', 'all'] }),
];
const limit = q('limit', 'how many at most', int);

/** Roles, as gateway/access.ts gives them. */
const READERS = MAY.read.join(', ');
const ANYONE = MAY.any.join(', ');

export const SCHEMAS: Json = {
  Error: obj({ error: obj({ code: str, message: str, expected: str, given: str, next: str }) }),
  Submission: obj({ accepted: int, rejected: list(obj({ index: int, code: str, path: str, message: str })), events: list(str) }),
  Check: obj({
    ok: { type: 'boolean' },
    documents: list(
      obj({
        index: int,
        type: str,
        title: bilingual,
        ok: { type: 'boolean' },
        documentKey: str,
        orderKey: str,
        eventTime: ms,
        lines: int,
        signed: { type: 'boolean' },
        signature: { type: 'string', enum: ['', ...Object.keys(SIGNATURE_OUTCOMES)], description: 'empty where signatures are not verified' },
        signatureText: bilingual,
        problems: list(obj({ code: str, path: str, message: str, expected: str, given: str, what: bilingual, fix: bilingual })),
        unknown: list({ ...str, description: 'name of a field that no contract knows' }),
        doubts: list(obj({ path: str, what: bilingual })),
      }),
    ),
    matches: list(obj({ orderKey: str, state: str, zone: str, documents: list(str), codes: list(str), findings: list(FINDING) })),
    written: list(obj({ type: str, form: str, indexes: list(int), text: str })),
  }),
  Alert: obj({
    alertId: str,
    revision: int,
    change: { type: 'string', enum: ['raised', 'updated', 'escalated', 'eased', 'withdrawn'] },
    ruleId: str,
    ruleVersion: int,
    ruleSet: str,
    category: { type: 'string', enum: [...CATEGORIES] },
    grade: { type: 'string', enum: [...GRADES] },
    score: num,
    subject,
    zone: str,
    window: str,
    eventTime: ms,
    detectedAt: ms,
    firstSeen: ms,
    lastSeen: ms,
    count: int,
    documents: list(str),
    reason: bilingual,
    evidence: obj({
      values: { type: 'object', additionalProperties: num },
      threshold: num,
      events: list(str),
      lowerBound: { type: 'boolean' },
      approximation: str,
      tables: list(str),
    }),
    action: bilingual,
    status: { type: 'string', enum: ['live', 'shadow', 'held'] },
    origin: str,
  }),
  Level: obj({ subject, category: str, grade: str, score: num, reasons: list(str), zone: str, at: ms }),
  ReferenceTable: obj({ table: str, title: bilingual, version: str, complete: { type: 'boolean' }, source: str, rows: int, miss: { type: 'string', enum: ['counts', 'nothing'] }, hash: str, by: str, since: ms }),
  Proposal: obj({
    id: str,
    by: str,
    at: ms,
    why: str,
    state: { type: 'string', enum: ['open', 'approved', 'rejected'] },
    decision: { type: ['object', 'null'], properties: { by: str, at: ms, why: str } },
    changes: list(obj({ file: str, kind: str, version: list({ type: ['integer', 'null'] }), status: list({ type: ['string', 'null'] }), diff: str })),
    advice: list(obj({ check: str, file: str, line: int, message: str, suggestion: str })),
  }),
  Key: obj({ id: str, name: str, role: { type: 'string', enum: [...ROLES] }, createdAt: ms, revokedAt: ms }),
  Dossier: obj({
    orderKey: str,
    documents: obj(Object.fromEntries(DOCUMENT_TABLES.map((d) => [d, list({ type: 'object' })]))),
    match: obj({
      state: str,
      codes: list(str),
      findings: list(FINDING),
      zone: str,
      platform: str,
      seller: str,
      documents: list(str),
      returnStatus: int,
      at: ms,
      history: list(obj({ revision: int, state: str, codes: list(str), at: ms })),
    }),
    alerts: list(ref('Alert')),
  }),
};

const events: Json = {
  'application/json': { schema: { oneOf: [{ type: 'object' }, list({ type: 'object' })] } },
  'application/x-ndjson': { schema: str },
  'application/xml': { schema: str },
  'text/xml': { schema: str },
};
const text: Json = { 'text/plain': { schema: str } };

export const OPERATIONS: Operation[] = [
  {
    method: 'post',
    path: '/v1/events',
    access: 'write, simulator, admin',
    summary: 'Hand in trade messages; the answer comes once they are durable',
    body: events,
    ok: [202, 'what was taken and what was not', json(ref('Submission'))],
    errors: [400, 413, 415, 503],
  },
  {
    method: 'post',
    path: '/v1/check',
    access: ANYONE,
    summary: 'What would become of trade messages: every problem field by field, the match of the documents among each other, and the documents written back; nothing is taken',
    query: [q('as', 'write the documents that are in order back as official XML or as nested JSON', { type: 'string', enum: ['xml', 'json'] })],
    body: events,
    ok: [200, 'what was read and what is wrong with it', json(ref('Check'))],
    errors: [400, 413, 415],
  },
  {
    method: 'get',
    path: '/v1/alerts',
    access: READERS,
    summary: 'Latest revision of each alert, newest first',
    query: [...FILTERS, limit, q('cursor', '`next` of an earlier answer')],
    ok: [200, 'a page; `next` is null on the last', json(obj({ alerts: list(ref('Alert')), next: { type: ['string', 'null'] } }))],
  },
  {
    method: 'get',
    path: '/v1/alerts/stream',
    access: READERS,
    summary: 'Server-sent events: every published revision as `event: alert`; resumes from Last-Event-ID; `event: reset` asks to load anew',
    query: FILTERS,
    ok: [200, 'the stream', { 'text/event-stream': { schema: str } }],
    errors: [503],
  },
  {
    method: 'get',
    path: '/v1/orders/{ebpCode}/{orderNo}',
    access: READERS,
    summary: 'Dossier: documents, match, findings, alerts',
    ok: [200, 'the dossier', json(ref('Dossier'))],
    errors: [404],
  },
  {
    method: 'get',
    path: '/v1/levels',
    access: READERS,
    summary: 'Latest level of each subject, and of each zone × category',
    query: [q('type', 'subject type'), q('subject', 'subject id'), q('zone', 'zone'), q('category', 'category'), limit],
    ok: [200, 'levels', json(obj({ levels: list(ref('Level')) }))],
  },
  {
    method: 'get',
    path: '/v1/aggregates',
    access: READERS,
    summary: 'Sums over facts (category: counts of alerts) by a dimension and a bucket of time; default the last 24 hours',
    query: [
      q('by', 'zone, category, platform, country or hs4'),
      q('bucket', 'minute or hour (default)'),
      q('kind', 'order (default), payment, waybill or declaration'),
      q('from', 'ISO 8601 or epoch milliseconds'),
      q('to', 'exclusive'),
    ],
    ok: [200, 'rows; amounts in yuan', json(obj({ by: str, bucket: str, kind: str, from: ms, to: ms, rows: list({ type: 'object' }) }))],
  },
  {
    method: 'get',
    path: '/v1/rules',
    access: READERS,
    summary: 'The rule set in force',
    ok: [200, 'rules', json(obj({ version: str, hash: str, rules: list({ type: 'object' }) }))],
  },
  {
    method: 'get',
    path: '/v1/zones',
    access: READERS,
    summary: 'The comprehensive test zones',
    ok: [200, 'zones', json(obj({ zones: list(obj({ id: str, en: str, zh: str, area: str, batch: int })) }))],
  },
  {
    method: 'post',
    path: '/v1/query',
    access: 'admin',
    summary: 'Read-only SQL over the published tables',
    body: json(obj({ sql: str, params: { type: 'object' }, maxRows: int })),
    ok: [200, 'rows', json(obj({ rows: list({ type: 'object' }) }))],
    errors: [400],
  },
  {
    method: 'get',
    path: '/v1/dead-letters',
    access: READERS,
    summary: 'What could not be taken, newest first; the sealed bytes are not shown',
    query: [q('reason', 'reason code'), q('feed', 'feed'), q('id', 'id'), limit],
    ok: [200, 'dead letters', json(obj({ deadLetters: list({ type: 'object' }) }))],
  },
  {
    method: 'post',
    path: '/v1/dead-letters/replay',
    access: 'admin',
    summary: 'Hand dead letters in again',
    body: json(obj({ ids: list(str) })),
    ok: [202, 'what was taken now', json(ref('Submission'))],
  },
  {
    method: 'get',
    path: '/v1/keys',
    access: 'admin',
    summary: 'Keys, without their secrets',
    ok: [200, 'keys', json(obj({ keys: list(ref('Key')) }))],
  },
  {
    method: 'post',
    path: '/v1/keys',
    access: 'admin',
    summary: 'A new key; it can be seen only in this answer',
    body: json(obj({ name: str, role: { type: 'string', enum: [...ROLES] } })),
    ok: [201, 'the key', json({ allOf: [ref('Key'), obj({ key: str })] })],
  },
  {
    method: 'delete',
    path: '/v1/keys/{id}',
    access: 'admin',
    summary: 'Revoke a key and end its sessions',
    ok: [204, 'revoked'],
    errors: [404, 409],
  },
  {
    method: 'get',
    path: '/v1/session',
    access: READERS,
    summary: 'Who is calling',
    ok: [200, 'name and role', json(obj({ name: str, role: str }))],
  },
  {
    method: 'post',
    path: '/v1/session',
    access: 'open',
    summary: 'Open a reading session of the desk with a key',
    body: json(obj({ key: str })),
    ok: [204, 'the cookie is set'],
  },
  { method: 'delete', path: '/v1/session', access: 'open', summary: 'End the session', ok: [204, 'ended'] },
  {
    method: 'get',
    path: '/v1/rules/history',
    access: READERS,
    summary: 'Who put which versions of rules in force when, who approved it, and why; newest first',
    query: [q('rule', 'one rule only'), limit],
    ok: [200, 'changes', json(obj({ history: list(obj({ by: str, since: ms, hash: str, version: str, approval: { type: ['object', 'null'], properties: { approver: str, why: str, proposal: str } }, changes: list({ type: 'object' }) })) }))],
  },
  {
    method: 'get',
    path: '/v1/rules/proposals',
    access: READERS,
    summary: 'What was proposed, by whom and why, and what became of it; newest first',
    query: [limit],
    ok: [200, 'proposals', json(obj({ proposals: list(ref('Proposal')) }))],
  },
  {
    method: 'get',
    path: '/v1/rules/proposals/{id}',
    access: READERS,
    summary: 'One proposal with its differences as unified diffs, and what the approver should look at',
    ok: [200, 'the proposal', json(ref('Proposal'))],
    errors: [404],
  },
  {
    method: 'post',
    path: '/v1/rules/proposals',
    access: 'author, admin',
    summary: 'Propose other texts of rule files (null: the file goes); checked whole, with the versions that were and the examples of the rules concerned. Puts nothing in force',
    query: [q('dry-run', '1: only say what would change')],
    body: json(obj({ why: str, files: { type: 'object', additionalProperties: { type: ['string', 'null'] } } })),
    ok: [201, 'the proposal', json(ref('Proposal'))],
    errors: [400, 409, 422],
  },
  {
    method: 'post',
    path: '/v1/rules/proposals/{id}/approve',
    access: 'approver, admin',
    summary: 'Put a proposal in force, with another key than that which proposed it',
    body: json(obj({ why: str })),
    ok: [200, 'the proposal', json(ref('Proposal'))],
    errors: [400, 404, 409, 422],
  },
  {
    method: 'post',
    path: '/v1/rules/proposals/{id}/reject',
    access: 'approver, admin',
    summary: 'Decline a proposal',
    body: json(obj({ why: str })),
    ok: [200, 'the proposal', json(ref('Proposal'))],
    errors: [400, 404, 409],
  },
  {
    method: 'get',
    path: '/v1/rules/{category}/{name}',
    access: READERS,
    summary: 'The text of a rule in force, or of an earlier version, with who put it in force and when',
    query: [q('version', 'else the one in force', int)],
    ok: [200, 'the rule', json(obj({ rule: str, version: int, status: str, text: str, by: str, since: ms, approval: { type: ['object', 'null'] } }))],
    errors: [404],
  },
  {
    method: 'get',
    path: '/v1/reference',
    access: READERS,
    summary: 'Reference tables in force: version, completeness, rows, since when, by whom',
    ok: [200, 'tables', json(obj({ tables: list(ref('ReferenceTable')) }))],
  },
  {
    method: 'get',
    path: '/v1/reference/history',
    access: READERS,
    summary: 'Which table changed when, by whom, and how much of it; newest first',
    query: [q('table', 'one table only'), limit],
    ok: [200, 'changes', json(obj({ history: list(obj({ table: str, version: str, hash: str, by: str, since: ms, added: int, changed: int, removed: int, from: { type: ['string', 'null'] } })) }))],
    errors: [404],
  },
  {
    method: 'get',
    path: '/v1/reference/{table}/changes',
    access: 'read, admin',
    summary: 'What a version changed when it came in force, row by row',
    query: [q('since', 'when it came in force, as in the history (epoch ms)', ms)],
    ok: [200, 'the changes; at most 100 rows are shown', json(obj({ table: str, version: str, before: str, by: str, since: ms, added: int, changed: int, removed: int, unchanged: int, from: { type: ['string', 'null'] }, changes: list({ type: 'object' }) }))],
    errors: [400, 404],
  },
  {
    method: 'get',
    path: '/v1/reference/{table}',
    access: READERS,
    summary: 'The rows of a table',
    query: [q('version', 'else the one in force'), q('at', 'rows in force on this day (Asia/Shanghai) or at this time'), q('find', 'only rows with this text in a cell; of a code also the rows for its beginnings'), q('limit', 'at most so many rows; total counts all', int), q('format', 'json (default) or csv: the text as it was given', { type: 'string', enum: ['json', 'csv'] })],
    ok: [200, 'rows', { ...json(obj({ table: str, version: str, complete: { type: 'boolean' }, source: str, by: str, since: ms, total: int, rows: list({ type: 'object' }) })), 'text/csv': { schema: str } }],
    errors: [404, 409],
  },
  {
    method: 'post',
    path: '/v1/reference/{table}',
    access: 'admin',
    summary: 'Put another version of a table in force, whole or not at all; the answer says what changes',
    query: [q('dry-run', '1: only say what would change'), q('via', 'http (default), or topic: put it on intake.operations.v1 and answer 202 {table, topic, partition, offset} once that is durable; a refused table is then a dead letter', { type: 'string', enum: ['http', 'topic'] })],
    body: { 'text/csv': { schema: str }, ...json(obj({ version: str, complete: { type: 'boolean' }, source: str, rows: list({ type: 'object' }) })) },
    ok: [200, 'what changes, from which day; at most 100 rows are shown', json(obj({ table: str, version: str, before: str, inForce: { type: 'boolean' }, added: int, changed: int, removed: int, unchanged: int, from: { type: ['string', 'null'] }, changes: list({ type: 'object' }) }))],
    errors: [404, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/v1/standards',
    access: ANYONE,
    summary: 'Published standards: messages, formats, records, code lists, classification',
    ok: [200, 'id, kind, title, version and files of each', json(obj({ standards: list(obj({ id: str, kind: str, title: bilingual, version: str, files: list(str) })) }))],
  },
  {
    method: 'get',
    path: '/v1/standards/{file}',
    access: ANYONE,
    summary: 'One file of a standard: TYPE.schema.json (JSON Schema 2020-12), TYPE.avsc, TYPE.xsd, TYPE.md or TYPE.html; ETag and If-None-Match',
    ok: [200, 'the file', { 'application/json': { schema: { type: 'object' } }, 'application/xml': { schema: str }, 'text/markdown': { schema: str }, 'text/html': { schema: str } }],
    errors: [404],
  },
  {
    method: 'get',
    path: '/v1/standards/codes/{list}',
    access: ANYONE,
    summary: 'A code list with the days on which each code is valid: LIST or LIST.json, LIST.csv',
    query: [q('at', 'only codes valid on this day, e.g. 2026-08-03')],
    ok: [200, 'the list', { ...json(obj({ list: str, title: bilingual, version: str, complete: { type: 'boolean' }, source: str, at: str, codes: list(obj({ code: str, name: bilingual, validFrom: str, validTo: str, more: { type: 'object' } })) })), 'text/csv': { schema: str } }],
    errors: [400, 404],
  },
  {
    method: 'get',
    path: '/v1/standards/classify',
    access: ANYONE,
    summary: 'Simplified classification: how many digits of the commodity code must be declared, and why',
    query: [
      q('mode', 'supervision mode, e.g. 9610'),
      q('hs', 'commodity code, 4 to 10 digits'),
      q('value', 'value in yuan', num),
      q('direction', 'I or E (default)'),
      ...['zone', 'licence', 'inspection', 'duty', 'refund'].map((name) => q(name, `0 or 1; default ${name === 'zone' ? 1 : 0}`)),
    ],
    ok: [200, 'the classification', json(obj({ simplified: { type: 'boolean' }, hindrances: list(obj({ code: str, en: str, zh: str })), digits: int, code: str, incomplete: { type: 'boolean' }, name: bilingual, forPrices: { type: 'boolean' }, headings: { type: 'object' } }))],
    errors: [400, 503],
  },
  {
    method: 'get',
    path: '/registry/subjects',
    access: READERS,
    summary: 'Schema registry: subjects (record names)',
    ok: [200, 'subjects', json(list(str))],
  },
  {
    method: 'get',
    path: '/registry/subjects/{subject}/versions',
    access: READERS,
    summary: 'Schema registry: versions of a subject',
    ok: [200, 'versions', json(list(int))],
    errors: [404],
  },
  {
    method: 'get',
    path: '/registry/subjects/{subject}/versions/{version}',
    access: READERS,
    summary: 'Schema registry: one version (a number, or latest)',
    ok: [200, 'schema', json(obj({ subject: str, version: int, id: int, schemaType: str, schema: str }))],
    errors: [404],
  },
  {
    method: 'get',
    path: '/registry/schemas/ids/{id}',
    access: READERS,
    summary: 'Schema registry: schema by the id of the wire format',
    ok: [200, 'schema', json(obj({ schemaType: str, schema: str }))],
    errors: [404],
  },
  { method: 'get', path: '/metrics', access: READERS, summary: 'Prometheus metrics', ok: [200, 'metrics', text] },
  { method: 'get', path: '/openapi.json', access: 'open', summary: 'This description', ok: [200, 'OpenAPI 3.1', json({ type: 'object' })] },
  { method: 'get', path: '/healthz', access: 'open', summary: 'The process answers', ok: [200, 'alive', json(obj({ status: str, version: str }))] },
  {
    method: 'get',
    path: '/readyz',
    access: 'open',
    summary: 'Stages move and the store answers',
    ok: [200, 'ready', json(obj({ ready: { type: 'boolean' }, stages: str, store: str }))],
    errors: [503],
  },
  {
    method: 'get',
    path: '/',
    access: 'open',
    summary: 'The risk desk; `token` is exchanged for a session once',
    query: [q('token', 'one-time token printed at start')],
    ok: [200, 'the page', { 'text/html': { schema: str } }],
  },
  {
    method: 'get',
    path: '/desk/{file}',
    access: 'open',
    summary: 'Files of the desk',
    ok: [200, 'a file', { 'text/javascript': { schema: str }, 'text/css': { schema: str } }],
    errors: [404],
  },
];
