/** Who may call what. Every route declares its access; one that does not stops the start (nothing fails open). */
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';
import type { Caller, Keys, Role } from './keys.ts';

export type Access = 'open' | 'any' | 'read' | 'write' | 'verdict' | 'propose' | 'approve' | 'lift' | 'letters' | 'admin';
export const COOKIE = 'fenghuo_session';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

export const MAY: Record<Access, readonly Role[]> = {
  open: [],
  any: ['read', 'write', 'officer', 'author', 'approver', 'simulator', 'admin'],
  read: ['read', 'officer', 'author', 'approver', 'admin'],
  write: ['write', 'simulator', 'admin'],
  verdict: ['officer', 'author', 'approver', 'admin'],
  propose: ['author', 'admin'],
  approve: ['approver', 'admin'],
  lift: ['author', 'approver', 'admin'],
  letters: ['approver', 'admin'],
  admin: ['admin'],
};

/** What a session of the desk is never good for: messages come from senders; keys, SQL and tables are an administrator's. Both show the key itself. */
const KEY_ALONE: readonly Access[] = ['write', 'admin'];
const mayCall = ({ role, session }: Caller, access: Access): boolean => MAY[access].includes(role) && !(session && KEY_ALONE.includes(access));
/** So that the desk offers what this caller may do, and nothing else. */
export const actsOf = (caller: Caller): Access[] => (Object.keys(MAY) as Access[]).filter((access) => mayCall(caller, access));

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const HEADERS: Record<string, string> = {
  'content-security-policy': CSP,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/**
 * A page of another site can make a browser call us under its own name (DNS rebinding); only a name can be rebound, so an address, localhost and
 * the configured names are fine and every other name is refused.
 */
export function hostAllowed(header: string | undefined, names: readonly string[]): boolean {
  const name = (header ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return name === 'localhost' || names.some((known) => name === known.toLowerCase()) || isIP(name) !== 0;
}

function identify(request: FastifyRequest, keys: Keys): Caller | undefined {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) return keys.authenticate(/^Bearer\s+(\S+)$/i.exec(authorization)?.[1] ?? '');
  const cookie = request.cookies[COOKIE];
  return cookie === undefined ? undefined : keys.session(cookie);
}

function enforce(request: FastifyRequest): void {
  const access = request.is404 ? 'open' : (request.routeOptions.config.access ?? 'admin');
  if (access === 'open') return;
  const caller = request.caller;
  if (!caller) {
    throw new ApiError(401, 'NO_ACCESS', request.headers.authorization ? 'This key is not in force.' : 'This needs a key or a session.', {
      expected: "Authorization: Bearer fh_… (or the desk's session)",
      given: request.headers.authorization ? 'an unknown or revoked key' : 'none',
      next: 'Keys: `npx fenghuo keys add`, or keys/admin.key in the data folder. The desk: open the address that `npm start` prints.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  // A page of another site, also of another port of this machine, must not act in an officer's name. Browsers that do not say where a request comes from are held by the cookie's own rule.
  const from = request.headers['sec-fetch-site'];
  if (caller.session && request.method !== 'GET' && request.method !== 'HEAD' && from !== undefined && from !== 'same-origin') {
    throw new ApiError(403, 'OTHER_SITE', 'A page of another site asked for this in the name of a session of the desk.', { expected: 'a request of the desk itself', given: 'another site', next: 'Open the desk and do it there, or use a key.' });
  }
  if (MAY[access].includes(caller.role) && !mayCall(caller, access)) {
    throw new ApiError(403, 'KEY_NEEDED', 'This asks for the key itself; a session of the desk does not suffice.', { expected: 'Authorization: Bearer fh_…', given: 'a session', next: 'Use the command line or the API with the key.' });
  }
  if (!mayCall(caller, access)) {
    throw new ApiError(403, 'WRONG_ROLE', `This needs one of the roles ${MAY[access].join(', ')}.`, {
      expected: MAY[access].join(' or '),
      given: caller.role,
      next: 'Ask an administrator for a key with that role.',
    });
  }
}

export function guard(app: FastifyInstance, keys: Keys, names: readonly string[]): void {
  app.decorateRequest('caller', undefined);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`gateway: route ${String(route.method)} ${route.url} declares no access`);
  });
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(HEADERS);
    if (!hostAllowed(request.headers.host, names)) {
      throw new ApiError(421, 'WRONG_HOST', 'This gateway does not answer under that host name.', {
        expected: `localhost, an IP address or ${names.join(', ')}`,
        given: 'another name',
        next: 'Set FENGHUO_NAMES to the names under which it shall be reached.',
      });
    }
    request.caller = identify(request, keys);
  });
  // After the rate limit (which runs on request, also for wrong keys), before any byte of the body is read.
  app.addHook('preParsing', async (request) => enforce(request));
}
