/** What the pipeline tells of itself while it lags (rule K6): an observation like any other, journalled, so that a replay hears the same. */
import { observationKey } from '../schemas/trade/keys.ts';
import { FIXED5 } from '../schemas/trade/envelope.ts';
import type { Observation } from '../schemas/trade/observation.ts';

/** From so much on it is told, with each tick, and once more when it is over: the first grade begins at ten seconds. */
export const LAG_TOLD_MS = 5000;
const PLACE = 'fenghuo/pipeline';
/** One number for all of a place: what comes later replaces it, so that they leave one entry of state. */
const numberOf = (place: string): string => `fenghuo|${place}`;
export const lagKey = (place = PLACE): string => observationKey(numberOf(place));
export const LAG_KEY = lagKey();

/** `time`: the watermark; `lagMs`: how far it lies behind the clock. `place`: what lags; scaled out, a partition of intake. */
export function lagObservation(time: number, lagMs: number, place = PLACE): Observation {
  const id = `lag-${place === PLACE ? '' : `${place}-`}${time}-${lagMs}`;
  const number = numberOf(place);
  return {
    eventId: id, guid: id, appType: 1, appTime: time, eventTime: time, arrival: time, late: false, documentKey: number, orderKey: '', feed: place, origin: 'live', backfill: '', forwarded: false, contentHash: id, signed: false, sealed: null, sealKeyId: '',
    kind: 'consumer-lag', subjectType: 'feed', subjectId: place, value: Math.round((lagMs / 1000) * FIXED5), unit: 's', source: 'fenghuo', number: place, item: '', expected: '', privateToken: '', zone: '',
  };
}
