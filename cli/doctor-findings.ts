/** What a check of the doctor says. */
export interface Finding { ok: boolean; detail: string; next: string }

export const fine = (detail: string): Finding => ({ ok: true, detail, next: '' });
export const wrong = (detail: string, next: string): Finding => ({ ok: false, detail, next });
