/** Changes of rules over HTTP: proposed by one key, approved by another; what was in force, by whom, and why. What is in force now: GET /v1/rules. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { describeParameters, describeRule } from '../language/describe.ts';
import type { ChangeRefusal, ChangeResult, Proposal, RuleDesk } from '../processors/rule-changes.ts';
import { ApiError, notFound } from './errors.ts';
import { approvalBody, flag, readBody, readQuery, reasonText, refusalBody, who } from './request.ts';

const filesOf = z.record(z.string().max(120), z.string().max(200_000).nullable()).refine((files) => Object.keys(files).length > 0, 'at least one file: its new text, or null where it goes');
const proposalBody = z.object({ why: reasonText, files: filesOf });
const checkBody = z.object({ files: filesOf });
const listQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
const dryQuery = z.object({ 'dry-run': flag });
const historyQuery = listQuery.extend({ rule: z.string().max(120).optional(), diff: flag });
const versionQuery = z.object({ version: z.coerce.number().int().min(1).optional() });

const STATUS: Record<ChangeRefusal['code'], number> = { RULES_REFUSED: 422, NOTHING_CHANGED: 409, UNKNOWN_FILE: 422, NO_PROPOSAL: 404, DECIDED: 409, SAME_KEY: 409, STALE: 409 };
const NEXT: Partial<Record<ChangeRefusal['code'], string>> = {
  SAME_KEY: 'Have it approved with another key of role approver or admin (`npx fenghuo keys add --role approver`).', NO_PROPOSAL: 'GET /v1/rules/proposals lists them.', STALE: 'Propose it again.',
  NOTHING_CHANGED: 'GET /v1/rules/history tells what is in force since when.', DECIDED: 'GET /v1/rules/proposals lists them.',
};
const SHOWN = 20;

function refused({ code, message, findings }: ChangeRefusal): ApiError {
  const lines = findings.slice(0, SHOWN).map((f) => `${f.file}:${f.line} ${f.check}: ${f.message}${f.suggestion && ` (${f.suggestion})`}`);
  if (findings.length > SHOWN) lines.push(`and ${findings.length - SHOWN} more`);
  return new ApiError(STATUS[code], code, [`${message[0]?.toUpperCase()}${message.slice(1)}.`, ...lines].join('\n'), {
    expected: code === 'SAME_KEY' ? 'a key other than the author’s' : findings.length > 0 ? 'a rule set without findings: it is taken whole or not at all' : '',
    given: findings.length > 0 ? `${findings.length} finding(s)` : '', next: NEXT[code] ?? findings[0]?.suggestion ?? '',
  });
}

const shown = (result: ChangeResult): Proposal => {
  if (result.ok) return result.proposal;
  throw refused(result);
};

export function ruleRoutes(app: FastifyInstance, changes: RuleDesk): void {
  const read = { config: { access: 'read' as const } };
  const decide = { config: { access: 'approve' as const } };
  app.get('/v1/rules/history', read, async (request) => {
    const { rule, limit, diff } = readQuery(historyQuery, request);
    return { history: await changes.history(rule, limit, diff && rule !== undefined) };
  });
  app.get('/v1/rules/proposals', read, async (request) => ({ proposals: await changes.proposals(readQuery(listQuery, request).limit) }));
  app.get<{ Params: { id: string } }>('/v1/rules/proposals/:id', read, async (request) => {
    const proposal = await changes.proposal(request.params.id);
    if (!proposal) throw notFound(`There is no proposal ${request.params.id.slice(0, 40)}.`, 'GET /v1/rules/proposals lists them.');
    return proposal;
  });
  app.post('/v1/rules/proposals', { config: { access: 'propose' } }, async (request, reply) => {
    const dry = readQuery(dryQuery, request)['dry-run'];
    const { why, files } = readBody(proposalBody, request);
    return reply.code(dry ? 200 : 201).send(shown(await changes.propose(files, who(request), why, dry)));
  });
  app.post('/v1/rules/check', { config: { access: 'propose' } }, async (request) => {
    const { findings, advice, changes: differences, examples } = await changes.check(readBody(checkBody, request).files);
    return { ok: findings.length === 0, findings, advice, changes: differences, examples: examples.map((one) => ({ ...one, expected: one.expected ?? 'none', actual: one.actual ?? 'none' })) };
  });
  app.post<{ Params: { id: string } }>('/v1/rules/proposals/:id/approve', decide, async (request) => shown(await changes.approve(request.params.id, who(request), readBody(approvalBody, request).why)));
  app.post<{ Params: { id: string } }>('/v1/rules/proposals/:id/reject', decide, async (request) => shown(await changes.reject(request.params.id, who(request), readBody(refusalBody, request).why)));
  app.get('/v1/rules/parameters', read, async () => {
    const found = await changes.parameters();
    if (!found) throw notFound('No rule set is in force.', 'GET /v1/rules tells what is.');
    return { ...found, parameters: describeParameters(found.text, Date.now()) };
  });
  app.get<{ Params: { category: string; name: string } }>('/v1/rules/:category/:name', read, async (request) => {
    const rule = `${request.params.category}/${request.params.name}`;
    const { version } = readQuery(versionQuery, request);
    const found = await changes.text(rule, version);
    if (found) {
      const { parameters, ...shown } = found;
      return { rule, ...shown, words: describeRule(`${rule}.yaml`, found.text, parameters, Date.now()) ?? null };
    }
    throw notFound(`Rule ${rule.slice(0, 120)} ${version === undefined ? 'is not in force' : `was never in force as version ${version}`}.`, 'GET /v1/rules lists those in force, GET /v1/rules/history those that were.');
  });
}
