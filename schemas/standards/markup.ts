/** Text inside markup. */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeMarkup = (text: string): string => text.replace(/[&<>"]/g, (c) => ESCAPES[c] as string);
/** A cell of a Markdown table. */
export const escapeCell = (text: string): string => text.replace(/[\\|<]/g, '\\$&').replace(/\s+/g, ' ');
