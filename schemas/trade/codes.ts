/** Customs' three-digit codes beside ISO codes. An unknown code gives '', and the raw code is kept next to it. */

export interface Codes {
  /** ISO 3166 alpha-3. */
  country(code: string): string;
  /** ISO 4217. */
  currency(code: string): string;
  /** Name of a unit of measure. */
  unit(code: string): string;
}

/** First column → second column of a CSV text with a header line. Values are codes and single words: no quoting. */
function pairs(csv: string): Map<string, string> {
  const rows = csv.split(/\r?\n/).slice(1).filter((line) => line.includes(','));
  return new Map(rows.map((line) => line.split(',').slice(0, 2).map((cell) => cell.trim()) as [string, string]));
}

/** Some senders write the ISO code itself: taken where it is one that the table knows. */
const withIso = (csv: string): Map<string, string> => {
  const known = pairs(csv);
  return new Map([...known, ...[...known.values()].map((iso): [string, string] => [iso, iso])]);
};

export function createCodes(csv: { countries: string; currencies: string; units: string }): Codes {
  const countries = withIso(csv.countries);
  const currencies = withIso(csv.currencies);
  const units = pairs(csv.units);
  return { country: (code) => countries.get(code) ?? '', currency: (code) => currencies.get(code) ?? '', unit: (code) => units.get(code) ?? '' };
}
