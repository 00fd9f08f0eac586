/** A baseline: history that the log does not hold, for one feature of one subject. Reference data, so it goes to every partition. */
import { z } from 'zod';
import { problemOf } from '../../schemas/trade/contract.ts';
import { code, text } from '../../schemas/trade/fields.ts';
import { SUBJECT_TYPES } from '../../schemas/risk/signal.ts';
import type { Made } from './document.ts';

/** One value for each hour of the week, from Monday 00:00 Beijing time. */
const week = (what: string) => z.array(z.number({ message: `expected a finite ${what}` })).length(168, { message: `expected 168 values of ${what}, one for each hour of the week` });

const BASELINE = z.object({
  rule: code(100, true), feature: code(100, true), subjectType: z.enum(SUBJECT_TYPES, { message: `expected one of ${SUBJECT_TYPES.join(', ')}` }), subjectId: code(200, true),
  median: week('median'), mad: week('MAD'), label: text(200, true),
});

export function readBaseline(fields: Record<string, unknown>, index: number, now: number): Made {
  const result = BASELINE.safeParse(fields);
  if (!result.success) return { ok: false, problem: problemOf(result.error.issues) };
  const body = result.data;
  const key = `${body.rule}|${body.feature}|${body.subjectType}|${body.subjectId}`;
  return { ok: true, taken: { index, type: 'baseline', key, everyPartition: true, eventTime: now, body, aliases: [] } };
}
