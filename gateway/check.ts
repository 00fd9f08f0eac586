/** POST /v1/check: reads like /v1/events and says what would become of each document. Nothing of it goes to the pipeline, the journal or a log. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Check, WrittenForm } from '../processors/check.ts';
import { ApiError } from './errors.ts';
import { formOf } from './ingest.ts';
import type { Caller } from './keys.ts';

/** Checks run in the gateway's own thread, beside the pipeline: a longer body would hold it up. A batch of the command line fits. */
const CHECK_BYTES = 2 << 20;

function writtenForm(request: FastifyRequest): WrittenForm | undefined {
  const { as } = request.query as { as?: string };
  if (as === undefined || as === 'xml' || as === 'json') return as;
  throw new ApiError(400, 'WRITTEN_FORM', 'The documents cannot be written back in that form.', {
    expected: 'as=xml or as=json',
    given: `${String(as).length} characters`,
    next: 'Leave `as` out to read the findings only.',
  });
}

export function checkRoutes(app: FastifyInstance, check: Check): void {
  app.post('/v1/check', { config: { access: 'any' } }, async (request: FastifyRequest) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0);
    if (bytes.length > CHECK_BYTES) {
      throw new ApiError(413, 'BODY_TOO_LARGE', `A body to be checked is at most ${CHECK_BYTES} bytes.`, {
        expected: `at most ${CHECK_BYTES} bytes a request`,
        given: `${bytes.length} bytes`,
        next: 'Check the documents in several requests; those of one order belong in one.',
      });
    }
    const { name, role } = request.caller as Caller;
    const allowReference = role === 'admin' || role === 'simulator';
    return check({ bytes, form: formOf(request), sender: name, origin: 'live', backfill: '', allowReference, replayOf: '' }, writtenForm(request), Date.now());
  });
}
