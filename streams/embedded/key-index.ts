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
  #hashes: Uint32Array;
  /** Ids of 40 bits: a table that changes 3,000 keys a second runs out after ten years. */
  #low: Uint32Array;
  #high: Uint8Array;
  size = 0;

  /** `expected`: how many keys will be added at once. */
  constructor(expected = 0) {
    this.#capacity = Math.max(LEAST, Math.ceil((expected / LOAD) * 1.05));
    [this.#hashes, this.#low, this.#high] = arrays(this.#capacity);
  }

  add(hash: number, id: number): void {
    if (this.size >= this.#capacity * LOAD) this.#grow();
    let at = this.#home(hash);
    while (this.#hashes[at] !== 0) at = at + 1 === this.#capacity ? 0 : at + 1;
    this.#put(at, hash, id);
    this.size++;
  }

  /** The first id of this hash that `is` accepts, or −1. */
  find(hash: number, is: (id: number) => boolean): number {
    for (let at = this.#home(hash); this.#hashes[at] !== 0; at = at + 1 === this.#capacity ? 0 : at + 1) {
      if (this.#hashes[at] !== hash) continue;
      const id = this.#idAt(at);
      if (is(id)) return id;
    }
    return -1;
  }

  has(hash: number, id: number): boolean {
    let at = this.#home(hash);
    while (this.#hashes[at] !== 0 && (this.#hashes[at] !== hash || this.#idAt(at) !== id)) at = at + 1 === this.#capacity ? 0 : at + 1;
    return this.#hashes[at] !== 0;
  }

  remove(hash: number, id: number): void {
    let at = this.#home(hash);
    while (this.#hashes[at] !== hash || this.#idAt(at) !== id) {
      if (this.#hashes[at] === 0) throw new Error(`row ${id} is not in the index: a bug in the resting state`);
      at = at + 1 === this.#capacity ? 0 : at + 1;
    }
    this.size--;
    this.#close(at);
  }

  /** Moves back what probing had carried past a place that is empty now. */
  #close(empty: number): void {
    let hole = empty;
    for (let at = (hole + 1) % this.#capacity; this.#hashes[at] !== 0; at = at + 1 === this.#capacity ? 0 : at + 1) {
      const hash = this.#hashes[at] as number;
      const home = this.#home(hash);
      const stays = hole <= at ? home > hole && home <= at : home > hole || home <= at;
      if (stays) continue;
      this.#put(hole, hash, this.#idAt(at));
      hole = at;
    }
    this.#hashes[hole] = 0;
  }

  #home(hash: number): number {
    return Math.floor((hash / 0x100000000) * this.#capacity);
  }

  #idAt(at: number): number {
    return (this.#high[at] as number) * 0x100000000 + (this.#low[at] as number);
  }

  #put(at: number, hash: number, id: number): void {
    this.#hashes[at] = hash;
    this.#low[at] = id;
    this.#high[at] = Math.floor(id / 0x100000000);
  }

  #grow(): void {
    const [hashes, low, high, capacity] = [this.#hashes, this.#low, this.#high, this.#capacity];
    this.#capacity = Math.ceil(capacity * GROWTH);
    [this.#hashes, this.#low, this.#high] = arrays(this.#capacity);
    this.size = 0;
    for (let at = 0; at < capacity; at++) if (hashes[at] !== 0) this.add(hashes[at] as number, (high[at] as number) * 0x100000000 + (low[at] as number));
  }
}

const arrays = (capacity: number): [Uint32Array, Uint32Array, Uint8Array] => [new Uint32Array(capacity), new Uint32Array(capacity), new Uint8Array(capacity)];
