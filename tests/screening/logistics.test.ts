import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { sinceLast } from '../../processors/screening/devices.ts';
import { stepOf } from '../../processors/screening/parcels.ts';
import { kilometres } from '../../reference/places.ts';
import type { Signals } from '../../schemas/risk/signal.ts';
import { ABSENT } from '../../schemas/trade/reading.ts';
import { NOWHERE } from '../../schemas/trade/tracking.ts';
import type { Emitted } from '../stage-harness.ts';
import { declaration, Journal, order, shippedRules, T0, waybill } from '../trade.ts';
import { lastMatch, of, run } from './running.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (at: number): string => new Date(at).toISOString();
const ruleSet = (() => {
  const compiled = compile(JSON.parse(shippedRules().rules as string) as RuleSource);
  if (!compiled.ok) throw new Error('the shipped rules do not compile');
  return compiled.ruleSet;
})();
/** What a feature of a rule was given, in order. */
/** What a feature was given, one by one; what was summed, in equal parts. */
function given(outputs: Emitted[], rule: string, name: string, subject = ruleSet.rule(rule)?.subjects[0] ?? ''): number[] {
  return valuesOf(outputs, ruleSet.rule(rule)?.features[subject]?.get(name)?.id as string);
}

const valuesOf = (outputs: Emitted[], id: string): number[] => of<Signals>(outputs, 'signals').flatMap(({ entries }) => entries).flatMap(({ contributions, sums }) => [
  ...contributions.filter(({ feature }) => feature === id).map(({ value }) => value),
  ...sums.filter(({ feature }) => feature === id).flatMap(({ value, n }) => new Array<number>(n).fill(value / n)),
]);

describe('parcels', () => {
  const scan = (code: string, at: number, over: Record<string, unknown> = {}) => ({ type: 'tracking', code, logisticsCode: '3301SIML01', logisticsNo: 'WB-1', eventTime: iso(at), ...over });
  const HANGZHOU = { lat: 30.25, lon: 120.17 };
  const TOKYO = { lat: 35.68, lon: 139.69 };

  test('speed between two scans, backwards milestones and repeats', () => {
    const journal = new Journal()
      .document(scan('WH_OUT', T0, TOKYO), T0)
      .document(scan('DEPART', T0 + HOUR, TOKYO), T0 + HOUR)
      .document(scan('DEPART', T0 + HOUR, TOKYO), T0 + HOUR + MINUTE)
      .document(scan('ARRIVE', T0 + 4 * HOUR, HANGZHOU), T0 + 4 * HOUR) // 1,900 km in three hours: flown
      .document(scan('LM_IN', T0 + 5 * HOUR, TOKYO), T0 + 5 * HOUR) // back by road in one hour
      .document(scan('WH_IN', T0 + 6 * HOUR, TOKYO), T0 + 6 * HOUR);
    const outputs = run(journal);
    expect(given(outputs, 'public-security/impossible-trajectory', 'scans')).toHaveLength(4);
    expect(given(outputs, 'public-security/impossible-trajectory', 'impossible')).toHaveLength(2);
    expect(JSON.stringify(run(journal, 1))).toBe(JSON.stringify(outputs));
  });

  test('two weighings and two seals of a parcel are compared, whatever lies between; a scan that comes too late changes nothing', () => {
    const journal = new Journal()
      .document(scan('WH_OUT', T0, { weight: 1, sealNo: 'S1' }), T0)
      .document(scan('DEPART', T0 + HOUR, { weight: 1.04, sealNo: 'S1' }), T0 + HOUR)
      .document(scan('ARRIVE', T0 + 4 * HOUR), T0 + 4 * HOUR)
      .document(scan('TRANSIT_IN', T0 + 2 * HOUR, { weight: 9, sealNo: 'S9' }), T0 + 4 * HOUR)
      .document(scan('LM_IN', T0 + 5 * HOUR, { weight: 0.9, sealNo: 'S2' }), T0 + 5 * HOUR);
    const outputs = run(journal);
    const counts = (name: string) => given(outputs, 'public-security/seal-and-weight', name, 'parcel');
    expect([counts('resealed'), counts('reweighed')]).toEqual([[1], [1]]);
    expect(given(outputs, 'public-security/seal-and-weight', 'reweighed', 'vehicle')).toEqual([]);
    expect(JSON.stringify(run(journal, 1))).toBe(JSON.stringify(outputs));
  });

  test('a device and the parcels on its vehicle meet at the vehicle', () => {
    const reading = (seq: number, sealState: string) => ({ type: 'reading', deviceId: 'DEV-9', seq, ts: iso(T0 + seq * MINUTE), logisticsCode: '3301SIML01', logisticsNo: 'WB-1', vehicle: 'V1', sealState });
    const outputs = run(new Journal().document(reading(1, 'closed'), T0 + MINUTE).document(reading(2, 'open'), T0 + 2 * MINUTE)
      .document(scan('WH_OUT', T0, { weight: 1, vehicle: 'V1' }), T0 + 2 * MINUTE).document(scan('LM_IN', T0 + HOUR, { weight: 0.5, vehicle: 'V1' }), T0 + HOUR));
    const subjects = of<Signals>(outputs, 'signals').flatMap(({ entries }) => entries).filter(({ subjectType }) => subjectType === 'vehicle' || subjectType === 'parcel').map(({ subjectType, subjectId }) => `${subjectType} ${subjectId}`);
    expect(subjects.sort()).toEqual(['parcel 3301SIML01|WB-1', 'parcel 3301SIML01|WB-1', 'vehicle 3301SIML01|V1', 'vehicle 3301SIML01|V1']);
  });

  test('the delivery joins the order, whichever message tells of it first', () => {
    const journal = () => new Journal().document(order(), T0).document(scan('S', T0 + HOUR), T0 + HOUR).document(waybill(), T0 + HOUR).document(declaration(), T0 + 2 * HOUR);
    expect(lastMatch(run(journal()))?.delivered).toBe(T0 + HOUR);
    expect(lastMatch(run(journal().document(scan('DELIVERED', T0 + 3 * HOUR), T0 + 3 * HOUR)))?.delivered).toBe(T0 + HOUR);
  });

  test('a forgotten parcel begins anew', () => {
    const journal = new Journal().document(scan('ARRIVE', T0, TOKYO), T0).tick(T0 + 31 * 24 * HOUR).document(scan('LM_IN', T0 + 31 * 24 * HOUR + HOUR, HANGZHOU), T0 + 31 * 24 * HOUR + HOUR);
    expect(given(run(journal), 'public-security/impossible-trajectory', 'scans')).toEqual([]);
  });

  const parcel = (over: object = {}) => ({ code: 'WH_OUT', seen: 'WH_OUT@1;', at: T0, lat: 3_025_000, lon: 12_017_000, weight: 0, sealNo: '', due: 0, ...over });
  const next = (over: object = {}) => ({ code: 'LM_IN', lat: 3_568_000, lon: 13_969_000, eventTime: T0 + HOUR, ...over });
  test.each([
    ['no position before', parcel({ lat: NOWHERE }), next(), { km: 0, kmh: 0, hasPrevious: true }],
    ['no position now', parcel(), next({ lon: NOWHERE }), { km: 0, kmh: 0 }],
    ['within the same minute a minute is taken', parcel({ lat: 0, lon: 0 }), next({ lat: 0, lon: 1_000, eventTime: T0 }), { kmh: kilometres(0, 0, 0, 1_000) * 60 }],
    ['a scan that is older than the last', parcel(), next({ eventTime: T0 - 1 }), { hasPrevious: false, reversed: false, kmh: 0 }],
    ['a code that is no milestone', parcel({ code: 'DELIVERED' }), next({ code: '' }), { reversed: false }],
    ['returned parcels may go back', parcel({ code: 'RETURN' }), next({ code: 'WH_IN' }), { reversed: false }],
  ])('%s', (_name, before, scanned, expected) => expect(stepOf(before, scanned)).toMatchObject(expected));

  test('the great circle: symmetric, none to itself, a quarter of the earth from pole to equator', () => {
    expect(kilometres(9_000_000, 0, 0, 4_567_000)).toBeCloseTo(10_007.6, 0);
    const place = fc.record({ lat: fc.integer({ min: -9_000_000, max: 9_000_000 }), lon: fc.integer({ min: -18_000_000, max: 18_000_000 }) });
    fc.assert(fc.property(place, place, (a, b) => {
      expect(kilometres(a.lat, a.lon, b.lat, b.lon)).toBeCloseTo(kilometres(b.lat, b.lon, a.lat, a.lon), 6);
      expect(kilometres(a.lat, a.lon, a.lat, a.lon)).toBe(0);
    }));
  });
});

describe('devices', () => {
  const reading = (seq: number, at: number, tempC: number | undefined, over: Record<string, unknown> = {}) => ({ type: 'reading', deviceId: 'DEV-1', seq, ts: iso(at), logisticsCode: '3301SIML01', ...(tempC === undefined ? {} : { tempC }), ...over });

  test('minutes out of range are counted once the chain was cold, at most so many a gap; a repeat counts once, a late one not', () => {
    const journal = new Journal()
      .document(reading(1, T0, 20), T0) // not cold yet
      .document(reading(2, T0 + 5 * MINUTE, 5), T0 + 5 * MINUTE)
      .document(reading(3, T0 + 10 * MINUTE, 12), T0 + 10 * MINUTE)
      .document(reading(3, T0 + 10 * MINUTE, 12), T0 + 11 * MINUTE)
      .document(reading(5, T0 + 20 * MINUTE, 12), T0 + 20 * MINUTE) // ten minutes out
      .document(reading(4, T0 + 15 * MINUTE, 12), T0 + 21 * MINUTE) // late
      .document(reading(6, T0 + 80 * MINUTE, 4), T0 + 80 * MINUTE) // an hour's gap: a quarter of it
      .document(reading(7, T0 + 85 * MINUTE, 4), T0 + 85 * MINUTE);
    const outputs = run(journal);
    expect(given(outputs, 'public-security/cold-chain', 'minutes').reduce((a, b) => a + b, 0)).toBe(25);
    expect(Math.max(...given(outputs, 'technical/heartbeat-gap', 'gap'))).toBe(60);
    expect(JSON.stringify(run(journal, 1))).toBe(JSON.stringify(outputs));
  });

  test('a seal that is opened is told once, of device and carrier', () => {
    const journal = new Journal();
    for (const [i, sealState] of ['closed', 'closed', 'open', 'open', 'closed', 'open'].entries()) journal.document(reading(i, T0 + i * MINUTE, undefined, { sealState }), T0 + i * MINUTE);
    expect(given(run(journal), 'public-security/seal-opened', 'opened')).toHaveLength(2);
    expect(given(run(journal), 'public-security/seal-opened', 'opened', 'carrier')).toHaveLength(2);
  });

  test('numbers that come in any order, some twice, are taken once each while they lie within 32 of the newest', () => {
    fc.assert(fc.property(fc.shuffledSubarray(Array.from({ length: 20 }, (_, i) => i)), fc.array(fc.nat(19), { maxLength: 10 }), (order, again) => {
      const journal = new Journal();
      const sent = [...order, ...again.filter((n) => order.includes(n))];
      for (const seq of sent) journal.document(reading(seq, T0 + seq * MINUTE, 5), T0 + HOUR);
      const repeats = of<Signals>(run(journal), 'signals').flatMap(({ entries }) => entries).filter((e) => e.subjectType === 'device').map((e) => e.eventId);
      expect(new Set(repeats).size).toBe(repeats.length);
    }), { numRuns: 20 });
  });

  test('a device that was restarted counts from one again', () => {
    const journal = new Journal().document(reading(900, T0, 5), T0);
    for (let n = 1; n <= 8; n++) journal.document(reading(n, T0 + n * 5 * MINUTE, 5), T0 + n * 5 * MINUTE);
    expect(given(run(journal), 'technical/heartbeat-gap', 'gap')).toEqual(Array(8).fill(5));
  });

  test('excursions sum to the time that the last reading lay outside, gap by gap', () => {
    const chain = { lowest: 2, highest: 8, mostGapMinutes: 15 };
    fc.assert(fc.property(fc.array(fc.record({ minutes: fc.integer({ min: 0, max: 40 }), tenths: fc.integer({ min: -50, max: 200 }) }), { minLength: 1, maxLength: 30 }), (steps) => {
      let device = { sequence: 0, taken: 0, at: 0, temperature: ABSENT, due: 0, cold: false, seal: '' };
      let [sum, expected, cold] = [0, 0, false];
      let at = T0;
      let last: number | undefined;
      for (const { minutes, tenths } of steps) {
        at += minutes * MINUTE;
        if (last !== undefined && cold && (last < 20 || last > 80)) expected += Math.min(minutes, 15);
        const since = sinceLast(device, { temperature: tenths * 10_000, seal: '', eventTime: at }, chain);
        sum += since.excursionMinutes;
        device = { ...device, at, temperature: tenths * 10_000, cold: since.coldChain };
        cold ||= tenths >= 20 && tenths <= 80;
        last = tenths;
      }
      expect(sum).toBe(expected);
    }));
  });
});

describe('lists in parts', () => {
  const part = (n: number, of: number, over: Record<string, unknown> = {}) => ({
    type: 'departure', guid: `G-${n}`, appType: '1', appTime: '20261102100000', customsCode: '2900', copNo: 'DEP-1', logisticsCode: '3301SIML01', trafMode: '5', trafName: 'F', voyageNo: 'V', billNo: 'B', leaveTime: '20261102100000',
    msgCount: of, msgSeqNo: n, items: [{ gnum: 1, logisticsNo: `EW-${n}`, invtNo: '' }], ...over,
  });
  const missing = (journal: Journal) => given(run(journal), 'technical/missing-parts', 'missing');

  test.each([
    ['two of four', [part(1, 4), part(3, 4)], [2]],
    ['none', [part(2, 2), part(1, 2)], []],
    ['a list in one part', [part(1, 1)], []],
    ['a number above the count: what lies below it is missing', [part(1, 2), part(5, 2)], [3]],
    ['a later part names more', [part(1, 2), part(2, 6)], [4]],
    ['a part that was deleted', [part(1, 2), part(2, 2), part(2, 2, { guid: 'G-X', appType: '3' })], [1]],
  ])('%s', (_name, parts, expected) => {
    const journal = new Journal();
    for (const document of parts) journal.document(document, T0);
    expect(missing(journal.tick(T0 + 59 * MINUTE))).toEqual([]);
    expect(missing(journal.tick(T0 + 61 * MINUTE))).toEqual(expected);
    expect(JSON.stringify(run(journal, 1))).toBe(JSON.stringify(run(journal)));
  });

  test('the same part under another guid is a duplicate, another count a contradiction', () => {
    const source = JSON.parse(shippedRules().rules as string) as RuleSource;
    const probe = (field: string) => (source.files['technical/missing-parts.yaml'] as string).replace('technical/missing-parts', `technical/${field}-parts`).replace('where: manifest.overdue', `where: manifest.${field}`).replace('of: manifest.missing', 'of: manifest.part').replaceAll(/missing: \d+, overdue: true/g, `part: 3, ${field}: true`).replaceAll('part: 1, parts: 1, duplicate: true', 'part: 1').split('\nexamples:')[0];
    const examples = (field: string) => `\nexamples:\n  - name: a\n    events: [{ manifest: { part: 3, ${field}: true }, subjects: { feed: f } }]\n    grade: yellow\n  - name: b\n    events: [{ manifest: { part: 3 }, subjects: { feed: f } }]\n    grade: none\n`;
    for (const field of ['duplicate', 'contradictory']) source.files[`technical/${field}-parts.yaml`] = probe(field) + examples(field);
    const compiled = compile(source);
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.findings));
    const id = (field: string) => compiled.ruleSet.rule(`technical/${field}-parts`)?.features.feed?.get('missing')?.id;
    const journal = new Journal().document(part(1, 3), T0).document(part(1, 3, { guid: 'G-AGAIN' }), T0).document(part(2, 4), T0).document(part(3, 4), T0);
    const outputs = run(journal, 0, { rules: JSON.stringify(source) });
    const values = (field: string) => valuesOf(outputs, id(field) as string);
    expect([values('duplicate'), values('contradictory')]).toEqual([[1], [2]]);
  });
});

test('customs\' answer that a message had the wrong form counts as a rejection in the stream of that message', () => {
  const journal = new Journal().document({ type: 'format-error', guid: 'G-F', oriCopMsgId: 'M-1', oriMessageType: 'CEB311Message', returnStatus: '-1', returnTime: '20261102100000000', returnInfo: 'x' }, T0);
  const entries = of<Signals>(run(journal), 'signals').flatMap(({ entries }) => entries).filter((e) => e.subjectType === 'feed');
  const rejected = ruleSet.rule('technical/reject-rate')?.features.feed?.get('rejected')?.id;
  expect(entries.filter((e) => e.sums.some((sum) => sum.feature === rejected)).map((e) => e.subjectId)).toEqual(['tester/order']);
});
