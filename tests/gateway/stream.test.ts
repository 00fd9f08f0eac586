import { afterEach, describe, expect, test } from 'vitest';
import { anAlert, bench, type Bench } from './doubles.ts';

let open: Bench | undefined;
afterEach(async () => {
  await open?.gateway.stop();
  open = undefined;
});

/** Reads events until `count` have come. */
async function listen(b: Bench, base: string, count: number, headers: Record<string, string> = {}, query = '', whenOpen: () => void = () => {}) {
  const stop = new AbortController();
  const answer = await fetch(`${base}/v1/alerts/stream${query}`, { headers: { ...b.bearer('read'), ...headers }, signal: stop.signal });
  whenOpen();
  const events: { id: string; event: string; data: { alertId: string; revision: number } }[] = [];
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() as string;
    for (const block of blocks) {
      const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (line('event')) events.push({ id: line('id'), event: line('event'), data: JSON.parse(line('data')) });
    }
    if (events.length >= count) break;
  }
  stop.abort();
  return events;
}

async function started(): Promise<{ b: Bench; base: string }> {
  const b = bench();
  open = b;
  return { b, base: await b.gateway.start() };
}
const ids = (events: { data: { alertId: string } }[]) => events.map((e) => e.data.alertId);

describe('GET /v1/alerts/stream', () => {
  test('sends revisions as they come, filtered', async () => {
    const { b, base } = await started();
    const events = await listen(b, base, 1, {}, '?category=market', () => {
      b.pipeline.publish(anAlert({ alertId: 't' }));
      b.pipeline.publish(anAlert({ alertId: 'm', category: 'market' }));
    });
    expect(ids(events)).toEqual(['m']);
  });

  test('a client that comes back misses nothing and gets nothing twice', async () => {
    const { b, base } = await started();
    const first = await listen(b, base, 1, {}, '', () => b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'x1' }))));
    for (const alertId of ['x2', 'x3']) b.store.addAlert(b.pipeline.publish(anAlert({ alertId })));
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'f1', category: 'financial' })));
    const again = await listen(b, base, 4, { 'last-event-id': first[0]!.id }, '', () => {
      b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'x4' })));
    });
    expect(ids(again).sort()).toEqual(['f1', 'x2', 'x3', 'x4']);
  });

  test('a gap before a live revision is read from the store, also when the store is late', async () => {
    const { b, base } = await started();
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'g1' })));
    const events = await listen(b, base, 3, {}, '', () => {
      const missed = b.pipeline.publish(anAlert({ alertId: 'g2' }), true);
      const live = b.pipeline.publish(anAlert({ alertId: 'g3' }));
      setTimeout(() => {
        b.store.addAlert(missed);
        b.store.addAlert(live);
      }, 30);
      setTimeout(() => b.pipeline.publish(anAlert({ alertId: 'g4' })), 80);
    });
    expect(ids(events)).toEqual(['g2', 'g3', 'g4']);
  });

  test('what was told just before a client came and reaches the store after it is not missed', async () => {
    const { b, base } = await started();
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'h1' })));
    const late = b.pipeline.publish(anAlert({ alertId: 'h2' }));
    b.store.behind = { 'alerts.transaction.v1': 1 };
    const events = await listen(b, base, 1, {}, '', () => {
      b.store.addAlert(late);
      b.store.behind = {};
    });
    expect(ids(events)).toEqual(['h2']);
  });

  test('nor is what reaches the store between its reading and the question how far it is behind', async () => {
    const { b, base } = await started();
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'l1' })));
    const late = b.pipeline.publish(anAlert({ alertId: 'l2' }));
    b.store.behind = { 'alerts.transaction.v1': 1 };
    const { query } = b.store;
    b.store.query = async (sql, params) => {
      const rows = await query.call(b.store, sql, params);
      if (sql.includes('ORDER BY appendedAt') && b.store.behind['alerts.transaction.v1']) {
        b.store.addAlert(late);
        b.store.behind = {};
      }
      return rows as never;
    };
    expect(ids(await listen(b, base, 1))).toEqual(['l2']);
  });

  test('nor is the first of all, told while the store was still empty', async () => {
    const { b, base } = await started();
    const first = b.pipeline.publish(anAlert({ alertId: 'e1' }));
    b.store.behind = { 'alerts.transaction.v1': 1 };
    const quiet = await listen(b, base, 1, {}, '', () => {
      b.store.addAlert(first);
      b.store.behind = {};
    });
    expect(ids(quiet)).toEqual(['e1']);
    b.store.tables.alert_revisions = [];
    const busy = await listen(b, base, 2, {}, '', () => {
      const second = b.pipeline.publish(anAlert({ alertId: 'e2' }));
      for (const one of [first, second]) b.store.addAlert(one);
    });
    expect(ids(busy)).toEqual(['e1', 'e2']);
  });

  test('an id of another log resets the client', async () => {
    const { b, base } = await started();
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'r1' })));
    const events = await listen(b, base, 1, { 'last-event-id': 'bbbb2222~transaction/0=99' });
    expect(events[0]?.event).toBe('reset');
  });
});
