/** Who trades with whom: the zones and the reserved parties of seeds/parties.csv, drawn by the weight of their zone. */
import { loadSeed } from '../seeds/load.ts';
import { Weighted } from './random.ts';

export interface Zone { code: string; name: string; weight: number; customsCode: string; agent: Party }
export interface Party { code: string; name: string; zone: string }

/** Older zones carry more trade. Index = batch of approval, 1 (2015) to 7 (2022). Shares are a guess for traffic, not a statistic. */
const WEIGHT_BY_BATCH = [0, 30, 12, 6, 3, 2, 1.2, 0.8];
/** Rows of seeds/parties.csv that are the simulator's own; a real register may stand beside them. */
const SIMULATED = /^\d{4}(\d\d)?(SI)?[A-Z]\d{3}$/;

export interface Universe {
  zones: readonly Zone[];
  zone(code: string): Zone;
  /** Draws a zone by its weight. */
  byWeight: Weighted<Zone>;
  sellers: ReadonlyMap<string, readonly Party[]>;
  platforms: readonly Party[];
  payments: readonly Party[];
  carriers: readonly Party[];
  guarantors: readonly Party[];
  /** Sellers whose registration has ended. */
  lapsed: readonly Party[];
  /** Sellers whose registration had ended and is in force again; they take no part in ordinary trade. */
  renewed: readonly Party[];
  /** ISO 3166 alpha-3 → customs' three digits. */
  countryCode: ReadonlyMap<string, string>;
}

export function loadUniverse(): Universe {
  const rows = loadSeed('parties').rows.filter((row) => SIMULATED.test(row['code'] as string));
  const zoneCodes = new Set(loadSeed('zones').rows.map((row) => row['division_code'] as string));
  const party = (row: Record<string, string>): Party => ({ code: row['code'] as string, name: row['name'] as string, zone: zoneOf(row['code'] as string, zoneCodes) });
  const current = rows.filter((row) => row['valid_to'] === '');
  const lapsed = rows.filter((row) => row['valid_to'] !== '' && row['role'] === 'seller');
  const renewed = new Set(lapsed.map((row) => row['code']).filter((code) => current.some((row) => row['code'] === code)));
  const role = (name: string): Party[] => current.filter((row) => row['role'] === name && !renewed.has(row['code'])).map(party);
  const agents = new Map(role('agent').map((agent) => [agent.zone, agent]));
  const offices = loadSeed('customs-offices').rows;
  const zones = loadSeed('zones').rows.map((row): Zone => {
    const code = row['division_code'] as string;
    const agent = agents.get(code);
    if (!agent) throw new Error(`seeds/parties.csv: no simulated agent for zone ${code}; expected a row ${code}…A001 with role agent`);
    return { code, name: row['zone_zh'] as string, weight: WEIGHT_BY_BATCH[Number(row['batch'])] ?? 1, customsCode: officeOf(code, offices), agent };
  });
  const byCode = new Map(zones.map((zone) => [zone.code, zone]));
  return {
    zones,
    zone(code) {
      const zone = byCode.get(code);
      if (!zone) throw new Error(`no zone ${code} in seeds/zones.csv`);
      return zone;
    },
    byWeight: new Weighted(zones, (zone) => zone.weight),
    sellers: Map.groupBy(role('seller'), (seller) => seller.zone),
    platforms: role('platform'), payments: role('payment'), carriers: role('carrier'), guarantors: role('guarantor'),
    lapsed: lapsed.filter((row) => !renewed.has(row['code'])).map(party), renewed: current.filter((row) => renewed.has(row['code'])).map(party),
    countryCode: new Map(loadSeed('customs-countries').rows.map((row) => [row['iso_alpha3'] as string, row['customs_code'] as string])),
  };
}

function zoneOf(partyCode: string, zones: ReadonlySet<string>): string {
  const county = partyCode.slice(0, 6);
  return zones.has(county) ? county : partyCode.slice(0, 4);
}

/** The office of the zone itself, else the first of its province, else Shanghai's. */
function officeOf(zone: string, offices: Record<string, string>[]): string {
  const near = offices.find((office) => office['division_code'] === zone) ?? offices.find((office) => office['division_code']?.slice(0, 2) === zone.slice(0, 2));
  return near?.['customs_code'] ?? '2200';
}
