/**
 * Access keys and sessions. A key is `fh_<id>_<secret>`; only its SHA-256 is stored, so a copy of keys.json opens nothing. Sessions live in memory:
 * a restart ends them, which is what an officer expects of a token that was printed by the start.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** officer: reads and gives verdicts. author: an officer who proposes changes; approver: one who decides on those of others. */
export const ROLES = ['admin', 'write', 'read', 'officer', 'author', 'approver', 'simulator'] as const;
export type Role = (typeof ROLES)[number];

/** Who is calling. `id` is the key's id, also behind a session. */
export interface Caller {
  id: string;
  name: string;
  role: Role;
  /** Through a session of the desk instead of the key itself. */
  session?: true;
}
export interface KeyInfo extends Omit<Caller, 'session'> {
  createdAt: number;
  revokedAt: number | undefined;
}
interface StoredKey extends KeyInfo {
  hash: string;
}

export interface Keys {
  /** Returns the key in clear, the only time that it can be seen. */
  add(name: string, role: Role): { key: string; info: KeyInfo };
  list(): KeyInfo[];
  /** False where no such key is in force. The last admin key cannot be revoked. */
  revoke(id: string): boolean;
  authenticate(key: string): Caller | undefined;
  /** Good for one exchange within ten minutes. */
  oneTimeToken(): string;
  /** Session id, or undefined where the token is unknown, used or too old. */
  exchange(token: string): string | undefined;
  openSession(caller: Caller): string;
  session(id: string): Caller | undefined;
  endSession(id: string): void;
  readonly adminKeyFile: string;
}

const TOKEN_MS = 10 * 60_000;
export const SESSION_MS = 12 * 3_600_000;
/** Who opened the address that the start printed: an officer at this machine. */
const DESK: Caller = { id: 'desk', name: 'desk', role: 'officer' };

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const secret = (): string => randomBytes(32).toString('base64url');

/** Written beside and renamed over, so that a crash leaves the old file or the new one, never half of one. */
function writeAtomic(file: string, text: string): void {
  const next = `${file}.next`;
  writeFileSync(next, text, { mode: 0o600, flush: true });
  renameSync(next, file);
}

function load(file: string): Map<string, StoredKey> {
  if (!existsSync(file)) return new Map();
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { keys: StoredKey[] };
    return new Map(stored.keys.map((k) => [k.id, k]));
  } catch (error) {
    throw new Error(
      `${file} cannot be read as {"keys": [...]}: ${(error as Error).message}. Restore it from a copy, or move it away: the next start then writes a new admin key`,
    );
  }
}

/** Opens `folder`/keys.json; where no admin key is in force, writes a new one to `folder`/admin.key (0600). */
/** `metricsKeyFile`: holds a key that whoever set this up has made, for Prometheus: taken as one of role read. */
export function openKeys(folder: string, clock: () => number = Date.now, metricsKeyFile = process.env.FENGHUO_METRICS_KEY_FILE): Keys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'keys.json');
  const adminKeyFile = join(folder, 'admin.key');
  const stored = load(file);
  const sessions = openSessions(clock);
  const save = () => writeAtomic(file, `${JSON.stringify({ keys: [...stored.values()] }, null, 2)}\n`);
  const inForce = (k: StoredKey) => k.revokedAt === undefined;

  function add(name: string, role: Role): { key: string; info: KeyInfo } {
    const id = randomBytes(6).toString('hex');
    const key = `fh_${id}_${secret()}`;
    const entry: StoredKey = { id, name, role, createdAt: clock(), revokedAt: undefined, hash: sha256(key).toString('hex') };
    stored.set(id, entry);
    save();
    return { key, info: infoOf(entry) };
  }
  /** A key that was made elsewhere. One that was revoked here stays so. */
  function admit(key: string, name: string, role: Role): void {
    const id = /^fh_([0-9a-f]{12})_[\w-]{43}$/.exec(key)?.[1];
    if (id === undefined) throw new Error(`${metricsKeyFile}: expected a key as \`npx fenghuo secrets\` makes it (fh_…), found ${key.length} characters`);
    if (stored.has(id)) return;
    stored.set(id, { id, name, role, createdAt: clock(), revokedAt: undefined, hash: sha256(key).toString('hex') });
    save();
  }
  function authenticate(key: string): Caller | undefined {
    const entry = stored.get(/^fh_([0-9a-f]{12})_/.exec(key)?.[1] ?? '');
    if (!entry || !inForce(entry) || !timingSafeEqual(sha256(key), Buffer.from(entry.hash, 'hex'))) return undefined;
    return { id: entry.id, name: entry.name, role: entry.role };
  }
  function revoke(id: string): boolean {
    const entry = stored.get(id);
    if (!entry || !inForce(entry)) return false;
    const admins = [...stored.values()].filter((k) => k.role === 'admin' && inForce(k));
    if (entry.role === 'admin' && admins.length === 1) return false;
    entry.revokedAt = clock();
    save();
    sessions.endOf(id);
    return true;
  }

  if (![...stored.values()].some((k) => k.role === 'admin' && inForce(k))) writeAtomic(adminKeyFile, `${add('admin', 'admin').key}\n`);
  if (metricsKeyFile) admit(readFileSync(metricsKeyFile, 'utf8').trim(), 'metrics', 'read');
  return { add, list: () => [...stored.values()].map(infoOf), revoke, authenticate, adminKeyFile, ...sessions.api };
}

const infoOf = ({ id, name, role, createdAt, revokedAt }: StoredKey): KeyInfo => ({ id, name, role, createdAt, revokedAt });

type SessionApi = Pick<Keys, 'oneTimeToken' | 'exchange' | 'openSession' | 'session' | 'endSession'>;

function openSessions(clock: () => number): { api: SessionApi; endOf(keyId: string): void } {
  // Kept by hash: what lies in memory, or in a core dump, cannot be used as a cookie.
  const tokens = new Map<string, number>();
  const sessions = new Map<string, { caller: Caller; until: number }>();
  const name = (value: string) => sha256(value).toString('hex');
  const forgetOld = () => {
    for (const [key, until] of tokens) if (until < clock()) tokens.delete(key);
    for (const [key, session] of sessions) if (session.until < clock()) sessions.delete(key);
  };
  const openSession = (caller: Caller): string => {
    forgetOld();
    const id = secret();
    sessions.set(name(id), { caller: { ...caller, session: true }, until: clock() + SESSION_MS });
    return id;
  };
  const api: SessionApi = {
    oneTimeToken() {
      forgetOld();
      const token = secret();
      tokens.set(name(token), clock() + TOKEN_MS);
      return token;
    },
    exchange(token) {
      const until = tokens.get(name(token));
      tokens.delete(name(token));
      return until !== undefined && until >= clock() ? openSession(DESK) : undefined;
    },
    openSession,
    session(id) {
      const found = sessions.get(name(id));
      return found && found.until >= clock() ? found.caller : undefined;
    },
    endSession: (id) => void sessions.delete(name(id)),
  };
  return {
    api,
    endOf: (keyId) => {
      for (const [key, s] of sessions) if (s.caller.id === keyId) sessions.delete(key);
    },
  };
}
