/** Episodes of what happens on the way: S7, S8, S9, S10, K10 and K12. Devices and carriers send what they gathered at once, so their times lie before the start. */
import { stamp14 } from '../clock.ts';
import { type Document, guid } from '../documents.ts';
import type { Random } from '../random.ts';
import { type Episode, GRADE, MINUTE, type Plan, type Scene, severity, type Severity, spread, subject } from './episode.ts';
import { feed } from './technical.ts';

const HANGZHOU = { lat: 30.25, lon: 120.17 };
const GUANGZHOU = { lat: 23.13, lon: 113.26 };

/** Numbers for what is no deal: parcels, devices, lists. */
const numberOf = (random: Random, start: number): string => `${Math.floor(start / 1000).toString(36)}${random.between(100, 999)}`.toUpperCase();

/** Two scans of each of forty parcels, an hour apart but for `minutes`; `bad` of them in Guangzhou after Hangzhou. */
function scans(random: Random, start: number, { dealer, fresh }: Scene, bad: number, [from, to]: readonly [string, string], apart: number): Plan | undefined {
  const carrier = fresh(random, dealer.universe.carriers, 'scans');
  if (!carrier) return undefined;
  const number = numberOf(random, start);
  const scan = (i: number, code: string, minutes: number, place: typeof HANGZHOU): Document => (
    { type: 'tracking', code, logisticsCode: carrier.code, logisticsNo: `SIMT${number}${i}`, eventTime: stamp14(start + minutes * MINUTE), carrier: carrier.name, ...place });
  const events = spread(40, start, 10_000, (at, i) => [
    { at, event: scan(i, from, -apart - 1, HANGZHOU) },
    { at: at + 200, event: scan(i, to, -1, i < bad ? GUANGZHOU : HANGZHOU) },
  ]).flat();
  // Parcels that lie still for an hour where minutes are usual are a long stay besides.
  return { events, subjects: subject('carrier', carrier.code), also: [{ rule: 'public-security/long-dwell', subjects: subject('stage', `${carrier.code}|${from}`) }] };
}

export const impossibleScans: Episode = {
  id: 'public-security/impossible-trajectory',
  label: { en: 'A carrier scans parcels where they cannot be', zh: '承运企业虚假扫描轨迹' },
  plan(random, start, scene) {
    const level = severity(random);
    // Honest parcels stay in town; the others are a thousand kilometres off within the hour. Enough of them, whatever other cases let this carrier scan.
    const made = scans(random, start, scene, [1, 2, 4, 12][level] as number, ['LM_IN', 'OUT_DEL'], 59);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const flownScans: Episode = {
  id: 'public-security/impossible-trajectory', lookAlike: true,
  label: { en: 'Parcels that fly a thousand kilometres in two hours', zh: '航空运输的快速位移' },
  plan: (random, start, scene) => scans(random, start, scene, 20, ['DEPART', 'ARRIVE'], 120),
};

/** Forty parcels from release to the door, scanned every ten minutes; `without` tells which scans of the i-th are left out. */
function journeys(random: Random, start: number, { dealer, fresh }: Scene, codes: readonly string[], without: (i: number) => readonly string[]): Plan | undefined {
  const carrier = fresh(random, dealer.universe.carriers, 'journeys');
  if (!carrier) return undefined;
  const number = numberOf(random, start);
  const events = spread(40, start, 10_000, (at, i) => codes.filter((code) => !without(i).includes(code)).map((code) => ({
    at: at + codes.indexOf(code) * 20,
    event: { type: 'tracking', code, logisticsCode: carrier.code, logisticsNo: `SIMJ${number}${i}`, eventTime: stamp14(start - (codes.length - codes.indexOf(code)) * 10 * MINUTE), carrier: carrier.name, ...HANGZHOU },
  }))).flat();
  // Where a scan is missing, the parcel seems to lie still from the one before it.
  return { events, subjects: subject('carrier', carrier.code), also: [{ rule: 'public-security/long-dwell', subjects: subject('stage', ...['IMP_REL', 'LM_IN', 'OUT_DEL'].map((code) => `${carrier.code}|${code}`)) }] };
}

export const scansMissing: Episode = {
  id: 'public-security/missing-scans',
  label: { en: 'Parcels are signed for that nobody carried out', zh: '未派送即签收' },
  plan(random, start, scene) {
    const level = severity(random);
    // Two of three mandatory scans of so many of forty parcels.
    const bad = [2, 4, 7, 14][level] as number;
    const made = journeys(random, start, scene, ['WH_OUT', 'IMP_REL', 'LM_IN', 'OUT_DEL', 'DELIVERED'], (i) => (i < bad ? ['LM_IN', 'OUT_DEL'] : []));
    return made && { ...made, grade: GRADE[level] };
  },
};

export const secondTry: Episode = {
  id: 'public-security/missing-scans', lookAlike: true,
  label: { en: "Deliveries that fail once, in the post's codes, from warehouses that do not scan", zh: '二次派送、邮政代码、仓库不扫描' },
  plan: (random, start, scene) => journeys(random, start, scene, ['EDC', 'EMG', 'EDG', 'EMH', 'EMI'], (i) => (i % 2 === 0 ? ['EMH'] : [])),
};

/** Two scans of each of fifty parcels; between those of the last, which is scanned when the others are known, lies `times` the longest of theirs. */
function stays(random: Random, start: number, { dealer, fresh }: Scene, times: number): Plan | undefined {
  const carrier = fresh(random, dealer.universe.carriers, 'stays');
  if (!carrier) return undefined;
  const number = numberOf(random, start);
  const scan = (i: number, code: string, minutes: number): Document => ({ type: 'tracking', code, logisticsCode: carrier.code, logisticsNo: `SIMY${number}${i}`, eventTime: stamp14(start + minutes * MINUTE), carrier: carrier.name, ...HANGZHOU });
  const events = spread(50, start, 10_000, (at, i) => {
    const stay = i === 49 ? LONGEST_STAY * times : random.between(20, LONGEST_STAY);
    const when = i === 49 ? start + 45_000 : at;
    return [{ at: when, event: scan(i, 'ARRIVE', -1 - Math.round(stay)) }, { at: when + 100, event: scan(i, 'IMP_REL', -1) }];
  }).flat();
  return { events, subjects: subject('stage', `${carrier.code}|ARRIVE`) };
}
const LONGEST_STAY = 50;

export const longStay: Episode = {
  id: 'public-security/long-dwell',
  label: { en: 'A parcel lies longer between arrival and release than the others', zh: '个别包裹在到达与放行之间滞留' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = stays(random, start, scene, [1.6, 2.1, 2.8, 4.2][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const delayed: Episode = {
  id: 'public-security/long-dwell', lookAlike: true,
  label: { en: 'The last parcel of a queue', zh: '排队末尾的包裹' },
  plan: (random, start, scene) => stays(random, start, scene, 1.05),
};

/** Readings of one device, five minutes apart but for `gapMinutes`, as one upload. */
function upload(random: Random, start: number, carrier: string, readings: Document[], gapMinutes = 5): { device: string; events: { at: number; event: Document }[] } {
  const device = `SIMDEV${numberOf(random, start)}`;
  const events = readings.map((reading, i) => ({
    at: start + i * 100, event: { type: 'reading', deviceId: device, seq: i + 1, ts: stamp14(start - (readings.length - i) * gapMinutes * MINUTE), logisticsCode: carrier, ...HANGZHOU, sealState: 'closed', ...reading },
  }));
  return { device, events };
}

const ofDevice = (random: Random, start: number, scene: Scene, readings: Document[], gapMinutes?: number): Plan => {
  const { device, events } = upload(random, start, random.pick(scene.dealer.universe.carriers).code, readings, gapMinutes);
  return { events, subjects: subject('device', device) };
};

export const coldChainBroken: Episode = {
  id: 'public-security/cold-chain',
  label: { en: 'A refrigerated van warms up on the way', zh: '冷藏车途中升温' },
  plan(random, start, scene) {
    const level = severity(random);
    const warm = [3, 7, 13, 25][level] as number;
    return { ...ofDevice(random, start, scene, Array.from({ length: warm + 2 }, (_, i) => ({ tempC: i === 0 ? 5 : 11 + random.between(0, 30) / 10 }))), grade: GRADE[level] };
  },
};

export const doorOpened: Episode = {
  id: 'public-security/cold-chain', lookAlike: true,
  label: { en: 'A door that stands open for five minutes', zh: '短时开门造成的升温' },
  plan: (random, start, scene) => ofDevice(random, start, scene, [5, 5.4, 8.6, 7.2, 5.1, 4.8].map((tempC) => ({ tempC }))),
};

export const sealOpened: Episode = {
  id: 'public-security/seal-opened',
  label: { en: 'A seal is opened on the way', zh: '途中封志被开启' },
  plan(random, start, scene) {
    const carrier = scene.fresh(random, scene.dealer.universe.carriers, 'seals')?.code;
    if (carrier === undefined) return undefined;
    const { device, events } = upload(random, start, carrier, [{ tempC: 18 }, { tempC: 18 }, { tempC: 18, sealState: 'open' }]);
    return { events, subjects: [...subject('device', device), ...subject('carrier', carrier)], grade: 'orange' };
  },
};

export const sealShaken: Episode = {
  id: 'public-security/seal-opened', lookAlike: true,
  label: { en: 'Shocks on a rough road, the seal called locked or intact', zh: '路途颠簸，封志状态写法不同' },
  plan: (random, start, scene) => ofDevice(random, start, scene, ['closed', 'locked', 'intact', 'closed'].map((sealState) => ({ tempC: 18, shockG: 6, sealState }))),
};

/** A parcel is scanned where it is loaded and where it is unloaded, under a seal and on a scale each time. */
function weighedTwice(random: Random, start: number, carrier: string, seals: readonly [string, string], change: number): { parcel: string; vehicle: string; events: { at: number; event: Document }[] } {
  const number = numberOf(random, start);
  const grams = random.between(800, 6000);
  const vehicle = `SIM${number}`;
  const scan = (code: string, minutes: number, weight: number, sealNo: string): Document => ({
    type: 'tracking', code, logisticsCode: carrier, logisticsNo: `SIMS${number}`, eventTime: stamp14(start - minutes * MINUTE), ...HANGZHOU, vehicle, sealNo, weight: weight / 1000,
  });
  const events = [scan('IMP_HOLD', 90, grams, seals[0]), scan('IMP_REL', 5, Math.round(grams * (1 + change)), seals[1])].map((event, i) => ({ at: start + 1000 + i * 200, event }));
  return { parcel: `${carrier}|SIMS${number}`, vehicle, events };
}

export const sealAndWeight: Episode = {
  id: 'public-security/seal-and-weight',
  label: { en: 'A van is opened on the way, and its parcel comes lighter or heavier', zh: '途中开封并调换货物' },
  plan(random, start, { dealer }) {
    const carrier = random.pick(dealer.universe.carriers).code;
    // The thief breaks the seal under a device's eye, or brings a seal of his own.
    const watched = random.chance(0.5);
    const change = random.pick([-0.6, -0.3, -0.15, 0.15, 0.4]);
    const { parcel, vehicle, events } = weighedTwice(random, start, carrier, watched ? ['SIMSEAL1', 'SIMSEAL1'] : ['SIMSEAL1', 'SIMSEAL2'], change);
    if (!watched) return { events, subjects: [...subject('parcel', parcel), ...subject('vehicle', `${carrier}|${vehicle}`)], grade: 'red' };
    const { device, events: readings } = upload(random, start, carrier, [{ tempC: 18, vehicle }, { tempC: 18, vehicle }, { tempC: 18, vehicle, sealState: 'open' }]);
    return {
      events: [...readings, ...events], subjects: subject('vehicle', `${carrier}|${vehicle}`), grade: 'red',
      also: [{ rule: 'public-security/seal-opened', subjects: [...subject('device', device), ...subject('carrier', carrier)] }],
    };
  },
};

export const sealedAnew: Episode = {
  id: 'public-security/seal-and-weight', lookAlike: true,
  label: { en: 'Customs inspects and seals anew; the parcel weighs the same but for the scale', zh: '海关查验后重新施封，重量在秤差内' },
  plan(random, start, { dealer }) {
    const made = weighedTwice(random, start, random.pick(dealer.universe.carriers).code, ['SIMSEAL1', 'SIMSEAL2'], random.pick([-0.04, -0.02, 0, 0.03]));
    return { events: made.events, subjects: subject('parcel', made.parcel) };
  },
};

export const sealInspected: Episode = {
  id: 'public-security/seal-opened', lookAlike: true,
  label: { en: 'Customs opens the seal in a supervised site', zh: '监管场所内海关开封查验' },
  // In seeds/sites.csv.
  plan: (random, start, scene) => ofDevice(random, start, scene, ['closed', 'closed', 'open', 'open'].map((sealState) => ({ tempC: 18, sealState, lat: 30.301, lon: 120.452 }))),
};

export const deviceSilent: Episode = {
  id: 'technical/heartbeat-gap',
  label: { en: 'A device on a vehicle falls silent for a while', zh: '随车设备一度失联' },
  plan(random, start, scene) {
    const level = severity(random);
    return { ...ofDevice(random, start, scene, [{ tempC: 18 }, { tempC: 18 }], [12, 24, 45, 90][level] as number), grade: GRADE[level] };
  },
};

export const tunnel: Episode = {
  id: 'technical/heartbeat-gap', lookAlike: true,
  label: { en: 'A long tunnel: eight minutes without a reading', zh: '隧道内八分钟无读数' },
  plan: (random, start, scene) => ofDevice(random, start, scene, [{ tempC: 18 }, { tempC: 18 }, { tempC: 18 }], 8),
};

/** One list in parts, of which those in `sent` come, in that order. */
function list(random: Random, start: number, { dealer, seed }: Scene, type: 'departure' | 'arrival', count: number, sent: readonly number[]): { at: number; event: Document }[] {
  const carrier = random.pick(dealer.universe.carriers);
  const number = numberOf(random, start);
  return sent.map((part, i) => ({
    at: start + i * 1000, event: {
      type, guid: guid(seed, start % 1_000_000_000, 95 + part), appType: '1', appTime: stamp14(start), appStatus: '2', customsCode: '2900', copNo: `SIML${number}`, logisticsCode: carrier.code, logisticsName: carrier.name, trafMode: '5',
      billNo: `SIMB${number}`, ...(type === 'departure' ? { trafName: 'SIMAIR', voyageNo: 'SI1', leaveTime: stamp14(start) } : { operatorCode: carrier.code, operatorName: carrier.name, ieFlag: 'E' }),
      msgCount: count, msgSeqNo: part, items: [{ gnum: 1, totalPackageNo: `SIMK${number}`, logisticsNo: `SIMX${number}${part}` }],
    },
  }));
}

/** A list is waited for an hour. */
const WAITED = 70 * MINUTE;

export const partsMissing: Episode = {
  id: 'technical/missing-parts',
  label: { en: 'Parts of a departure list never come', zh: '离境单分批报文缺失' },
  plan(random, start, scene) {
    const level: Severity = severity(random);
    const missing = [1, 4, 12, 55][level] as number;
    return { events: list(random, start, scene, 'departure', missing + 1, [1]), subjects: feed('departure'), grade: GRADE[level], graceMs: WAITED };
  },
};

export const partsDisordered: Episode = {
  id: 'technical/missing-parts', lookAlike: true,
  label: { en: 'Parts that come in another order, but all of them', zh: '分批报文乱序但齐全' },
  plan: (random, start, scene) => ({ events: list(random, start, scene, 'arrival', 5, [4, 1, 5, 3, 2]), subjects: feed('arrival'), graceMs: WAITED }),
};
