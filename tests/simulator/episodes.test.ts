import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { baselines, VOLUME_RULE } from '../../simulator/baselines.ts';
import { hourOfWeek } from '../../language/span.ts';
import { stamp14, stamp17 } from '../../simulator/clock.ts';
import { parseBeijing } from '../../schemas/trade/time.ts';
import { Dealer } from '../../simulator/deal.ts';
import { Campaign, leisureOf, SCORED } from '../../simulator/episodes/campaign.ts';
import type { Disturbance, Episode } from '../../simulator/episodes/episode.ts';
import { LOOK_ALIKES } from '../../simulator/episodes/look-alikes.ts';
import { EPISODES, Programme } from '../../simulator/episodes/programme.ts';
import { loadUniverse } from '../../simulator/parties.ts';
import { Random } from '../../simulator/random.ts';
import { createTraffic, sceneOf } from '../../simulator/traffic.ts';

const RULES = new URL('../../rules/', import.meta.url);
const CATEGORIES = ['market', 'transaction', 'financial', 'technical', 'public-security'];
const START = Date.UTC(2026, 10, 2, 4);
const OPTIONS = { seed: 11, start: START, ordersPerSecond: 20, episodes: true };
const universe = loadUniverse();

interface RuleFile { id: string; status: string; features?: Record<string, { kind: string }> }
const liveRules = CATEGORIES.flatMap((category) => readdirSync(new URL(`${category}/`, RULES)).filter((file) => file.endsWith('.yaml'))
  .map((file) => parse(readFileSync(new URL(`${category}/${file}`, RULES), 'utf8')) as RuleFile)).filter((rule) => rule.status === 'live');

const told = liveRules.map((rule) => rule.id);
const HOUR = 3_600_000;

describe('every rule has its episode and its look-alike', () => {
  test.each(told)('%s', (id) => {
    expect(SCORED.map((episode) => episode.id)).toContain(id);
    expect(LOOK_ALIKES.map((episode) => episode.id)).toContain(id);
  });

  test.each([...new Set([...SCORED, ...LOOK_ALIKES].map((episode) => episode.id))])('%s is the id of a live rule', (id) => {
    expect(liveRules.map((rule) => rule.id)).toContain(id);
  });

  test('a look-alike says that it is one', () => {
    expect(LOOK_ALIKES.every(({ lookAlike }) => lookAlike)).toBe(true);
    expect(SCORED.some(({ lookAlike }) => lookAlike)).toBe(false);
  });
});

const cases = [...SCORED, ...LOOK_ALIKES].flatMap((episode) => [0, 5 * HOUR].map((leisure) => [`${episode.id}${episode.lookAlike ? ' (look-alike)' : ''}, leisure ${leisure / HOUR} h: ${episode.label.en}`, episode, leisure] as const));

describe('plans', () => {
  test.each(cases)('%s', (_name, episode, leisure) => {
    const plan = () => episode.plan(new Random(5), START + 60_000, sceneOf(new Dealer(universe, 11, START), { ...OPTIONS, leisure }));
    const made = plan();
    expect(plan(), 'the same for the same seed').toEqual(made);
    expect(episode.label.zh).toMatch(/\p{Script=Han}/u);
    const { deals = [], events = [], disturbance, history, subjects = [], grade } = made ?? {};
    for (const { at } of [...(history?.deals ?? []), ...(history?.events ?? [])]) expect(at, 'what came before comes before the run').toBeLessThan(START);
    expect(deals.length + events.length + (disturbance ? 1 : 0)).toBeGreaterThan(0);
    expect(subjects.length).toBeGreaterThan(0);
    expect(grade === undefined, 'a grade where it is a risk').toBe(episode.lookAlike === true);
    for (const deal of deals) expect(deal.episode).toBe(episode.id);
    for (const { at } of [...deals, ...events]) expect(at).toBeGreaterThanOrEqual(START + 60_000);
    for (const { at } of [...deals, ...events]) expect(at).toBeLessThanOrEqual(START + 60_000 + Math.max(leisure, 60_000) + HOUR / 60);
  });

  test('each category has its turn within 35 s, every episode within eight minutes, and then they go on', () => {
    const programme = new Programme(new Random(1), 0);
    const first = Array.from({ length: EPISODES.length + 200 }, () => programme.next());
    expect(new Set(first.filter(({ at }) => at <= 35_000).map(({ episode }) => episode.id.split('/')[0]))).toEqual(new Set(CATEGORIES));
    expect(new Set(first.filter(({ at }) => at <= 480_000).map(({ episode }) => episode.id)).size).toBe(EPISODES.length);
    const times = first.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('the campaign of a scored run', () => {
  const ids = new Set(told);
  const all = (days: number, seed = 3) => {
    const campaign = new Campaign(seed, START, days * 24 * HOUR, ids);
    const begins = [];
    for (let begin = campaign.next(); begin; begin = campaign.next()) begins.push(begin);
    return begins;
  };

  test.each([0.1, 1, 3])('%d days: every rule several times and its look-alike at least once, in order, with time to unfold', (days) => {
    const begins = all(days);
    const count = (id: string, lookAlike: boolean) => begins.filter(({ episode }) => episode.id === id && (episode.lookAlike === true) === lookAlike).length;
    for (const id of told) {
      expect(count(id, true)).toBeGreaterThanOrEqual(1);
      if (days >= 1) expect(count(id, false)).toBeGreaterThanOrEqual(6);
    }
    const times = begins.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const { at, episode } of begins) if (!episode.id.startsWith('technical/')) expect(at + leisureOf(days * 24 * HOUR)).toBeLessThan(START + days * 24 * HOUR);
  });

  test('no two cases share a subject, so that each is caught or missed by itself', () => {
    const traffic = createTraffic({ ...OPTIONS, ordersPerSecond: 0.001, leisure: 5 * HOUR, programme: new Campaign(3, START, 24 * HOUR, ids) }, universe);
    traffic.next(START + 24 * HOUR);
    // The parties of one sender's feeds are few: those cases are kept apart by time.
    const names = traffic.planted.filter(({ rule }) => !rule.startsWith('technical/')).flatMap(({ rule, subjects }) => subjects.map(({ type, id }) => `${rule}|${type}|${id}`));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(traffic.planted.map(({ rule }) => rule))).toEqual(ids);
  });
});

describe('what a case knows of the others', () => {
  const scene = (over: object) => sceneOf(new Dealer(universe, 11, START), { ...OPTIONS, ordersPerSecond: 0, leisure: 5 * HOUR, ...over });

  test('a feed is quiet once no case acts on it, for the same rule once its alert is over too; a case waits for two hours', () => {
    const { quietFeed } = scene({});
    const ask = (rule: string, types: string[], start: number) => quietFeed(new Random(3), rule, types, START + start, HOUR, 4 * HOUR);
    const first = ask('technical/a', ['x', 'y'], 0);
    const second = ask('technical/a', ['x', 'y'], 0);
    expect([first?.type, second?.type].sort()).toEqual(['x', 'y']);
    expect([first?.from, second?.from]).toEqual([START, START]);
    expect(ask('technical/a', ['x', 'y'], HOUR), 'both are told of until five hours').toBeUndefined();
    expect(ask('technical/b', ['x'], HOUR / 2), 'of another rule only the case itself matters').toEqual({ type: 'x', from: START + HOUR });
    expect(ask('technical/a', ['x', 'z'], HOUR)).toEqual({ type: 'z', from: START + HOUR });
    expect(ask('technical/a', ['y'], 3.5 * HOUR)).toEqual({ type: 'y', from: START + 5 * HOUR });
    expect(scene({ leisure: 0 }).quietFeed(new Random(3), 'technical/a', ['x'], START, HOUR, HOUR)).toEqual({ type: 'x', from: START });
  });

  test('orders of other cases count by the hour, those that move zones not in a zone', () => {
    const { ordersWithin, ordersInZone } = scene({ besides: { usual: 0.01, hourly: [60, 120, 0] } });
    expect([[HOUR, HOUR], [HOUR / 2, 1.25 * HOUR], [9 * HOUR, 2 * HOUR], [HOUR, 5 * HOUR]].map(([ms, at]) => ordersWithin(ms as number, START + (at as number)))).toEqual([60, 45, 180, 0]);
    const zone = universe.zones[0] as (typeof universe.zones)[number];
    expect(ordersInZone(zone, HOUR, START + HOUR)).toBeCloseTo((36 * zone.weight) / universe.byWeight.total, 9);
  });
});

describe('episodes in the stream', () => {
  const events = createTraffic({ ...OPTIONS, ordersPerSecond: 5 }, universe).next(START + 1_000_000);
  const labelled = new Set(events.map(({ episode }) => episode).filter((id) => id !== undefined));

  test('their events carry their label, honest ones none', () => {
    for (const { id } of EPISODES) if (!['technical/feed-silence', 'technical/repeat-rate'].includes(id)) expect(labelled).toContain(id);
    expect(events.filter(({ episode }) => episode === undefined).length / events.length).toBeGreaterThan(0.5);
  });

  test('a silent feed sends nothing for minutes while the others go on', () => {
    const gap = (type: string) => {
      const times = events.filter(({ event }) => event['type'] === type).map(({ at }) => at);
      return Math.max(...times.map((at, i) => at - (times[i - 1] ?? at)));
    };
    expect(gap('waybill-receipt')).toBeGreaterThan(8 * 60_000);
    expect(gap('waybill')).toBeLessThan(30_000);
  });

  test('repeats are the same message again, in number enough for the rule', () => {
    const first = createTraffic(OPTIONS, universe).next(START + 62_000);
    const payments = first.filter(({ event }) => event['type'] === 'payment').map(({ event }) => JSON.stringify(event));
    expect((payments.length - new Set(payments).size) / payments.length).toBeGreaterThan(0.01);
  });
});

describe('disturbances of a feed', () => {
  const sent = (disturbance: Omit<Disturbance, 'from' | 'until'>, type: string) => {
    const episode: Episode = { id: 'technical/test', label: { en: 'x', zh: '某' }, plan: (_random, from) => ({ disturbance: { ...disturbance, from, until: from + 60_000 }, subjects: [] }) };
    const programme = { done: false, next() { if (this.done) return undefined; this.done = true; return { at: START + 1000, episode }; } };
    return createTraffic({ ...OPTIONS, programme }, universe).next(START + 90_000).filter(({ event }) => event['type'] === type);
  };
  const honest = createTraffic({ ...OPTIONS, programme: { next: () => undefined } }, universe).next(START + 90_000);

  test('altered: a share of it has other fields and a time that lies behind; everything else is as it was', () => {
    const events = sent({ kind: 'altered', type: 'waybill', share: 0.5, fields: { insuredFee: 1 }, shiftMs: 600_000 }, 'waybill');
    const usual = honest.filter(({ event }) => event['type'] === 'waybill');
    expect(events.map(({ at }) => at)).toEqual(usual.map(({ at }) => at));
    const during = events.filter(({ at }) => at > START + 1000 && at < START + 61_000);
    const altered = events.filter(({ event }) => event['insuredFee'] === 1);
    expect(altered.length / during.length).toBeCloseTo(0.5, 1);
    // Its own time lies behind, not that of its sending: a document that says something wrong of its time goes on to.
    for (const [i, { event }] of events.entries()) if (event['insuredFee'] === 1) expect(event['appTime']).toBe(stamp14((parseBeijing(String(usual[i]?.event['appTime'])) as number) - 600_000));
    expect(events.filter(({ event }) => event['insuredFee'] !== 1)).toEqual(usual.filter((_, i) => events[i]?.event['insuredFee'] !== 1));
  });

  test('late: a share of it comes later, each once, and says so', () => {
    const events = sent({ kind: 'late', type: 'order-receipt', share: 0.2, shiftMs: 10_000 }, 'order-receipt');
    const usual = new Map(honest.filter(({ event }) => event['type'] === 'order-receipt').map(({ at, event }) => [event['guid'], at]));
    expect(new Set(events.map(({ event }) => event['guid'])).size).toBe(events.length);
    const late = events.filter(({ at, event }) => at !== usual.get(event['guid']));
    expect(late.length / events.length).toBeGreaterThan(0.08);
    for (const { at, event } of late) {
      expect(at).toBe((usual.get(event['guid']) as number) + 10_000);
      expect(event['returnTime']).toBe(stamp17(at));
    }
  });
});

describe('baselines', () => {
  const made = baselines(universe, 20);

  test('one for each zone, for the feature that the surge rule reads, summing to the rate', () => {
    const rule = liveRules.find(({ id }) => id === VOLUME_RULE.rule);
    expect(rule?.features?.[VOLUME_RULE.feature]?.kind).toBe('robustZ');
    expect(made).toHaveLength(165);
    const weekly = made.reduce((sum, { median }) => sum + median.reduce((a, b) => a + b), 0);
    expect(weekly / (168 * 3600)).toBeCloseTo(20, 1);
    for (const { median, mad } of made) expect([median.length, mad.length]).toEqual([168, 168]);
  });

  test('honest traffic keeps to them', () => {
    const events = createTraffic({ ...OPTIONS, episodes: false }, universe).next(START + 120_000);
    const orders = events.filter(({ event }) => event['type'] === 'order' && event['appType'] === '1').length;
    const usual = made.reduce((sum, { median }) => sum + (median[hourOfWeek(START)] as number), 0) / 30;
    expect(Math.abs(orders - usual) / usual).toBeLessThan(0.06);
  });
});
