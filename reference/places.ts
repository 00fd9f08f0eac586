/** Places on the map: how far apart two are, and whether one lies in a supervised site in force. Degrees × 100,000, as events carry them. */
import type { Table } from './read.ts';

const EARTH_KM = 6371.0088;

/** Great circle. */
export function kilometres(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const rad = (v: number): number => (v / 100_000) * (Math.PI / 180);
  const h = Math.sin(rad(lat2 - lat1) / 2) ** 2 + Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(rad(lon2 - lon1) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

interface Site { lat: number; lon: number; radiusKm: number; from: number; to: number }

/** Asked seldom (when a seal opens), so the sites are looked through one by one. */
export class Sites {
  readonly #sites: readonly Site[];

  constructor(table: Table) {
    const [lat, lon, radius] = ['lat', 'lon', 'radius_km'].map((name) => table.columns.indexOf(name)) as [number, number, number];
    this.#sites = table.cells.map((cells, row) => ({ lat: Number(cells[lat]) * 100_000, lon: Number(cells[lon]) * 100_000, radiusKm: Number(cells[radius]), from: table.from[row] as number, to: table.to[row] as number }));
  }

  holds(lat: number, lon: number, at: number): boolean {
    return this.#sites.some((site) => at >= site.from && at < site.to && kilometres(site.lat, site.lon, lat, lon) <= site.radiusKm);
  }
}
