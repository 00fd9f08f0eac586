import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openKeys } from '../../gateway/keys.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'fenghuo-keys-'));
const mode = (file: string) => statSync(file).mode & 0o777;

describe('keys', () => {
  test('the first start writes an admin key that works after a restart; only hashes are stored', () => {
    const at = folder();
    const admin = readFileSync(openKeys(at).adminKeyFile, 'utf8').trim();
    expect(admin).toMatch(/^fh_[0-9a-f]{12}_[\w-]{43}$/);
    expect([mode(join(at, 'admin.key')), mode(join(at, 'keys.json'))]).toEqual([0o600, 0o600]);
    expect(readFileSync(join(at, 'keys.json'), 'utf8')).not.toContain(admin.slice(16));
    const again = openKeys(at);
    expect(again.authenticate(admin)).toMatchObject({ role: 'admin' });
    expect(again.list()).toHaveLength(1);
    expect(again.authenticate(`${admin}x`)).toBeUndefined();
  });

  test('a revoked key and its sessions are out at once; the last admin key stays', () => {
    const keys = openKeys(folder());
    const { key, info } = keys.add('ningbo', 'read');
    const session = keys.openSession(info);
    expect(keys.session(session)?.name).toBe('ningbo');
    expect(keys.revoke(info.id)).toBe(true);
    expect([keys.authenticate(key), keys.session(session)]).toEqual([undefined, undefined]);
    expect(keys.revoke(keys.list()[0]!.id)).toBe(false);
  });

  test('a one-time token works once, for ten minutes; a session for twelve hours', () => {
    let now = 0;
    const keys = openKeys(folder(), () => now);
    const token = keys.oneTimeToken();
    const session = keys.exchange(token) as string;
    expect(keys.session(session)?.role).toBe('officer');
    expect(keys.exchange(token)).toBeUndefined();
    const late = keys.oneTimeToken();
    now = 11 * 60_000;
    expect(keys.exchange(late)).toBeUndefined();
    now = 12 * 3_600_000 + 1;
    expect(keys.session(session)).toBeUndefined();
  });
});
