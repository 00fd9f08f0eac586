/** Closed loop: as many events as the door takes, from the first byte sent to the last row in ClickHouse. */
import type { Batch } from './traffic.ts';
import type { Door } from './door.ts';

export interface Throughput { events: number; accepted: number; rejected: number; eventsPerSecond: number; toAcceptSeconds: number; toRowSeconds: number }

/** Where a partition ends its stage looks up once a second: so long nothing may be left but the ticks that come all the time. */
const SURE_MS = 1_500;
const TICKS = 200;

/** `judges`: where stages tell of themselves that run apart from the door. */
export async function throughput(door: Door, batches: readonly Batch[], connections: number, say: (line: string) => void, judges?: string): Promise<Throughput> {
  let next = 0;
  let accepted = 0;
  let rejected = 0;
  const began = performance.now();
  const worker = async () => {
    for (let batch = batches[next++]; batch; batch = batches[next++]) {
      const result = await send(door, batch);
      accepted += result.accepted;
      rejected += result.rejected;
      if (next % 200 === 0) say(`  ${accepted} taken, ${Math.round(accepted / ((performance.now() - began) / 1000))}/s`);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const toAcceptSeconds = (performance.now() - began) / 1000;
  let doneAt = performance.now();
  for (let now = doneAt; now - doneAt < SURE_MS; now = performance.now()) {
    if (await lag(door, judges) > TICKS) doneAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const toRowSeconds = (doneAt - began) / 1000;
  return { events: accepted + rejected, accepted, rejected, eventsPerSecond: (accepted + rejected) / toRowSeconds, toAcceptSeconds, toRowSeconds };
}

export async function send(door: Door, batch: Batch): Promise<{ accepted: number; rejected: number }> {
  for (;;) {
    const { status, body } = await door.post('/v1/events', 'application/x-ndjson', batch.body);
    if (status === 503 || status === 429) await new Promise((resolve) => setTimeout(resolve, 100));
    else if (status === 202 || status === 400) {
      const answer = JSON.parse(body) as { accepted: number; rejected: unknown[] };
      return { accepted: answer.accepted, rejected: answer.rejected.length };
    } else throw new Error(`the door answered ${status}: ${body.slice(0, 300)}`);
  }
}

/** Records of the log that are in no table yet. */
export const storeLag = async (door: Door): Promise<number> => sum(await door.get('/metrics'), 'store_lag');

/** What of the log waits for the tables and for stages, or for one of the two. */
export async function lag(door: Door, judges: string | undefined, ...names: ('store_lag' | 'stage_lag')[]): Promise<number> {
  const texts = [await door.get('/metrics'), ...(judges ? [await door.get(`${judges}/metrics`)] : [])];
  const of = names.length > 0 ? names : ['store_lag', 'stage_lag'];
  return texts.reduce((all, text) => all + of.reduce((n, name) => n + sum(text, name), 0), 0);
}

const sum = (text: string, name: string): number => [...text.matchAll(new RegExp(`^fenghuo_${name}_records\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce((all, [, n]) => all + Number(n), 0);
