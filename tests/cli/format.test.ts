import { describe, expect, test } from 'vitest';
import { alertLine, clock, csv, plain, table, width } from '../../cli/format.ts';
import { type Alert, NO_GROUNDS } from '../../schemas/risk/alert.ts';

const at = Date.now();
const alert: Alert = {
  alertId: 'a1', revision: 1, change: 'raised', ruleId: 'transaction/split-orders', ruleVersion: 3, ruleSet: 'h', category: 'transaction', grade: 'orange', score: 0.8,
  subject: { type: 'buyer', id: '9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d65' }, zone: '3302', window: '24h', eventTime: at, detectedAt: at, firstSeen: at, lastSeen: at, count: 4,
  documents: ['SIMEBP0001|ORD-1'], reason: { en: 'Orders add up to 2.4 × the limit', zh: '订单合计为限值的2.4倍' },
  evidence: { values: { value: 2.4 }, threshold: 2, events: ['e1'], lowerBound: false, approximation: '', tables: [], ...NO_GROUNDS },
  action: { en: 'Merge and review', zh: '合并复核' }, status: 'live', origin: 'simulated', heldBy: '', explanation: { en: '', zh: '' },
};

describe('an alert line', () => {
  test('tells grade, change, rule, subject and reason in English', () => {
    const line = alertLine(alert);
    for (const part of [clock(at), '● orange II', 'raised', 'transaction/split-orders', 'Orders add up to 2.4 × the limit', 'buyer 9f86d081884c…', 'simulated']) expect(line).toContain(part);
    expect(line).not.toContain('9f86d081884c7d');
  });
  test('and in Chinese', () => {
    const line = alertLine(alert, 'zh');
    for (const part of ['橙色 II', '新增', '交易', '订单合计为限值的2.4倍', '模拟']) expect(line).toContain(part);
  });
  test('says when an alert was held back', () => expect(alertLine({ ...alert, status: 'held' })).toContain('[held]'));
  test('hands no escape sequence of a sender to the terminal', () => {
    expect(alertLine({ ...alert, reason: { en: 'x\u001b[2Jy\nz', zh: '' }, subject: { type: 'seller', id: 'a\u0007b' } })).not.toMatch(/\u001b\[2J|\u0007|\n/);
  });
});

test.each([['abc', 3], ['海关', 4], ['ａ', 2], ['\u001b[1mab\u001b[22m', 2]])('%j fills %i columns', (text, columns) => expect(width(text)).toBe(columns));

test('control characters become visible', () => expect(plain('a\u0000b\tc')).toBe('a�b c'));

describe('a table', () => {
  test('aligns texts left and numbers right', () => {
    expect(table([{ zone: '宁波', orders: 5 }, { zone: 'Xian1', orders: 1200 }]).split('\n').slice(1)).toEqual(['宁波        5', 'Xian1    1200']);
  });
  test('shows null as empty and objects as JSON', () => expect(table([{ a: null, b: [1] }])).toContain('[1]'));
});

describe('CSV', () => {
  test('quotes what needs it', () => expect(csv([{ a: 'x,y', b: 'say "hi"', c: 1, d: null }])).toBe('a,b,c,d\r\n"x,y","say ""hi""",1,'));
  test('a spreadsheet does not run a cell', () => expect(csv([{ a: '=1+1', b: '-5', c: '+cmd' }]).split('\r\n')[1]).toBe("'=1+1,-5,'+cmd"));
});
