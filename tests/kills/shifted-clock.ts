/** Loaded in front of a process by a test: its calendar clock stands beside the true one by as many ms as the file at SHIFTED_CLOCK says. Its monotone clock goes on. */
import { readFileSync } from 'node:fs';

const file = process.env.SHIFTED_CLOCK as string;
const now = Date.now;
let shift = 0;
let lookedAt = 0;

function read(): number {
  const at = performance.now();
  if (at - lookedAt > 50) {
    lookedAt = at;
    shift = Number(readFileSync(file, 'utf8'));
  }
  return shift;
}

const shifted = (): number => now() + read();
globalThis.Date = new Proxy(Date, {
  construct: (of, args, as) => Reflect.construct(of, args.length === 0 ? [shifted()] : args, as) as Date,
  get: (of, name, as) => (name === 'now' ? shifted : Reflect.get(of, name, as)),
});
