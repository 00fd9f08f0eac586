/** Messages in, and what could not be taken. */
import { bilingual, int, list, ms, obj, ref, str, type Json } from '../shapes.ts';
import { json, limit, query, type Route } from './route.ts';

const events: Json = {
  'application/json': { schema: { oneOf: [{ type: 'object' }, list({ type: 'object' })] } },
  'application/x-ndjson': { schema: str },
  'application/xml': { schema: str },
  'text/xml': { schema: str },
};

export const EVENTS: Route[] = [
  {
    method: 'post',
    path: '/v1/events',
    access: 'write',
    summary: 'Hand in trade messages; the answer comes once they are durable',
    body: events,
    ok: [202, 'what was taken and what was not', json(ref('Submission'))],
    errors: [400, 413, 415, 503],
  },
  {
    method: 'post',
    path: '/v1/check',
    access: 'any',
    summary: 'What would become of trade messages: every problem field by field, the match of the documents among each other, and the documents written back; nothing is taken',
    query: [query('as', 'write the documents that are in order back as official XML or as nested JSON', { type: 'string', enum: ['xml', 'json'] })],
    body: events,
    ok: [200, 'what was read and what is wrong with it', json(ref('Check'))],
    errors: [400, 413, 415],
  },
  {
    method: 'get',
    path: '/v1/dead-letters',
    access: 'read',
    summary: 'What could not be taken, newest first, and whether anything came of it since; sealed bytes are not shown',
    query: [query('reason', 'reason code'), query('feed', 'feed'), query('id', 'id'), query('since', 'refused at or after: ISO 8601 or epoch milliseconds'), query('until', 'refused before'), query('open', '1: only those of which nothing came yet', { type: 'string', enum: ['0', '1'] }), limit],
    ok: [200, 'dead letters', json(obj({ deadLetters: list(ref('DeadLetter')) }))],
  },
  {
    method: 'get',
    path: '/v1/dead-letters/{id}',
    access: 'read',
    summary: 'All that is known of a dead letter without opening it: reason, how to mend it, what became of it (who, when, which fields), which letters took its place',
    ok: [200, 'the letter', json({ allOf: [ref('DeadLetter'), obj({ sealKeyId: str, bytes: int, appendedAt: ms, lives: list(obj({ kind: { type: 'string', enum: ['replayed', 'repaired'] }, at: ms, by: str, messageType: str, code: { ...str, description: 'why it was refused again; empty where it was taken' }, fields: list(str), eventId: str, documentKey: str, orderKey: str, refusedBy: str })), successors: list(str) })] })],
    errors: [404],
  },
  {
    method: 'get',
    path: '/v1/dead-letters/{id}/message',
    access: 'letters',
    summary: "The sealed message, field by field; what tells of a person is masked unless clear=1. Each call is a sensitive-read operation in the caller's name",
    query: [query('clear', '1: personal data and unread texts in clear', { type: 'string', enum: ['0', '1'] })],
    ok: [200, 'the message', json(obj({ form: str, bytes: int, clear: { type: 'boolean' }, fields: list(obj({ path: str, label: bilingual, personal: { type: 'boolean' }, shape: str, value: { type: ['string', 'null'] } })), text: { type: ['string', 'null'] } }))],
    errors: [404],
  },
  {
    method: 'post',
    path: '/v1/dead-letters/replay',
    access: 'letters',
    summary: 'Send dead letters through intake again: by ids, or (oldest first) all open ones of a reason, feed or time. What was taken before is not sent again. With dryRun: how many there are, and which',
    body: json({ oneOf: [obj({ ids: list(str) }), obj({ reason: str, feed: str, since: str, until: str, limit: int, dryRun: { type: 'boolean' } })] }),
    ok: [202, 'what was taken now', json({ allOf: [ref('Submission'), obj({ total: int, orders: list(str), already: list(str) })] })],
    instead: [200, 'with dryRun: how many there are, and which', json(obj({ total: int, ids: list(str) }))],
    errors: [400],
  },
  {
    method: 'post',
    path: '/v1/dead-letters/{id}/repair',
    access: 'letters',
    summary: 'Send a dead letter through intake with other values in fields (path → value, null takes the field out), or another message whole; with dryRun only what intake would say. Who, when and which fields stand in the journal, values do not',
    body: json({ oneOf: [obj({ set: { type: 'object', additionalProperties: true }, dryRun: { type: 'boolean' } }), obj({ message: str, form: { type: 'string', enum: ['json', 'ndjson', 'xml'] }, dryRun: { type: 'boolean' } })] }),
    ok: [202, 'what was taken now', json({ allOf: [ref('Submission'), obj({ orders: list(str), already: list(str) })] })],
    instead: [200, 'with dryRun: what intake would say against it', json(obj({ problems: list({ type: 'object' }) }))],
    errors: [400, 404, 409, 422],
  },
];
