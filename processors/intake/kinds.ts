/** The message types: what identifies a document, where it waits while its order is not known (schemas/trade/keys.ts), and its normalised form. */
import type { DocumentMessage } from '../../schemas/customs/messages.ts';
import type { Derive } from '../../schemas/trade/contract.ts';
import type { WireOf } from '../../schemas/trade/contracts.ts';
import { normaliseDeclaration, normaliseExportDeclaration } from '../../schemas/trade/declaration.ts';
import type { AppType, Direction, Envelope } from '../../schemas/trade/envelope.ts';
import { collectionNo, declarationKey, deviceKey, faultKey, listKey, manifestKey, observationKey, orderKey, paymentKey, reversalKey, waybillKey } from '../../schemas/trade/keys.ts';
import { type ManifestKind, type ManifestSent, normaliseManifest } from '../../schemas/trade/manifest.ts';
import { normaliseObservation, observationNumber } from '../../schemas/trade/observation.ts';
import { normaliseExportOrder, normaliseOrder } from '../../schemas/trade/order.ts';
import { normaliseExportPayment, normalisePayment } from '../../schemas/trade/payment.ts';
import { normaliseRawPayment } from '../../schemas/trade/raw-payment.ts';
import { normaliseReading } from '../../schemas/trade/reading.ts';
import { type Answered, normaliseReceipt } from '../../schemas/trade/receipt.ts';
import { normaliseExportCancel, normaliseReversal } from '../../schemas/trade/reversal.ts';
import { normaliseTaxBill, normaliseTaxBillStatus } from '../../schemas/trade/tax-bill.ts';
import { milestoneTime, normaliseTracking, normaliseWaybillStatus } from '../../schemas/trade/tracking.ts';
import { normaliseExportWaybill, normaliseWaybill } from '../../schemas/trade/waybill.ts';

export interface Identity {
  appType: AppType;
  /** 0 where the message has none. */
  appTime: number;
  eventTime: number;
  /** The field that the event time came from. */
  eventField: string;
  documentKey: string;
  orderKey: string;
  /** The foreign key that it waits at, or its own key where it belongs to no order; nobody asks for it where the order is known. */
  waitsAt: string;
  /** What sets two messages of one guid apart: customs answers a document several times under the document's guid. */
  occurrence: string;
  /** Foreign keys that belong to the order; '' among them names none. */
  aliases: string[];
  /** '' = the message's. A device's reading is known by its number alone, whatever else is sent with it. */
  guid: string;
}

export interface Kind<W = unknown> {
  identify(wire: W): Identity;
  normalise(wire: W, envelope: Envelope, derive: Derive): Envelope;
}
type Kinds = { readonly [T in DocumentMessage]: Kind<WireOf<T>> };

interface Submitted { appType: AppType; appTime: number }
const NONE: string[] = [];

/** A document that a party submits: its event is its submission, or what it tells of (`at`, of the field `atField`). */
function submitted({ appType, appTime }: Submitted, documentKey: string, order: string, waitsAt: string, aliases: string[] = NONE, at = 0, atField = ''): Identity {
  const told = at !== 0;
  return {
    appType, appTime, eventTime: told ? at : appTime, eventField: told ? atField : 'appTime', documentKey, orderKey: order, waitsAt, occurrence: '',
    aliases: order === '' ? NONE : aliases, guid: '',
  };
}

/** What customs sends, several times under one guid: its event is the answer. */
function returned(at: number, status: number | string, documentKey: string, order: string, waitsAt: string, aliases: string[] = NONE, atField = 'returnTime'): Identity {
  return {
    appType: 1, appTime: at, eventTime: at, eventField: atField, documentKey, orderKey: order, waitsAt, occurrence: `|${status}|${at}`, aliases: order === '' ? NONE : aliases, guid: '',
  };
}

const ofOrder = (sent: Submitted & { ebpCode: string; orderNo: string }): Identity => {
  const key = `${sent.ebpCode}|${sent.orderNo}`;
  return submitted(sent, key, key, '');
};

function ofPayment(sent: WireOf<'payment'>): Identity {
  const own = paymentKey(sent.payCode, sent.payTransactionId);
  return submitted(sent, `${sent.payCode}|${sent.payTransactionId}`, orderKey(sent.ebpCode, sent.orderNo), own, [own], sent.payTime, 'payTime');
}

function ofExportPayment(sent: WireOf<'export-payment'>): Identity {
  const number = collectionNo(sent.orderNo, sent.payNo);
  const own = paymentKey(sent.ebcCode, number);
  return submitted(sent, `${sent.ebcCode}|${number}`, orderKey(sent.ebpCode, sent.orderNo), own, [own], sent.accountingDate, 'accountingDate');
}

const ofWaybill = (sent: Submitted & { logisticsCode: string; logisticsNo: string; ebpCode?: string; orderNo?: string }): Identity =>
  submitted(sent, `${sent.logisticsCode}|${sent.logisticsNo}`, orderKey(sent.ebpCode ?? '', sent.orderNo ?? ''), waybillKey(sent.logisticsCode, sent.logisticsNo));

function ofDeclaration(sent: Submitted & Record<'ebpCode' | 'orderNo' | 'agentCode' | 'copNo' | 'invtNo' | 'logisticsCode' | 'logisticsNo', string>): Identity {
  const own = declarationKey(sent.agentCode, sent.copNo);
  return submitted(sent, `${sent.agentCode}|${sent.copNo}`, orderKey(sent.ebpCode, sent.orderNo), own, [waybillKey(sent.logisticsCode, sent.logisticsNo), own, listKey(sent.invtNo)]);
}

/** Customs knows one status a waybill: a change replaces it. */
const ofWaybillStatus = (sent: WireOf<'waybill-status'>): Identity => submitted(
  sent, `${sent.logisticsCode}|${sent.logisticsNo}|${sent.logisticsStatus}`, '', waybillKey(sent.logisticsCode, sent.logisticsNo), NONE, sent.logisticsTime, 'logisticsTime');

/** A parcel may pass one milestone several times: its time tells them apart. */
function ofTracking(sent: WireOf<'tracking'>): Identity {
  const at = milestoneTime(sent);
  return submitted(
    { appType: 1, appTime: 0 }, `${sent.logisticsCode}|${sent.logisticsNo}|${sent.code}|${at}`, orderKey(sent.ebpCode, sent.orderNo), waybillKey(sent.logisticsCode, sent.logisticsNo), NONE,
    at, 'eventTime');
}

function ofReading({ deviceId, seq, ts }: WireOf<'reading'>): Identity {
  const key = `${deviceId}|${seq}`;
  return { ...submitted({ appType: 1, appTime: ts }, key, '', deviceKey(deviceId), NONE, ts, 'ts'), guid: key };
}

function ofReversal(sent: Submitted & { agentCode: string; copNo: string; invtNo: string; ebpCode?: string; orderNo?: string }): Identity {
  const own = reversalKey(sent.agentCode, sent.copNo);
  const list = listKey(sent.invtNo);
  return submitted(sent, `${sent.agentCode}|${sent.copNo}`, orderKey(sent.ebpCode ?? '', sent.orderNo ?? ''), list || own, [list, own]);
}

function ofObservation(sent: WireOf<'observation'>): Identity {
  const number = observationNumber(sent);
  return submitted({ appType: sent.appType, appTime: 0 }, number, '', observationKey(number), NONE, sent.at, 'at');
}

interface Part { copNo: string; msgSeqNo?: number }
/** The parts of one manifest are documents of their own. */
const partOf = (issuer: string, sent: Part): string => `${issuer}|${sent.copNo}|${sent.msgSeqNo || 1}`;
const ofManifest = (issuer: string, sent: Submitted & Part): Identity => submitted(sent, partOf(issuer, sent), '', manifestKey(issuer, sent.copNo));

function manifest<S>(kind: ManifestKind, issuerOf: (sent: S) => string): Kind<S & Submitted & Part & ManifestSent> {
  return { identify: (sent) => ofManifest(issuerOf(sent), sent), normalise: (sent, envelope) => normaliseManifest(kind, sent, envelope) };
}
const byOperator = (sent: { operatorCode: string }): string => sent.operatorCode;
const byCarrier = (sent: { logisticsCode: string }): string => sent.logisticsCode;
const byAgent = (sent: { agentCode: string }): string => sent.agentCode;

const ofTaxBillStatus = (sent: WireOf<'tax-bill-status'>): Identity => returned(sent.returnTime, sent.status, sent.taxNo, '', listKey(sent.invtNo));
/** The declaration names its parcel, not customs' number of the list: a bill waits at the parcel where it names one. */
const ofTaxBill = (sent: WireOf<'tax-bill'>): Identity => ({ ...ofTaxBillStatus(sent), waitsAt: waybillKey(sent.logisticsCode, sent.logisticsNo) || listKey(sent.invtNo) });

/** A payment for several orders is not one order's: then it names no order of the payment. */
function ofRawPayment(sent: WireOf<'raw-payment'>): Identity {
  const at = sent.serviceTime || sent.tradingTime;
  const payment = paymentKey(sent.payCode, sent.payTransactionId);
  return {
    ...submitted({ appType: 1, appTime: at }, `${sent.payCode}|${sent.payTransactionId}|${sent.orderNo}`, orderKey(sent.ebpCode, sent.orderNo), payment, sent.orders > 1 ? NONE : [payment],
      at, sent.serviceTime === 0 ? 'tradingTime' : 'serviceTime'),
    occurrence: `|${sent.sessionID}`,
  };
}

interface Answer { returnStatus: number; returnTime: number; ebpCode?: string; orderNo?: string }
/** Where the answered document is found, and what the receipt names together with an order. */
type Place = [documentKey: string, waitsAt: string, aliases?: string[]];

function receipt<S>(answers: Answered, direction: Direction | '', placeOf: (sent: S) => Place): Kind<S & Answer> {
  return {
    identify(sent) {
      const [documentKey, waitsAt, aliases] = placeOf(sent);
      return returned(sent.returnTime, sent.returnStatus, documentKey, orderKey(sent.ebpCode ?? '', sent.orderNo ?? ''), waitsAt, aliases);
    },
    normalise: (sent, envelope) => normaliseReceipt(answers, direction, sent, envelope),
  };
}
const orderPlace = (sent: { ebpCode: string; orderNo: string }): Place => [`${sent.ebpCode}|${sent.orderNo}`, ''];
const waybillPlace = (sent: { logisticsCode: string; logisticsNo: string }): Place => [`${sent.logisticsCode}|${sent.logisticsNo}`, waybillKey(sent.logisticsCode, sent.logisticsNo)];
const declarationPlace = (sent: { agentCode: string; copNo: string; invtNo: string }): Place => (
  [`${sent.agentCode}|${sent.copNo}`, declarationKey(sent.agentCode, sent.copNo), [listKey(sent.invtNo)]]);
const reversalPlace = (sent: { agentCode: string; copNo: string; invtNo: string }): Place => (
  [`${sent.agentCode}|${sent.copNo}`, listKey(sent.invtNo) || reversalKey(sent.agentCode, sent.copNo), [listKey(sent.invtNo)]]);
const manifestPlace = <S>(issuerOf: (sent: S) => string) => (sent: S & Part): Place => [partOf(issuerOf(sent), sent), manifestKey(issuerOf(sent), sent.copNo)];
const paymentPlace = (sent: { payCode: string; payTransactionId: string }): Place => [`${sent.payCode}|${sent.payTransactionId}`, paymentKey(sent.payCode, sent.payTransactionId)];
const collectionPlace = (sent: { ebcCode: string; orderNo: string; payNo: string }): Place => {
  const number = collectionNo(sent.orderNo, sent.payNo);
  return [`${sent.ebcCode}|${number}`, paymentKey(sent.ebcCode, number)];
};
const statusPlace = (sent: { logisticsCode: string; logisticsNo: string; logisticsStatus: string }): Place => (
  [`${sent.logisticsCode}|${sent.logisticsNo}|${sent.logisticsStatus}`, waybillKey(sent.logisticsCode, sent.logisticsNo)]);
const faultPlace = (sent: { oriCopMsgId: string }): Place => [sent.oriCopMsgId, faultKey(sent.oriCopMsgId)];

const TYPED: Kinds = {
  order: { identify: ofOrder, normalise: normaliseOrder },
  'order-receipt': receipt('order', 'I', orderPlace),
  payment: { identify: ofPayment, normalise: normalisePayment },
  'payment-receipt': receipt('payment', 'I', paymentPlace),
  waybill: { identify: ofWaybill, normalise: normaliseWaybill },
  'waybill-receipt': receipt('waybill', 'I', waybillPlace),
  'waybill-status': { identify: ofWaybillStatus, normalise: normaliseWaybillStatus },
  'waybill-status-receipt': receipt('tracking', 'I', statusPlace),
  declaration: { identify: ofDeclaration, normalise: normaliseDeclaration },
  'declaration-receipt': receipt('declaration', 'I', declarationPlace),
  cancel: { identify: ofReversal, normalise: (sent, envelope, derive) => normaliseReversal('cancel', sent, envelope, derive) },
  'cancel-receipt': receipt('cancel', 'I', reversalPlace),
  return: { identify: ofReversal, normalise: (sent, envelope, derive) => normaliseReversal('return', sent, envelope, derive) },
  'return-receipt': receipt('return', 'I', reversalPlace),
  'warehouse-entry': manifest('warehouse-entry', byOperator),
  'warehouse-entry-receipt': receipt('warehouse-entry', 'I', manifestPlace(byOperator)),
  'tax-bill': { identify: ofTaxBill, normalise: normaliseTaxBill },
  'tax-bill-status': { identify: ofTaxBillStatus, normalise: normaliseTaxBillStatus },
  'export-order': { identify: ofOrder, normalise: normaliseExportOrder },
  'export-order-receipt': receipt('order', 'E', orderPlace),
  'export-payment': { identify: ofExportPayment, normalise: normaliseExportPayment },
  'export-payment-receipt': receipt('payment', 'E', collectionPlace),
  'export-waybill': { identify: ofWaybill, normalise: normaliseExportWaybill },
  'export-waybill-receipt': receipt('waybill', 'E', waybillPlace),
  arrival: manifest('arrival', byOperator),
  'arrival-receipt': receipt('arrival', 'E', manifestPlace(byOperator)),
  departure: manifest('departure', byCarrier),
  'departure-receipt': receipt('departure', 'E', manifestPlace(byCarrier)),
  'export-declaration': { identify: ofDeclaration, normalise: normaliseExportDeclaration },
  'export-declaration-receipt': receipt('declaration', 'E', declarationPlace),
  'export-cancel': { identify: ofReversal, normalise: normaliseExportCancel },
  'export-cancel-receipt': receipt('cancel', 'E', reversalPlace),
  consolidation: manifest('consolidation', byAgent),
  'consolidation-receipt': receipt('consolidation', 'E', manifestPlace(byAgent)),
  summary: manifest('summary', byAgent),
  'summary-receipt': receipt('summary', 'E', manifestPlace(byAgent)),
  'summary-result': {
    identify: (sent) => returned(sent.opDate, sent.decState, `${sent.sumNo}|${sent.declSeqNo}|${sent.msgSeqNo || 1}`, '', manifestKey('summary', sent.sumNo), NONE, 'opDate'),
    normalise: (sent, envelope) => normaliseManifest('summary-result', sent, envelope),
  },
  'format-error': receipt('message', '', faultPlace),
  tracking: { identify: ofTracking, normalise: normaliseTracking },
  reading: { identify: ofReading, normalise: normaliseReading },
  'raw-payment': { identify: ofRawPayment, normalise: normaliseRawPayment },
  observation: { identify: ofObservation, normalise: (sent, envelope, derive) => normaliseObservation(sent, envelope, (text) => derive.token(text)) },
};
/** For a type that is only known when it is read. */
export const KINDS: Readonly<Record<DocumentMessage, Kind>> = TYPED;
