import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextReader, TextWriter } from '../../processors/assessment/windows/text.ts';

const number = fc.oneof(
  fc.constantFrom(0, 61, 62, 63, 64, 4095, 4096, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -1, 0.1, -0.1, 1e-7, 1e300, Infinity, -Infinity, 1_780_000_000_000),
  fc.maxSafeNat(), fc.double({ noNaN: true }).filter((n) => !Object.is(n, -0)), fc.nat().map((n) => n / 100_000),
);
const text = fc.oneof(fc.constantFrom('', 'a', '中文', '\u{1F600}', '\0', '\ud800', 'x'.repeat(40_000), '中'.repeat(31)), fc.string({ unit: 'binary' }));
const part = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), value: number }),
  fc.record({ kind: fc.constantFrom('text' as const, 'id' as const), value: text }),
);

test('what is written is read again, in one writer used for many', () => {
  const out = new TextWriter();
  fc.assert(fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
    for (const p of parts) {
      if (p.kind === 'number') out.number(p.value);
      else out[p.kind](p.value);
    }
    const stored = out.take();
    expect(stored).toMatch(/^[\0-\x7f]*$/);
    const from = new TextReader(stored);
    expect(parts.map((p) => from[p.kind]())).toEqual(parts.map((p) => p.value));
    expect(from.done).toBe(true);
  }), { numRuns: 300 });
});

test('what stands between begin and end can be passed over', () => {
  const out = new TextWriter();
  for (const long of ['', 'short', 'y'.repeat(100_000)]) {
    const begun = out.begin();
    out.text(long);
    out.end(begun);
  }
  out.number(7);
  const from = new TextReader(out.take());
  for (let i = 0; i < 3; i++) {
    const size = from.size();
    from.goTo(from.place + size);
  }
  expect([from.number(), from.done]).toEqual([7, true]);
});

test('an id that comes again takes one character', () => {
  const out = new TextWriter();
  out.id('0b5c1c52-6d0c-4b3f-9c3e-000000000001');
  const once = out.take().length;
  out.id('0b5c1c52-6d0c-4b3f-9c3e-000000000001');
  out.id('0b5c1c52-6d0c-4b3f-9c3e-000000000001');
  expect(out.take().length).toBe(once + 1);
});
