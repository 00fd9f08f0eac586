/** What TypeScript uses of setup.mjs, which must be plain JavaScript. */
export const ROOT: string;
export function exclusively<T>(root: string, work: () => Promise<T>): Promise<T>;
