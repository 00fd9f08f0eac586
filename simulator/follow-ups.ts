/** What follows an import once it is declared: tax bills, cancels and returns with their answers, warehouse entries, scans until the parcel is signed for, original payment data; and customs' word on messages that it could not read. */
import { stamp14, stamp17, stamp8 } from './clock.ts';
import { type Deal, dutiable } from './deal.ts';
import { declarationKeys, type Document, guid, INFO, yuan } from './documents.ts';
import { mix, Random } from './random.ts';

export interface Planned { at: number; event: Document }
/** A recurring source of messages beside the deals. */
export interface Source { next(at: number): { events: Planned[]; again: number } }
export interface Fate { billed: boolean; tracked: boolean; cancelled: boolean; returned: boolean; entered: boolean; asked: boolean; unread: boolean; seen: boolean }

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Of a thousand honest deals. */
const BILLED = 60, TRACKED = 20, CANCELLED = 2, RETURNED = 2, ENTERED = 10, ASKED = 4, UNREAD = 1, SEEN = 10;
/** Numbers of the messages of a deal, for their guids. */
const BILL = 20, STATUS = 21, REVERSAL = 22, ANSWER = 23, SCAN = 30, SIGNED = 40, SIGNED_ANSWER = 41, RAW = 42, ENTRY = 43, ENTRY_ANSWER = 44, FAULT = 45, DEVICE = 46;

export function fateOf(deal: Deal, seed: number): Fate {
  const random = new Random(mix(mix(seed, 11), deal.number));
  const of = (share: number) => random.between(0, 999) < share;
  const cancelled = of(CANCELLED);
  return { cancelled, billed: of(BILLED) && !cancelled, tracked: of(TRACKED) && !cancelled, returned: of(RETURNED) && !cancelled, entered: of(ENTERED) && deal.mode === '9610', asked: of(ASKED), unread: of(UNREAD), seen: of(SEEN) };
}

/** `answeredAt`: customs' last answer to the declaration. */
export function followUps(deal: Deal, fate: Fate, seed: number, answeredAt: number): Planned[] {
  const random = new Random(mix(mix(seed, 12), deal.number));
  const id = (number: number) => guid(seed, deal.number, number);
  return [
    ...(fate.asked ? [rawPayment(deal, id(RAW), deal.at + (deal.made.payment ?? 0), random.between(20, 110) * SECOND)] : []),
    ...(fate.unread ? [formatError(deal, id(FAULT), deal.at + (deal.made.order ?? 0) + 700)] : []),
    ...(fate.entered ? warehouseEntry(deal, id, answeredAt + random.between(20, 60) * SECOND) : []),
    ...(fate.billed ? taxBill(deal, id, answeredAt + random.between(2, 20) * SECOND) : []),
    ...(fate.tracked ? scans(deal, id, answeredAt, random) : []),
    ...(fate.cancelled ? reversal(deal, 'cancel', id, answeredAt + random.between(5, 30) * SECOND) : []),
    ...(fate.seen ? [orderDevice(deal, id(DEVICE), deal.at + (deal.made.order ?? 0) + 400)] : []),
    ...(fate.returned ? reversal(deal, 'return', id, answeredAt + random.between(8, 20) * MINUTE) : []),
  ];
}

type Id = (number: number) => string;
const submitted = (id: string, at: number): Document => ({ guid: id, appType: '1', appTime: stamp14(at), appStatus: '2' });
const answer = (id: string, at: number, status: number): Document => ({ guid: id, returnStatus: String(status), returnTime: stamp17(at), returnInfo: INFO[status] ?? '' });

/** The order's first message broke on its way to customs; it was sent again, so its answer comes all the same. */
function formatError(deal: Deal, id: string, at: number): Planned {
  const broken = `<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb"><ceb:Order><ceb:OrderHead><ceb:orderNo>${deal.orderNo}</ceb:orderNo>`;
  return { at, event: { type: 'format-error', ...answer(id, at, -1), returnInfo: '报文格式错误：元素未闭合', oriCopMsgId: `SIMMSG${deal.serial}`, oriMessageType: 'CEB311Message', oriBizMessage: broken } };
}

/** Agrees with the tax that the order withheld: 70 % of consumption tax and VAT on each line, half up, what is left of a fen on the VAT. */
export function taxBill(deal: Deal, id: Id, at: number): Planned[] {
  const values = dutiable(deal);
  const taxes = deal.lines.map(({ good: { vat, consumptionTax: c } }, i) => {
    const value = values[i] as number;
    const total = Math.floor((0.7 * value * (c + vat)) / (1 - c) + 0.5 + 1e-9);
    const consumption = Math.floor((0.7 * value * c) / (1 - c) + 0.5 + 1e-9);
    return { value, consumption, added: total - consumption };
  });
  const sum = (part: 'consumption' | 'added') => yuan(taxes.reduce((total, tax) => total + tax[part], 0));
  const { customsCode, agentCode, invtNo } = declarationKeys(deal);
  const taxNo = `SIMT${deal.serial}`;
  const bill = {
    type: 'tax-bill', guid: id(BILL), returnTime: stamp17(at), invtNo, taxNo, customsTax: 0, valueAddedTax: sum('added'), consumptionTax: sum('consumption'), status: 1, entDutyNo: '', assureCode: deal.guarantor.code,
    ebcCode: deal.seller.code, logisticsCode: deal.carrier.code, agentCode, customsCode, orderNo: deal.orderNo, logisticsNo: deal.logisticsNo,
    items: deal.lines.map(({ good }, i) => ({ gnum: i + 1, gcode: good.hs, taxPrice: yuan(taxes[i]?.value ?? 0), customsTax: 0, valueAddedTax: yuan(taxes[i]?.added ?? 0), consumptionTax: yuan(taxes[i]?.consumption ?? 0) })),
  };
  const later = at + 5 * MINUTE;
  return [{ at, event: bill }, { at: later, event: { type: 'tax-bill-status', guid: id(STATUS), returnTime: stamp17(later), invtNo, taxNo, status: 2, entDutyNo: `SIMS${stamp8(at)}`, assureCode: deal.guarantor.code } }];
}

/** Cancelled whole, or its first line sent back. Customs agrees. */
export function reversal(deal: Deal, kind: 'cancel' | 'return', id: Id, at: number): Planned[] {
  const { buyer, zone } = deal;
  const { preNo, invtNo, customsCode } = declarationKeys(deal);
  const copNo = `SIM${kind === 'cancel' ? 'C' : 'R'}${deal.serial}`;
  const [line] = deal.lines;
  const event: Document = {
    type: kind, ...submitted(id(REVERSAL), at), customsCode, orderNo: deal.orderNo, ebpCode: deal.platform.code, ebpName: deal.platform.name, ebcCode: deal.seller.code, ebcName: deal.seller.name, logisticsNo: deal.logisticsNo,
    logisticsCode: deal.carrier.code, logisticsName: deal.carrier.name, copNo, preNo, invtNo, buyerIdType: '1', buyerIdNumber: buyer.idNumber, buyerName: buyer.name, buyerTelephone: buyer.phone,
    agentCode: zone.agent.code, agentName: zone.agent.name, reason: kind === 'cancel' ? '买家取消订单' : '买家退货',
  };
  if (kind === 'return' && line) event['items'] = [{ gnum: 1, gcode: line.good.hs, gname: line.good.name, qty: line.quantity, unit: line.good.unit }];
  const answered = at + 4 * SECOND;
  const receipt = { type: `${kind}-receipt`, ...answer(id(ANSWER), answered, 399), customsCode, agentCode: zone.agent.code, ebpCode: deal.platform.code, ebcCode: deal.seller.code, copNo, preNo, invtNo, orderNo: deal.orderNo };
  return [{ at, event }, { at: answered, event: receipt }];
}

function warehouseEntry(deal: Deal, id: Id, at: number): Planned[] {
  const { zone, carrier } = deal;
  const numbers = { customsCode: zone.customsCode, copNo: `SIME${deal.serial}`, preNo: '' };
  const event = {
    type: 'warehouse-entry', ...submitted(id(ENTRY), at), ...numbers, operatorCode: zone.agent.code, operatorName: zone.agent.name, ieFlag: 'I', trafMode: '5', trafNo: 'SIMAIR', voyageNo: `SI${deal.number % 1000}`,
    billNo: `SIMB${stamp8(at)}${deal.number % 97}`, rkdNo: `SIMK${deal.serial}`, logisticsCode: carrier.code, logisticsName: carrier.name, unloadLocation: zone.name, items: [{ gnum: 1, logisticsNo: deal.logisticsNo }],
  };
  const answered = at + 3 * SECOND;
  return [{ at, event }, { at: answered, event: { type: 'warehouse-entry-receipt', ...answer(id(ENTRY_ANSWER), answered, 120), ...numbers, operatorCode: zone.agent.code, rkdNo: `SIMK${deal.serial}` } }];
}

/** Somewhere in the country, the same for a zone each time. No real place is meant. */
export const placeOf = (zone: string): { lat: number; lon: number } => ({ lat: 23 + (mix(21, Number(zone)) % 1700) / 100, lon: 103 + (mix(22, Number(zone)) % 1600) / 100 });
const degrees = (x: number): number => Math.round(x * 100_000) / 100_000;

const JOURNEY = ['WH_OUT', 'IMP_REL', 'LM_IN', 'OUT_DEL', 'DELIVERED'];

/** From release to the door within an hour: a day would only keep watchers waiting. At most two kilometres between scans, so nothing moves faster than a van. */
function scans(deal: Deal, id: Id, from: number, random: Random): Planned[] {
  const { carrier } = deal;
  const home = placeOf(deal.zone.code);
  const keys = { logisticsCode: carrier.code, logisticsName: carrier.name, logisticsNo: deal.logisticsNo };
  let at = from;
  const events = JOURNEY.map((code, i): Planned => {
    at += random.between(3, 12) * MINUTE;
    return {
      at, event: {
        type: 'tracking', guid: id(SCAN + i), code, logisticsCode: carrier.code, logisticsNo: deal.logisticsNo, eventTime: stamp14(at), tz: '+08:00', lat: degrees(home.lat + i * 0.01), lon: degrees(home.lon + i * 0.01),
        carrier: carrier.name, vehicle: `SIM${deal.number % 500}`, orderNo: deal.orderNo, ebpCode: deal.platform.code,
      },
    };
  });
  const told = at + 20 * SECOND;
  return [...events, { at: told, event: { type: 'waybill-status', ...submitted(id(SIGNED), told), ...keys, logisticsStatus: 'S', logisticsTime: stamp14(at) } },
    { at: told + 2 * SECOND, event: { type: 'waybill-status-receipt', ...answer(id(SIGNED_ANSWER), told + 2 * SECOND, 120), logisticsCode: carrier.code, logisticsNo: deal.logisticsNo, logisticsStatus: 'S' } }];
}

/** From which device the platform was given the order: each buyer has one of their own. */
function orderDevice(deal: Deal, id: string, at: number): Planned {
  return { at, event: { type: 'observation', guid: id, kind: 'order-device', subjectType: 'seller', subject: deal.seller.code, value: 1, at: stamp14(at), source: deal.platform.code, private: `SIM-DEVICE-${deal.serial}` } };
}

/** What a platform uploads within two minutes when customs asks. */
function rawPayment(deal: Deal, id: string, paidAt: number, after: number): Planned {
  const at = paidAt + after;
  return {
    at, event: {
      type: 'raw-payment', guid: id, sessionID: `SIM${id}`, ebpCode: deal.platform.code, payCode: deal.payment.code, payTransactionId: deal.payTransactionId, totalAmount: yuan(deal.amountPaidFen), currency: '142', verDept: '3', payType: '1',
      tradingTime: stamp14(paidAt), initalRequest: `simulated request ${deal.payTransactionId}`, initalResponse: 'ok', orders: 1, orderNo: deal.orderNo, goodsInfo: deal.lines.map(({ good }) => ({ gname: good.name, itemLink: `https://simulated.example/${good.hs}` })),
      recpAccount: `SIMACCOUNT${deal.seller.code}`, recpCode: deal.seller.code, recpName: deal.seller.name, serviceTime: stamp14(at), certNo: 'SIMCERT01', signValue: 'c2ltdWxhdGVk',
    },
  };
}
