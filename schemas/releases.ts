/**
 * Which schemas have been released. A frozen one never changes: bytes written under it lie in logs, and documents that it takes are on their way. Both lists only
 * grow, one line a release, written by `npx fenghuo standards --release`; docs/compatibility.md states the rules.
 */

export interface AvroRelease<T extends string = string> { id: number; type: T; version: number; schema: unknown }
export interface WireRelease { type: string; version: number; schema: unknown; samples: Record<string, unknown>[] }

/** The newest release of each type. */
export function newest<R extends { type: string }>(releases: readonly R[]): Map<string, R> {
  return new Map(releases.map((release) => [release.type, release]));
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * What the next release will add: types without one, and types whose schema has changed since. Ids go on where the frozen ones end and are never used twice; a build
 * that has not been released yet already uses the ids that its release will fix.
 */
export function pendingAvro<T extends string>(frozen: readonly AvroRelease[], types: readonly T[], schemas: Readonly<Record<T, unknown>>): AvroRelease<T>[] {
  const last = newest(frozen);
  return types.filter((type) => !same(last.get(type)?.schema, schemas[type]))
    .map((type, i) => ({ id: frozen.length + i + 1, type, version: (last.get(type)?.version ?? 0) + 1, schema: schemas[type] }));
}

export function pendingWire(frozen: readonly WireRelease[], current: readonly Omit<WireRelease, 'version'>[]): WireRelease[] {
  const last = newest(frozen);
  return current.filter(({ type, schema }) => !same(last.get(type)?.schema, schema)).map((one) => ({ ...one, version: (last.get(one.type)?.version ?? 0) + 1 }));
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What keeps bytes written under `before` from being read as `now`. A record keeps its fields in their places; a new one stands at the end and has a default. */
export function avroBreaks(before: unknown, now: unknown, path = ''): string[] {
  if (!isNode(before) || !isNode(now)) return same(before, now) ? [] : [`${path || 'schema'}: was ${JSON.stringify(before)}, is ${JSON.stringify(now)}; a type never changes`];
  if (before['type'] !== now['type'] || before['name'] !== now['name']) return [`${path || 'schema'}: was ${String(before['type'])} ${String(before['name'] ?? '')}, is ${String(now['type'])} ${String(now['name'] ?? '')}`];
  if (before['type'] === 'array') return avroBreaks(before['items'], now['items'], `${path}[]`);
  if (before['type'] === 'map') return avroBreaks(before['values'], now['values'], `${path}{}`);
  if (before['type'] !== 'record') return same(before, now) ? [] : [`${path}: changed`];
  const [was, is] = [before['fields'] as Node[], now['fields'] as Node[]];
  const at = (field: Node | undefined): string => (path === '' ? String(field?.['name']) : `${path}.${String(field?.['name'])}`);
  return [
    ...was.flatMap((field, i) => (is[i]?.['name'] === field['name'] ? avroBreaks(field['type'], is[i]?.['type'], at(field))
      : [`${at(field)}: was field ${i + 1}, and is ${is.some(({ name }) => name === field['name']) ? 'moved' : 'gone'}; fields keep their places`])),
    ...is.slice(was.length).filter((field) => !('default' in field)).map((field) => `${at(field)}: is new and has no default; write it with added(type, default) in schemas/avro.ts`),
  ];
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** What keeps a document that `before` takes from being taken as `now`: a bound that is narrower, a field that is gone, a new duty. */
export function wireBreaks(before: unknown, now: unknown, path = 'document'): string[] {
  if (same(before, now)) return [];
  if (!isNode(before) || !isNode(now)) return [`${path}: was ${JSON.stringify(before)}, is ${JSON.stringify(now)}`];
  const breaks: string[] = [];
  const narrower = (name: string, isNarrower: (was: number | undefined, is: number) => boolean): void => {
    const is = now[name] as number | undefined;
    if (is !== undefined && isNarrower(before[name] as number | undefined, is)) breaks.push(`${path}: ${name} was ${String(before[name] ?? 'open')}, is ${is}`);
  };
  for (const name of ['maxLength', 'maximum', 'maxItems']) narrower(name, (was, is) => was === undefined || is < was);
  for (const name of ['minLength', 'minimum', 'minItems']) narrower(name, (was, is) => (was === undefined ? is > 0 : is > was));
  for (const name of ['type', 'enum']) {
    const [was, is] = [list(before[name]), list(now[name])];
    const lost = is.length === 0 ? [] : was.length === 0 ? ['any'] : was.filter((one) => !is.includes(one));
    if (lost.length > 0) breaks.push(`${path}: no longer takes ${name} ${lost.join(', ')}`);
  }
  const wider = (pattern: unknown): string => String(pattern).replace(/^\^\((.*)\)\$$/, '^($1)?$');
  if (now['pattern'] !== undefined && now['pattern'] !== before['pattern'] && now['pattern'] !== wider(before['pattern'])) breaks.push(`${path}: the pattern is another`);
  const duties = list(now['required']).filter((name) => !list(before['required']).includes(name));
  if (duties.length > 0) breaks.push(`${path}: ${duties.join(', ')} became required`);
  for (const name of ['properties', '$defs']) {
    for (const [key, was] of Object.entries((before[name] ?? {}) as Node)) {
      const is = (now[name] as Node | undefined)?.[key];
      breaks.push(...(is === undefined && name === 'properties' && path.endsWith('/else') ? [] : is === undefined ? [`${path}.${key}: is gone`] : wireBreaks(was, is, `${path}.${key}`)));
    }
  }
  for (const name of ['items', 'else']) if (now[name] !== undefined) breaks.push(...wireBreaks(before[name] ?? {}, now[name], `${path}/${name}`));
  for (const name of ['if', 'const', 'allOf', '$ref']) if (!same(before[name], now[name]) && now[name] !== undefined) breaks.push(`${path}: ${name} is another`);
  return breaks;
}
