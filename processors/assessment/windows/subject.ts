/** All windows of one subject: one key of the state. Stored text is read when the windows are first used: the state is restored before the rule set. */
import type { Feature } from '../../../language/ruleset.ts';
import { Hours } from './history.ts';
import { TextReader, TextWriter } from './text.ts';
import { type Limit, Window } from './window.ts';

export interface Slot { feature: string; window: Window; hours: Hours | undefined }

/** One for all: its buffer is used anew for each subject. */
const out = new TextWriter();

export class SubjectWindows {
  /** When a window of it may be forgotten, or earlier: epoch ms. */
  forget: number;
  #slots: Slot[] | undefined;
  readonly #stored: string;
  /** Where its windows begin: behind `forget`. */
  readonly #from: number = 0;

  /** '' = a new subject. */
  constructor(stored: string) {
    this.#stored = stored;
    this.forget = Infinity;
    if (stored === '') this.#slots = [];
    else {
      const from = new TextReader(stored);
      this.forget = from.number();
      this.#from = from.place;
    }
  }

  /** Windows of features that are not known are left out. */
  open(features: (id: string) => Feature | undefined, limit: Limit): void {
    if (this.#slots) return;
    const slots: Slot[] = [];
    eachStored(this.#stored, this.#from, (id, from) => {
      const feature = features(id);
      if (!feature) return;
      const window = new Window(feature, limit, from);
      // The feature's own text: comparing it with itself is one step.
      slots.push({ feature: feature.id, window, hours: feature.kind === 'robustZ' ? Hours.read(from) : undefined });
    });
    this.#slots = slots;
  }

  /** A subject has few windows: faster than a map, and smaller. */
  find(feature: string): Slot | undefined {
    const slots = this.#slots as Slot[];
    for (let i = 0; i < slots.length; i++) if ((slots[i] as Slot).feature === feature) return slots[i];
    return undefined;
  }

  add(slot: Slot): void {
    (this.#slots as Slot[]).push(slot);
  }

  drop(gone: (slot: Slot) => boolean): void {
    this.#slots = (this.#slots as Slot[]).filter((slot) => !gone(slot));
  }

  get empty(): boolean {
    return this.#slots?.length === 0;
  }

  /** Feature and end of each window, without reading the rest. */
  ends(take: (feature: string, end: number) => void): void {
    if (this.#slots) for (const { feature, window } of this.#slots) take(feature, window.end);
    else eachStored(this.#stored, this.#from, (feature, from) => take(feature, from.number()));
  }

  pack(): string {
    if (!this.#slots) return this.#stored;
    out.number(this.forget);
    for (const { feature, window, hours } of this.#slots) {
      out.text(feature);
      const begun = out.begin();
      window.write(out);
      hours?.write(out);
      out.end(begun);
    }
    return out.take();
  }
}

function eachStored(stored: string, at: number, take: (feature: string, from: TextReader) => void): void {
  const from = new TextReader(stored);
  from.goTo(at);
  while (!from.done) {
    const feature = from.text();
    const size = from.size();
    const end = from.place + size;
    take(feature, from);
    from.goTo(end);
  }
}
