/** Normal forms of text, shared by contracts, persons and word lists. */

/** ASCII and the common Han block are their own NFKC form: most texts need no work. */
const MAY_CHANGE = /[^\u0000-\u007f\u4e00-\u9fff]/;

export const nfkc = (text: string): string => (MAY_CHANGE.test(text) ? text.normalize('NFKC') : text);

/** For codes and numbers: full-width characters become plain ones, outer spaces go. */
export const plain = (text: string): string => nfkc(text).trim();
