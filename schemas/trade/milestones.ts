/** The milestones of a parcel from the seller's shelf to the buyer's door: codes, order, names, and their equivalents in the post's EMSEVT events. */
import type { Bilingual } from '../risk/alert.ts';

export interface Milestone {
  /** Place in the journey: later ones are higher, those of one place may alternate. */
  stage: number;
  /** UPU EMSEVT event, or '' where the post has none. */
  upu: string;
  /** How a journey ends: nothing regular follows. */
  ends: boolean;
  name: Bilingual;
}
const milestone = (stage: number, upu: string, en: string, zh: string, ends = false): Milestone => ({ stage, upu, ends, name: { en, zh } });

export const MILESTONES = {
  ORD_PICK: milestone(1, 'EMA', 'Collected from the sender', '揽收'),
  WH_IN: milestone(2, '', 'Into the warehouse', '入库'),
  WH_OUT: milestone(3, '', 'Out of the warehouse', '出库'),
  EXP_DECL: milestone(4, 'EXA', 'Presented to export customs', '出口申报'),
  EXP_HOLD: milestone(5, 'EXB', 'Held by export customs', '出口海关扣留'),
  EXP_REL: milestone(6, 'EXC', 'Released by export customs', '出口放行'),
  DEPART: milestone(7, 'EMC', 'Departed from the country of origin', '离境'),
  TRANSIT_IN: milestone(8, 'EMJ', 'Arrived in transit', '到达中转地'),
  TRANSIT_OUT: milestone(8, 'EMK', 'Departed from transit', '离开中转地'),
  ARRIVE: milestone(9, 'EMD', 'Arrived in the country of destination', '抵达目的国'),
  IMP_DECL: milestone(10, 'EDB', 'Presented to import customs', '进口申报'),
  IMP_HOLD: milestone(11, 'EME', 'Held by import customs', '进口海关扣留'),
  IMP_REL: milestone(12, 'EDC', 'Released by import customs', '进口放行'),
  LM_IN: milestone(13, 'EMG', 'At the delivery office', '到达派送网点'),
  OUT_DEL: milestone(14, 'EDG', 'Out for delivery', '派送中'),
  FAIL: milestone(14, 'EMH', 'Delivery failed', '派送失败'),
  DELIVERED: milestone(15, 'EMI', 'Delivered, signed for', '已签收', true),
  RETURN: milestone(16, '', 'On its way back', '退回', true),
  LOST: milestone(16, '', 'Lost', '丢失', true),
  DESTROYED: milestone(16, '', 'Destroyed', '销毁', true),
} as const satisfies Record<string, Milestone>;
export type MilestoneCode = keyof typeof MILESTONES;

/** CEB513 knows this status alone: signed for. */
export const SIGNED = 'S';

const BY_GIVEN: ReadonlyMap<string, MilestoneCode> = new Map([
  ...(Object.keys(MILESTONES) as MilestoneCode[]).flatMap((code): [string, MilestoneCode][] => [[code, code], ...(MILESTONES[code].upu === '' ? [] : [[MILESTONES[code].upu, code] as [string, MilestoneCode]])]),
  [SIGNED, 'DELIVERED'],
]);

/** From our own code, an EMSEVT event or customs' S, in any case; '' for every other. */
export const milestoneOf = (given: string): MilestoneCode | '' => BY_GIVEN.get(given.toUpperCase()) ?? '';

/** EMSEVT's event of a milestone, '' where it has none. */
export const upuOf = (code: MilestoneCode): string => MILESTONES[code].upu;

/** Places of a journey that a parcel may leave again for an earlier one: customs asks for another declaration, a failed delivery goes back to the office. */
const BACK: Readonly<Partial<Record<MilestoneCode, readonly MilestoneCode[]>>> = {
  EXP_HOLD: ['EXP_DECL'], IMP_HOLD: ['IMP_DECL'], FAIL: ['LM_IN'], DELIVERED: ['RETURN'], LOST: ['RETURN'],
};

/**
 * Whether `to` may follow `from`. Milestones may be left out (missing scans are another matter), so later stages always may; of one stage the codes alternate. A parcel
 * that is returned begins a journey of its own, in which every milestone may come. Scans that arrive late are put in order by their time first.
 */
export function mayFollow(from: MilestoneCode, to: MilestoneCode): boolean {
  if (BACK[from]?.includes(to)) return true;
  if (from === 'RETURN') return to !== 'RETURN';
  if (MILESTONES[from].ends) return false;
  const step = MILESTONES[to].stage - MILESTONES[from].stage;
  return step > 0 || (step === 0 && from !== to);
}
