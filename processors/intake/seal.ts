/** AES-256-GCM, laid out iv(12) ‖ tag(16) ‖ ciphertext. */
import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto';

const IV = 12;
const TAG = 16;
const POOL = IV * 1024;

export interface Seal { keyId: string; seal(plain: Uint8Array | string): Buffer; unseal(sealed: Uint8Array): Buffer }

export function createSeal(key: Uint8Array, keyId: string): Seal {
  if (key.length !== 32) throw new Error(`seal key ${keyId}: expected 32 bytes for AES-256, given ${key.length}; check FENGHUO_SEAL_KEY or keys/seal.key in the data folder`);
  const secret = createSecretKey(key);
  // Random IVs are filled in bulk: one call for each costs as much as the cipher. Each is used once.
  const pool = Buffer.alloc(POOL);
  let next = POOL;
  return {
    keyId,
    seal(plain) {
      if (next === POOL) {
        randomFillSync(pool);
        next = 0;
      }
      const iv = pool.subarray(next, next + IV);
      next += IV;
      const cipher = createCipheriv('aes-256-gcm', secret, iv);
      const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
      cipher.final();
      const sealed = Buffer.allocUnsafe(IV + TAG + body.length);
      iv.copy(sealed, 0);
      cipher.getAuthTag().copy(sealed, IV);
      body.copy(sealed, IV + TAG);
      return sealed;
    },
    unseal(sealed) {
      if (sealed.length < IV + TAG) throw new Error(`sealed bytes: expected at least ${IV + TAG}, given ${sealed.length}; the entry was cut`);
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, IV));
      decipher.setAuthTag(sealed.subarray(IV, IV + TAG));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]);
      } catch (cause) {
        throw new Error(`sealed bytes (${sealed.length}) do not open with seal key ${keyId}: written under another key, or changed since; start with the key named beside the entry`, { cause });
      }
    },
  };
}
