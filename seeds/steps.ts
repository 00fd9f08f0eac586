/** Long work in steps: it yields wherever it may be interrupted, so that its caller can do it at once or give way in between. Pure. */
export type Steps<T> = Generator<void, T>;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
