/** Flat documents of one type → one official message: CEBnnnMessage with its documents and the sender's block. */
import type { Wire } from '../trade/contract.ts';
import { type Frame, layOut, type Named, type Official, type Sender, type Written } from './official.ts';

const NAMESPACE = 'http://www.chinaport.gov.cn/ceb';

export function writeXml(documents: readonly Wire[], frame: Frame = {}): Written {
  const layout = layOut(documents, frame);
  if (!layout.ok) return layout;
  const { message: { number, element }, guid, documents: laid } = layout.laid;
  const root = `CEB${number}Message`;
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<ceb:${root} xmlns:ceb="${NAMESPACE}" guid="${escaped(guid)}" version="1.0">
${laid.map((document) => documentXml(element, document)).join('\n')}${frame.sender ? `\n${senderXml(frame.sender)}` : ''}
</ceb:${root}>
`;
  return { ok: true, text };
}

function documentXml(element: string, { head, list, fields, lines }: Official): string {
  const own = head === '' ? leaves('    ', fields) : `    <ceb:${head}>\n${leaves('      ', fields)}\n    </ceb:${head}>`;
  const below = lines.map((line) => `\n    <ceb:${list}>\n${leaves('      ', line)}\n    </ceb:${list}>`).join('');
  return `  <ceb:${element}>\n${own}${below}\n  </ceb:${element}>`;
}

function senderXml({ copCode, copName, dxpId, note }: Sender): string {
  const fields: Named[] = [['copCode', copCode], ['copName', copName], ['dxpMode', 'DXP'], ['dxpId', dxpId]];
  if (note) fields.push(['note', note]);
  return `  <ceb:BaseTransfer>\n${leaves('    ', fields)}\n  </ceb:BaseTransfer>`;
}

const leaves = (indent: string, fields: readonly Named[]): string => fields.map(([name, value]) => `${indent}<ceb:${name}>${escaped(value)}</ceb:${name}>`).join('\n');

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };
/** Characters that no XML can carry (control characters, U+FFFE) are shown as U+FFFD. A bare CR would be read as LF. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const escaped = (text: string): string => text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"\r]/g, (c) => ESCAPES[c] as string);
