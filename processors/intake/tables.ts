/** Customs' code tables, read once at start. */
import { readFileSync } from 'node:fs';
import { type Codes, createCodes } from '../../schemas/trade/codes.ts';

const SEEDS = new URL('../../seeds/', import.meta.url);

export function loadCodes(folder: URL = SEEDS): Codes {
  const table = (name: string): string => readFileSync(new URL(`customs-${name}.csv`, folder), 'utf8');
  return createCodes({ countries: table('countries'), currencies: table('currencies'), units: table('units') });
}
