/** State over a real log, driven by position: what stands at a position is known without having run there. Run as a program it writes until it is killed. */
import type { Log, StateFlush } from '../../streams/log.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { type Gathering, MapState } from '../../streams/state.ts';
import type { Codec, StateTable } from '../../streams/stage.ts';

interface Value { due: number; text: string }
const VALUE: Codec<Value> = {
  rests: true,
  due: ({ due }) => due,
  // Text and bytes, short and long: each rests in its own way.
  encode: ({ due, text }) => (due % 2 === 0 ? `${due}|${text}` : Buffer.from(`${due}|${text}`)),
  decode: (stored) => {
    const [due, text] = (typeof stored === 'string' ? stored : Buffer.from(stored).toString()).split('|');
    return { due: Number(due), text: text as string };
  },
};

/** With so little room that nearly every value is read from the file. */
export const openLog = (file: string): EmbeddedLog => new EmbeddedLog({ file, now: () => 0, roomBytes: 2_000 });

export async function openState(log: EmbeddedLog, rests: boolean): Promise<MapState> {
  const state = new MapState(rests ? (table) => log.rest('stage', 'journal.v1', 0, table) : undefined);
  for await (const change of log.restore('stage', 'journal.v1', 0)) state.restore(change);
  return state;
}

export const tablesOf = (state: MapState) => ({ orders: state.table<Value>('orders', VALUE), counts: state.table<number>('counts') });

/** All of it at once. */
export function flushOf(state: MapState, offset: number): Omit<StateFlush, 'position'> {
  const { changes, pass, some } = state.gather(offset, true);
  some(Number.POSITIVE_INFINITY);
  return { changes, pass };
}

export const commitState = (log: Log, state: MapState, position: number): Promise<void> =>
  log.commit({ group: 'stage', topic: 'journal.v1', partition: 0, outputs: [], state: { ...flushOf(state, position - 1), position } });

/** What the record at `position` does. */
export function step(orders: Pick<StateTable<Value>, 'set' | 'delete'>, position: number): void {
  const near = (position * 7919) % 997;
  orders.set(`k${position}`, { due: position, text: 'a'.repeat(position % 90) });
  orders.set(`k${near}`, { due: position + 1, text: 'b'.repeat(position % 50) });
  if (position % 3 === 0) orders.delete(`k${(position * 31) % 997}`);
}

export function modelAt(position: number): Map<string, Value> {
  const model = new Map<string, Value>();
  for (let at = 0; at < position; at++) step(model as unknown as Pick<StateTable<Value>, 'set' | 'delete'>, at);
  return model;
}

if (import.meta.main) {
  const log = openLog(process.argv[2] as string);
  const state = await openState(log, process.argv[3] === 'true');
  const { orders } = tablesOf(state);
  let flush: Gathering & { position: number } | undefined;
  /** A record, and some keys more of the flush that is gathered. */
  const go = async (at: number): Promise<void> => {
    step(orders, at);
    flush ??= { ...state.gather(at, true), position: at + 1 };
    if (!flush.some(3)) return;
    const { changes, pass, position } = flush;
    flush = undefined;
    await log.commit({ group: 'stage', topic: 'journal.v1', partition: 0, outputs: [], state: { changes, pass, position } });
    process.stdout.write('.');
  };
  // Some transactions hold a part of a flush, others the end of one and the beginning of the next.
  for (let at = await log.position('stage', 'journal.v1', 0); ; at += 5) await log.together(async () => { for (let n = 0; n < 5; n++) await go(at + n); });
}
