/** The one shape in which the gateway says no. Whoever reads it should need no second question. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LogError } from '../streams/errors.ts';

export interface ErrorBody {
  error: { code: string; message: string; expected: string; given: string; next: string };
}

export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { expected?: string; given?: string; next?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.body = { error: { code, message, expected: more.expected ?? '', given: more.given ?? '', next: more.next ?? 'see /openapi.json' } };
    this.headers = more.headers ?? {};
  }
}

export const notFound = (what: string, next: string): ApiError => new ApiError(404, 'NOT_FOUND', what, { next });

/** What Fastify or a route threw, as an answer. Messages of unknown errors stay inside: they may hold a sender's data. */
export function toApiError(error: Partial<FastifyError>, bodyLimit: number): ApiError {
  if (error instanceof ApiError) return error;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError(413, 'BODY_TOO_LARGE', `The body is longer than ${bodyLimit} bytes.`, {
      expected: `at most ${bodyLimit} bytes a request, unpacked`,
      given: 'more',
      next: 'Send the events in several requests; x-ndjson can be cut at any line.',
    });
  }
  if (error.code?.startsWith('Z_')) {
    return new ApiError(400, 'UNREADABLE_GZIP', 'The body is no whole gzip stream; none of this request was taken.', {
      expected: 'gzip, as content-encoding says',
      given: error.code,
      next: 'Pack the body anew, or send it without content-encoding.',
    });
  }
  if (error.code === 'BUSY') {
    return new ApiError(503, 'BUSY', 'The pipeline takes no more events at the moment; none of this request was taken.', {
      expected: 'a queue with room',
      given: 'a full queue',
      next: 'Send the same request again after the seconds in Retry-After: repeats are counted once.',
      headers: { 'retry-after': '1' },
    });
  }
  if (error instanceof LogError) {
    return new ApiError(error.code === 'FULL' ? 507 : 503, `LOG_${error.code}`, 'The log could not be written; none of this request was taken.', {
      expected: 'a durable log', given: error.message, next: 'Send the same request again when it is mended: repeats are counted once.', headers: { 'retry-after': '5' },
    });
  }
  if (error.statusCode === 429) {
    return new ApiError(429, 'RATE_LIMITED', 'This key has sent more requests than it may.', {
      expected: 'fewer requests a minute; several events in each',
      given: 'too many',
      next: 'Wait for the seconds in Retry-After.',
    });
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError(error.statusCode, error.code ?? 'BAD_REQUEST', 'The request cannot be read.', { given: error.code ?? '' });
  }
  return new ApiError(500, 'INTERNAL', 'The gateway failed on this request; its own log says where.', {
    next: 'Try again; if it stays, run `npx fenghuo doctor`.',
  });
}

/** What a sender is still writing is thrown away, up to so much and for so long. */
const DRAIN_BYTES = 64 << 20;
const DRAIN_MS = 10_000;

/** A sender that still writes its body would find the line cut, and never read why. */
function drained({ raw }: FastifyRequest): Promise<void> {
  return new Promise((resolve) => {
    let left = DRAIN_BYTES;
    const timer = setTimeout(resolve, DRAIN_MS);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    if (raw.readableEnded || raw.destroyed) return end();
    raw.unpipe();
    raw.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) end();
    });
    raw.once('end', end).once('close', end).resume();
  });
}

export function errorHandler(bodyLimit: number, log: (line: string) => void) {
  return async (error: Partial<FastifyError>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const answer = toApiError(error, bodyLimit);
    if (answer.status === 413 || answer.body.error.code === 'UNREADABLE_GZIP') await drained(request);
    // Only the kind and the place of our own frames: an error's message may quote data.
    if (answer.status === 500)
      log(
        `gateway: ${request.method} ${request.routeOptions.url ?? 'unknown route'} failed: ${error.name ?? 'Error'} ${error.code ?? ''} ${firstFrame(error.stack)}`,
      );
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
}

const firstFrame = (stack: string | undefined): string => /\n\s+(at .+)/.exec(stack ?? '')?.[1] ?? '';
