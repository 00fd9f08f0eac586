/** The tables that screening reads beside those of the language: zones, customs offices, code prefixes, parties. Parsed from the rule set's artifact. */
import { parseSeed } from '../../seeds/csv.ts';
import type { MatchTables } from './match.ts';
import type { ZoneTable } from './zone.ts';

export function zoneTable(texts: Record<string, string>): ZoneTable {
  const rows = (name: string) => (texts[`${name}.csv`] === undefined ? [] : parseSeed(name, texts[`${name}.csv`] as string).rows);
  return {
    zones: new Set(rows('zones').map((r) => r.division_code as string)),
    offices: new Map(rows('customs-offices').map((r) => [r.customs_code as string, r.division_code as string])),
    prefixes: new Map(rows('zone-prefixes').map((r) => [r.prefix as string, r.division_code as string])),
  };
}

/** A hit counts even in a table that is not complete; a miss is then `not-checked`. */
export function partyTable(texts: Record<string, string>): MatchTables['party'] {
  const text = texts['parties.csv'];
  if (text === undefined) return () => 'not-checked';
  const { rows, complete } = parseSeed('parties', text);
  const until = new Map(rows.map((r) => [`${r.role}|${r.code}`, r.valid_to === '' ? Number.POSITIVE_INFINITY : Date.parse(`${r.valid_to}T23:59:59.999+08:00`)]));
  return (code, role, at) => {
    const end = until.get(`${role}|${code}`);
    if (end !== undefined) return at <= end ? 'registered' : 'lapsed';
    return complete ? 'miss' : 'not-checked';
  };
}
