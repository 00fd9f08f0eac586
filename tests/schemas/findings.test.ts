import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MATCH_CODES } from '../../schemas/risk/fact.ts';
import { detail, DETAILS, findingOf, WORDS, wordOf, wordsOf } from '../../schemas/risk/findings.ts';

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string).sort();
const root = join(import.meta.dirname, '..', '..');
const screening = join(root, 'processors', 'screening');
const source = readdirSync(screening).map((file) => readFileSync(join(screening, file), 'utf8')).join('\n');

describe('what findings say', () => {
  test.each(Object.entries(DETAILS))('%s: in both languages, with the same values, and somewhere it is said', (name, { en, zh }) => {
    expect(en).not.toMatch(/\p{Script=Han}/u);
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(holes(zh)).toEqual(holes(en));
    expect(source).toContain(`'${name}'`);
  });
  test.each(Object.entries(WORDS))('the word %s', (_name, { en, zh }) => expect([/\p{Script=Han}/u.test(en), /\p{Script=Han}/u.test(zh)]).toEqual([false, true]));
  test('each code has its words on the desk', () => {
    // The desk's files run in a browser only, so its table is read as text.
    const terms = readFileSync(join(root, 'desk', 'terms.ts'), 'utf8');
    for (const code of MATCH_CODES) expect(terms).toMatch(new RegExp(`^  ${code}: b\\(.*\\w.*\\p{Script=Han}`, 'mu'));
  });
  test('values are filled in, words in the language of the text', () => {
    expect(detail('personDiffers', { whose: WORDS.buyerAndPayer, parts: wordsOf(['name', 'number']) })).toEqual({ en: 'buyer against payer: name and identity number differ', zh: '订购人与支付人的姓名、证件号码不一致' });
    expect(findingOf('TAX_DIFF', 'fail', '1', '2', detail('billLine', { line: 3 }))).toEqual({ code: 'TAX_DIFF', outcome: 'fail', left: '1', right: '2', detail: 'line 3 of customs\' tax bill against the tax due by the rates', detailZh: '海关电子税单第 3 项与按税率应征税款不一致' });
    // A value that looks like a placeholder stays what it is.
    expect(detail('excluded', { version: '{version} $&' }).zh).toContain('{version} $&');
    expect(wordOf('something else')).toEqual({ en: 'something else', zh: 'something else' });
  });
});
