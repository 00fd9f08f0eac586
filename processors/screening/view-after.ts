/** What comes beside and after an order's documents, as rules see it: reversals, taxes, raw payment data, scans, readings, lists in parts. */
import type { EventName, EventView } from '../../language/ruleset.ts';
import { FIXED5, type Envelope, type Fixed5 } from '../../schemas/trade/envelope.ts';
import type { Observation } from '../../schemas/trade/observation.ts';
import type { RawPayment } from '../../schemas/trade/raw-payment.ts';
import { ABSENT, type Reading } from '../../schemas/trade/reading.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import { NOWHERE, type Tracking } from '../../schemas/trade/tracking.ts';
import { modeOf, type Dossier } from './dossier.ts';
import type { Kept, KeptLine } from './kept.ts';
import { concerned, declaredOf, shareOf, type ReversalState } from './reversals.ts';
import { common } from './view-common.ts';

const DAY = 86_400_000;
const NO_LINES = { lines: [], lineSubjects: [] };

/** That a message came, for the rules about its feed; what it means is judged elsewhere. */
export const heartbeatView = (name: EventName, d: Envelope, at: number): EventView => ({ name, common: common(name, d, 'none', '', '', at), fields: {}, subjects: { feed: d.feed }, ...NO_LINES });

/** A reversal with what its order's dossier knows: the share of the declared value, and how long after release it was applied for. */
export function reversalView(orderKey: string, dossier: Dossier, documentKey: string, kept: Kept, state: ReversalState, at: number): EventView {
  const order = dossier.slots.find((s) => s.type === 'order')?.kept;
  const platform = orderKey.slice(0, orderKey.indexOf('|'));
  const seller = order?.seller || kept.seller;
  const { value, back } = valueBack(dossier, kept);
  const days = dossier.releasedAt === 0 ? 0 : Math.max(0, (kept.appTime - dossier.releasedAt) / DAY);
  return {
    name: 'reversal',
    common: common('reversal', { feed: '', origin: dossier.origin as Envelope['origin'], late: false, appType: 1 }, dossier.zone, platform, seller, at, kept.exported ? 'E' : 'I', modeOf(dossier)),
    fields: { key: documentKey, orderKey, kind: kept.kind, state, platform, seller, value: value / FIXED5, back: back / FIXED5, released: dossier.releasedAt !== 0 && kept.appTime >= dossier.releasedAt, daysAfterRelease: days },
    subjects: { seller, platform, zone: dossier.zone, buyer: order?.buyer.id ?? '' },
    ...NO_LINES,
  };
}

/** The declared value, and how much of it this reversal by itself asks back. */
function valueBack(dossier: Dossier, reversal: Kept): { value: number; back: number } {
  const declared = declaredOf(dossier);
  const value = total(declared.flatMap((d) => d.kept.lines));
  const named = concerned(reversal, declared).declared.flatMap((d) => d.kept.lines);
  if (reversal.kind === 'cancel') return { value, back: total(named) };
  const back = reversal.lines.reduce((sum, r) => {
    const line = named.find((l) => l.lineNo === r.lineNo);
    return line ? sum + shareOf(line.total, r.quantity, line.quantity) : sum;
  }, 0);
  return { value, back };
}

const total = (lines: readonly KeptLine[]): number => lines.reduce((sum, line) => sum + line.total, 0);

export function taxView(d: TaxBill, zone: string, at: number, mode = ''): EventView {
  const total = d.customsTax + d.valueAddedTax + d.consumptionTax;
  return {
    name: 'tax',
    common: common('tax', d, zone, '', d.sellerCode, at, '', mode),
    fields: {
      key: d.documentKey, orderKey: d.orderKey, kind: d.kind, status: d.status, total: total / FIXED5, customsTax: d.customsTax / FIXED5, valueAddedTax: d.valueAddedTax / FIXED5,
      consumptionTax: d.consumptionTax / FIXED5, guarantor: d.guarantorCode, seller: d.sellerCode, agent: d.agentCode, customs: d.customsCode,
    },
    subjects: { seller: d.sellerCode, carrier: d.carrierCode, agent: d.agentCode, zone, feed: d.feed },
    ...NO_LINES,
  };
}

export function rawPaymentView(d: RawPayment, zone: string, at: number): EventView {
  return {
    name: 'rawPayment',
    common: common('rawPayment', d, zone, d.platformCode, '', at),
    fields: { key: d.documentKey, orderKey: d.orderKey, platform: d.platformCode, payCode: d.payCode, total: d.total / FIXED5, orders: d.orders, signed: d.hasSignature },
    subjects: { platform: d.platformCode, payment: `${d.payCode}|${d.transactionId}`, zone, feed: d.feed },
    ...NO_LINES,
  };
}

/** Numbers of vehicles are their carrier's own. */
const vehicleOf = ({ carrierCode, vehicle }: { carrierCode: string; vehicle: string }): string => (vehicle === '' ? '' : `${carrierCode}|${vehicle}`);

/** What a parcel's state adds to its scan. Numbers are 0 where there was no scan before, or no position. */
export interface Step { hasPrevious: boolean; minutes: number; km: number; kmh: number; reversed: boolean; mode: 'air' | 'road'; seen: string[]; weightBefore: Fixed5; sealBefore: string; previous: string }

export function trackingView(d: Tracking, step: Step, at: number): EventView {
  return {
    name: 'tracking',
    common: common('tracking', d, 'none', d.platformCode, '', at),
    fields: {
      key: d.documentKey, carrier: d.carrierCode, code: d.code, codeGiven: d.codeGiven, place: d.place, vehicle: d.vehicle, sealNo: d.sealNo, weight: d.weight / FIXED5,
      sealBefore: step.sealBefore, weightBefore: step.weightBefore / FIXED5,
      hasPrevious: step.hasPrevious, minutesSincePrevious: step.minutes, km: step.km, kmh: step.kmh, reversed: step.reversed, mode: step.mode, seen: step.seen, previous: step.previous, parcel: `${d.carrierCode}|${d.waybillNo}`,
    },
    subjects: { carrier: d.carrierCode, vehicle: vehicleOf(d), parcel: `${d.carrierCode}|${d.waybillNo}`, stage: step.previous === '' ? '' : `${d.carrierCode}|${step.previous}`, feed: d.feed },
    ...NO_LINES,
  };
}

/** What a device's state adds to its reading. */
export interface Since { hasPrevious: boolean; minutes: number; excursionMinutes: number; coldChain: boolean; sealOpened: boolean }

const given = (value: number): number => (value === ABSENT ? 0 : value / FIXED5);

export function readingView(d: Reading, since: Since, at: number): EventView {
  return {
    name: 'reading',
    common: common('reading', d, 'none', '', '', at),
    fields: {
      key: d.documentKey, device: d.deviceId, carrier: d.carrierCode, vehicle: d.vehicle, hasTemperature: d.temperature !== ABSENT, temperature: given(d.temperature), humidity: given(d.humidity),
      shock: given(d.shock), speed: given(d.speed), battery: given(d.battery), hasPosition: d.lat !== NOWHERE && d.lon !== NOWHERE, lat: d.lat / FIXED5, lon: d.lon / FIXED5, seal: d.seal, sealOpened: since.sealOpened, hasPrevious: since.hasPrevious, minutesSincePrevious: since.minutes,
      coldChain: since.coldChain, excursionMinutes: since.excursionMinutes,
    },
    subjects: { device: d.deviceId, carrier: d.carrierCode, vehicle: vehicleOf(d), parcel: d.waybillNo === '' ? '' : `${d.carrierCode}|${d.waybillNo}`, feed: d.feed },
    ...NO_LINES,
  };
}

export function observationView(d: Observation, zone: string, at: number): EventView {
  return {
    name: 'observation',
    common: common('observation', d, zone, d.subjectType === 'platform' ? d.subjectId : '', d.subjectType === 'seller' ? d.subjectId : '', at),
    fields: {
      key: d.documentKey, kind: d.kind, subjectType: d.subjectType, subject: d.subjectId, value: d.value / FIXED5, unit: d.unit, source: d.source, item: d.item, expected: d.expected, private: d.privateToken,
    },
    subjects: { zone, feed: d.feed, [d.subjectType]: d.subjectId },
    ...NO_LINES,
  };
}

/** A part of a list as it comes, or (`overdue`) the list at its deadline. */
export interface Part {
  key: string; kind: string; direction: string; feed: string; origin: string; late: boolean; customs: string; carrier: string; seller: string; agent: string;
  part: number; parts: number; lineCount: number; missing: number; overdue: boolean; duplicate: boolean; contradictory: boolean;
}

export function manifestView(p: Part, at: number): EventView {
  const { feed, origin, late, direction, ...fields } = p;
  return {
    name: 'manifest',
    common: common('manifest', { feed, origin: origin as Envelope['origin'], late, appType: 1 }, 'none', '', p.seller, at, direction),
    fields,
    subjects: { carrier: p.carrier, seller: p.seller, feed },
    ...NO_LINES,
  };
}
