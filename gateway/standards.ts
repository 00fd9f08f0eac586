/** GET /v1/standards…: the published standards, code lists on a day, and the simplified classification. Any key may read them. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RuleSet } from '../language/ruleset.ts';
import { simplifiedLimits } from '../processors/simplified.ts';
import { classify, type SimplifiedLimits } from '../schemas/customs/classification.ts';
import { CODE_LISTS, type CodeList, codesCsv, codesOn, loadCodeList } from '../seeds/code-lists.ts';
import { ApiError, notFound } from './errors.ts';
import { headings, publish, type Publication } from './publication.ts';
import { readQuery } from './request.ts';

const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8', avsc: 'application/json; charset=utf-8', xsd: 'application/xml; charset=utf-8', md: 'text/markdown; charset=utf-8', html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8', css: 'text/css; charset=utf-8',
};

const flag = z.stringbool({ truthy: ['1', 'true', 'yes'], falsy: ['0', 'false', 'no'] });
const classifyQuery = z.object({
  mode: z.string().regex(/^\d{4}$/), hs: z.string().regex(/^\d{4,10}$/), value: z.coerce.number().min(0), direction: z.enum(['I', 'E']).default('E'), zone: flag.default(true),
  licence: flag.default(false), inspection: flag.default(false), duty: flag.default(false), refund: flag.default(false),
});
const codesQuery = z.object({ at: z.iso.date().optional() });

/** Standards change with the version of Fenghuo only: a reader asks again after an hour, and is told when nothing changed. */
function send(request: FastifyRequest, reply: FastifyReply, type: string, text: string): FastifyReply {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 20)}"`;
  reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
  return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type(TYPES[type] ?? 'text/plain; charset=utf-8').send(text);
}

/** In force now. */
function limitsOf(rules: RuleSet | undefined): SimplifiedLimits {
  try {
    return simplifiedLimits((rules as RuleSet).parameters, Date.now());
  } catch {
    throw new ApiError(503, 'NO_PARAMETER', 'The rules in force do not say up to which value an export list may be simplified.', {
      expected: 'parameters retailSimplifiedLimit and listExportLimit in rules/parameters.yaml', given: 'not both', next: 'Add them to the parameters of your rules folder, and start again.',
    });
  }
}

export function standardRoutes(app: FastifyInstance, rules: () => RuleSet | undefined): void {
  const config = { access: 'any' as const };
  let made: Publication | undefined;
  // Made when first asked for: most starts never are.
  const publication = (): Publication => (made ??= publish());

  app.get('/v1/standards', { config }, async (request, reply) =>
    send(request, reply, 'json', JSON.stringify({ standards: publication().standards.map((s) => ({ ...s, files: s.files.map((file) => `/v1/standards/${file}`) })) })));

  app.get('/v1/standards/classify', { config }, async (request) => {
    const { mode, hs, value, direction, zone, licence, inspection, duty, refund } = readQuery(classifyQuery, request);
    const { version, complete, names } = headings();
    return { ...classify({ mode, direction, zone, hs, value, licence, inspection, exportDuty: duty, refund }, limitsOf(rules()), (heading) => names.get(heading)), headings: { version, complete } };
  });

  app.get<{ Params: { list: string } }>('/v1/standards/codes/:list', { config }, async (request, reply) => {
    const [, name = '', form = 'json'] = /^([\w-]+?)(?:\.(json|csv))?$/.exec(request.params.list) ?? [];
    const { at = '' } = readQuery(codesQuery, request);
    const list: CodeList | undefined = loadCodeList(name);
    if (list === undefined) throw notFound('There is no such code list.', `Lists: ${Object.keys(CODE_LISTS).join(', ')}; each as .json (default) or .csv.`);
    const codes = codesOn(list, at);
    return send(request, reply, form, form === 'csv' ? codesCsv(codes) : JSON.stringify({ ...codes, at }));
  });

  app.get<{ Params: { file: string } }>('/v1/standards/:file', { config }, async (request, reply) => {
    const text = publication().files.get(request.params.file);
    if (text === undefined) throw notFound('There is no such standard.', 'GET /v1/standards lists them with their files.');
    return send(request, reply, request.params.file.split('.').pop() ?? '', text);
  });
}
