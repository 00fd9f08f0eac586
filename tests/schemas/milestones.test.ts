import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MILESTONES, type MilestoneCode, mayFollow, milestoneOf, upuOf } from '../../schemas/trade/milestones.ts';
import { parseInstant, parseZone } from '../../schemas/trade/time.ts';

const CODES = Object.keys(MILESTONES) as MilestoneCode[];
const code = fc.constantFrom(...CODES);

describe('codes', () => {
  test('ours and the post\'s translate both ways, no event of the post twice', () => {
    for (const own of CODES) {
      expect(milestoneOf(own.toLowerCase())).toBe(own);
      if (upuOf(own) !== '') expect(milestoneOf(upuOf(own))).toBe(own);
    }
    const events = CODES.map(upuOf).filter((event) => event !== '');
    expect(new Set(events).size).toBe(events.length);
  });
  test.each([['EXA', 'EXP_DECL'], ['EXB', 'EXP_HOLD'], ['EMC', 'DEPART'], ['EMJ', 'TRANSIT_IN'], ['EMK', 'TRANSIT_OUT'], ['EMD', 'ARRIVE'], ['EDB', 'IMP_DECL'], ['EME', 'IMP_HOLD'], ['S', 'DELIVERED']])('%s is %s', (given, own) => {
    expect(milestoneOf(given)).toBe(own);
  });
  test.each(['', 'X', 'constructor', '__proto__', 'DEPARTED'])('"%s" is none', (given) => expect(milestoneOf(given)).toBe(''));
  test('all have a name in both languages', () => {
    for (const { name } of Object.values(MILESTONES)) expect([/^[A-Z][\w ,]+$/.test(name.en), /^\p{Script=Han}+$/u.test(name.zh)]).toEqual([true, true]);
  });
});

describe('order of stages', () => {
  test.each<[MilestoneCode, MilestoneCode, boolean]>([
    ['ORD_PICK', 'WH_IN', true], ['ORD_PICK', 'DELIVERED', true], ['WH_OUT', 'WH_IN', false], ['EXP_DECL', 'EXP_HOLD', true], ['EXP_HOLD', 'EXP_DECL', true], ['EXP_REL', 'EXP_HOLD', false],
    ['TRANSIT_IN', 'TRANSIT_OUT', true], ['TRANSIT_OUT', 'TRANSIT_IN', true], ['TRANSIT_IN', 'TRANSIT_IN', false], ['ARRIVE', 'DEPART', false], ['IMP_HOLD', 'IMP_DECL', true],
    ['OUT_DEL', 'FAIL', true], ['FAIL', 'OUT_DEL', true], ['FAIL', 'LM_IN', true], ['OUT_DEL', 'LM_IN', false], ['DELIVERED', 'OUT_DEL', false], ['DELIVERED', 'RETURN', true], ['RETURN', 'DEPART', true],
    ['LOST', 'DELIVERED', false], ['DESTROYED', 'RETURN', false], ['WH_IN', 'LOST', true],
  ])('%s → %s: %s', (from, to, expected) => expect(mayFollow(from, to)).toBe(expected));

  test('nothing follows itself; what leads on without going back or alternating never leads back', () => {
    fc.assert(fc.property(code, code, (from, to) => {
      expect(mayFollow(from, from)).toBe(false);
      if (MILESTONES[to].stage > MILESTONES[from].stage && mayFollow(to, from)) expect(['EXP_HOLD', 'IMP_HOLD', 'FAIL', 'RETURN']).toContain(to);
    }));
  });
});

describe('times with a zone', () => {
  test('a time written in any zone is the same instant', () => {
    const zone = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 13 }), fc.constantFrom(0, 30, 45));
    fc.assert(fc.property(fc.date({ min: new Date('2014-01-02T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true }), zone, fc.boolean(), (date, [sign, hours, minutes], colon) => {
      const offset = `${sign}${String(hours).padStart(2, '0')}${colon ? ':' : ''}${String(minutes).padStart(2, '0')}`;
      const east = (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
      const local = new Date(date.getTime() + east).toISOString().slice(0, -1);
      expect(parseInstant(`${local}${offset}`)).toBe(date.getTime());
      expect(parseInstant(local, offset)).toBe(date.getTime());
      expect(parseInstant(local.slice(0, 19).replace(/\D/g, ''), offset)).toBe(Math.floor(date.getTime() / 1000) * 1000);
      expect(parseInstant(String(date.getTime()).padStart(13, '0'))).toBe(date.getTime());
    }));
  });
  test.each(['+15:00', '+08:60', '8', '+8', 'CST', '+08:00:00', 'Zulu'])('%s is no zone', (given) => expect(parseZone(given)).toBeUndefined());
  test.each(['2026-11-20', '20261120'])('%s is a day, not a time in a zone', (given) => expect(parseInstant(given)).toBe(Date.UTC(2026, 10, 19, 16)));
  test.each(['', 'now', '1795145400', '17951454000000', '2026-11-20T03:30Z', '2026-11-31T03:30:00Z', '20261120113000+2500'])('"%s" is no time', (given) => expect(parseInstant(given)).toBeUndefined());
});
