/** Text as Chinese senders' older systems write it. Node only reads GBK: the way back is looked up. */
const reader = new TextDecoder('gbk');
let table: Map<string, number> | undefined;

function tableOf(): Map<string, number> {
  const made = new Map<string, number>();
  for (let lead = 0x81; lead <= 0xfe; lead++) for (let trail = 0x40; trail <= 0xfe; trail++) {
    const text = reader.decode(Uint8Array.of(lead, trail));
    if (text.length === 1 && text !== '\ufffd') made.set(text, (lead << 8) | trail);
  }
  return made;
}

export function toGbk(text: string): Buffer {
  table ??= tableOf();
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const pair = code < 0x80 ? undefined : table.get(character);
    if (code >= 0x80 && pair === undefined) throw new Error(`GBK has no U+${code.toString(16)}`);
    if (pair === undefined) bytes.push(code);
    else bytes.push(pair >> 8, pair & 0xff);
  }
  return Buffer.from(bytes);
}
