/** An order's zone: areaCode, else agentCode, else the declaring customs, else the seller; never platform or payer. No match = `none`. */
import type { Kept } from './kept.ts';

export interface ZoneTable {
  /** Division codes of the zones: four digits, or six for county-level ones. */
  zones: ReadonlySet<string>;
  /** Customs office → division code. */
  offices: ReadonlyMap<string, string>;
  /** Code prefix → division code, for codes that do not hold their division. */
  prefixes: ReadonlyMap<string, string>;
  /** Those that occur, longest first. */
  prefixLengths: readonly number[];
}

export function zoneOf(places: Kept['places'], table: ZoneTable): string {
  for (const { kind, code } of places) {
    if (code === '') continue;
    const zone = kind === 'office' ? ofDivision(table.offices.get(code) ?? '', table) : ofParty(code, table);
    if (zone !== '') return zone;
  }
  return 'none';
}

/** A 10-character customs code holds the division in characters 1–4, an 18-character credit code in 3–8. */
function ofParty(code: string, table: ZoneTable): string {
  for (const length of table.prefixLengths) {
    const division = length <= code.length ? table.prefixes.get(code.slice(0, length)) : undefined;
    if (division !== undefined) return ofDivision(division, table);
  }
  if (code.length === 18) return ofDivision(code.slice(2, 8), table);
  return code.length === 10 ? ofDivision(code.slice(0, 4), table) : '';
}

function ofDivision(division: string, table: ZoneTable): string {
  if (division.length >= 6 && table.zones.has(division.slice(0, 6))) return division.slice(0, 6);
  const prefecture = division.slice(0, 4);
  if (table.zones.has(prefecture)) return prefecture;
  // Municipalities are written 1100, 1200, 3100, 5000 in the list of zones; party codes may hold any district of theirs.
  const municipality = `${division.slice(0, 2)}00`;
  return division.length >= 4 && table.zones.has(municipality) ? municipality : '';
}
