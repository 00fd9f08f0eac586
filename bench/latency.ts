/**
 * Open loop: events leave on a schedule, whether or not earlier ones were answered, and latency counts from the scheduled moment (coordinated omission
 * corrected). Event to alert is measured on probes: orders of sellers seen never before that offer a prohibited word, so each raises an alert of its own.
 */
import { build } from 'hdr-histogram-js';
import { stamp14 } from '../simulator/clock.ts';
import type { Batch } from './traffic.ts';
import type { Door } from './door.ts';

export interface Latency { offeredPerSecond: number; achievedPerSecond: number; /** Posts that were not answered with 202. */ refused: number; probes: number; missing: number; p50: number; p99: number; p999: number; max: number; answerP50: number; answerP99: number }

const SLICE_MS = 20;

export async function latency(door: Door, batches: readonly Batch[], offeredPerSecond: number, seconds: number, run: string): Promise<Latency> {
  const lines = batches.flatMap((b) => b.body.split('\n'));
  const alerts = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  const answers = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  const waiting = new Map<string, number>();
  const stop = await door.listen('/v1/alerts/stream?category=public-security', (data) => {
    const { subject } = JSON.parse(data) as { subject?: { id: string } };
    const due = waiting.get(subject?.id ?? '');
    if (due === undefined) return;
    waiting.delete(subject?.id ?? '');
    alerts.recordValue(Math.max(1, Math.round((performance.now() - due) * 1000)));
  });
  const perSlice = (offeredPerSecond * SLICE_MS) / 1000;
  const open: Promise<void>[] = [];
  let sent = 0;
  let refused = 0;
  const began = performance.now();
  for (let slice = 0; slice < (seconds * 1000) / SLICE_MS; slice++) {
    const due = began + slice * SLICE_MS;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const upTo = Math.round((slice + 1) * perSlice);
    const seller = `9902${run}${String(slice).padStart(5, '0')}`.slice(0, 18);
    const body = [...lines.slice(sent, upTo - 1), probe(seller, slice)];
    sent = upTo;
    waiting.set(seller, due);
    open.push(door.post('/v1/events', 'application/x-ndjson', body.join('\n')).then(({ status }) => {
      if (status === 202) answers.recordValue(Math.max(1, Math.round((performance.now() - due) * 1000)));
      else refused++;
    }, () => { refused++; }));
  }
  const took = (performance.now() - began) / 1000;
  await Promise.all(open);
  for (let i = 0; i < 100 && waiting.size > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  stop();
  const ms = (histogram: typeof alerts, p: number) => histogram.getValueAtPercentile(p) / 1000;
  return {
    offeredPerSecond, achievedPerSecond: sent / took, refused, probes: alerts.totalCount, missing: waiting.size, p50: ms(alerts, 50), p99: ms(alerts, 99), p999: ms(alerts, 99.9), max: alerts.maxValue / 1000,
    answerP50: ms(answers, 50), answerP99: ms(answers, 99),
  };
}

export function probe(seller: string, n: number): string {
  return JSON.stringify({
    type: 'order', guid: `PROBE-${seller}-${n}`, appType: '1', appTime: stamp14(Date.now()), appStatus: '2', orderType: 'I', orderNo: `PROBE-${n}`, ebpCode: '9902SIMPRB', ebpName: 'probe', ebcCode: seller, ebcName: 'probe',
    goodsValue: 100, freight: 0, discount: 0, taxTotal: 9.1, acturalPaid: 109.1, currency: '142', buyerRegNo: `p${n}`, buyerName: '测试', buyerTelephone: '19900000000', buyerIdType: '2', buyerIdNumber: `PROBE${n}`,
    consignee: '测试', consigneeTelephone: '19900000000', consigneeAddress: '虚构路1号', items: [{ gnum: 1, itemNo: '1', itemName: '象牙手镯', unit: '011', qty: 1, price: 100, totalPrice: 100, currency: '142', country: '116' }],
  });
}
