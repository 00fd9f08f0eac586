/** Suppressions over HTTP: proposed with reason and end by one key, approved by another, lifted by either kind. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RuleSet } from '../language/ruleset.ts';
import type { SuppressionDesk, SuppressionRefusal, SuppressionResult, SuppressionView } from '../processors/suppressions.ts';
import { GRADES } from '../schemas/risk/alert.ts';
import { SUBJECT_TYPES } from '../schemas/risk/signal.ts';
import { ApiError } from './errors.ts';
import { approvalBody, readBody, reasonText, refusalBody, time, who } from './request.ts';

const DAY = 86_400_000;
const LONGEST_DAYS = 366;

const body = z.object({
  rule: z.string().max(120).default(''),
  /** `type:id`, or an id alone. */
  subject: z.string().max(200).default(''),
  zone: z.string().regex(/^(\d{4}|\d{6}|none)?$/, 'a division code of four or six digits, or none').default(''),
  upTo: z.enum(GRADES).default('orange'),
  begins: time.optional(),
  ends: time,
  why: reasonText,
});

const STATUS: Record<SuppressionRefusal['code'], number> = { NO_SUPPRESSION: 404, DECIDED: 409, SAME_KEY: 409, ENDED: 409 };

function shown(result: SuppressionResult): SuppressionView {
  if (result.ok) return result.suppression;
  const { code, message } = result;
  throw new ApiError(STATUS[code], code, `${message[0]?.toUpperCase()}${message.slice(1)}.`, { next: code === 'SAME_KEY' ? 'Have it approved with another key of role approver or admin.' : 'GET /v1/suppressions lists them.' });
}

function readChange(given: z.infer<typeof body>, rules: RuleSet | undefined, now: number) {
  const refuse = (message: string, expected: string, value: string): never => {
    throw new ApiError(400, 'BAD_BODY', message, { expected, given: value });
  };
  if (given.rule === '' && given.subject === '' && given.zone === '') refuse('This would hold every alert.', 'a rule, a subject or a zone', 'none of them');
  if (given.rule !== '' && rules && !rules.rule(given.rule)) refuse('There is no such rule.', 'the id of a rule in force', given.rule.slice(0, 120));
  if (given.ends <= now || given.ends > now + LONGEST_DAYS * DAY) refuse('A suppression needs an end.', `a time from now to ${LONGEST_DAYS} days ahead`, new Date(given.ends).toISOString());
  const [, type = '', id = ''] = /^(?:([a-z0-9]+):)?(.*)$/s.exec(given.subject) ?? [];
  const known = (SUBJECT_TYPES as readonly string[]).includes(type);
  return { ruleId: given.rule, subjectType: known ? (type as (typeof SUBJECT_TYPES)[number]) : ('' as const), subjectId: known ? id : given.subject, zone: given.zone, upTo: given.upTo, begins: given.begins ?? now, ends: given.ends };
}

export function suppressionRoutes(app: FastifyInstance, suppressions: SuppressionDesk, rules: () => RuleSet | undefined): void {
  app.get('/v1/suppressions', { config: { access: 'read' } }, async () => ({ suppressions: await suppressions.list() }));
  app.post('/v1/suppressions', { config: { access: 'propose' } }, async (request, reply) => {
    const given = readBody(body, request);
    return reply.code(201).send(await suppressions.propose(readChange(given, rules(), Date.now()), who(request), given.why));
  });
  app.post<{ Params: { id: string } }>('/v1/suppressions/:id/approve', { config: { access: 'approve' } }, async (request) => shown(await suppressions.approve(request.params.id, who(request), readBody(approvalBody, request).why)));
  app.post<{ Params: { id: string } }>('/v1/suppressions/:id/reject', { config: { access: 'approve' } }, async (request) => shown(await suppressions.reject(request.params.id, who(request), readBody(refusalBody, request).why)));
  app.post<{ Params: { id: string } }>('/v1/suppressions/:id/lift', { config: { access: 'lift' } }, async (request) => shown(await suppressions.lift(request.params.id, who(request), readBody(refusalBody, request).why)));
}
