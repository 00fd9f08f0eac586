/** Arbitrary valid documents of any message, drawn from what its contract tells of its fields: a new message needs no line here. */
import fc from 'fast-check';
import type { z } from 'zod';
import { MESSAGES, type DocumentMessage, type Message } from '../../schemas/customs/messages.ts';
import type { Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { type About, aboutOf, readOf } from '../../schemas/trade/fields.ts';

export const OFFICIAL: readonly Message[] = (MESSAGES as readonly Message[]).filter((m) => m.element !== '');

/** Text such as senders write, with what XML must escape, Han, full-width and astral characters; no control characters, which XML cannot hold. */
const UNITS = [...'abcXYZ0189 .-_/:;&<>"\'%$,()[]{}=#@!?+*|~^`\\\n\t\r', '中', '文', '国', '，', '。', '（', 'Ａ', '１', '　', 'é', 'ß', 'ﬁ', '½', '𠮷', '😀', ']]>', '&amp;', '<!--', '\u2028', '\u00a0'];
const string = (max: number, units = UNITS) => fc.array(fc.constantFrom(...units), { maxLength: Math.min(max, 24) }).map((parts) => parts.join('').slice(0, max).toWellFormed());
const KEY_UNITS = UNITS.filter((unit) => !/[|\p{Cc}]/u.test(unit));

const decimal = fc.oneof(
  fc.tuple(fc.nat(99_999_999), fc.nat(99_999)).map(([whole, fraction]) => `${whole}.${String(fraction).padStart(5, '0')}`),
  fc.nat(1_000_000).map((cents) => cents / 100), fc.nat(1000), fc.constantFrom('0', '1.', '.5', '+3', '１２．５', 19.900000000000002),
);
const instant = fc.date({ min: new Date('2014-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true }).map((at) => at.toISOString());
const time = fc.tuple(instant, fc.constantFrom(14, 17, 8, 0)).map(([iso, length]) => (length === 0 ? iso.slice(0, 19).replace('T', ' ') : iso.replace(/[-:T.Z]/g, '').slice(0, length)));

function sent({ kind, max, lowest, highest }: About): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'text': return string(max);
    case 'code': return fc.oneof(string(max), fc.stringMatching(/^[A-Z0-9]{1,3}$/));
    case 'key': return string(max, KEY_UNITS);
    case 'amount': return decimal;
    case 'whole': return fc.integer({ min: Math.max(lowest, -1e9), max: Math.min(highest, 1e9) }).chain((n) => fc.constantFrom<unknown>(n, String(n)));
    case 'time': return time;
    case 'appType': return fc.constantFrom('1', '2', 1, 2, undefined);
    case 'guid': return fc.uuid();
    default: return fc.constantFrom(undefined, 'text <of> any & length');
  }
}

/** What a field reads without complaint. */
function fits(schema: z.core.$ZodType, value: unknown): boolean {
  const context = { issues: [] };
  readOf(schema)(value, context);
  return context.issues.length === 0;
}

function fieldsOf(shape: z.ZodRawShape): fc.Arbitrary<Wire> {
  const parts: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, schema] of Object.entries(shape)) {
    if (name === 'items') continue;
    const about = aboutOf(schema as z.core.$ZodType);
    const value = sent(about).filter((given) => fits(schema as z.core.$ZodType, given));
    parts[name] = about.required || about.kind === 'guid' ? value : fc.option(value, { nil: undefined, freq: 3 });
  }
  return fc.record(parts) as fc.Arbitrary<Wire>;
}

/** A flat document that its contract takes. */
export function documentOf(type: DocumentMessage): fc.Arbitrary<Wire> {
  const { shape, lineShape } = CONTRACTS[type];
  const head = fieldsOf(shape);
  if (!('items' in shape)) return head.map((fields) => ({ type, ...fields }));
  return fc.tuple(head, fc.array(fieldsOf(lineShape), { minLength: 1, maxLength: 3 })).map(([fields, items]) => ({ type, ...fields, items }));
}
