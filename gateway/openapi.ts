/** The routes as an OpenAPI 3.1 document. */
import { MAY } from './access.ts';
import { ACCESS } from './routes/access.ts';
import { ALERTS } from './routes/alerts.ts';
import { EVENTS } from './routes/events.ts';
import { REFERENCE } from './routes/reference.ts';
import { json, type Route } from './routes/route.ts';
import { RULES } from './routes/rules.ts';
import { ref, SCHEMAS, str, type Json } from './shapes.ts';

export const ROUTES: readonly Route[] = [...EVENTS, ...ALERTS, ...RULES, ...REFERENCE, ...ACCESS];

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map((m) => ({ name: m[1], in: 'path', required: true, schema: str }));

function describe(o: Route, bodyBytes: number): Json {
  const codes = [...(o.access === 'open' ? [] : [401, 403]), 429, ...(o.errors ?? [])];
  const headers: Json[] =
    o.path === '/v1/events'
      ? [
          {
            name: 'x-fenghuo-backfill', in: 'header', description: 'id of a declared backfill (admin): own windows, nothing published',
            schema: { type: 'string', pattern: '^[\\w.-]{1,60}$' },
          },
          {
            name: 'content-encoding', in: 'header', description: `gzip, or none; at most ${bodyBytes} bytes a request, unpacked`,
            schema: { type: 'string', enum: ['gzip', 'x-gzip', 'identity'] },
          },
        ]
      : [];
  return {
    summary: o.summary,
    description: o.access === 'open' ? 'Open to anyone.' : `Roles: ${MAY[o.access].join(', ')}.`,
    parameters: [...pathParameters(o.path), ...(o.query ?? []), ...headers],
    ...(o.access === 'open' ? { security: [] } : {}),
    ...(o.body ? { requestBody: { required: true, content: o.body } } : {}),
    responses: {
      ...Object.fromEntries([o.ok, ...(o.instead ? [o.instead] : [])].map(([status, description, content]) => [status, { description, ...(content && { content }) }])),
      ...Object.fromEntries(
        codes.map((c) => [c, { description: 'refused', content: json(c === 400 && o.path === '/v1/events' ? ref('Submission') : ref('Error')) }]),
      ),
    },
  };
}

export function openApi(version: string, bodyBytes: number): Json {
  const paths: Record<string, Json> = {};
  for (const o of ROUTES) (paths[o.path] ??= {})[o.method] = describe(o, bodyBytes);
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
