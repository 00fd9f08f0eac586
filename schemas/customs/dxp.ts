/** The envelope in which the data exchange platform carries messages: DxpMsg{TransInfo, Data, AddInfo}, Data being the message's bytes in base64. */
import type { Problem } from '../reasons.ts';
import type { Element } from './xml.ts';

/** Whose message it was and what they call it: told with a refusal, so that a sender finds it. '' where it is no such id. */
export interface Transfer { messageId: string; sender: string }
export type Opened = { ok: true; bytes: Uint8Array; transfer: Transfer } | { ok: false; problem: Problem; transfer: Transfer };

export const isEnvelope = (root: Element): boolean => root.name === 'DxpMsg';

const childOf = (element: Element | undefined, name: string): Element | undefined => element?.children.find((child) => child.name === name);
/** A guid, or letters first: an identity number in its place is not repeated. */
const ID = /^(?:[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}|[A-Za-z][\w.-]{0,63})$/i;
function idIn(info: Element | undefined, name: string): string {
  const text = childOf(info, name)?.text.trim() ?? '';
  return ID.test(text) ? text : '';
}

export function openEnvelope(root: Element): Opened {
  const info = childOf(root, 'TransInfo');
  const transfer: Transfer = { messageId: idIn(info, 'CopMsgId'), sender: idIn(info, 'SenderId') };
  const refused = (code: Problem['code'], expected: string, given: string): Opened => ({ ok: false, transfer, problem: { code, path: 'Data', message: `Data: expected ${expected}; given: ${given}` } });
  const data = root.children.filter((child) => child.name === 'Data');
  const [only] = data;
  if (only === undefined || data.length > 1) return refused('BAD_ENVELOPE', 'one element Data with the message in base64', data.length === 0 ? 'none' : String(data.length));
  if (only.children.length > 0) return refused('BAD_ENVELOPE', 'the message in base64', 'elements. Encode the whole message');
  const text = only.text.replace(/\s+/g, '');
  if (text === '') return refused('EMPTY_MESSAGE', 'the message in base64', 'nothing');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return refused('BAD_ENVELOPE', 'base64 (A–Z, a–z, 0–9, +, /, padded with =)', `${text.length} characters that are none`);
  // Three quarters of an envelope that was within the limits; nothing in it is compressed.
  return { ok: true, transfer, bytes: Buffer.from(text, 'base64') };
}

/** What is put behind the words of a refusal. */
export const transferText = ({ messageId, sender }: Transfer): string => (messageId === '' && sender === '' ? '' : ` (DXP message ${messageId || '?'} of ${sender || '?'})`);
