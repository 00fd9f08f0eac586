/** Export: parcels to buyers abroad (9610), sales and stock to firms and warehouses abroad (9710, 9810), bonded goods (1210), and the lists in which a zone's parcels leave. */
import { stamp14, stamp17, stamp8 } from './clock.ts';
import type { Deal, Dealer } from './deal.ts';
import { barcode, declarationKeys, type Document, guid, INFO, kilos, yuan } from './documents.ts';
import type { Planned, Source } from './follow-ups.ts';
import type { Party, Zone } from './parties.ts';
import { mix, Random } from './random.ts';

export interface Ware { hs: string; name: string; unit: string; price: number; netKg: number }
/** Plausible samples, no market data. FOB in CNY. */
const WARES: readonly Ware[] = [
  ['6109100021', '全棉T恤', '011', 38, 0.2], ['6204430090', '化纤连衣裙', '011', 96, 0.3], ['9503008310', '遥控玩具车', '011', 120, 0.8], ['8517713000', '手机支架', '011', 22, 0.1], ['8504401400', '充电器', '011', 45, 0.15],
  ['9405210000', '台灯', '011', 88, 0.9], ['6402992900', '运动鞋', '025', 150, 0.9], ['3926909090', '收纳盒', '011', 26, 0.4],
].map(([hs, name, unit, price, netKg]) => ({ hs, name, unit, price, netKg }) as Ware);
const DESTINATIONS = ['USA', 'USA', 'GBR', 'DEU', 'FRA', 'AUS', 'JPN', 'KOR', 'BRA', 'THA'];
const MODES = ['9610', '9610', '9610', '9710', '9810', '1210'];
/** So many parcels of a zone leave together. */
const BATCH = 4;
/** Since 2024-12-15 the collection receipt need not come. */
const COLLECTED = 0.7;
/** Taken back before it leaves. */
const CANCELLED = 0.05;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface Parcel { deal: Deal; cancelled: boolean; mode: string; ware: Ware; quantity: number; country: string; simplified: boolean; fobFen: number; freightFen: number; grams: number }
type Numbered = (number: number) => string;

const submitted = (id: string, at: number): Document => ({ guid: id, appType: '1', appTime: stamp14(at), appStatus: '2' });
const answer = (id: string, at: number, status: number): Document => ({ guid: id, returnStatus: String(status), returnTime: stamp17(at), returnInfo: INFO[status] ?? '' });

export class Exports implements Source {
  #dealer: Dealer;
  #seed: number;
  #random: Random;
  #wait: (at: number) => number;
  /** Declared, not yet gone, by zone. */
  #waiting = new Map<string, Parcel[]>();

  /** `wait`: time to the next one. */
  constructor(dealer: Dealer, seed: number, random: Random, wait: (at: number) => number) {
    this.#dealer = dealer;
    this.#seed = seed;
    this.#random = random;
    this.#wait = wait;
  }

  next(at: number): { events: Planned[]; again: number } {
    const parcel = this.#draw(at);
    const again = Math.max(at + 1, Math.floor(at + this.#wait(at)));
    const own = exportDocuments(parcel, (n) => guid(this.#seed, parcel.deal.number, n), at, this.#random);
    if (parcel.cancelled) return { events: own, again };
    const { code } = parcel.deal.zone;
    const together = [...(this.#waiting.get(code) ?? []), parcel];
    const full = together.length === BATCH;
    this.#waiting.set(code, full ? [] : together);
    return { events: [...own, ...(full ? this.#leave(together, at + MINUTE) : [])], again };
  }

  #draw(at: number): Parcel {
    const random = this.#random;
    const deal = this.#dealer.draw(random, at, { buyer: this.#dealer.person(random) });
    const ware = random.pick(WARES);
    const mode = random.pick(MODES);
    // What goes to firms goes by the carton, within the 5,000 yuan up to which a list will do.
    const quantity = mode === '9610' || mode === '1210' ? random.between(1, 4) : random.between(10, 30);
    return {
      deal, cancelled: new Random(mix(mix(this.#seed, 14), deal.number)).chance(CANCELLED), mode, ware, quantity, country: this.#dealer.universe.countryCode.get(random.pick(DESTINATIONS)) ?? '', simplified: mode === '9610' && random.chance(0.3), fobFen: Math.round(ware.price * quantity * (90 + random.between(0, 20))), freightFen: random.between(10, 60) * 100,
      grams: Math.round(ware.netKg * quantity * 1000),
    };
  }

  /** The lists in which a zone's parcels go to the site and leave the country; for every other one the monthly summary, early. */
  #leave(parcels: readonly Parcel[], at: number): Planned[] {
    const { deal } = parcels[0] as Parcel;
    const { zone, carrier } = deal;
    const id: Numbered = (n) => guid(this.#seed, deal.number, 60 + n);
    const bill = `SIMX${stamp8(at)}${deal.number}`;
    const head = (letter: string) => ({ customsCode: zone.customsCode, copNo: `SIM${letter}${deal.serial}`, preNo: '' });
    const parts = { msgCount: 1, msgSeqNo: 1 };
    const agent = { agentCode: zone.agent.code, agentName: zone.agent.name };
    const way = { trafMode: '5', billNo: bill, logisticsCode: carrier.code, logisticsName: carrier.name };
    const lines = parcels.map(({ deal: { logisticsNo } }, i) => ({ gnum: i + 1, logisticsNo, totalPackageNo: `${bill}-1` }));
    const list = (after: number, type: string, number: number, letter: string, body: Document, keys: Document): Planned[] => {
      const sent = at + after * SECOND;
      return [{ at: sent, event: { type, ...submitted(id(number), sent), ...head(letter), ...parts, ...body } }, { at: sent + 2 * SECOND, event: { type: `${type}-receipt`, ...answer(id(number + 1), sent + 2 * SECOND, 120), ...head(letter), msgSeqNo: 1, ...keys } }];
    };
    const out = [
      ...list(0, 'consolidation', 0, 'L', { ...way, ...agent, loctNo: '', trafName: 'SIMAIR', voyageNo: `SX${deal.number % 1000}`, grossWeight: kilos(parcels.reduce((sum, { grams }) => sum + grams + 80, 0)), items: lines.map((line, i) => ({ ...line, invtNo: String(declarationOf(parcels[i] as Parcel)['invtNo']) })) }, { agentCode: agent.agentCode, logisticsCode: carrier.code, billNo: bill }),
      ...list(60, 'arrival', 2, 'V', { ...way, operatorCode: zone.agent.code, operatorName: zone.agent.name, loctNo: '', ieFlag: 'E', domesticTrafNo: `SIM${deal.number % 500}`, items: lines }, { operatorCode: zone.agent.code, logisticsCode: carrier.code, billNo: bill }),
      ...list(300, 'departure', 4, 'Q', { ...way, trafName: 'SIMAIR', voyageNo: `SX${deal.number % 1000}`, leaveTime: stamp14(at + 290 * SECOND), items: lines }, { logisticsCode: carrier.code }),
    ];
    if (!this.#random.chance(0.5)) return out;
    const sumNo = `SIMM${deal.serial}`;
    const seller = { ebcCode: deal.seller.code, ebcName: deal.seller.name };
    const declared = at + 600 * SECOND;
    const items = parcels.map((parcel) => ({ invtNo: String(declarationOf(parcel)['invtNo']) }));
    return [...out,
      ...list(600, 'summary', 6, 'Z', { sumNo, ...agent, ...seller, declAgentCode: agent.agentCode, declAgentName: agent.agentName, startTime: stamp8(at), endTime: stamp8(at), loctNo: '', summaryFlag: '1', itemNameFlag: '1', items }, { agentCode: agent.agentCode, ebcCode: seller.ebcCode, sumNo }),
      { at: declared + 30 * SECOND, event: { type: 'summary-result', guid: id(8), customsCode: zone.customsCode, sumNo, opDate: stamp14(declared + 30 * SECOND), declSeqNo: `SIMY${deal.serial}`, entryId: `${zone.customsCode}${stamp8(at).slice(0, 4)}0SIM${deal.serial}`, decState: '899', ...agent, ...seller, declAgentCode: agent.agentCode, ...parts, items } }];
  }
}

/** One sale to a firm abroad (9710), as an episode asks for it. */
export function saleAbroad(dealer: Dealer, seed: number, random: Random, at: number, { zone, seller, hs, country }: { zone: Zone; seller?: Party; hs: string; country: string }): Planned[] {
  const ware = WARES.find((candidate) => candidate.hs === hs);
  if (!ware) throw new Error(`no ware ${hs} in simulator/exports.ts`);
  const deal = dealer.draw(random, at, { zone, newcomer: true, ...(seller && { seller }) });
  const quantity = random.between(12, 18);
  const parcel: Parcel = { deal, cancelled: false, mode: '9710', ware, quantity, country: dealer.universe.countryCode.get(country) ?? '', simplified: false, fobFen: Math.round(ware.price * quantity * 100), freightFen: random.between(10, 60) * 100, grams: Math.round(ware.netKg * quantity * 1000) };
  return exportDocuments(parcel, (n) => guid(seed, deal.number, n), at, random);
}

/** Lists of export have an E where those of import have an I. */
function declarationOf({ deal }: Parcel): Document {
  const keys = declarationKeys(deal);
  const day = stamp8(deal.at);
  return { ...keys, copNo: `SIMX${deal.serial}`, invtNo: `${deal.zone.customsCode}${day.slice(0, 4)}E${deal.serial}` };
}

export function exportDocuments(parcel: Parcel, id: Numbered, at: number, random: Random): Planned[] {
  const { deal, ware, quantity, fobFen, freightFen, grams, mode } = parcel;
  const { platform, seller, carrier, zone, payment } = deal;
  const orderNo = deal.orderNo;
  const ebp = { ebpCode: platform.code, ebpName: platform.name };
  const ebc = { ebcCode: seller.code, ebcName: seller.name };
  const logistics = { logisticsCode: carrier.code, logisticsName: carrier.name, logisticsNo: deal.logisticsNo };
  const [ordered, collected, handed, declared] = [at, at + random.between(1, 4) * SECOND, at + random.between(2, 6) * SECOND, at + random.between(8, 14) * SECOND] as const;
  const price = Math.floor(fobFen / quantity);
  const total = price * quantity;
  const item = { gnum: 1, itemNo: `SIM${ware.hs}`, itemName: ware.name, barCode: barcode(ware.hs), unit: ware.unit, currency: '142', qty: quantity, price: yuan(price), totalPrice: yuan(total) };
  const { copNo, preNo, invtNo, customsCode } = declarationOf(parcel);
  const events: Planned[] = [
    { at: ordered, event: { type: 'export-order', ...submitted(id(0), ordered), orderType: mode === '9610' || mode === '1210' ? 'E' : 'B', orderNo, ...ebp, ...ebc, goodsValue: yuan(total), freight: yuan(freightFen), currency: '142', items: [item] } },
    { at: handed, event: { type: 'export-waybill', ...submitted(id(2), handed), ...logistics, freight: yuan(freightFen), insuredFee: 0, currency: '142', grossWeight: kilos(grams + 80), packNo: 1, goodsInfo: ware.name, ...ebc, ebcTelephone: '' } },
    {
      at: declared, event: {
        type: 'export-declaration', ...submitted(id(3), declared), customsCode, ...ebp, orderNo, ...logistics, copNo, preNo: '', invtNo: '', ieFlag: 'E', portCode: customsCode, ieDate: stamp8(declared), statisticsFlag: parcel.simplified ? 'A' : 'B',
        agentCode: zone.agent.code, agentName: zone.agent.name, ...ebc, ownerCode: seller.code, ownerName: seller.name, iacCode: '', iacName: '', emsNo: mode === '1210' ? `T${customsCode}SIM${zone.code}` : '', tradeMode: mode, trafMode: '5', trafName: 'SIMAIR',
        voyageNo: `SX${deal.number % 1000}`, billNo: `SIMX${stamp8(declared)}`, totalPackageNo: '', loctNo: '', licenseNo: '', country: parcel.country, POD: '', freight: yuan(freightFen), fCurrency: '142', fFlag: '3', insuredFee: 0, iCurrency: '142', iFlag: '3',
        wrapType: '2', packNo: 1, grossWeight: kilos(grams + 80), netWeight: kilos(grams),
        // Where neither licence nor refund hangs on it, four digits of the code will do.
        items: [{ gnum: 1, itemNo: item.itemNo, itemRecordNo: mode === '1210' ? `R${ware.hs}` : '', itemName: ware.name, gcode: parcel.simplified ? ware.hs.slice(0, 4) : ware.hs, gname: ware.name, gmodel: '', barCode: item.barCode, country: parcel.country, currency: '142', qty: quantity, qty1: kilos(grams), unit: ware.unit, unit1: '035', price: yuan(price), totalPrice: yuan(total) }],
      },
    },
    { at: ordered + 900, event: { type: 'export-order-receipt', ...answer(id(4), ordered + 900, 120), ebpCode: platform.code, ebcCode: seller.code, orderNo } },
    { at: handed + 900, event: { type: 'export-waybill-receipt', ...answer(id(6), handed + 900, 120), logisticsCode: carrier.code, logisticsNo: deal.logisticsNo } },
    ...(parcel.cancelled ? cancel(parcel, id, declared + 20 * SECOND) : []),
    ...(parcel.cancelled ? [2, 120] : [2, 120, 800, 899]).map((status, i): Planned => {
      const then = declared + (i + 1) * 1500;
      return { at: then, event: { type: 'export-declaration-receipt', ...answer(id(8 + i), then, status), customsCode, agentCode: zone.agent.code, copNo, preNo, invtNo, ebcCode: seller.code, ebpCode: platform.code, orderNo, statisticsFlag: parcel.simplified ? 'A' : 'B' } };
    }),
  ];
  if (!random.chance(COLLECTED)) return events;
  const payNo = `SIMP${deal.serial}`;
  return [...events,
    { at: collected, event: { type: 'export-payment', ...submitted(id(1), collected), ...ebp, ...ebc, orderNo, payCode: payment.code, payName: payment.name, payNo, charge: yuan(total + freightFen), currency: '142', accountingDate: stamp14(collected) } },
    { at: collected + 900, event: { type: 'export-payment-receipt', ...answer(id(5), collected + 900, 120), ebpCode: platform.code, ebcCode: seller.code, orderNo, payNo } }];
}

/** Customs agrees. It names the list, whose order only the list's own receipts tell. */
function cancel(parcel: Parcel, id: Numbered, at: number): Planned[] {
  const { deal } = parcel;
  const { customsCode, preNo, invtNo } = declarationOf(parcel);
  const agent = { agentCode: deal.zone.agent.code, agentName: deal.zone.agent.name };
  const keys = { customsCode, copNo: `SIMN${deal.serial}`, preNo, invtNo };
  const answered = at + 4 * SECOND;
  return [
    { at, event: { type: 'export-cancel', ...submitted(id(12), at), ...keys, reason: '买家取消订单', ...agent, ebcCode: deal.seller.code, ebcName: deal.seller.name } },
    { at: answered, event: { type: 'export-cancel-receipt', ...answer(id(13), answered, 399), ...keys, agentCode: agent.agentCode, ebcCode: deal.seller.code, msgSeqNo: 1 } },
  ];
}
