import type { Direction, Envelope, Fixed5 } from './envelope.ts';

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
