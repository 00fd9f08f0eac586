/** Flat documents of one type → the nested JSON body: {"order": {"orderHead": {…}, "orderList": […]}, "guid", "version", "baseTransfer"}; several documents as an array. */
import type { Wire } from '../trade/contract.ts';
import { reduceJson } from './reduce-json.ts';
import { type Frame, layOut, type Named, type Official, type Written } from './official.ts';

export function writeJson(documents: readonly Wire[], frame: Frame = {}): Written {
  const layout = layOut(documents, frame);
  if (!layout.ok) return layout;
  const { message: { type, number, element }, guid, documents: laid } = layout.laid;
  const bodies = laid.map(bodyOf);
  const { sender } = frame;
  const baseTransfer = sender && { copCode: sender.copCode, copName: sender.copName, dxpMode: 'DXP', dxpId: sender.dxpId, ...(sender.note ? { note: sender.note } : {}) };
  const body = { [lowerFirst(element)]: bodies.length === 1 ? bodies[0] : bodies, guid, version: '1.0', ...(baseTransfer ? { baseTransfer } : {}) };
  // Import and export share names of elements: where a bare body would be read as another message, the number of the message around it tells.
  const plain = reduceJson(body).every((read) => read.type === type);
  return { ok: true, text: JSON.stringify(plain ? body : { [`CEB${number}Message`]: body }) };
}

const bodyOf = ({ head, list, fields, lines }: Official): Wire => ({
  ...(head === '' ? members(fields) : { [lowerFirst(head)]: members(fields) }), ...(list === '' ? {} : { [lowerFirst(list)]: lines.map(members) }),
});
const members = (fields: readonly Named[]): Wire => Object.fromEntries(fields);
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
