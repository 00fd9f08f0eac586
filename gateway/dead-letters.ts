/** Dead letters over HTTP: listed and told of to every reader; opened, mended and sent again by approvers and administrators, each in their own name. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { DeadLetters, LetterFilter, Mended, Mending, Replayed } from '../processors/letters/letters.ts';
import { FIXES, faultOf } from '../schemas/fixes.ts';
import { REASONS, type Reason } from '../schemas/reasons.ts';
import type { Bilingual } from '../schemas/risk/alert.ts';
import { ApiError, notFound } from './errors.ts';
import { answerOf } from './ingest.ts';
import { moment, readBody, readQuery, time, who } from './request.ts';
import { documentOf, epoch, type Row } from './rows.ts';

const MOST = 1000;
const limit = z.coerce.number().int().min(1).max(MOST).default(100);
const filter = { reason: z.string().max(60).optional(), feed: z.string().max(120).optional(), since: moment.optional(), until: moment.optional() };
const yes = z.enum(['0', '1']).transform((given) => given === '1').optional();
const listQuery = z.object({ ...filter, id: z.string().max(100).optional(), open: yes, limit });
const replayBody = z.union([
  z.object({ ids: z.array(z.string().min(1).max(100)).min(1).max(MOST) }).strict(),
  z.object({ ...filter, since: time.optional(), until: time.optional(), limit, dryRun: z.boolean().default(false) }).strict(),
]);
const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown()), z.record(z.string(), z.unknown())]);
const repairBody = z.object({ dryRun: z.boolean().default(false) }).and(z.union([
  z.object({ set: z.record(z.string().min(1).max(200), value).refine((set) => Object.keys(set).length > 0, 'at least one field') }),
  z.object({ message: z.string().min(1), form: z.enum(['json', 'ndjson', 'xml']).default('json') }),
]));

const none = (id: string): ApiError => notFound(`No dead letter ${id.slice(0, 100)} has reached the store.`, 'GET /v1/dead-letters lists them; a message refused just now needs about a second.');

/** The words of each reason: what is wrong, and what its sender does about it. */
function worded(row: Row): Row & { what: Bilingual; fix: Bilingual } {
  const code = String(row.reason);
  const known = Object.hasOwn(REASONS, code);
  return { ...documentOf(row), what: known ? REASONS[code as Reason] : { en: code, zh: code }, fix: known ? FIXES[code as Reason] : { en: '', zh: '' } };
}

const told = (replayed: Replayed) => ({ ...answerOf({ ...replayed, unreadable: false }), orders: [...new Set(replayed.events.map(({ orderKey }) => orderKey).filter((key) => key !== ''))], already: replayed.already });

function answer(mended: Mended | undefined, id: string) {
  if (!mended) throw none(id);
  if (!mended.ok) throw new ApiError(mended.code === 'ALREADY' ? 409 : 422, mended.code, mended.message, { given: mended.path, next: `GET /v1/dead-letters/${id}` });
  return 'result' in mended ? told(mended.result) : { problems: mended.problems.map(faultOf) };
}

export function deadLetterRoutes(app: FastifyInstance, letters: Pick<DeadLetters, 'list' | 'select' | 'story' | 'open' | 'replay' | 'repair'>): void {
  const send = { config: { access: 'letters' as const } };

  app.get('/v1/dead-letters', { config: { access: 'read' } }, async (request) => {
    const { id, ...given } = readQuery(listQuery, request);
    return { deadLetters: (await letters.list({ ...given, ...(id !== undefined && { ids: [id] }) } as LetterFilter)).map(worded) };
  });

  app.get<{ Params: { id: string } }>('/v1/dead-letters/:id', { config: { access: 'read' } }, async (request) => {
    const story = await letters.story(request.params.id);
    if (!story) throw none(request.params.id);
    const { letter, lives, successors } = story;
    return { ...worded(letter), sealKeyId: letter.sealKeyId, bytes: Buffer.from(String(letter.sealed ?? ''), 'base64').length, appendedAt: epoch(letter.appendedAt), lives, successors };
  });

  app.get<{ Params: { id: string } }>('/v1/dead-letters/:id/message', send, async (request, reply) => {
    const { clear } = readQuery(z.object({ clear: yes }), request);
    const opened = await letters.open(request.params.id, clear === true, who(request).name);
    if (!opened) throw none(request.params.id);
    return reply.header('cache-control', 'no-store').send(opened);
  });

  app.post('/v1/dead-letters/replay', send, async (request, reply: FastifyReply) => {
    const given = readBody(replayBody, request);
    if ('ids' in given) return reply.code(202).send(told(await letters.replay(given.ids, who(request).name)));
    const { dryRun, ...wanted } = given;
    const { total, ids } = await letters.select(wanted as LetterFilter);
    if (dryRun) return reply.code(200).send({ total, ids });
    return reply.code(202).send({ total, ...told(await letters.replay(ids, who(request).name)) });
  });

  app.post<{ Params: { id: string } }>('/v1/dead-letters/:id/repair', send, async (request, reply) => {
    const { dryRun, ...mending } = readBody(repairBody, request);
    return reply.code(dryRun ? 200 : 202).send(answer(await letters.repair(request.params.id, mending as Mending, who(request).name, dryRun), request.params.id));
  });
}
