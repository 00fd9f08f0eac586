/** The shapes that cross the gateway, as OpenAPI says them. Hand-written: what a field means is for people. */
import { LETTER_STATUS } from '../processors/letters/letters.ts';
import { CATEGORIES, GRADES, VERDICTS } from '../schemas/risk/alert.ts';
import { SIGNATURE_OUTCOMES } from '../schemas/signatures.ts';
import { DOCUMENT_TABLES } from './documents.ts';
import { ROLES } from './keys.ts';

export type Json = Record<string, unknown>;

export const str: Json = { type: 'string' };
export const int: Json = { type: 'integer' };
export const num: Json = { type: 'number' };
export const list = (items: Json): Json => ({ type: 'array', items });
export const obj = (properties: Json): Json => ({ type: 'object', properties });
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
export const bilingual = obj({ en: str, zh: str });
export const ms: Json = { type: 'integer', description: 'epoch milliseconds, UTC' };
export const subject = obj({ type: str, id: str });
const FINDING = obj({ code: str, outcome: { type: 'string', enum: ['fail', 'soft', 'not-checked'] }, left: str, right: str, detail: { ...str, description: 'in English' }, detailZh: { ...str, description: 'in Chinese; empty of findings written before there was one' } });

export const PARAMETER = obj({ name: str, value: { type: ['number', 'null'] }, unit: str, source: str, description: bilingual });
const RULE_FINDING = obj({ check: str, file: str, line: int, column: int, message: str, suggestion: str, zh: { ...obj({ message: str, suggestion: str }), description: 'in Chinese, of what officers meet who only decide' } });
const FILE_CHANGE = obj({ file: str, kind: str, version: list({ type: ['integer', 'null'] }), status: list({ type: ['string', 'null'] }), diff: str, text: { type: ['string', 'null'], description: 'as the file would be; null where it goes' } });

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
  DeadLetter: obj({ id: str, reason: str, path: str, message: str, what: bilingual, fix: bilingual, feed: str, messageType: str, form: str, replayOf: { ...str, description: 'the letter of which this is a failed replay' }, origin: str, backfill: str, at: ms,
    status: { type: 'string', enum: [...LETTER_STATUS], description: 'taken: it is in the journal; replaced: refused again, a newer letter stands for it' } }),
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
      formula: { ...str, description: 'what the value is, over values and parameters' },
      formulas: { type: 'object', additionalProperties: str },
      parameters: { type: 'object', additionalProperties: num },
      bands: { type: 'object', additionalProperties: num, description: 'in force for the zone: from which value on each grade' },
      support: obj({ feature: str, min: num }),
    }),
    action: bilingual,
    status: { type: 'string', enum: ['live', 'shadow', 'held'] },
    origin: str,
    heldBy: { ...str, description: 'why it is held: backfill, id of a suppression, or `feed sender/type`' },
    explanation: bilingual,
  }),
  Level: obj({ subject, category: str, grade: str, score: num, reasons: list(str), zone: str, at: ms, before: str, escalated: { type: 'boolean' },
    parts: list(obj({ rule: str, weight: num, score: num, open: { type: 'boolean' } })), reason: bilingual }),
  ReferenceTable: obj({ table: str, title: bilingual, version: str, complete: { type: 'boolean' }, source: str, rows: int, miss: { type: 'string', enum: ['counts', 'nothing'] }, hash: str, by: str, since: ms }),
  Verdict: obj({ alertId: str, revision: int, ruleId: str, ruleVersion: int, category: str, grade: str, status: str, zone: str, verdict: { type: 'string', enum: [...VERDICTS] }, reason: str, officer: str, raisedAt: ms, at: ms }),
  Suppression: obj({ id: str, key: { ...str, description: 'id of the key that proposed it' }, ruleId: str, subjectType: str, subjectId: str, zone: str, upTo: str, begins: ms, ends: ms, by: str, at: ms, why: str, state: { type: 'string', enum: ['open', 'rejected', 'in force', 'lifted', 'ended'] }, decision: { type: ['object', 'null'], properties: { by: str, at: ms, why: str } } }),
  RuleCheck: obj({ ok: { type: 'boolean' }, findings: list(RULE_FINDING), advice: list(RULE_FINDING), changes: list(FILE_CHANGE), examples: list(obj({ rule: str, example: str, expected: str, actual: str, ok: { type: 'boolean' }, errors: list(str) })) }),
  RuleWords: obj({
    id: str, indicator: str, version: int, status: str, title: bilingual, description: bilingual, falsePositives: bilingual, action: bilingual, reason: bilingual, owner: bilingual, basis: str, references: list(str), subjects: list(str), events: bilingual, where: str,
    features: list(obj({ name: str, text: bilingual, where: str })), value: str, support: { type: ['object', 'null'], properties: { feature: str, min: str } }, bands: list(obj({ grade: str, from: num })), cooldown: str, easeAfter: str, dependsOnFeeds: list(str),
    parameters: list(PARAMETER), examples: list(obj({ name: str, grade: str })),
  }),
  Proposal: obj({
    id: str,
    by: str,
    key: { ...str, description: 'id of the key that proposed it' },
    at: ms,
    why: str,
    state: { type: 'string', enum: ['open', 'approved', 'rejected'] },
    decision: { type: ['object', 'null'], properties: { by: str, at: ms, why: str } },
    changes: list(FILE_CHANGE),
    advice: list(RULE_FINDING),
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
