/**
 * The texts of one order, each stored once: tokens, codes and numbers recur in its documents and in what they were given. A text is named by its place, and places never
 * change, so that what was packed stays valid while texts are added. Nearly all consist of the 64 characters of base64url and take 6 bits a character; `issuer|number` is two texts.
 * What an amendment no longer says stays, some 20 bytes, until the order is closed.
 */
import { Reader, Writer } from './packing.ts';

const SIX_BITS = /^[\w-]*$/;
/** A text's first number is 4 × its length (of a pair: 4 × the place of its first part, and its second's follows) + its kind. */
const PACKED = 0;
const PLAIN = 1;
const PAIR = 2;
const BUCKETS = 32;
const NO_BLOCKS = Buffer.alloc(0);
const heads = new Writer();

export class Words {
  /** Place 0 is the empty text. */
  readonly #texts: string[] = [''];
  /** Blocks of those that were read, and how many they are. */
  #bytes: Buffer = NO_BLOCKS;
  #read = 1;
  /** A hash table over some characters, made when a text is first looked for: a Map would hash all of each text, at ten times the price. Per bucket its last place, per place the one before it. A plain array: one of bytes lies outside of the heap. */
  #last: number[] | undefined;
  readonly #before: number[] = [];

  text(place: number): string {
    return this.#texts[place] as string;
  }

  place(text: string): number {
    if (text === '') return 0;
    const last = this.#last ?? this.#index();
    for (let place = last[bucketOf(text)] as number; place !== 0; place = this.#before[place] as number) if (this.#texts[place] === text) return place;
    const bar = barOf(text);
    if (bar > 0) {
      this.place(text.slice(0, bar));
      this.place(text.slice(bar + 1));
    }
    this.#texts.push(text);
    this.#enter(last, this.#texts.length - 1);
    return this.#texts.length - 1;
  }

  #index(): number[] {
    this.#last = new Array<number>(BUCKETS).fill(0);
    for (let place = 1; place < this.#texts.length; place++) this.#enter(this.#last, place);
    return this.#last;
  }

  #enter(last: number[], place: number): void {
    const bucket = bucketOf(this.#texts[place] as string);
    this.#before[place] = last[bucket] as number;
    last[bucket] = place;
  }

  static read(bytes: Buffer): Words {
    const words = new Words();
    const [reader, places] = [new Reader(bytes), new Reader(bytes)];
    while (reader.at < bytes.length) {
      places.at = reader.skip();
      const end = reader.at;
      words.#readBlock(places, end, reader.base64url(), reader.utf8());
    }
    words.#bytes = bytes;
    words.#read = words.#texts.length;
    return words;
  }

  #readBlock(places: Reader, end: number, packed: string, plain: string): void {
    let packedAt = 0;
    let plainAt = 0;
    while (places.at < end) {
      const head = places.whole();
      const size = Math.floor(head / 4);
      if (head % 4 === PAIR) this.#texts.push(`${this.text(size)}|${this.text(places.whole())}`);
      else if (head % 4 === PACKED) this.#texts.push(packed.slice(packedAt, packedAt += size));
      else this.#texts.push(plain.slice(plainAt, plainAt += size));
    }
  }

  /** The last part of what is written: the blocks that were read, and one of what was added. */
  write(writer: Writer): void {
    writer.rest(this.#bytes);
    if (this.#read === this.#texts.length) return;
    let [packed, plain] = ['', ''];
    heads.begin();
    for (let place = this.#read; place < this.#texts.length; place++) {
      const text = this.#texts[place] as string;
      const bar = barOf(text);
      if (bar > 0) {
        heads.whole(4 * this.place(text.slice(0, bar)) + PAIR);
        heads.whole(this.place(text.slice(bar + 1)));
      } else if (SIX_BITS.test(text)) {
        heads.whole(4 * text.length + PACKED);
        packed += text;
      } else {
        heads.whole(4 * text.length + PLAIN);
        plain += text;
      }
    }
    writer.bytes(heads.view());
    writer.base64url(packed);
    writer.utf8(plain);
  }
}

/** Where `issuer|number` is cut. */
function barOf(text: string): number {
  const bar = text.indexOf('|');
  return bar === text.length - 1 ? 0 : bar;
}

const bucketOf = (text: string): number => (text.length + 7 * text.charCodeAt(text.length - 1) + 31 * text.charCodeAt(text.length >> 1)) % BUCKETS;
