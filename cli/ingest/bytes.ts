/** Streams of bytes whose beginning is looked at before they are read. */
import { CommandError, EXIT } from '../exit.ts';

export type Bytes = AsyncIterable<Uint8Array>;
/** `head` again comes first when it is iterated. */
export interface Peeked extends Bytes { head: Buffer }

/** A pipe may hand over less at a time than is asked for. */
export async function peek(bytes: Bytes, atLeast: number): Promise<Peeked> {
  const rest = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  while (!ended && length < atLeast) {
    const next = await rest.next();
    ended = next.done === true;
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(first);
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (let next = ended ? undefined : await rest.next(); next && !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }
  return { head, [Symbol.asyncIterator]: all };
}

/** The whole, or an error that says what to do instead. */
export async function gather(name: string, bytes: Bytes, limit: number, next: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > limit) throw new CommandError(EXIT.refused, `${name} is too long to be taken whole: expected at most ${limit} bytes, given more. ${next}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
