/** The latest value in a window. Earlier ones are kept for take-backs only, so a few suffice. */
import type { Form } from './form.ts';
import type { TextReader, TextWriter } from './text.ts';

type Flat = (number | string)[];
const STRIDE = 3;
const KEPT = 64;

export class Latest implements Form {
  #flat: Flat = [];

  give(at: number, value: number, _item: string, id: string): void {
    let place = this.#flat.length;
    while (place > 0 && (this.#flat[place - STRIDE] as number) > at) place -= STRIDE;
    this.#flat.splice(place, 0, at, value, id);
    if (this.#flat.length > KEPT * STRIDE) this.#flat.splice(0, STRIDE);
  }

  takeBack(_at: number, value: number, _item: string, id: string): void {
    for (let i = this.#flat.length - STRIDE; i >= 0; i -= STRIDE) {
      if (this.#flat[i + 2] === id && this.#flat[i + 1] === value) {
        this.#flat.splice(i, STRIDE);
        return;
      }
    }
  }

  advance(_end: number, oldest: number): void {
    let gone = 0;
    while (gone < this.#flat.length && (this.#flat[gone] as number) < oldest) gone += STRIDE;
    if (gone > 0) this.#flat.splice(0, gone);
  }

  get n(): number {
    return this.#flat.length / STRIDE;
  }

  value(): number {
    return this.#flat.length === 0 ? 0 : (this.#flat[this.#flat.length - 2] as number);
  }

  said(): string {
    return '';
  }

  write(out: TextWriter): void {
    out.number(this.n);
    for (let i = 0; i < this.#flat.length; i += STRIDE) {
      out.number(this.#flat[i] as number);
      out.number(this.#flat[i + 1] as number);
      out.id(this.#flat[i + 2] as string);
    }
  }

  static read(from: TextReader): Latest {
    const latest = new Latest();
    for (let left = from.number(); left > 0; left--) latest.#flat.push(from.number(), from.number(), from.id());
    return latest;
  }
}
