/** The tables that screening reads beside those of the language: zones, customs offices, code prefixes, tax rates, guarantees. From the rule set's tables. */
import { parseSeed } from '../../seeds/csv.ts';
import { parseFixed5 } from '../../schemas/trade/fixed5.ts';
import type { MatchTables } from './documents.ts';
import type { RateOf, TaxRate } from './tax.ts';
import type { ZoneTable } from './zone.ts';

export function zoneTable(texts: Record<string, string>): ZoneTable {
  const rows = (name: string) => (texts[`${name}.csv`] === undefined ? [] : parseSeed(name, texts[`${name}.csv`] as string).rows);
  return {
    zones: new Set(rows('zones').map((r) => r.division_code as string)),
    offices: new Map(rows('customs-offices').map((r) => [r.customs_code as string, r.division_code as string])),
    prefixes: new Map(rows('zone-prefixes').map((r) => [r.prefix as string, r.division_code as string])),
  };
}

interface Dated { from: number; to: number }
const dated = (row: Record<string, string>): Dated => ({
  from: row.valid_from === '' ? Number.NEGATIVE_INFINITY : Date.parse(`${row.valid_from}T00:00:00+08:00`),
  to: row.valid_to === '' ? Number.POSITIVE_INFINITY : Date.parse(`${row.valid_to}T23:59:59.999+08:00`),
});

/** The longest prefix in force. A row without a duty says nothing of full rates: its code then has none. */
export function taxTable(texts: Record<string, string>): RateOf {
  const text = texts['tax-rates.csv'];
  if (text === undefined) return () => undefined;
  const fixed = (cell: string, name: string): number => {
    const value = parseFixed5(cell);
    if (typeof value === 'string' || value >= 100_000) throw new Error(`seeds/tax-rates.csv: ${name} \`${cell}\`: expected a rate from 0 to below 1, e.g. 0.13`);
    return value;
  };
  const byPrefix = new Map<string, (Dated & { rate: TaxRate })[]>();
  for (const row of parseSeed('tax-rates', text).rows) {
    const rate = { vat: fixed(row.vat as string, 'vat'), consumption: fixed(row.consumption as string, 'consumption'), duty: (row.duty ?? '') === '' ? undefined : fixed(row.duty as string, 'duty') };
    byPrefix.set(row.hs_prefix as string, [...(byPrefix.get(row.hs_prefix as string) ?? []), { ...dated(row), rate }]);
  }
  return (hs, at) => {
    for (let length = hs.length; length > 0; length--) {
      const found = byPrefix.get(hs.slice(0, length))?.find(({ from, to }) => at >= from && at <= to);
      if (found) return found.rate;
    }
    return undefined;
  };
}

/** Several guarantees of one guarantor in force at once add up. */
export function guaranteeTable(texts: Record<string, string>): MatchTables['guarantee'] {
  const text = texts['guarantees.csv'];
  if (text === undefined) return () => 'not-checked';
  const { rows, complete } = parseSeed('guarantees', text);
  const byCode = Map.groupBy(rows.map((row) => ({ code: row.guarantor as string, amount: Number(row.amount_cny) * 100_000, ...dated(row) })), ({ code }) => code);
  return (code, at) => {
    const known = byCode.get(code);
    if (!known) return complete ? 'miss' : 'not-checked';
    const inForce = known.filter(({ from, to }) => at >= from && at <= to);
    return inForce.length === 0 ? 'lapsed' : inForce.reduce((sum, { amount }) => sum + amount, 0);
  };
}
