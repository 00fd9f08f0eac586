/** Episodes of what happens on the way: S7, S9, K10 and K12. Devices and carriers send what they gathered at once, so their times lie before the start. */
import { stamp14 } from '../clock.ts';
import { type Document, guid } from '../documents.ts';
import type { Random } from '../random.ts';
import { type Episode, type Scene, severity, spread } from './episode.ts';

const MINUTE = 60_000;
const HANGZHOU = { lat: 30.25, lon: 120.17 };
const GUANGZHOU = { lat: 23.13, lon: 113.26 };

/** Numbers for what is no deal: parcels, devices, lists. */
const numberOf = (random: Random, start: number): string => `${Math.floor(start / 1000).toString(36)}${random.between(100, 999)}`.toUpperCase();

export const impossibleScans: Episode = {
  id: 'public-security/impossible-trajectory',
  label: { en: 'A carrier scans parcels where they cannot be', zh: '承运企业虚假扫描轨迹' },
  plan(random, start, { dealer }) {
    const carrier = random.pick(dealer.universe.carriers);
    const number = numberOf(random, start);
    const bad = [1, 1, 2, 4][severity(random)] as number;
    const scan = (i: number, code: string, minutes: number, place: typeof HANGZHOU): Document => (
      { type: 'tracking', code, logisticsCode: carrier.code, logisticsNo: `SIMT${number}${i}`, eventTime: stamp14(start + minutes * MINUTE), carrier: carrier.name, ...place });
    const events = spread(40, start, 10_000, (at, i) => [
      { at, event: scan(i, 'LM_IN', -60, HANGZHOU) },
      // Honest parcels stay in town; the others are a thousand kilometres off within the hour.
      { at: at + 200, event: scan(i, 'OUT_DEL', -1, i < bad ? GUANGZHOU : HANGZHOU) },
    ]).flat();
    return { events };
  },
};

/** Readings of one device, five minutes apart but for `gaps`, as one upload. */
function upload(random: Random, start: number, { dealer }: Scene, readings: Document[], gapMinutes = 5): { at: number; event: Document }[] {
  const device = `SIMDEV${numberOf(random, start)}`;
  const carrier = random.pick(dealer.universe.carriers);
  return readings.map((reading, i) => ({
    at: start + i * 100, event: { type: 'reading', deviceId: device, seq: i + 1, ts: stamp14(start - (readings.length - i) * gapMinutes * MINUTE), logisticsCode: carrier.code, ...HANGZHOU, sealState: 'closed', ...reading },
  }));
}

export const coldChainBroken: Episode = {
  id: 'public-security/cold-chain',
  label: { en: 'A refrigerated van warms up on the way', zh: '冷藏车途中升温' },
  plan(random, start, scene) {
    const warm = [3, 7, 13, 25][severity(random)] as number;
    return { events: upload(random, start, scene, Array.from({ length: warm + 2 }, (_, i) => ({ tempC: i === 0 ? 5 : 11 + random.between(0, 30) / 10 }))) };
  },
};

export const sealOpened: Episode = {
  id: 'public-security/seal-opened',
  label: { en: 'A seal is opened on the way', zh: '途中封志被开启' },
  plan: (random, start, scene) => ({ events: upload(random, start, scene, [{ tempC: 18 }, { tempC: 18 }, { tempC: 18, sealState: 'open' }]) }),
};

export const deviceSilent: Episode = {
  id: 'technical/heartbeat-gap',
  label: { en: 'A device on a vehicle falls silent for a while', zh: '随车设备一度失联' },
  plan: (random, start, scene) => ({ events: upload(random, start, scene, [{ tempC: 18 }, { tempC: 18 }], [12, 24, 45, 90][severity(random)] as number) }),
};

export const partsMissing: Episode = {
  id: 'technical/missing-parts',
  label: { en: 'Parts of a departure list never come', zh: '离境单分批报文缺失' },
  plan(random, start, { dealer, seed }) {
    const carrier = random.pick(dealer.universe.carriers);
    const missing = [1, 4, 12, 55][severity(random)] as number;
    const number = numberOf(random, start);
    const event: Document = {
      type: 'departure', guid: guid(seed, start % 1_000_000_000, 95), appType: '1', appTime: stamp14(start), appStatus: '2', customsCode: '2900', copNo: `SIML${number}`, logisticsCode: carrier.code, logisticsName: carrier.name, trafMode: '5',
      trafName: 'SIMAIR', voyageNo: 'SI1', billNo: `SIMB${number}`, leaveTime: stamp14(start), msgCount: missing + 1, msgSeqNo: 1, items: [{ gnum: 1, totalPackageNo: `SIMK${number}`, logisticsNo: `SIMX${number}` }],
    };
    return { events: [{ at: start, event }] };
  },
};
