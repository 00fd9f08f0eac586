/** The HTTP door: wires routes to pipeline and store. Inert until `start`. */
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance } from 'fastify';
import type { RuleSet } from '../language/ruleset.ts';
import type { Check } from '../processors/check.ts';
import type { DeadLetters } from '../processors/letters/letters.ts';
import type { Operations } from '../processors/operations.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import type { ReferenceDesk } from '../processors/reference.ts';
import type { RuleDesk } from '../processors/rule-changes.ts';
import type { Store } from '../processors/sink/store.ts';
import type { SuppressionDesk } from '../processors/suppressions.ts';
import { guard } from './access.ts';
import { alertRoutes } from './alerts.ts';
import { checkRoutes } from './check.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { deskRoutes } from './desk.ts';
import { errorHandler, notFound } from './errors.ts';
import { healthRoutes } from './health.ts';
import { ingestRoutes } from './ingest.ts';
import type { Keys } from './keys.ts';
import { createMetrics } from './metrics.ts';
import { keyRoutes, operateRoutes } from './operate.ts';
import { orderRoutes } from './orders.ts';
import { overviewRoutes } from './overview.ts';
import { referenceRoutes } from './reference.ts';
import { registryRoutes } from './registry.ts';
import { ruleRoutes } from './rules.ts';
import { standardRoutes } from './standards.ts';
import { streamRoutes } from './stream.ts';
import { suppressionRoutes } from './suppressions.ts';
import { verdictRoutes } from './verdicts.ts';

export interface Limits {
  bodyBytes: number;
  /** Requests a minute and key. */
  submissions: number;
  reads: number;
  streams: number;
  heartbeatMs: number;
  catchUpMs: number;
}
export const LIMITS: Limits = { bodyBytes: 8 << 20, submissions: 120_000, reads: 1_200, streams: 200, heartbeatMs: 15_000, catchUpMs: 500 };

export interface GatewayDependencies {
  pipeline: Pipeline;
  store: Store;
  keys: Keys;
  host: string;
  port: number;
  /** Further names under which it is reached: a proxy's, a container's. */
  names?: readonly string[];
  dataFolder: string;
  version: string;
  rules: () => RuleSet | undefined;
  /** Pure: what would become of the documents of a body. */
  check: Check;
  reference: ReferenceDesk;
  /** The topic of what is no trade document. */
  operations: Pick<Operations, 'put'> & Partial<Pick<Operations, 'lag'>>;
  changes: RuleDesk;
  suppressions: SuppressionDesk;
  letters: DeadLetters;
  /** Told of each dossier that an operator opens: technical-risk input (K11). */
  sensitiveRead?: (operator: string) => void;
  limits?: Partial<Limits>;
  log?: (line: string) => void;
}

export interface Gateway {
  app: FastifyInstance;
  start(): Promise<string>;
  stop(): Promise<void>;
}

export function createGateway(deps: GatewayDependencies): Gateway {
  const limits: Limits = { ...LIMITS, ...deps.limits };
  const log = deps.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const app = Fastify({ bodyLimit: limits.bodyBytes, logger: false, routerOptions: { maxParamLength: 200 }, forceCloseConnections: true });
  const metrics = createMetrics(deps);
  let streams: { stop(): void } | undefined;

  app.setErrorHandler(errorHandler(limits.bodyBytes, log));
  // Bodies stay bytes: intake reads events itself, and other routes read small JSON.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.register(cookie);
  app.register(async (scope) => {
    guard(scope, deps.keys, [deps.host, ...(deps.names ?? [])]);
    await scope.register(rateLimit, {
      max: limits.reads,
      timeWindow: '1 minute',
      keyGenerator: (request) => request.caller?.id ?? `ip:${request.ip}`,
    });
    scope.setNotFoundHandler({ preHandler: scope.rateLimit() }, () => {
      throw notFound('There is nothing at this address.', 'GET /openapi.json lists every route.');
    });
    ingestRoutes(scope, deps.pipeline, metrics, { max: limits.submissions, timeWindow: '1 minute' });
    checkRoutes(scope, deps.check);
    alertRoutes(scope, deps.store);
    streams = streamRoutes(scope, deps.pipeline, deps.store, metrics, {
      maxStreams: limits.streams,
      heartbeatMs: limits.heartbeatMs,
      catchUpMs: limits.catchUpMs,
    });
    orderRoutes(scope, deps.store, deps.rules, deps.letters, deps.sensitiveRead ?? (() => {}));
    overviewRoutes(scope, deps.store, deps.rules);
    operateRoutes(scope, deps.store);
    deadLetterRoutes(scope, deps.letters);
    keyRoutes(scope, deps.keys);
    referenceRoutes(scope, deps.reference, deps.operations);
    ruleRoutes(scope, deps.changes);
    suppressionRoutes(scope, deps.suppressions, deps.rules);
    verdictRoutes(scope, deps.store, deps.pipeline, deps.rules);
    registryRoutes(scope);
    standardRoutes(scope, deps.rules);
    deskRoutes(scope, deps.keys);
    healthRoutes(scope, deps, metrics, limits.bodyBytes);
  });
  return {
    app,
    async start() {
      await app.listen({ host: deps.host, port: deps.port });
      const address = app.server.address();
      const port = typeof address === 'object' && address ? address.port : deps.port;
      const name = deps.host === '0.0.0.0' || deps.host === '::' ? '127.0.0.1' : deps.host;
      return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
    },
    async stop() {
      streams?.stop();
      await app.close();
    },
  };
}
