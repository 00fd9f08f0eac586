/** A cold-chain lane: devices in vans that tell every other minute where they are, how cold it is and whether the seal holds. */
import { stamp14 } from './clock.ts';
import { guid } from './documents.ts';
import { placeOf, type Planned, type Source } from './follow-ups.ts';
import type { Party } from './parties.ts';
import type { Random } from './random.ts';

const EVERY_MS = 120_000;
const round = (x: number, digits: number): number => Math.round(x * 10 ** digits) / 10 ** digits;

export class Device implements Source {
  readonly id: string;
  #number: number;
  #seed: number;
  #random: Random;
  #carrier: Party;
  #sequence = 0;
  #battery = 100;

  constructor(number: number, seed: number, start: number, random: Random, carrier: Party) {
    this.#number = number;
    this.#seed = seed;
    this.#random = random;
    this.#carrier = carrier;
    // A restart is another device: its readings count from one.
    this.id = `SIMDEVICE${number}-${Math.floor(start / 1000).toString(36).toUpperCase()}`;
  }

  next(at: number): { events: Planned[]; again: number } {
    const n = ++this.#sequence;
    const home = placeOf(this.#carrier.zone);
    this.#battery = Math.max(20, this.#battery - 0.01);
    // Round and round at thirty kilometres an hour; four to six degrees, warmer with each opened door.
    const angle = n / 20;
    const event = {
      type: 'reading', guid: guid(this.#seed, 2_000_000_000 + this.#number, n), deviceId: this.id, seq: n, ts: stamp14(at), lat: round(home.lat + 0.15 * Math.sin(angle), 5), lon: round(home.lon + 0.15 * Math.cos(angle), 5), speed: round(28 + this.#random.next() * 4, 1),
      tempC: round(5 + 0.6 * Math.sin(angle * 3) + 0.2 * this.#random.normal(), 2), humidity: round(60 + 3 * this.#random.normal(), 1), shockG: round(Math.abs(0.2 * this.#random.normal()), 2), sealState: 'closed', battery: round(this.#battery, 1),
      logisticsCode: this.#carrier.code, vehicle: `SIM${this.#number}`,
    };
    return { events: [{ at, event }], again: at + EVERY_MS };
  }
}
