/** Timers in (deadline, key) order: a binary heap. A key may stand in it more than once; who takes it out asks its own state whether it is due. */
interface Item { at: number; key: string }

const before = (a: Item, b: Item): boolean => a.at < b.at || (a.at === b.at && a.key < b.key);

export class Deadlines {
  readonly #heap: Item[] = [];

  add(at: number, key: string): void {
    const heap = this.#heap;
    const item = { at, key };
    let i = heap.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(item, heap[parent] as Item)) break;
      heap[i] = heap[parent] as Item;
      i = parent;
    }
    heap[i] = item;
  }

  /** The next one due at `now`, taken out. */
  next(now: number): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.at > now) return undefined;
    const last = heap.pop() as Item;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(item: Item): void {
    const heap = this.#heap;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Item, heap[child] as Item)) child++;
      if (!before(heap[child] as Item, item)) break;
      heap[i] = heap[child] as Item;
      i = child;
    }
    heap[i] = item;
  }
}
