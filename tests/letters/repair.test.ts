/** Mending a letter: whatever message it was, however it was spelt, in whatever form it came, the right value at the place that the letter names gives what the right message would have given. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MESSAGE, MESSAGES, type DocumentMessage } from '../../schemas/customs/messages.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { SPELLINGS } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { openedView } from '../../processors/letters/opened.ts';
import { patch } from '../../processors/letters/patch.ts';
import { readSubmission } from '../../processors/intake/reading.ts';
import { documentXml, intake, messageXml, NOW, order, submission, take } from '../intake/fixtures.ts';
import { SAMPLES } from '../intake/messages.ts';
import { documentOf } from '../schemas/arbitrary.ts';

type Fields = Record<string, unknown>;
type Form = 'flat' | 'nested' | 'xml';
const TYPES = MESSAGES.map((m) => m.type) as DocumentMessage[];

const present = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
function written(type: DocumentMessage, { items, ...head }: Fields, form: Form): { body: string; form: 'json' | 'xml' } {
  const { element, number } = MESSAGE[type];
  const lines = (items as Fields[] | undefined)?.map(present);
  if (form === 'flat' || element === '') return { body: JSON.stringify({ ...present(head), ...(lines && { items: lines }) }), form: 'json' };
  if (form === 'xml') return { body: messageXml(number, documentXml(element, { ...present(head), items: lines }, 'ceb:'), 'ceb:'), form: 'xml' };
  const { type: _, ...fields } = present(head);
  return { body: JSON.stringify({ [`CEB${number}Message`]: { [element]: { [`${element}Head`]: fields, ...(lines && { [`${element}List`]: lines }) } } }), form: 'json' };
}

/** All of the record but the seal's bytes, which are never the same twice: they are opened. */
function journalled({ taken }: ReturnType<typeof take>): unknown {
  return taken.map(({ body, ...rest }) => {
    const { sealed, ...open } = body as Envelope;
    return { ...rest, body: { ...open, opened: sealed ? Buffer.from(intake.unseal(sealed)).toString() : null } };
  });
}

const WRONG: unknown[] = ['x'.repeat(5_000), '-', '', '99999999999999', '1e400', '|'];
const wrong = (fields: Fields, name: string, how: number): Fields => {
  const { [name]: _, ...others } = fields;
  return how === WRONG.length ? others : { ...others, [name]: WRONG[how] };
};
const misspelt = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).map(([name, value]) => [Object.entries(SPELLINGS).find(([, right]) => right === name)?.[0] ?? name, value]));

test.each(['flat', 'nested', 'xml'] as const)('any broken field of any message in the form %s, mended by its path, leads to the record that the right message leads to', (form) => {
  let mended = 0;
  const property = fc.property(
    fc.constantFrom(...TYPES).chain((type) => fc.tuple(fc.constant(type), fc.oneof(...(MESSAGE[type].element === '' ? [] : [documentOf(type)]), fc.constant<Fields>({ type, ...SAMPLES[type].fields })))),
    fc.nat(), fc.nat(WRONG.length), fc.boolean(), fc.boolean(),
    ([type, document], place, how, inLine, badly) => {
      const { items, ...head } = document as Fields;
      const lines = items as Fields[] | undefined;
      const last = (lines?.length ?? 0) - 1;
      const names = Object.keys((inLine && lines?.[last]) || head).filter((name) => name !== 'type' && name !== 'guid');
      const name = names[place % names.length] as string;
      const broken = inLine && lines?.[last] ? { ...head, items: [...lines.slice(0, last), wrong(lines[last] as Fields, name, how)] } : { ...wrong(head, name, how), ...(lines && { items: lines }) };
      const spelt = badly ? misspelt : (fields: Fields) => fields;
      const right = written(type, spelt(document), form);
      const expected = take(right.body, right.form);
      if (expected.taken.length === 0) return; // an arbitrary document's own time may be implausible
      const sent = written(type, spelt(broken), form);
      const { rejected: [refused] } = take(sent.body, sent.form);
      if (refused === undefined || refused.path === '') return;
      const path = inLine && last >= 0 ? `items[${last}].${name}` : name;
      // As the right message says it, in whatever form and spelling.
      const { lines: sentLines, fields } = readSubmission(submission(right.body, right.form), undefined, NOW)[0]!.reduced!;
      const [from, known] = inLine && last >= 0 ? [((sentLines ?? fields['items']) as Fields[])[last]!, CONTRACTS[type].lineNames] : [fields, CONTRACTS[type].names];
      const value = Object.entries(from).find(([key]) => (known.get(key) ?? known.get(key.toLowerCase()) ?? key) === name)?.[1];
      const patched = patch(Buffer.from(intake.unseal(refused.deadLetter.sealed)).toString(), { [path]: value ?? null });
      expect(patched.ok).toBe(true);
      const again = take((patched as { text: string }).text, 'json', { replayOf: refused.deadLetter.id, operator: 'ann', repaired: [path] });
      expect(journalled(again)).toEqual(journalled(expected));
      expect(again.noted).toMatchObject([{ kind: 'repaired', letter: refused.deadLetter.id, operator: 'ann', fields: [path], eventId: (expected.taken[0]!.body as Envelope).eventId, code: '' }]);
      mended++;
    },
  );
  fc.assert(property, { numRuns: 150, seed: 6, endOnFailure: true });
  expect(mended).toBeGreaterThan(30);
});

describe('a patch', () => {
  const text = JSON.stringify({ ...order(), acturalPaid: undefined, actualpaid: 'x', items: { qty: 'x' } });
  test.each<[Fields, Fields, string]>([
    [{ acturalPaid: '5' }, { actualpaid: '5' }, 'keeps the spelling that is there'],
    [{ 'items[0].qty': 2 }, { items: [{ qty: 2 }] }, 'takes one line without a list for a list'],
    [{ note: null }, {}, 'takes a field out'],
    [{ items: [{ qty: '1' }, { qty: '2' }] }, { items: [{ qty: '1' }, { qty: '2' }] }, 'sets lines whole'],
    [{ __proto__x: 'y' }, { __proto__x: 'y' }, 'adds a field'],
  ])('%j for %j %s', (changes, expected) => {
    const patched = patch(text, changes);
    expect(JSON.parse((patched as { text: string }).text)).toMatchObject(expected);
  });

  test.each([
    ['items[1].qty', /1 line\(s\), counted from 0/], ['orderNo.x', /text of 6 characters/], ['', /field path/], ['a..b', /field path/], ['vendor[0]', /no lines \(nothing\)/],
  ])('%s has no such place', (path, message) => {
    expect(patch(text, { [path]: '1' })).toMatchObject({ ok: false, path, message: expect.stringMatching(message) });
  });

  test('never reaches beyond its document', () => {
    const patched = patch('{"type":"order"}', JSON.parse('{"__proto__":{"polluted":1},"constructor":"c"}') as Fields);
    expect([patched.ok, ({} as Fields)['polluted'], JSON.parse((patched as { text: string }).text)]).toEqual([true, undefined, JSON.parse('{"type":"order","__proto__":{"polluted":1},"constructor":"c"}')]);
    expect(patch('[1]', { a: 1 })).toMatchObject({ ok: false, message: expect.stringContaining('give the whole message') });
  });
});

test('an opened letter masks persons under every spelling, unknown fields and free texts; in clear it shows all', () => {
  const document = { ...order(), consignee: undefined, consingee: '测试甲', vendor: { deep: '测试甲' }, items: [{ itemNo: 'SKU1', itemDescribe: '测试甲的罐', extra: '测试甲' }] };
  const bytes = Buffer.from(JSON.stringify(document));
  const masked = openedView('json', bytes, false);
  expect(JSON.stringify(masked)).not.toMatch(/测试甲|测试甲的罐|10012345678|990000|烽火路/);
  expect(masked.fields.find(({ path }) => path === 'consingee')).toMatchObject({ personal: true, value: null, shape: 'text of 3 characters (Han characters)', label: { en: 'Consignee' } });
  expect(masked.fields.find(({ path }) => path === 'items[0].itemNo')).toMatchObject({ personal: false, value: 'SKU1' });
  expect(masked.text).toBeNull();
  const clear = openedView('json', bytes, true);
  expect(clear.text).toBe(bytes.toString());
  expect(clear.fields.find(({ path }) => path === 'items[0].extra')).toMatchObject({ value: '测试甲' });
  expect(openedView('xml', Buffer.from('<a>测试甲'), false)).toMatchObject({ fields: [], text: null, bytes: 12 });
});
