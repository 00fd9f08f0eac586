/** Devices on parcels and vehicles: what a reading means beside the one before it. (deviceId, seq) is its number; the last 32 numbers are known one by one. */
import { ABSENT, type Reading } from '../../schemas/trade/reading.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import { frameOf, windowTime, type Screener } from './screener.ts';
import { readingView, type Since } from './view-after.ts';

/** `taken`: bit i = sequence − i was taken. `cold`: it has been within the range of a cold chain, so leaving it is an excursion. */
export interface Device { sequence: number; taken: number; at: number; temperature: number; due: number; cold: boolean; seal: string }

const MINUTE = 60_000;
const KNOWN = 32;

export interface ColdChain { lowest: number; highest: number; mostGapMinutes: number }

export class Devices {
  readonly #screener: Screener;
  readonly #devices: StateTable<Device>;

  constructor(screener: Screener, devices: StateTable<Device>) {
    this.#screener = screener;
    this.#devices = devices;
  }

  take(record: LogRecord<Reading>): void {
    const { body } = record;
    const known = this.#devices.get(body.deviceId);
    const device = known ?? { sequence: body.sequence, taken: 0, at: 0, temperature: ABSENT, due: 0, cold: false, seal: '' };
    const numbered = number(device, body);
    if (numbered === 'repeat') return this.#screener.repeat(record, body);
    const at = windowTime(body);
    const n = (name: string) => this.#screener.number(name, at);
    const since = sinceLast(device, body, { lowest: n('coldChainLowest'), highest: n('coldChainHighest'), mostGapMinutes: n('coldChainGapMinutes') });
    this.#screener.give(readingView(body, since, at), at, body.eventId, frameOf('none', body));
    if (body.eventTime >= device.at) {
      device.at = body.eventTime;
      if (body.temperature !== ABSENT) device.temperature = body.temperature;
      if (body.seal !== '') device.seal = body.seal;
      device.cold = since.coldChain;
    } else this.#screener.context.count('readingsOutOfOrder');
    device.due = record.arrival + n('forgetDeviceHours') * 60 * MINUTE;
    this.#devices.set(body.deviceId, device);
  }

  expire(key: string, due: number): void {
    if (this.#devices.get(key)?.due === due) this.#devices.delete(key);
  }
}

/** Marks the number as taken. Numbers that begin again later in time are those of a device that was restarted. */
function number(device: Device, { sequence, eventTime }: Reading): 'new' | 'repeat' {
  const ahead = sequence - device.sequence;
  if (ahead <= -KNOWN && eventTime <= device.at) return 'repeat'; // too old to tell: better not counted than counted twice
  if (ahead >= KNOWN || ahead <= -KNOWN) {
    device.sequence = sequence;
    device.taken = 1;
    return 'new';
  }
  if (ahead > 0) {
    device.sequence = sequence;
    device.taken = ((device.taken << ahead) | 1) >>> 0;
    return 'new';
  }
  const bit = (1 << -ahead) >>> 0;
  if ((device.taken & bit) !== 0) return 'repeat';
  device.taken = (device.taken | bit) >>> 0;
  return 'new';
}

/** The time since the last reading counts as out of range where that one was: what lay between nobody measured, so a gap counts for so many minutes at most. */
export function sinceLast(device: Device, body: Pick<Reading, 'temperature' | 'seal' | 'eventTime'>, { lowest, highest, mostGapMinutes }: ColdChain): Since {
  const within = (temperature: number): boolean => temperature >= lowest * 100_000 && temperature <= highest * 100_000;
  const hasPrevious = device.at !== 0 && body.eventTime >= device.at;
  const minutes = hasPrevious ? (body.eventTime - device.at) / MINUTE : 0;
  const out = hasPrevious && device.cold && device.temperature !== ABSENT && !within(device.temperature);
  return {
    hasPrevious, minutes, excursionMinutes: out ? Math.min(minutes, mostGapMinutes) : 0,
    coldChain: device.cold || (body.temperature !== ABSENT && within(body.temperature)), sealOpened: hasPrevious && device.seal === 'closed' && body.seal === 'open',
  };
}

