/** What a schema says of itself in both languages. */
export const bothWords = (en: string, zh: string, meansEn: string, meansZh: string, personal = false) => ({
  title: en, 'x-title-zh': zh, description: meansEn, 'x-description-zh': meansZh, 'x-personal-data': personal, 'x-source': 'own to this project',
});
