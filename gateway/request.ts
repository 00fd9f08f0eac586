/** What a request says, read against a schema: the value, or an answer that names the field, what was expected of it and what kind of value came. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Who } from '../processors/register.ts';
import { ApiError } from './errors.ts';
import type { Caller } from './keys.ts';

const NEXT = 'GET /openapi.json describes every field and parameter.';

/** An instant in a query string. */
export const moment = z
  .string()
  .transform((s) => (/^\d+$/.test(s) ? Number(s) : Date.parse(s)))
  .refine((ms) => Number.isFinite(ms), { message: 'an ISO 8601 time or epoch milliseconds' });
/** An instant in a body, where it may be a number. */
export const time = z.union([z.number(), z.string()]).transform(String).pipe(moment);
export const flag = z.enum(['0', '1', 'true', 'false']).default('0').transform((word) => word === '1' || word === 'true');
export const reasonText = z.string().trim().min(3, 'a reason of 3 to 500 characters').max(500, 'a reason of 3 to 500 characters');
/** Of one who approves: a reason is welcome. */
export const approvalBody = z.object({ why: z.union([z.literal(''), reasonText]).default('') });
/** Of one who declines or ends something: a reason is needed. */
export const refusalBody = z.object({ why: reasonText });

/** What of a caller the register keeps. */
export const who = ({ caller }: FastifyRequest): Who => ({ id: (caller as Caller).id, name: (caller as Caller).name });

export function readBody<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
  const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new ApiError(400, 'BAD_BODY', 'The body is no JSON.', { expected: 'a JSON object', given: text === '' ? 'no body' : `a text of ${text.length} characters`, next: NEXT });
  }
  return read(schema, given, 'BAD_BODY', (field) => `Field ${field || '(whole body)'} cannot be used.`);
}

export const readQuery = <T>(schema: z.ZodType<T>, request: FastifyRequest): T => read(schema, request.query, 'BAD_PARAMETER', (field) => `Parameter ${field || '(query)'} cannot be used.`);

function read<T>(schema: z.ZodType<T>, given: unknown, code: string, message: (field: string) => string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  throw new ApiError(400, code, message(path.join('.')), { expected: issue?.message ?? '', given: kindOf(path.reduce(inside, given)), next: NEXT });
}

const inside = (value: unknown, name: PropertyKey): unknown => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[name] : undefined);

/** The value itself may tell of a person. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
