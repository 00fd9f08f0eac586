/** One flush of a stage's state as one blob: per change u32 key length · key · u8 kind (0 deleted, 1 text, 2 bytes) · u32 length · value · f64 offset. */
import type { StateChange, StateValue } from '../log.ts';

const DELETED = 0;
const TEXT = 1;
const BYTES = 2;

let scratch = Buffer.allocUnsafe(1 << 20);

export function packState(changes: readonly StateChange[]): Buffer {
  let at = 0;
  for (const { key, value, offset } of changes) {
    const room = 3 * key.length + (typeof value === 'string' ? 3 * value.length : (value?.length ?? 0)) + 17;
    if (at + room > scratch.length) {
      const grown = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + room));
      scratch.copy(grown, 0, 0, at);
      scratch = grown;
    }
    const keyBytes = scratch.write(key, at + 4, 'utf8');
    scratch.writeUInt32LE(keyBytes, at);
    at += 4 + keyBytes;
    at = putValue(value, at);
    at = scratch.writeDoubleLE(offset, at);
  }
  return Buffer.from(scratch.subarray(0, at));
}

function putValue(value: StateValue | null, at: number): number {
  scratch[at] = value === null ? DELETED : typeof value === 'string' ? TEXT : BYTES;
  const length = value === null ? 0 : typeof value === 'string' ? scratch.write(value, at + 5, 'utf8') : (scratch.set(value, at + 5), value.length);
  scratch.writeUInt32LE(length, at + 1);
  return at + 5 + length;
}

export function* unpackState(blob: Buffer): Iterable<StateChange> {
  for (let at = 0; at < blob.length;) {
    const keyEnd = at + 4 + blob.readUInt32LE(at);
    const key = blob.toString('utf8', at + 4, keyEnd);
    const kind = blob[keyEnd];
    const end = keyEnd + 5 + blob.readUInt32LE(keyEnd + 1);
    // Copied: a view would keep the whole blob in memory for one key.
    const value = kind === DELETED ? null : kind === TEXT ? blob.toString('utf8', keyEnd + 5, end) : Buffer.from(blob.subarray(keyEnd + 5, end));
    yield { key, value, offset: blob.readDoubleLE(end) };
    at = end + 8;
  }
}
