import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { baselines, VOLUME_RULE } from '../../simulator/baselines.ts';
import { hourOfWeek } from '../../simulator/clock.ts';
import { Dealer } from '../../simulator/deal.ts';
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

/** Rules that no simulated message can set off. */
const NOTHING_TELLS = new Map([['technical/signature-failures', 'signatures are verified only where certificates are configured, and simulated senders have none']]);

describe('every rule has its episode', () => {
  test.each(liveRules.filter((rule) => !NOTHING_TELLS.has(rule.id)).map((rule) => rule.id))('%s', (id) => {
    expect(EPISODES.map((episode) => episode.id)).toContain(id);
  });

  test.each(EPISODES.map((episode) => episode.id))('%s is the id of a live rule', (id) => {
    expect(liveRules.map((rule) => rule.id)).toContain(id);
  });
});

describe('plans', () => {
  test.each(EPISODES.map((episode) => [episode.id, episode] as const))('%s is labelled, timed after its start, and the same for the same seed', (id, episode) => {
    const plan = () => episode.plan(new Random(5), START + 60_000, sceneOf(new Dealer(universe, 11, START), OPTIONS));
    const { deals = [], events = [], disturbance } = plan();
    expect(JSON.stringify(plan())).toBe(JSON.stringify({ ...(deals.length > 0 ? { deals } : {}), ...(events.length > 0 ? { events } : {}), ...(disturbance ? { disturbance } : {}) }));
    expect(episode.label.en).not.toBe('');
    expect(episode.label.zh).toMatch(/\p{Script=Han}/u);
    expect(deals.length + events.length + (disturbance ? 1 : 0)).toBeGreaterThan(0);
    for (const deal of deals) expect(deal.episode).toBe(id);
    for (const { at } of [...deals, ...events]) expect(at).toBeGreaterThanOrEqual(START + 60_000);
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
