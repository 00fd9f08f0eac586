export interface Bilingual {
  en: string;
  zh: string;
}
export const b = (en: string, zh: string): Bilingual => ({ en, zh });
