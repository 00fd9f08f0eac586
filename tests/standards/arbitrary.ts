/** Arbitrary documents of a published JSON Schema: what a sender who knows nothing but the standard may write. */
import fc from 'fast-check';

type Schema = Record<string, unknown>;
const UNITS = [...'abcXYZ019-_/.:', '中', '文', '（', 'é'];
const words = (max: number) => fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: Math.min(max, 12) }).map((units) => units.join('').slice(0, max));
const two = (least: number, most: number) => fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0'));
const moment = fc.tuple(fc.constantFrom('2019', '2026'), two(1, 12), two(1, 28), fc.option(fc.tuple(two(0, 23), two(0, 59), two(0, 59)), { nil: undefined }))
  .map(([year, month, day, clock]) => year + month + day + (clock?.join('') ?? ''));
const decimal = fc.tuple(fc.nat(10_000_000), fc.nat(99_999)).map(([whole, rest]) => `${whole}.${rest}`);

function value(schema: Schema): fc.Arbitrary<unknown> {
  const types = [schema['type']].flat();
  if (schema['enum']) return fc.constantFrom(...schema['enum'] as unknown[]);
  const [least, most] = [schema['minimum'] as number, schema['maximum'] as number];
  if (types.includes('integer')) return fc.integer({ min: Math.max(least, -1e9), max: Math.min(most, 1e9) });
  if (String(schema['pattern']).includes('{1,5}')) return fc.oneof(decimal, fc.nat(1_000_000));
  if (types.includes('number')) return fc.double({ min: least, max: most, noNaN: true }).map((n) => Math.round(n * 100) / 100);
  if (types.includes('string') && String(schema['pattern']).includes('(19|20)')) return moment;
  if (String(schema['pattern']).includes('Z|')) return fc.constantFrom('Z', '+08:00', '-05:30');
  return types.includes('string') ? words(schema['maxLength'] as number) : fc.constant('anything');
}

function fields(properties: Record<string, Schema>, required: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const parts = Object.fromEntries(Object.entries(properties).filter(([, schema]) => !('const' in schema) && !('items' in schema)).map(([name, schema]) => [name, value(schema)]));
  return fc.record(parts, { requiredKeys: required.filter((name) => name in parts) });
}

/** Whole documents of a message's schema. */
export function documentsOf(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  const properties = schema['properties'] as Record<string, Schema>;
  const more = (schema['else'] ?? (schema['allOf'] as Schema[] | undefined)?.[0] ?? {}) as Schema;
  const required = [...schema['required'] as string[], ...(more['required'] as string[] | undefined ?? [])];
  const head = fields(properties, required).map((given) => ({ type: properties['type']?.['const'], ...given, ...(given['appType'] === '3' || given['appType'] === 3 ? { appType: '2' } : {}) }));
  if (properties['items'] === undefined) return head;
  const line = (schema['$defs'] as Record<string, Schema>)['line'] as Schema;
  return fc.tuple(head, fc.array(fields(line['properties'] as Record<string, Schema>, line['required'] as string[]), { minLength: 1, maxLength: 2 })).map(([given, items]) => ({ ...given, items }));
}
