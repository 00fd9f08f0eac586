/** POST /v1/events: bytes in, also gzipped, an answer for each record out, once durable. The body is not parsed here: intake does that once, for every way in. */
import { createGunzip, type Gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import type { Submission, SubmissionResult } from '../processors/intake/intake.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import { ApiError } from './errors.ts';
import type { Caller } from './keys.ts';
import type { Metrics } from './metrics.ts';

const FORMS: Record<string, Submission['form']> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/xml': 'xml',
  'text/xml': 'xml',
};

const isGzip = (encoding: string | undefined): boolean => encoding === 'gzip' || encoding === 'x-gzip';

export function formOf(request: FastifyRequest): Submission['form'] {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const form = FORMS[type];
  const encoding = request.headers['content-encoding']?.toLowerCase();
  if (form !== undefined && (encoding === undefined || encoding === 'identity' || isGzip(encoding))) return form;
  throw new ApiError(415, 'MEDIA_TYPE', form === undefined ? 'This type of content is not taken.' : 'This compression is not taken.', {
    expected: `content-type one of ${Object.keys(FORMS).join(', ')}; content-encoding gzip or none`,
    given: (form === undefined ? type : String(encoding)).slice(0, 60) || 'no content-type',
    next: 'Name the form of the body in content-type, and its packing in content-encoding.',
  });
}

/** Unpacked as it comes in: the limit of the body counts what comes out, so a bomb ends there. */
async function unpacked(request: FastifyRequest, _reply: FastifyReply, payload: RequestPayload): Promise<RequestPayload> {
  if (!isGzip(request.headers['content-encoding']?.toLowerCase())) return payload;
  const gunzip = createGunzip() as Gunzip & RequestPayload;
  let received = 0;
  payload.on('data', (chunk: Buffer) => { gunzip.receivedEncodedLength = received += chunk.length; });
  // A sender that breaks off would else be waited for; and a pipeline would cut the line before the answer to a damaged body.
  payload.once('close', () => { if (!payload.readableEnded) gunzip.destroy(new Error('the sender broke off')); });
  payload.pipe(gunzip);
  return gunzip;
}

/** A backfill has its own windows and publishes nothing, so only an administrator may declare one. */
function originOf(request: FastifyRequest, caller: Caller): Pick<Submission, 'origin' | 'backfill'> {
  const header = request.headers['x-fenghuo-backfill'];
  if (header === undefined) return { origin: caller.role === 'simulator' ? 'simulated' : 'live', backfill: '' };
  if (caller.role !== 'admin') {
    throw new ApiError(403, 'WRONG_ROLE', 'Only an admin key may declare a backfill.', {
      expected: 'admin',
      given: caller.role,
      next: 'Leave x-fenghuo-backfill out, or use an admin key.',
    });
  }
  if (!/^[\w.-]{1,60}$/.test(String(header))) {
    throw new ApiError(400, 'BACKFILL_ID', 'The id of the backfill cannot be used.', {
      expected: '1–60 letters, digits, dots, dashes or underscores',
      given: `${String(header).length} characters`,
    });
  }
  return { origin: 'backfill', backfill: String(header) };
}

/** Ids suffice: who sent an event knows what was in it. */
export const answerOf = ({ accepted, rejected, events }: SubmissionResult) => ({ accepted, rejected, events: events.map((e) => e.eventId) });

export function ingestRoutes(app: FastifyInstance, pipeline: Pipeline, metrics: Metrics, rateLimit: { max: number; timeWindow: string }): void {
  app.post('/v1/events', { config: { access: 'write', rateLimit }, preParsing: unpacked }, async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = request.caller as Caller;
    const form = formOf(request);
    const bytes = Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0);
    const allowReference = caller.role === 'admin' || caller.role === 'simulator';
    const submission: Submission = { bytes, form, sender: caller.name, allowReference, replayOf: '', ...originOf(request, caller) };
    const result = await metrics.submission(() => pipeline.submit(submission));
    return reply.code(result.unreadable ? 400 : 202).send(answerOf(result));
  });
}
