import { contract } from './contract.ts';
import type { Direction, Envelope, Fixed5 } from './envelope.ts';
import { amount, code, guid, key, letter, lines, MOST_PARCELS, submitted, text, time, whole } from './fields.ts';

export const MANIFEST_KINDS = ['warehouse-entry', 'arrival', 'departure', 'consolidation', 'summary', 'summary-result'] as const;
export type ManifestKind = (typeof MANIFEST_KINDS)[number];

export interface ManifestLine { lineNo: number; waybillNo: string; packageNo: string; invtNo: string; hs: string }

/**
 * A list of parcels or of declaration lists: warehouse entry (711), arrival at the supervised site (507), departure (509), list of lists (607), monthly summary (701) and its
 * result (792). One that is split names its parts: msgSeqNo 1…msgCount, without gaps.
 */
export interface Manifest extends Envelope {
  kind: ManifestKind;
  direction: Direction;
  customsCode: string;
  copNo: string;
  preNo: string;
  /** rkdNo of a warehouse entry, sumNo of a summary. */
  listNo: string;
  operatorCode: string;
  operatorName: string;
  siteCode: string;
  agentCode: string;
  agentName: string;
  sellerCode: string;
  sellerName: string;
  /** Declares the summary. */
  declarantCode: string;
  carrierCode: string;
  carrierName: string;
  trafMode: string;
  trafName: string;
  voyageNo: string;
  masterBill: string;
  domesticTrafNo: string;
  unloadPlace: string;
  grossWeight: Fixed5;
  netWeight: Fixed5;
  leaveTime: number;
  /** Of a summary: the days that it covers. */
  startTime: number;
  endTime: number;
  /** 792: number and state of the customs declaration that the lists became. */
  entryId: string;
  entryState: string;
  parts: number;
  part: number;
  lines: ManifestLine[];
}

const line = { gnum: whole(0, MOST_PARCELS), logisticsNo: key(60, true), totalPackageNo: code(60), note: text(1000) };
const entryLine = { gnum: line.gnum, logisticsNo: line.logisticsNo, note: line.note };
const consolidationLine = { ...line, invtNo: key(60) };
const summaryLine = { invtNo: key(60, true) };
const resultLine = { invtNo: key(60, true), logisticsNo: key(60), gnum: whole(0, 9999), gcode: code(10) };

/** Every manifest has a number of its issuer's; a list may come in parts. */
const numbered = () => ({ customsCode: code(4), copNo: key(60, true), preNo: code(60), note: text(1000) });
const parts = () => ({ msgCount: whole(0, MOST_PARCELS), msgSeqNo: whole(0, MOST_PARCELS) });
const carried = () => ({ trafMode: code(1), billNo: code(60), logisticsName: text(100) });
const manifest = { free: ['note'], lineFree: ['note'] };

/** The wire form of CEB711: DeliveryHead, DeliveryList. The operator of the supervised site declares it. */
export const WAREHOUSE_ENTRY = contract({
  ...manifest, line: entryLine,
  head: (needed) => ({
    ...submitted(), ...numbered(), ...carried(), logisticsCode: key(18), rkdNo: code(60), operatorCode: key(18, true), operatorName: text(100), ieFlag: letter(1), trafNo: code(100),
    voyageNo: code(32), unloadLocation: text(100), items: lines(entryLine, needed, MOST_PARCELS),
  }),
});

/** The wire form of CEB507: ArrivalHead, ArrivalList. */
export const ARRIVAL = contract({
  ...manifest, line,
  head: (needed) => ({
    ...submitted(), ...numbered(), ...carried(), ...parts(), logisticsCode: key(18), operatorCode: key(18, true), operatorName: text(100), loctNo: code(10), ieFlag: letter(1),
    domesticTrafNo: code(100), items: lines(line, needed, MOST_PARCELS),
  }),
});

/** The wire form of CEB509: DepartureHead, DepartureList. The carrier declares it. */
export const DEPARTURE = contract({
  ...manifest, line,
  head: (needed) => ({
    ...submitted(), ...numbered(), ...carried(), ...parts(), logisticsCode: key(18, true), trafName: text(100), voyageNo: code(32), leaveTime: time(needed),
    items: lines(line, needed, MOST_PARCELS),
  }),
});

/** The wire form of CEB607: WayBillHead, WayBillList. The agent declares it. */
export const CONSOLIDATION = contract({
  ...manifest, line: consolidationLine,
  head: (needed) => ({
    ...submitted(), ...numbered(), ...carried(), ...parts(), logisticsCode: key(18), agentCode: key(18, true), agentName: text(100), loctNo: code(10), trafName: text(100),
    voyageNo: code(32), domesticTrafNo: code(100), grossWeight: amount(), items: lines(consolidationLine, needed, MOST_PARCELS),
  }),
});

/** The wire form of CEB701: SummaryApplyHead, SummaryApplyList. */
export const SUMMARY = contract({
  free: ['note'], line: summaryLine,
  head: (needed) => ({
    ...submitted(), ...numbered(), ...parts(), sumNo: code(60), agentCode: key(18, true), agentName: text(100), ebcCode: code(18), ebcName: text(100), declAgentCode: code(18),
    declAgentName: text(100), startTime: time(), endTime: time(), loctNo: code(10), summaryFlag: code(4), itemNameFlag: code(4), items: lines(summaryLine, needed, MOST_PARCELS),
  }),
});

/** The wire form of CEB792: SummaryResultHead, SummaryResultList. Customs sends it; it knows the summary's number, not the sender's. */
export const SUMMARY_RESULT = contract({
  free: ['note'], line: resultLine,
  head: () => ({
    guid: guid(), customsCode: code(4), sumNo: key(60, true), opDate: time(true), declSeqNo: key(60, true), decTmpNo: code(60), decPreNo: code(60), entryId: code(60), decState: code(20, true),
    agentCode: code(18), agentName: text(100), ebcCode: code(18), ebcName: text(100), declAgentCode: code(18), declAgentName: text(100), grossWeight: amount(), netWeight: amount(),
    ...parts(), note: text(1000), items: lines(resultLine, false, MOST_PARCELS),
  }),
});

/** What a manifest may say; each kind says some of it. */
interface ManifestWire {
  customsCode: string; copNo: string; preNo: string; rkdNo: string; sumNo: string; decPreNo: string; operatorCode: string; operatorName: string; loctNo: string; agentCode: string; agentName: string;
  ebcCode: string; ebcName: string; declAgentCode: string; logisticsCode: string; logisticsName: string; trafMode: string; trafNo: string; trafName: string; voyageNo: string; billNo: string;
  domesticTrafNo: string; unloadLocation: string; grossWeight: Fixed5; netWeight: Fixed5; leaveTime: number; startTime: number; endTime: number; entryId: string; decState: string; msgCount: number;
  msgSeqNo: number; items: ManifestLineWire[];
}
interface ManifestLineWire { gnum?: number; logisticsNo?: string; totalPackageNo?: string; invtNo?: string; gcode?: string }
const UNSAID: Omit<ManifestWire, 'items'> = {
  customsCode: '', copNo: '', preNo: '', rkdNo: '', sumNo: '', decPreNo: '', operatorCode: '', operatorName: '', loctNo: '', agentCode: '', agentName: '', ebcCode: '', ebcName: '',
  declAgentCode: '', logisticsCode: '', logisticsName: '', trafMode: '', trafNo: '', trafName: '', voyageNo: '', billNo: '', domesticTrafNo: '', unloadLocation: '', grossWeight: 0, netWeight: 0,
  leaveTime: 0, startTime: 0, endTime: 0, entryId: '', decState: '', msgCount: 0, msgSeqNo: 0,
};

const manifestLine = (sent: ManifestLineWire, index: number): ManifestLine => ({
  lineNo: sent.gnum || index + 1, waybillNo: sent.logisticsNo ?? '', packageNo: sent.totalPackageNo ?? '', invtNo: sent.invtNo ?? '', hs: sent.gcode ?? '',
});

export type ManifestSent = Partial<ManifestWire> & Pick<ManifestWire, 'items'>;

export function normaliseManifest(kind: ManifestKind, given: ManifestSent, envelope: Envelope): Manifest {
  const sent = { ...UNSAID, ...given };
  return {
    ...envelope, kind, direction: kind === 'warehouse-entry' ? 'I' : 'E', customsCode: sent.customsCode, copNo: sent.copNo, preNo: sent.preNo || sent.decPreNo, listNo: sent.rkdNo || sent.sumNo,
    operatorCode: sent.operatorCode, operatorName: sent.operatorName, siteCode: sent.loctNo, agentCode: sent.agentCode, agentName: sent.agentName, sellerCode: sent.ebcCode,
    sellerName: sent.ebcName, declarantCode: sent.declAgentCode, carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, trafMode: sent.trafMode,
    trafName: sent.trafName || sent.trafNo, voyageNo: sent.voyageNo, masterBill: sent.billNo, domesticTrafNo: sent.domesticTrafNo, unloadPlace: sent.unloadLocation,
    grossWeight: sent.grossWeight, netWeight: sent.netWeight, leaveTime: sent.leaveTime, startTime: sent.startTime, endTime: sent.endTime, entryId: sent.entryId,
    entryState: sent.decState, parts: sent.msgCount || 1, part: sent.msgSeqNo || 1, lines: sent.items.map(manifestLine),
  };
}
