/** Customs' three-digit codes beside ISO codes. An unknown code, or one that was not valid at the document's time, gives '', and the raw code is kept next to it. */

export interface Codes {
  /** ISO 3166 alpha-3. `at`: epoch ms; left out, any time will do. */
  country(code: string, at?: number): string;
  /** ISO 4217. */
  currency(code: string, at?: number): string;
  /** Name of a unit of measure. */
  unit(code: string, at?: number): string;
}

interface Dated { value: string; from: number; to: number; next: Dated | undefined }

const DAY_MS = 24 * 3600_000;
/** Days of Asia/Shanghai; the last one belongs to the code. */
const start = (day: string | undefined): number => (day ? Date.parse(`${day}T00:00:00+08:00`) : Number.NaN);

/**
 * First column → second column of a CSV text with a header line; where that ends in valid_from and valid_to, these bound it. The first two are codes and single words, the
 * last two days: quoted names between them may hold commas.
 */
function pairs(csv: string): Map<string, Dated> {
  const [header = '', ...rows] = csv.split(/\r?\n/).filter((line) => line.includes(',') && !line.startsWith('#'));
  const dated = header.trim().endsWith(',valid_from,valid_to');
  const found = new Map<string, Dated>();
  for (const row of rows) {
    const cells = row.split(',').map((one) => one.trim());
    const [code = '', value = ''] = cells;
    const from = dated ? start(cells.at(-2)) : Number.NaN;
    const to = dated ? start(cells.at(-1)) : Number.NaN;
    found.set(code, { value, from: Number.isNaN(from) ? -Infinity : from, to: Number.isNaN(to) ? Infinity : to + DAY_MS, next: found.get(code) });
  }
  return found;
}

function lookup(table: Map<string, Dated>, code: string, at: number | undefined): string {
  let entry = table.get(code);
  if (at === undefined) return entry?.value ?? '';
  while (entry !== undefined && (at < entry.from || at >= entry.to)) entry = entry.next;
  return entry === undefined ? '' : entry.value;
}

/** Some senders write the ISO code itself: taken where it is one that the table knows, in its own days. */
function withIso(csv: string): Map<string, Dated> {
  const known = pairs(csv);
  for (const first of [...known.values()]) {
    for (let entry: Dated | undefined = first; entry !== undefined; entry = entry.next) known.set(entry.value, { ...entry, next: undefined });
  }
  return known;
}

export function createCodes(csv: { countries: string; currencies: string; units: string }): Codes {
  const countries = withIso(csv.countries);
  const currencies = withIso(csv.currencies);
  const units = pairs(csv.units);
  return { country: (code, at) => lookup(countries, code, at), currency: (code, at) => lookup(currencies, code, at), unit: (code, at) => lookup(units, code, at) };
}
