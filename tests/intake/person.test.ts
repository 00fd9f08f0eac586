import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNNAMED } from '../../schemas/trade/contract.ts';
import { checkDigit, checkId, isMinor, isRun, maskId } from '../../processors/intake/identity.ts';
import { createPersons, normaliseAddress, normaliseName, normalisePhone } from '../../processors/intake/person.ts';
import { createShingles } from '../../processors/intake/shingles.ts';
import { createTokens } from '../../processors/intake/tokens.ts';
import { createWords } from '../../processors/intake/words.ts';
import { ID, idOf, LINKAGE, NOW } from './fixtures.ts';

const DAY = 2026_11_20;

describe('identity numbers', () => {
  // The example printed in GB 11643 itself.
  test('the standard\'s own example', () => expect(checkDigit('11010519491231002')).toBe('X'));
  const births = fc.date({ min: new Date('1930-01-01T00:00:00Z'), max: new Date('2020-12-31T00:00:00Z'), noInvalidDate: true });
  const numbers = fc.tuple(births, fc.integer({ min: 0, max: 999 })).map(([born, serial]) => `990000${born.toISOString().slice(0, 10).replaceAll('-', '')}${String(serial).padStart(3, '0')}`);
  test('the check digit fulfils the standard\'s congruence (ISO 7064, mod 11-2)', () => {
    fc.assert(fc.property(numbers, (seventeen) => {
      const values = [...idOf(seventeen)].map((digit) => (digit === 'X' ? 10 : Number(digit)));
      return values.reduce((sum, value, i) => sum + value * 2 ** (17 - i), 0) % 11 === 1;
    }));
  });
  test('a right check digit is valid, any other is not', () => {
    fc.assert(fc.property(numbers, fc.constantFrom(...'0123456789X'), (seventeen, last) => checkId(seventeen + last, '1', DAY) === (last === checkDigit(seventeen) ? 'valid' : 'bad-checksum')));
  });
  test('one mistyped digit is always found', () => {
    fc.assert(fc.property(numbers, fc.integer({ min: 14, max: 16 }), fc.integer({ min: 1, max: 9 }), (seventeen, place, more) => {
      const typed = [...idOf(seventeen)];
      typed[place] = String((Number(typed[place]) + more) % 10);
      return checkId(typed.join(''), '1', DAY) === 'bad-checksum';
    }));
  });
  test.each([
    ['born tomorrow', idOf('99000020261121123'), '1', 'bad-date'], ['29 February 1900', idOf('99000019000229123'), '1', 'bad-date'], ['type 01 is type 1', ID, '01', 'valid'],
    ['no type', ID, '', 'valid'], ['other type', ID, '2', 'other-type'], ['none', '', '1', 'missing'], ['masked', '9900****1234', '1', 'masked'], ['15 digits', '990000900307412', '1', 'malformed'],
  ])('%s', (_name, number, type, expected) => expect(checkId(number, type, DAY)).toBe(expected));
  test('minor by the day of the event in Beijing', () => {
    const number = idOf('99000020081121123');
    expect(isMinor(number, Date.UTC(2026, 10, 20, 15, 59, 59))).toBe(true);
    expect(isMinor(number, Date.UTC(2026, 10, 20, 16))).toBe(false);
  });
  test.each([['123', true], ['111', true], ['000', true], ['124', false], ['321', false], ['112', false]])('serial %s', (serial, run) => expect(isRun(idOf(`99000019900307${serial}`))).toBe(run));
  test('masks', () => expect([maskId(ID), maskId('E1234567'), maskId('12')]).toEqual([`9900************${ID.slice(-2)}`, 'E123**67', '**']));
});

describe('tokens', () => {
  const tokens = createTokens(LINKAGE);
  test('are HMAC-SHA256 with the kind as label, for texts and keys of any length', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 6000 }), fc.uint8Array({ minLength: 1, maxLength: 100 }), (value, key) => {
      const expected = createHmac('sha256', key).update(`name:${value}`).digest('base64url').slice(0, 22);
      return createTokens(key).token('name', value) === expected;
    }), { numRuns: 50 });
  });
  const hmac = (text: string) => createHmac('sha256', LINKAGE).update(text).digest();
  test('parts count as one text, short ones after long ones too', () => {
    const fresh = createTokens(LINKAGE);
    for (const length of [1, 30, 500, 2000, 30, 1, 9000, 500]) {
      const value = '测'.repeat(length);
      expect(fresh.token('content', value, 'more', '终')).toBe(hmac(`content:${value}more终`).toString('base64url').slice(0, 22));
      expect(fresh.token('name', value)).toBe(hmac(`name:${value}`).toString('base64url').slice(0, 22));
    }
  });
  test('numbers are the first four bytes, little endian', () => {
    for (let i = 0; i < 50; i++) expect(tokens.number('shingle', `x${i}`)).toBe(hmac(`shingle:x${i}`).readUInt32LE(0));
  });
  test('the same digits as phone and as account do not meet; nothing gives nothing', () => {
    expect(tokens.token('phone', '100')).not.toBe(tokens.token('account', '100'));
    expect(tokens.token('name', '')).toBe('');
  });
});

describe('normal forms', () => {
  test.each([['+86 100-1234-5678', '10012345678'], ['008610012345678', '10012345678'], ['8610012345678', '10012345678'], ['１００１２３４５６７８', '10012345678'], ['0571 8888 0000', '057188880000'], ['+852 9999 0000', '+85299990000'], ['00861234567', '1234567']])('phone %s', (given, expected) => expect(normalisePhone(given)).toBe(expected));
  test.each([[' 张 三 ', '张三'], ['阿·布', '阿·布'], ['阿•布', '阿·布'], ['John  smith', 'JOHN SMITH'], ['ＪＯＨＮ smith', 'JOHN SMITH']])('name %s', (given, expected) => expect(normaliseName(given)).toBe(expected));
  test('texts that are in normal form already, and those that only look so', () => {
    const anyOf = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 12 });
    fc.assert(fc.property(anyOf('中', '国', '张', 'a', 'B', '7', ' ', '·', '•', '１', '，', 'ß'), (text) => {
      const wide = text.normalize('NFKC');
      expect(normaliseAddress(text)).toBe(wide.toLowerCase().replace(/[\s\p{P}\p{S}]+/gu, '').replace(/^中国/, ''));
      const name = wide.trim().replace(/[•‧・∙●]/g, '·');
      expect(normaliseName(text)).toBe(/\p{Script=Han}/u.test(name) ? name.replace(/\s+/g, '') : name.replace(/\s+/g, ' ').toUpperCase());
    }), { numRuns: 2000 });
    fc.assert(fc.property(anyOf('8', '6', '0', '1', '+', ' ', '-', '１'), (text) => {
      const digits = text.normalize('NFKC').trim().replace(/[\s()-]/g, '');
      expect(normalisePhone(text)).toBe(/^(?:\+|00)?86(1\d{10})$/.exec(digits)?.[1] ?? digits.replace(/^(?:\+|00)86/, ''));
    }), { numRuns: 2000 });
  });
  test('address: width, spaces and signs do not count', () => expect(normaliseAddress('中国 虚构省，虚构市－烽火路 １号')).toBe(normaliseAddress('虚构省虚构市烽火路1号')));
  test('address: signs of the CJK block go too', () => expect(normaliseAddress('虚构、省〇1号')).toBe('虚构省〇1号'));
});

describe('persons', () => {
  const persons = createPersons(createTokens(LINKAGE), { complete: true, names: [{ name: 'Evil Person' }] });
  const at = (address: string) => new Set(new Uint32Array(new Uint8Array(persons.person({ ...UNNAMED, address }, NOW).addressShingles).buffer));
  const overlap = (a: Set<number>, b: Set<number>) => [...a].filter((each) => b.has(each)).length / new Set([...a, ...b]).size;
  test('shingles: sorted, unique, and their overlap tells how alike two addresses are', () => {
    const home = at('虚构省虚构市烽火路1号2幢303室');
    const long = at(Array.from({ length: 150 }, (_, i) => String.fromCharCode(0x4e00 + i * 7)).join(''));
    expect([...long]).toEqual([...long].sort((a, b) => a - b));
    expect(long.size).toBe(149);
    expect([...home]).toEqual([...home].sort((a, b) => a - b));
    expect(overlap(home, at('虚构省 虚构市 烽火路1号2幢303室'))).toBe(1);
    expect(overlap(home, at('虚构省虚构市烽火路1号2幢305室'))).toBeGreaterThan(0.7);
    expect(overlap(home, at('他省他县别街99号'))).toBeLessThan(0.1);
  });
  test('against a complete list a miss is a miss', () => {
    expect(persons.person({ ...UNNAMED, name: 'Good Person' }, NOW).nameScreen).toBe('miss');
    expect(persons.person({ ...UNNAMED, name: 'EVIL PERSON' }, NOW).nameScreen).toBe('hit');
    expect(persons.person(UNNAMED, NOW).nameScreen).toBe('missing');
  });
  test('what two persons share gives the same tokens as if computed apart', () => {
    const raw = { ...UNNAMED, name: '测试甲', phone: '10012345678' };
    const buyer = persons.person(raw, NOW);
    const same = persons.person({ ...raw, address: 'x1' }, NOW, { raw, person: buyer });
    expect([same.nameToken, same.phoneToken]).toEqual([buyer.nameToken, buyer.phoneToken]);
    const other = persons.person({ ...raw, name: '测试乙' }, NOW, { raw, person: buyer });
    expect(other.nameToken).not.toBe(buyer.nameToken);
  });
});

test('words: the worst one counts, Latin words only as a whole, overlapping ones are all seen', () => {
  const words = createWords([{ word: '象牙', score: 0.9 }, { word: '牙雕', score: 1 }, { word: 'gun', score: 0.6 }, { word: 'gun oil', score: 0.2 }, { word: 'a+b', score: 0.3 }]);
  expect(words('象牙白')).toEqual({ score: 0.9, word: '象牙' });
  expect(words('象牙雕')).toEqual({ score: 1, word: '牙雕' });
  expect(words('begun', 'BB ＧＵＮ')).toEqual({ score: 0.6, word: 'gun' });
  expect(words('begun', 'shotgun')).toEqual({ score: 0, word: '' });
  expect(words('gun oil')).toEqual({ score: 0.6, word: 'gun' });
  expect(words('x a+b')).toEqual({ score: 0.3, word: 'a+b' });
  expect(createWords([])('象牙')).toEqual({ score: 0, word: '' });
});

test('shingles: remembered or not, beyond the memo\'s bound, a pair always gives the same number', () => {
  const tokens = createTokens(LINKAGE);
  const shingle = createShingles(tokens);
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < 70_000; i++) {
      const [first, second] = [0x4e00 + Math.floor(i / 300), i % 300];
      const value = shingle(first, second);
      if (i % 97 === 0) expect(value).toBe(tokens.number('shingle', String.fromCharCode(first, second)));
    }
  }
  expect(shingle(0, 0)).toBe(tokens.number('shingle', '\0\0'));
});
