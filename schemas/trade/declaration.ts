import { type Envelope, type Fixed5, NOBODY, type Person } from './envelope.ts';
import type { z } from 'zod';
import { contract, type Derive, type RawPerson, UNNAMED } from './contract.ts';
import { amount, appType, code, guid, key, letter, lines, submitted, text, time, whole } from './fields.ts';

export interface DeclarationLine {
  lineNo: number;
  /** Bonded account-book line (1210). */
  recordNo: string;
  itemNo: string;
  itemName: string;
  /** Ten-digit commodity code (gcode). */
  hs: string;
  name: string;
  model: string;
  barcode: string;
  country: string;
  countryCode: string;
  currency: string;
  currencyCode: string;
  quantity: Fixed5;
  unit: string;
  quantity1: Fixed5;
  unit1: string;
  quantity2: Fixed5;
  unit2: string;
  price: Fixed5;
  total: Fixed5;
  wordScore: number;
  word: string;
}

/** CEB621 and 603, the declaration list (清单). An export list names no buyer. */
export interface Declaration extends Envelope {
  orderNo: string;
  platformCode: string;
  platformName: string;
  sellerCode: string;
  sellerName: string;
  carrierCode: string;
  carrierName: string;
  waybillNo: string;
  copNo: string;
  preNo: string;
  invtNo: string;
  guarantorCode: string;
  accountBook: string;
  direction: string;
  declTime: number;
  customsCode: string;
  portCode: string;
  ieDate: number;
  buyer: Person;
  consignee: Person;
  agentCode: string;
  agentName: string;
  areaCode: string;
  areaName: string;
  tradeMode: string;
  trafMode: string;
  /** An export list names the means of transport (trafName) instead. */
  trafNo: string;
  voyageNo: string;
  masterBill: string;
  licenseNo: string;
  /** Import: where the goods departed; export: where they go. ISO 3166 alpha-3, or ''. */
  country: string;
  countryCode: string;
  freight: Fixed5;
  insurance: Fixed5;
  currency: string;
  currencyCode: string;
  packages: number;
  grossWeight: Fixed5;
  netWeight: Fixed5;
  lines: DeclarationLine[];
  /** Supervised site (loctNo). */
  siteCode: string;
  /** Export from here on. A simplified: HS codes hold for their first four digits only. B summary. */
  statisticsFlag: string;
  ownerCode: string;
  ownerName: string;
  warehouseCode: string;
  warehouseName: string;
  destinationPort: string;
  packageNo: string;
  /** 1 a rate, 2 a price per unit, 3 a total. */
  freightFlag: string;
  insuranceFlag: string;
  freightCurrencyCode: string;
  insuranceCurrencyCode: string;
}

const line = {
  gnum: whole(0, 9999), itemRecordNo: code(30), itemNo: code(60), itemName: text(250), gcode: code(10, true), gname: text(250), gmodel: text(510), barCode: code(50),
  country: code(3), tradeCountry: code(3), currency: code(3), qty: amount(true), unit: code(3), qty1: amount(), unit1: code(3), qty2: amount(), unit2: code(3),
  price: amount(true), totalPrice: amount(true), note: text(1000),
};

/** The wire form of CEB621: InventoryHead with its InventoryList as `items`. */
export const DECLARATION = contract({
  head: (needed) => ({
    guid: guid(), appType: appType(), appTime: time(), appStatus: code(3), orderNo: key(60, needed), ebpCode: key(18, needed), ebpName: text(100), ebcCode: code(18),
    ebcName: text(100), logisticsNo: key(60), logisticsCode: key(18), logisticsName: text(100), copNo: key(60, true), preNo: code(60), invtNo: key(60),
    assureCode: code(30), emsNo: code(30), ieFlag: letter(1), declTime: time(), customsCode: code(4), portCode: code(4), ieDate: time(), buyerIdType: code(2),
    buyerIdNumber: code(60), buyerName: text(100), buyerTelephone: code(30), consigneeAddress: text(200), agentCode: key(18, true), agentName: text(100),
    areaCode: code(18), areaName: text(100), tradeMode: code(4), trafMode: code(1), trafNo: code(100), voyageNo: code(32), billNo: code(60), loctNo: code(10),
    licenseNo: code(30), country: code(3), freight: amount(), insuredFee: amount(), currency: code(3), wrapType: code(4), packNo: whole(0, 1_000_000),
    grossWeight: amount(needed), netWeight: amount(), note: text(1000), items: lines(line, needed),
  }),
  line, free: ['note'], lineFree: ['note'],
});
type DeclarationWire = z.output<typeof DECLARATION.whole>;

function declarationLine(sent: Omit<DeclarationWire['items'][number], 'tradeCountry'>, index: number, at: number, derive: Derive): DeclarationLine {
  const found = derive.words(sent.gname, sent.itemName, sent.gmodel);
  return {
    lineNo: sent.gnum || index + 1, recordNo: sent.itemRecordNo, itemNo: sent.itemNo, itemName: sent.itemName, hs: sent.gcode, name: sent.gname, model: sent.gmodel,
    barcode: sent.barCode, country: derive.country(sent.country, at), countryCode: sent.country, currency: derive.currency(sent.currency, at), currencyCode: sent.currency,
    quantity: sent.qty, unit: sent.unit, quantity1: sent.qty1, unit1: sent.unit1, quantity2: sent.qty2, unit2: sent.unit2, price: sent.price, total: sent.totalPrice,
    wordScore: found.score, word: found.word,
  };
}

export function normaliseDeclaration(sent: DeclarationWire, envelope: Envelope, derive: Derive): Declaration {
  const buying: RawPerson = {
    account: '', idType: sent.buyerIdType, idNumber: sent.buyerIdNumber, name: sent.buyerName, phone: sent.buyerTelephone, address: '', district: '',
  };
  return {
    eventId: envelope.eventId, guid: envelope.guid, appType: envelope.appType, appTime: envelope.appTime, eventTime: envelope.eventTime, arrival: envelope.arrival,
    late: envelope.late, documentKey: envelope.documentKey, orderKey: envelope.orderKey, feed: envelope.feed, origin: envelope.origin, backfill: envelope.backfill,
    forwarded: envelope.forwarded, contentHash: envelope.contentHash, signed: envelope.signed, sealed: envelope.sealed, sealKeyId: envelope.sealKeyId,
    orderNo: sent.orderNo, platformCode: sent.ebpCode, platformName: sent.ebpName, sellerCode: sent.ebcCode, sellerName: sent.ebcName,
    carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, waybillNo: sent.logisticsNo, copNo: sent.copNo, preNo: sent.preNo, invtNo: sent.invtNo,
    guarantorCode: sent.assureCode, accountBook: sent.emsNo, direction: sent.ieFlag || 'I', declTime: sent.declTime, customsCode: sent.customsCode,
    portCode: sent.portCode, ieDate: sent.ieDate, buyer: derive.person(buying, envelope.eventTime),
    consignee: derive.person({ ...UNNAMED, address: sent.consigneeAddress }, envelope.eventTime),
    agentCode: sent.agentCode, agentName: sent.agentName, areaCode: sent.areaCode, areaName: sent.areaName, tradeMode: sent.tradeMode, trafMode: sent.trafMode,
    trafNo: sent.trafNo, voyageNo: sent.voyageNo, masterBill: sent.billNo, licenseNo: sent.licenseNo, country: derive.country(sent.country, envelope.eventTime),
    countryCode: sent.country, freight: sent.freight, insurance: sent.insuredFee, currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency,
    packages: sent.packNo, grossWeight: sent.grossWeight, netWeight: sent.netWeight,
    lines: sent.items.map((item, index) => declarationLine(item, index, envelope.eventTime, derive)), siteCode: sent.loctNo,
    statisticsFlag: '', ownerCode: '', ownerName: '', warehouseCode: '', warehouseName: '', destinationPort: '', packageNo: '', freightFlag: '', insuranceFlag: '',
    freightCurrencyCode: '', insuranceCurrencyCode: '',
  };
}

const exportLine = {
  gnum: whole(0, 9999), itemNo: code(60), itemRecordNo: code(30), itemName: text(250), gcode: code(10, true), gname: text(250), gmodel: text(510), barCode: code(50),
  country: code(3), currency: code(3), qty: amount(true), qty1: amount(), qty2: amount(), unit: code(3), unit1: code(3), unit2: code(3), price: amount(true),
  totalPrice: amount(true), note: text(1000),
};

/** The wire form of CEB603. Freight and insurance each have a currency and say what they are (fFlag, iFlag). */
export const EXPORT_DECLARATION = contract({
  head: (needed) => ({
    ...submitted(), customsCode: code(4), ebpCode: key(18, needed), ebpName: text(100), orderNo: key(60, needed), logisticsCode: key(18), logisticsName: text(100),
    logisticsNo: key(60), copNo: key(60, true), preNo: code(60), invtNo: key(60), ieFlag: letter(1), portCode: code(4), ieDate: time(), statisticsFlag: code(1),
    agentCode: key(18, true), agentName: text(100), ebcCode: code(18), ebcName: text(100), ownerCode: code(18), ownerName: text(100), iacCode: code(18), iacName: text(100),
    emsNo: code(30), tradeMode: code(4), trafMode: code(1), trafName: text(100), voyageNo: code(32), billNo: code(60), totalPackageNo: code(60), loctNo: code(10),
    licenseNo: code(30), country: code(3), POD: code(10), freight: amount(), fCurrency: code(3), fFlag: code(1), insuredFee: amount(), iCurrency: code(3), iFlag: code(1),
    wrapType: code(4), packNo: whole(0, 1_000_000), grossWeight: amount(needed), netWeight: amount(), note: text(1000), items: lines(exportLine, needed),
  }),
  line: exportLine, free: ['note'], lineFree: ['note'],
});

export function normaliseExportDeclaration(sent: z.output<typeof EXPORT_DECLARATION.whole>, envelope: Envelope, derive: Derive): Declaration {
  return {
    ...envelope, orderNo: sent.orderNo, platformCode: sent.ebpCode, platformName: sent.ebpName, sellerCode: sent.ebcCode, sellerName: sent.ebcName,
    carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, waybillNo: sent.logisticsNo, copNo: sent.copNo, preNo: sent.preNo, invtNo: sent.invtNo,
    guarantorCode: '', accountBook: sent.emsNo, direction: 'E', declTime: 0, customsCode: sent.customsCode, portCode: sent.portCode, ieDate: sent.ieDate, buyer: NOBODY,
    consignee: NOBODY, agentCode: sent.agentCode, agentName: sent.agentName, areaCode: '', areaName: '', tradeMode: sent.tradeMode, trafMode: sent.trafMode,
    trafNo: sent.trafName, voyageNo: sent.voyageNo, masterBill: sent.billNo, licenseNo: sent.licenseNo, country: derive.country(sent.country, envelope.eventTime), countryCode: sent.country,
    freight: sent.freight, insurance: sent.insuredFee, currency: derive.currency(sent.fCurrency, envelope.eventTime), currencyCode: sent.fCurrency, packages: sent.packNo,
    grossWeight: sent.grossWeight, netWeight: sent.netWeight, lines: sent.items.map((item, index) => declarationLine(item, index, envelope.eventTime, derive)), siteCode: sent.loctNo,
    statisticsFlag: sent.statisticsFlag, ownerCode: sent.ownerCode, ownerName: sent.ownerName, warehouseCode: sent.iacCode, warehouseName: sent.iacName,
    destinationPort: sent.POD, packageNo: sent.totalPackageNo, freightFlag: sent.fFlag, insuranceFlag: sent.iFlag, freightCurrencyCode: sent.fCurrency,
    insuranceCurrencyCode: sent.iCurrency,
  };
}
