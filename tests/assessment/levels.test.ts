import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Levels, type Said, type Standing } from '../../processors/assessment/levels.ts';
import type { Limits } from '../../processors/assessment/limits.ts';
import { GRADES, type Grade, type Level } from '../../schemas/risk/alert.ts';
import type { StateTable } from '../../streams/stage.ts';

/** Small whole numbers as times, so that the oracle can look at every one of them. */
const LIMITS: Limits = {
  levels: [0.25, 0.5, 0.75, 0.9], easeFactor: 0.8, exactEntries: 1, evidenceEvents: 1, zoneRuleWeight: 0.5, escalateRules: 3, escalateCategories: 2,
  levelEaseMs: 4, escalateMs: 30, levelHalfLifeMs: 9, levelForgotten: 0.05,
};
const RULES = [['a', 'market'], ['b', 'market'], ['c', 'financial'], ['d', 'technical']] as const;
const WEIGHT = 0.5;

/** What a revision of one rule's alert does. `open` and `close` name the grade; `grow` brings evidence to what is open. */
interface Step { do: 'open' | 'grow' | 'close' | 'withdraw' | 'tick'; key: string; rule: number; rank: number; now: number }
interface Told { key: string; at: number; grade: string; before: string; score: number; escalated: boolean; parts: Level['parts'] }

/** In memory as text, opened anew after each so many calls. */
class Text {
  #durable = new Map<string, string>();
  levels(): Levels {
    const table = new Map([...this.#durable].reverse().map(([key, text]): [string, Standing] => [key, JSON.parse(text) as Standing]));
    const durable = this.#durable;
    const state: StateTable<Standing> = {
      get: (key) => table.get(key),
      set: (key, value) => { table.set(key, value); durable.set(key, JSON.stringify(value)); },
      delete: (key) => { table.delete(key); durable.delete(key); },
      entries: () => table.entries() as MapIterator<[string, Standing]>,
      due: () => [],
      get size() { return table.size; },
    };
    return new Levels(state);
  }
  get size(): number { return this.#durable.size; }
}

/** Steps that a real stream could hold: nothing grows or closes that is not open. Times between ticks may run a little backwards. */
function possible(steps: readonly Step[]): Step[] {
  const open = new Map<string, number>();
  let watermark = 0;
  return steps.filter((step) => {
    const at = `${step.key} ${step.rule}`;
    if (step.do === 'tick') watermark = step.now = Math.max(watermark, step.now);
    else {
      step.now = Math.max(watermark, step.now);
      if (step.do !== 'open') {
        if (!open.has(at)) return false;
        step.rank = open.get(at) as number;
      }
      if (step.do === 'open') open.set(at, step.rank);
      else if (step.do !== 'grow') open.delete(at);
    }
    return true;
  });
}

function said({ do: what, rule, rank }: Step): Said {
  const [name, category] = RULES[rule] as (typeof RULES)[number];
  const goesOn = what === 'open' || what === 'grow';
  return { rule: name, category, weight: WEIGHT, score: goesOn ? rank / 4 : 0, closed: what === 'close' ? rank : 0, evidence: goesOn };
}

function run(steps: readonly Step[], restartEvery = 0): { told: Told[]; left: number } {
  const text = new Text();
  let levels = text.levels();
  const told: Told[] = [];
  steps.forEach((step, i) => {
    const out = step.do === 'tick' ? levels.timePassed(step.now, LIMITS) : levels.revise(step.key, { subject: { type: 'seller', id: step.key }, category: '', zone: '4401' }, said(step), step.now, LIMITS);
    for (const { subject, at, grade, before, score, escalated, parts } of out) told.push({ key: subject.id, at, grade, before, score, escalated, parts });
    if (restartEvery > 0 && i % restartEvery === 0) levels = text.levels();
  });
  return { told, left: text.size };
}

/** All revisions so far, replayed from nothing at every moment that there is. */
function naive(all: readonly Step[], key: string, until: number): Told[] {
  const revisions: Step[] = [];
  for (const step of all) if (step.key === key && step.do !== 'tick') revisions.push({ ...step, now: Math.max(step.now, revisions.at(-1)?.now ?? 0) });
  const told: Told[] = [];
  let grade: Grade | '' = '';
  /** Every look: when, and what rank the eased thresholds give. Of one moment the last counts for what follows. */
  let looks: { at: number; eased: number }[] = [];
  const look = (seen: readonly Step[], at: number): void => {
    const { score, rank, eased, escalated, parts } = judge(seen, at);
    looks.push({ at, eased });
    const held = GRADES.indexOf(grade as Grade) + 1;
    const from = looks.findLastIndex((l) => l.at <= at - LIMITS.levelEaseMs);
    const low = from >= 0 && looks.slice(from).every((l) => l.eased < held);
    if (rank <= held && !(held > 0 && low)) return;
    const before = grade;
    grade = GRADES[rank - 1] ?? '';
    looks = [{ at, eased }];
    told.push({ key, at, grade, before, score, escalated, parts });
  };
  for (let at = 0; at <= until; at++) {
    const earlier = revisions.filter((r) => r.now < at);
    look(earlier, at);
    const here = revisions.filter((r) => r.now === at);
    for (let i = 1; i <= here.length; i++) look([...earlier, ...here.slice(0, i)], at);
  }
  return told;
}

function judge(seen: readonly Step[], at: number) {
  const parts: Level['parts'] = [];
  const met: string[] = [];
  RULES.forEach(([rule, category], r) => {
    const own = seen.filter((s) => s.rule === r);
    const last = own.at(-1);
    const open = last && (last.do === 'open' || last.do === 'grow') ? last.rank / 4 : 0;
    const fading = own.filter((s) => s.do === 'close').map((s) => s.rank / 4 / 2 ** Math.floor((at - s.now) / LIMITS.levelHalfLifeMs)).filter((left) => left >= LIMITS.levelForgotten);
    // What was withdrawn was no evidence, back to the end of the alert before it.
    const evidence: number[] = [];
    let current: number[] = [];
    for (const s of own) {
      if (s.do === 'open' || s.do === 'grow') current.push(s.now);
      else {
        if (s.do === 'close') evidence.push(...current);
        current = [];
      }
    }
    const score = Math.max(open, ...fading, 0);
    const meets = [...evidence, ...current].some((t) => at < t + LIMITS.escalateMs);
    if (meets) met.push(category);
    if (score > 0 || meets) parts.push({ rule, weight: WEIGHT, score, open: open > 0 });
  });
  const score = 1 - parts.reduce((calm, part) => calm * (1 - part.weight * part.score), 1);
  const escalated = met.length >= 3 && new Set(met).size >= 2;
  const by = (factor: number): number => {
    const rank = LIMITS.levels.filter((from) => score >= factor * from).length;
    return escalated && rank > 0 ? Math.min(4, rank + 1) : rank;
  };
  return { score, rank: by(1), eased: by(LIMITS.easeFactor), escalated: escalated && by(1) > 0, parts };
}

const step = fc.record({
  do: fc.constantFrom('open' as const, 'open' as const, 'grow' as const, 'close' as const, 'close' as const, 'withdraw' as const, 'tick' as const),
  key: fc.constantFrom('s1', 's2'), rule: fc.nat(RULES.length - 1), rank: fc.integer({ min: 1, max: 4 }), gap: fc.integer({ min: -2, max: 12 }),
});
const streams = fc.array(step, { maxLength: 40 }).map((given) => {
  let now = 10;
  const steps = possible(given.map(({ gap, ...rest }) => ({ ...rest, now: (now = Math.max(1, now + gap)) })));
  const end = Math.max(0, ...steps.map((s) => s.now)) + 200;
  return [...steps, { do: 'tick' as const, key: '', rule: 0, rank: 1, now: end }];
});
const byKey = (told: readonly Told[], key: string): Told[] => told.filter((t) => t.key === key);

describe('levels against a naive oracle', () => {
  test('change when, to what and for what reason a look at every moment says', () => {
    fc.assert(fc.property(streams, (steps) => {
      const { told } = run(steps);
      for (const key of ['s1', 's2']) expect(byKey(told, key)).toEqual(naive(steps, key, steps.at(-1)?.now ?? 0));
    }), { numRuns: 300 });
  });
  test('neither restarts nor the times of ticks change them', () => {
    fc.assert(fc.property(streams, fc.integer({ min: 1, max: 4 }), (steps, restartEvery) => {
      const once = run(steps).told;
      expect(run(steps, restartEvery).told).toEqual(once);
      // The same with ticks dropped: they only say when it is told.
      const fewer = run(steps.filter((s, i) => s.do !== 'tick' || i === steps.length - 1)).told;
      for (const key of ['s1', 's2']) expect(byKey(fewer, key)).toEqual(byKey(once, key));
    }), { numRuns: 200 });
  });
  test('when all is closed and a day has passed nothing is kept', () => {
    fc.assert(fc.property(streams, (steps) => {
      const end = steps.at(-1)?.now ?? 0;
      const open = new Map<string, Step>();
      for (const s of steps) if (s.do === 'open') open.set(`${s.key} ${s.rule}`, s);
      const closing = [...open.values()].map((s): Step => ({ ...s, do: 'withdraw', now: end }));
      expect(run([...steps, ...closing, { do: 'tick', key: '', rule: 0, rank: 1, now: end + 300 }]).left).toBe(0);
    }), { numRuns: 100 });
  });
});

test('a rule and its variant do not meet', () => {
  const last = (...rules: string[]): Level | undefined => {
    const levels = new Text().levels();
    const told = rules.flatMap((rule, i) => levels.revise('s1', { subject: { type: 'seller', id: 's1' }, category: '', zone: '4401' }, { rule, category: i === 0 ? 'market' : 'financial', weight: 0.5, score: 1, closed: 0, evidence: true }, 10, LIMITS));
    return told.at(-1);
  };
  expect([last('market/a', 'financial/b', 'financial/b@x'), last('market/a', 'financial/b', 'financial/c')].map((level) => [level?.grade, level?.escalated])).toEqual([['orange', false], ['red', true]]);
});

test('the reason says each number in both languages', () => {
  const levels = new Text().levels();
  const about = { subject: { type: 'seller' as const, id: 's1' }, category: '' as const, zone: '4401' };
  const [raised] = levels.revise('s1', about, { rule: 'a', category: 'market', weight: 0.5, score: 1, closed: 0, evidence: true }, 10, LIMITS);
  expect(raised?.reason.en).toBe('Raised from no grade to yellow (III): R = 0.5 (grades from 0.25/0.5/0.75/0.9) of weight × score: a 0.5 × 1.');
  levels.revise('s1', about, { rule: 'a', category: 'market', weight: 0.5, score: 0, closed: 4, evidence: false }, 11, LIMITS);
  expect(levels.timePassed(24, LIMITS).map((l) => l.reason.zh)).toEqual(['等级由黄色（III级）降至蓝色（IV级）：R = 0.25（分级起点 0.25/0.5/0.75/0.9），由权重 × 分值合成：a 0.5 × 0.5（已结，衰减中）。R 低于原等级阈值的 0.8 倍已持续 0 分钟。']);
});
