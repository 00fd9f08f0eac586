/**
 * Key hash → row ids, in flat arrays: 9 bytes a place. Open addressing with linear probing; a place's home is proportional to its hash, so growing is a walk in order.
 * A hash of 32 bits may stand for several keys: whoever asks compares the key itself.
 */
const LOAD = 0.85;
const GROWTH = 1.5;
const LEAST = 1024;

/** Never 0, which marks a place without a key. */
export function hashOf(key: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  // FNV alone leaves its upper bits uneven, and they decide the home.
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0 || 1;
}

export class KeyIndex {
  #capacity: number;
  /** Of each place its hash and the low 32 bits of its id, side by side: one look into memory finds both. */
  #places: Uint32Array;
  /** Ids of 40 bits: a table that changes 3,000 keys a second runs out after ten years. */
  #high: Uint8Array;
  size = 0;

  /** `expected`: how many keys will be added at once. */
  constructor(expected = 0) {
    this.#capacity = Math.max(LEAST, Math.ceil((expected / LOAD) * 1.05));
    [this.#places, this.#high] = arrays(this.#capacity);
  }

  add(hash: number, id: number): void {
    if (this.size >= this.#capacity * LOAD) this.#grow();
    let at = this.#home(hash);
    while (this.#places[2 * at] !== 0) at = this.#after(at);
    this.#put(at, hash, id);
    this.size++;
  }

  /** The first id of this hash that `is` accepts, or −1. */
  find(hash: number, is: (id: number) => boolean): number {
    for (let at = this.#home(hash); this.#places[2 * at] !== 0; at = this.#after(at)) {
      if (this.#places[2 * at] !== hash) continue;
      const id = this.#idAt(at);
      if (is(id)) return id;
    }
    return -1;
  }

  has(hash: number, id: number): boolean {
    return this.#at(hash, id) >= 0;
  }

  remove(hash: number, id: number): void {
    const at = this.#at(hash, id);
    if (at < 0) throw new Error(`row ${id} is not in the index: a bug in the resting state`);
    this.size--;
    this.#close(at);
  }

  #at(hash: number, id: number): number {
    for (let at = this.#home(hash); this.#places[2 * at] !== 0; at = this.#after(at)) if (this.#places[2 * at] === hash && this.#idAt(at) === id) return at;
    return -1;
  }

  /** Moves back what probing had carried past a place that is empty now. */
  #close(empty: number): void {
    let hole = empty;
    for (let at = this.#after(hole); this.#places[2 * at] !== 0; at = this.#after(at)) {
      const hash = this.#places[2 * at] as number;
      const home = this.#home(hash);
      const stays = hole <= at ? home > hole && home <= at : home > hole || home <= at;
      if (stays) continue;
      this.#put(hole, hash, this.#idAt(at));
      hole = at;
    }
    this.#places[2 * hole] = 0;
  }

  #home(hash: number): number {
    return Math.floor((hash / 0x100000000) * this.#capacity);
  }

  #after(at: number): number {
    return at + 1 === this.#capacity ? 0 : at + 1;
  }

  #idAt(at: number): number {
    return (this.#high[at] as number) * 0x100000000 + (this.#places[2 * at + 1] as number);
  }

  #put(at: number, hash: number, id: number): void {
    this.#places[2 * at] = hash;
    this.#places[2 * at + 1] = id;
    this.#high[at] = Math.floor(id / 0x100000000);
  }

  #grow(): void {
    const [places, high, capacity] = [this.#places, this.#high, this.#capacity];
    this.#capacity = Math.ceil(capacity * GROWTH);
    [this.#places, this.#high] = arrays(this.#capacity);
    this.size = 0;
    for (let at = 0; at < capacity; at++) if (places[2 * at] !== 0) this.add(places[2 * at] as number, (high[at] as number) * 0x100000000 + (places[2 * at + 1] as number));
  }
}

const arrays = (capacity: number): [Uint32Array, Uint8Array] => [new Uint32Array(2 * capacity), new Uint8Array(capacity)];

const BAND_BITS = 10;
const BAND_ROOM = 4096;

/** Adds many keys in a third of the time: gathered by the upper bits of their hashes, so that the places of a band are filled while the processor has them at hand. */
export class KeyBands {
  readonly #index: KeyIndex;
  readonly #room: number;
  readonly #hashes: Uint32Array;
  readonly #ids: Float64Array;
  readonly #filled = new Uint32Array(1 << BAND_BITS);

  constructor(index: KeyIndex, expected: number) {
    this.#index = index;
    this.#room = Math.min(BAND_ROOM, 1 + (expected >> BAND_BITS));
    this.#hashes = new Uint32Array(this.#room << BAND_BITS);
    this.#ids = new Float64Array(this.#room << BAND_BITS);
  }

  add(hash: number, id: number): void {
    const band = hash >>> (32 - BAND_BITS);
    if (this.#filled[band] === this.#room) this.#flush(band);
    const at = band * this.#room + (this.#filled[band] as number);
    this.#hashes[at] = hash;
    this.#ids[at] = id;
    this.#filled[band] = at + 1 - band * this.#room;
  }

  end(): void {
    for (let band = 0; band < this.#filled.length; band++) this.#flush(band);
  }

  #flush(band: number): void {
    const from = band * this.#room;
    const to = from + (this.#filled[band] as number);
    for (let at = from; at < to; at++) this.#index.add(this.#hashes[at] as number, this.#ids[at] as number);
    this.#filled[band] = 0;
  }
}
