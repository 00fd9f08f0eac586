/**
 * Schema ids at the log's edge. Within Fenghuo a value names its schema by its place in schemas/released; a Confluent-compatible registry gives ids of its own. Where one is used,
 * the four bytes are exchanged when a value is sent and when it is read, so that subscribers find the schema in their registry.
 */
export class SchemaIds {
  readonly #theirs: readonly number[];
  readonly #ours: ReadonlyMap<number, number>;
  readonly #same: boolean;

  /** Their id of each of our schemas, in our order. */
  constructor(theirs: readonly number[]) {
    this.#theirs = theirs;
    this.#ours = new Map(theirs.map((id, i) => [id, i + 1]));
    this.#same = theirs.every((id, i) => id === i + 1);
  }

  /** `shared`: others hold these bytes, so they are copied before they are changed. */
  toRegistry(bytes: Uint8Array, shared: boolean): Uint8Array {
    if (this.#same) return bytes;
    return put(shared ? Buffer.from(bytes) : bytes, this.#theirs[idOf(bytes) - 1]);
  }

  /** Bytes of the network: nobody else holds them. An id that is none of ours becomes 0, which no reader takes. */
  fromRegistry(bytes: Uint8Array): Uint8Array {
    return this.#same ? bytes : put(bytes, this.#ours.get(idOf(bytes)) ?? 0);
  }
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const idOf = (bytes: Uint8Array): number => (bytes.length >= 5 && bytes[0] === 0 ? view(bytes).getUint32(1) : 0);

function put(bytes: Uint8Array, id: number | undefined): Uint8Array {
  if (id !== undefined) view(bytes).setUint32(1, id);
  return bytes;
}
