/** Normal forms of text, shared by contracts, persons and word lists. */

/** ASCII and the common Han block are their own NFKC form: most texts need no work. */
const MAY_CHANGE = /[^\u0000-\u007f\u4e00-\u9fff]/;

export const nfkc = (text: string): string => (MAY_CHANGE.test(text) ? text.normalize('NFKC') : text);

/** For codes and numbers: full-width characters become plain ones, outer spaces go. */
export const plain = (text: string): string => nfkc(text).trim();

/** Visible ASCII alone: already in every normal form. Most codes are, and this loop costs a tenth of trim, NFKC and toWellFormed. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x21 || unit > 0x7e) return false;
  }
  return true;
}

/** Nothing to trim (visible ASCII or a letter beyond the ideographic space at both ends) and no surrogate that could stand alone. */
export function isTidy(text: string): boolean {
  const last = text.length - 1;
  for (let i = 0; i <= last; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800) return false;
    if ((i === 0 || i === last) && (unit < 0x21 || (unit > 0x7e && unit < 0x3001))) return false;
  }
  return true;
}

/** One form for all spellings of one guid: upper case, with hyphens, without braces. What is no guid of 32 hexadecimal digits is only put in upper case. */
export function plainGuid(given: string): string {
  const text = plain(given).toWellFormed().replace(/^\{(.*)\}$/, '$1').toUpperCase();
  return /^[0-9A-F]{32}$/.test(text) ? text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : text;
}
export const GUID_LENGTH = 36;
