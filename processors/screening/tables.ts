/** The tables that screening reads beside those of the language: zones, customs offices, code prefixes. From the rule set's tables. */
import { parseSeed } from '../../seeds/csv.ts';
import type { ZoneTable } from './zone.ts';

export function zoneTable(texts: Record<string, string>): ZoneTable {
  const rows = (name: string) => (texts[`${name}.csv`] === undefined ? [] : parseSeed(name, texts[`${name}.csv`] as string).rows);
  const prefixes = new Map(rows('zone-prefixes').map((r) => [r.prefix as string, r.division_code as string]));
  return {
    zones: new Set(rows('zones').map((r) => r.division_code as string)),
    offices: new Map(rows('customs-offices').map((r) => [r.customs_code as string, r.division_code as string])),
    prefixes, prefixLengths: [...new Set([...prefixes.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a),
  };
}
