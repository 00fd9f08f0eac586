/**
 * The texts of one order, each stored once: tokens, codes and numbers recur in its documents and in what they were given. A text is named by its place, and places never
 * change, so that what was packed stays valid while texts are added. Nearly all consist of the 64 characters of base64url and take 6 bits a character; `issuer|number` is two texts.
 */
import { Reader, Writer } from './packing.ts';

const SIX_BITS = /^[\w-]*$/;
/** A text's first number is 4 × its length (of a pair: 4 × the place of its first part) + its kind. */
const PACKED = 0;
const PLAIN = 1;
const PAIR = 2;
const HEADS = new Writer();

export class Words {
  /** Place 0 is the empty text. */
  readonly #texts: string[] = [''];
  /** Of pairs the places of both parts; else undefined. */
  readonly #pairs: ([number, number] | undefined)[] = [undefined];
  #places: Map<string, number> | undefined;
  /** As it was read; undefined once a text was added. */
  #bytes: Buffer | undefined;

  text(place: number): string {
    return this.#texts[place] as string;
  }

  place(text: string): number {
    this.#places ??= new Map(this.#texts.map((known, place) => [known, place]));
    return this.#places.get(text) ?? this.#add(this.#places, text);
  }

  #add(places: Map<string, number>, text: string): number {
    const bar = text.indexOf('|');
    const pair: [number, number] | undefined = bar > 0 && bar < text.length - 1 ? [this.place(text.slice(0, bar)), this.place(text.slice(bar + 1))] : undefined;
    const place = this.#texts.push(text) - 1;
    this.#pairs.push(pair);
    places.set(text, place);
    this.#bytes = undefined;
    return place;
  }

  static read(bytes: Buffer): Words {
    const words = new Words();
    const reader = new Reader(bytes);
    const heads = reader.bytes();
    const packed = reader.bytes();
    words.#parse(new Reader(heads), heads.length, packed.toString('base64url'), reader.rest().toString());
    words.#bytes = bytes;
    return words;
  }

  #parse(heads: Reader, length: number, packed: string, plain: string): void {
    let packedAt = 0;
    let plainAt = 0;
    while (heads.at < length) {
      const head = heads.whole();
      const kind = head & 3;
      const size = Math.floor(head / 4);
      const pair: [number, number] | undefined = kind === PAIR ? [size, heads.whole()] : undefined;
      this.#pairs.push(pair);
      if (pair) this.#texts.push(`${this.text(pair[0])}|${this.text(pair[1])}`);
      else if (kind === PACKED) this.#texts.push(packed.slice(packedAt, packedAt += size));
      else this.#texts.push(plain.slice(plainAt, plainAt += size));
    }
  }

  /** The last part of what is written. */
  write(writer: Writer): void {
    if (this.#bytes) return writer.rest(this.#bytes);
    let packed = '';
    let plain = '';
    HEADS.begin();
    for (let place = 1; place < this.#texts.length; place++) {
      const text = this.#texts[place] as string;
      const pair = this.#pairs[place];
      const kind = pair ? PAIR : SIX_BITS.test(text) ? PACKED : PLAIN;
      HEADS.whole(4 * (pair ? pair[0] : text.length) + kind);
      if (pair) HEADS.whole(pair[1]);
      else if (kind === PACKED) packed += text;
      else plain += text;
    }
    writer.bytes(HEADS.view());
    packed += 'AAA'.slice(0, -packed.length & 3);
    const size = (packed.length / 4) * 3;
    writer.whole(size);
    writer.into(size, (bytes, at) => bytes.write(packed, at, size, 'base64url'));
    if (plain !== '') writer.rest(Buffer.from(plain));
  }
}
