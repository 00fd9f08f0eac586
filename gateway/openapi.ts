/** The operations as an OpenAPI 3.1 document. */
import { json, OPERATIONS, ref, SCHEMAS, str, type Json, type Operation } from './operations.ts';

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map((m) => ({ name: m[1], in: 'path', required: true, schema: str }));

function describe(o: Operation): Json {
  const [status, description, content] = o.ok;
  const codes = [...(o.access === 'open' ? [] : [401, 403]), 429, ...(o.errors ?? [])];
  const backfill: Json[] =
    o.path === '/v1/events'
      ? [{ name: 'x-fenghuo-backfill', in: 'header', description: 'id of a declared backfill (admin): own windows, nothing published', schema: str }]
      : [];
  return {
    summary: o.summary,
    description: `Roles: ${o.access}.`,
    parameters: [...pathParameters(o.path), ...(o.query ?? []), ...backfill],
    ...(o.access === 'open' ? { security: [] } : {}),
    ...(o.body ? { requestBody: { required: true, content: o.body } } : {}),
    responses: {
      [status]: { description, ...(content ? { content } : {}) },
      ...Object.fromEntries(
        codes.map((c) => [c, { description: 'refused', content: json(c === 400 && o.path === '/v1/events' ? ref('Submission') : ref('Error')) }]),
      ),
    },
  };
}

export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const o of OPERATIONS) (paths[o.path] ??= {})[o.method] = describe(o);
  return {
    openapi: '3.1.0',
    info: { title: 'Fenghuo', version, description: 'Real-time classified and graded risk early warning for cross-border e-commerce.' },
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { key: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'fenghuo_session' } },
    },
  };
}
