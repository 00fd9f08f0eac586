import { describe, expect, test } from 'vitest';
import { readXml, XML_LIMITS } from '../../schemas/customs/xml.ts';

const codeOf = (text: string | Uint8Array, limits = XML_LIMITS): string => {
  const reading = readXml(text, limits);
  return reading.ok ? 'ok' : reading.problem.code;
};
const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i || ''};`.repeat(10)}">`).join('')}]><lolz>&lol9;</lolz>`;

describe('bombs and forbidden things', () => {
  test.each([
    ['billion laughs', laughs, 'XML_FORBIDDEN'],
    ['quadratic blow-up', `<!DOCTYPE a [<!ENTITY x "${'x'.repeat(10_000)}">]><a>${'&x;'.repeat(1000)}</a>`, 'XML_FORBIDDEN'],
    ['external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///dev/zero">]><a>&x;</a>', 'XML_FORBIDDEN'],
    ['external DTD', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', 'XML_FORBIDDEN'],
    ['parameter entity', '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><a/>', 'XML_FORBIDDEN'],
    ['100,000 levels', '<a>'.repeat(100_000), 'TOO_DEEP'],
    ['200,001 elements', `<a>${'<b/>'.repeat(200_000)}</a>`, 'TOO_LARGE'],
    ['thousands of attributes', `<a ${Array.from({ length: 5000 }, (_, i) => `a${i}=""`).join(' ')}/>`, 'TOO_LARGE'],
    ['over 8 MiB', `<a>${'x'.repeat(8 * 1024 * 1024)}</a>`, 'TOO_LARGE'],
    ['an attribute twice', '<a b="1" b="2"/>', 'UNREADABLE_XML'],
    ['a zero character by number', '<a>&#0;</a>', 'UNREADABLE_XML'],
    ['an open comment', '<a><!-- </a>', 'UNREADABLE_XML'],
  ])('%s', (_name, text, code) => {
    const started = performance.now();
    expect(codeOf(text)).toBe(code);
    expect(performance.now() - started).toBeLessThan(5000);
  });
  test('the limit on bytes is a parameter, counted in bytes', () => {
    expect(codeOf('<a>烽火</a>', { ...XML_LIMITS, bytes: 13 })).toBe('ok');
    expect(codeOf('<a>烽火</a>', { ...XML_LIMITS, bytes: 12 })).toBe('TOO_LARGE');
  });
});

test('the five entities, numeric ones and CDATA are read', () => {
  const reading = readXml('<x:a xmlns:x="urn:x"><x:b>&lt;&amp;&gt;&quot;&apos;&#28925;&#x706B;<![CDATA[<&]]></x:b></x:a>');
  expect(reading.ok && reading.root.children[0]).toMatchObject({ name: 'b', text: '<&>"\'烽火<&' });
});

test('UTF-16 with a byte order mark is read', () => {
  expect(codeOf(Buffer.from('\ufeff<a>烽火</a>', 'utf16le'))).toBe('ok');
});

test('the fault is placed by line and column, and its text is not repeated', () => {
  const reading = readXml('<a>\n<b>secret<c></b></a>');
  expect(reading.ok ? '' : reading.problem.message).toMatch(/line 2, column \d+/);
  expect(reading.ok ? '' : reading.problem.message).not.toContain('secret');
});
