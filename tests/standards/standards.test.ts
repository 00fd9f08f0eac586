/** The generated standards against real validators (Ajv, libxml2) and against the contracts that they are made from. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import { publish } from '../../gateway/publication.ts';
import { DICTIONARY, meaningOf } from '../../schemas/customs/dictionary.ts';
import type { DocumentMessage, Message } from '../../schemas/customs/messages.ts';
import { writeXml } from '../../schemas/customs/write-xml.ts';
import { type Contract, read, type Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { AGREEMENT, AGREEMENT_EXAMPLE, agreementHash } from '../../schemas/standards/agreement.ts';
import { ENTITY, ENTITY_EXAMPLE, isCreditCode } from '../../schemas/standards/entity.ts';
import { exampleOf, rowsOf } from '../../schemas/standards/fields.ts';
import { messages } from '../../schemas/standards/wire.ts';
import { CODE_LISTS } from '../../seeds/code-lists.ts';
import { documentOf } from '../schemas/arbitrary.ts';
import { documentsOf } from './arbitrary.ts';

const { files, standards } = publish();
const contractOf = (type: DocumentMessage): Contract<unknown> => CONTRACTS[type];
const takes = (type: DocumentMessage, document: Wire): boolean => read(contractOf(type), document, undefined).ok;
const schemaOf = (type: string): Record<string, unknown> => JSON.parse(files.get(`${type}.schema.json`) as string) as Record<string, unknown>;
const validator = (type: string) => new Ajv2020({ strict: false, allErrors: true, logger: false }).compile(schemaOf(type));
const TYPES = messages.map((m) => m.type);

describe('the dictionary', () => {
  const paths = TYPES.flatMap((type) => [...Object.keys(contractOf(type).shape).map((path) => ({ type, path })), ...Object.keys(contractOf(type).lineShape).map((name) => ({ type, path: `items.${name}` }))]);

  test('has an entry for every field of every contract, in both languages', () => {
    const missing = paths.filter(({ type, path }) => meaningOf(type, path) === undefined).map(({ type, path }) => `${type}.${path}`);
    expect(missing, 'write an entry in schemas/customs/dictionary.ts').toEqual([]);
    for (const [name, { label, meaning }] of Object.entries(DICTIONARY)) {
      for (const text of [label.zh, meaning.zh]) expect(text, name).toMatch(/[\u4e00-\u9fff]|GUID/);
      for (const text of [label.en, meaning.en]) expect(text, name).toMatch(/^[\x20-\x7e’°−]+$/);
    }
  });

  test('has none that no contract reads, and names code lists that exist', () => {
    const used = new Set(paths.map(({ type, path }) => meaningOf(type, path)));
    expect(Object.entries(DICTIONARY).filter(([name, entry]) => !used.has(entry) && name !== 'type').map(([name]) => name)).toEqual([]);
    expect(Object.values(DICTIONARY).map(({ codes }) => codes).filter((codes) => codes !== '' && !(codes in CODE_LISTS))).toEqual([]);
  });

  test('marks what names a natural person', () => {
    const personal = Object.entries(DICTIONARY).filter(([, { personal }]) => personal === 'yes').map(([name]) => name);
    expect(personal).toEqual(expect.arrayContaining(['buyerName', 'buyerIdNumber', 'buyerTelephone', 'payerName', 'payerIdNumber', 'telephone', 'consignee', 'consigneeTelephone', 'consigneeAddress']));
  });
});

describe.each(TYPES)('JSON Schema of %s', (type) => {
  const valid = validator(type);
  const samples = [exampleOf(type), exampleOf(type, true)];

  test('takes the examples, as the contract does', () => {
    for (const sample of [...samples, ...('appType' in contractOf(type).shape ? [exampleOf(type, true, true)] : [])]) {
      expect(valid(sample), JSON.stringify(valid.errors)).toBe(true);
      expect(read(contractOf(type), sample, undefined)).toMatchObject({ ok: true });
    }
  });

  test('whatever it takes, the contract takes', () => {
    fc.assert(fc.property(documentsOf(schemaOf(type)), (document) => {
      expect(valid(document), JSON.stringify(valid.errors)).toBe(true);
      const reading = read(contractOf(type), document, undefined);
      expect(reading.ok ? '' : reading.problem.message).toBe('');
    }), { numRuns: 25 });
  });

  test('asks for the same fields as the contract', () => {
    const least = exampleOf(type, true);
    for (const name of Object.keys(least).filter((key) => key !== 'type')) {
      const { [name]: _left, ...rest } = least;
      expect([name, valid(rest)]).toEqual([name, takes(type, rest)]);
    }
  });
});

/** The document as official XML, for the validator. */
function xmlOf({ number, element, type }: Message, document: Wire): string {
  const { hasLines } = rowsOf(type);
  const leaves = (fields: Wire): string => Object.entries(fields).filter(([name, text]) => name !== 'type' && name !== 'items' && text !== undefined).map(([name, text]) => `<${name}>${String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;')}</${name}>`).join('');
  const xsd = files.get(`${type}.xsd`) as string;
  const head = /<xs:element name="(\w+)" type="ceb:head"/.exec(xsd)?.[1];
  const list = /<xs:element name="(\w+)" type="ceb:line"/.exec(xsd)?.[1];
  const own = head === undefined ? leaves(document) : `<${head}>${leaves(document)}</${head}>`;
  const lines = hasLines && Array.isArray(document['items']) ? document['items'].map((line: Wire) => `<${list}>${leaves(line)}</${list}>`).join('') : '';
  return `<CEB${number}Message xmlns="http://www.chinaport.gov.cn/ceb" guid="G" version="1.0"><${element}>${own}${lines}</${element}></CEB${number}Message>`;
}

function judge(xsd: string, xml: string): string {
  const schema = XmlDocument.fromString(xsd);
  const validator = XsdValidator.fromDoc(schema);
  const document = XmlDocument.fromString(xml);
  try {
    validator.validate(document);
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    document.dispose();
    validator.dispose();
    schema.dispose();
  }
}

describe('XSD', () => {
  const official = messages.filter((m) => m.number > 0);

  test.each(['order', 'payment', 'waybill', 'declaration'])('takes examples/%s.xml', (type) => {
    expect(judge(files.get(`${type}.xsd`) as string, readFileSync(new URL(`../../examples/${type}.xml`, import.meta.url), 'utf8'))).toBe('');
  });

  test.each(official)('$type takes what the contract takes, and says what is wrong', (message) => {
    const xsd = files.get(`${message.type}.xsd`) as string;
    const sample = exampleOf(message.type);
    expect(judge(xsd, xmlOf(message, sample))).toBe('');
    // Whatever intake takes, written as official XML.
    fc.assert(fc.property(documentOf(message.type), (document) => {
      const written = writeXml([document]);
      expect(written.ok ? judge(xsd, written.text) : written.problem.message).toBe('');
    }), { numRuns: 10 });
    const [first] = rowsOf(message.type).head.filter((row) => row.always);
    if (first) expect(judge(xsd, xmlOf(message, { ...sample, [first.name]: undefined as unknown }))).not.toBe('');
    expect(judge(xsd, xmlOf(message, { ...sample, noSuchField: '1' }))).toContain('noSuchField');
  });
});

describe('formats of our own', () => {
  test('the check digit of GB 32100-2015', () => {
    expect([isCreditCode('91350100M000100Y43'), isCreditCode('91350100M000100Y44'), isCreditCode('91350100M000100I43'), isCreditCode('')]).toEqual([true, false, false, false]);
    fc.assert(fc.property(fc.nat(16), fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRTUWXY'), (at, other) => {
      const code = '91350100M000100Y43';
      fc.pre(code[at] !== other);
      expect(isCreditCode(code.slice(0, at) + other + code.slice(at + 1))).toBe(false);
    }));
  });

  test('an entity ends no earlier than it begins', () => {
    expect(ENTITY.safeParse(ENTITY_EXAMPLE).success).toBe(true);
    expect(ENTITY.safeParse({ ...ENTITY_EXAMPLE, validTo: '2025-12-31' }).error?.issues[0]?.path).toEqual(['validTo']);
  });

  test.each<[string, (c: typeof AGREEMENT_EXAMPLE) => unknown, string]>([
    ['another total', (c) => ({ ...c, amounts: { ...c.amounts, total: '1' } }), 'amounts.total'],
    ['another line', (c) => ({ ...c, goods: [{ ...c.goods[0], total: '1' }] }), 'amounts.goods'],
    ['changed after it was hashed', (c) => ({ ...c, revision: 2 }), 'hash'],
    ['a signer who is no party', (c) => ({ ...c, signatures: [{ party: 2, signedAt: '2026-08-01T00:00:00Z', algorithm: 'SM2-SM3', certificate: 'c', value: 'v' }] }), 'signatures.0.party'],
  ])('a contract with %s is refused', (_name, change, path) => {
    expect(AGREEMENT.safeParse(AGREEMENT_EXAMPLE).success).toBe(true);
    expect(AGREEMENT.safeParse(change(AGREEMENT_EXAMPLE)).error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  test('the hash knows content only: not the order of names, not signatures', () => {
    const { hash, signatures: _none, ...content } = AGREEMENT_EXAMPLE;
    const turned = Object.fromEntries(Object.entries(content).reverse()) as typeof content;
    expect([agreementHash(turned), agreementHash({ ...turned, signatures: [] })]).toEqual([hash, hash]);
  });

  test.each(['transaction-entity', 'electronic-contract'])('JSON Schema of %s takes its example', (id) => {
    const valid = validator(id);
    expect(valid(id === 'electronic-contract' ? AGREEMENT_EXAMPLE : ENTITY_EXAMPLE), JSON.stringify(valid.errors)).toBe(true);
  });

  test('the electronic order is customs’ order, either way', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const type of ['order', 'export-order']) ajv.addSchema(schemaOf(type));
    const valid = ajv.compile(schemaOf('electronic-order'));
    expect([valid(exampleOf('order')), valid(exampleOf('export-order')), valid(exampleOf('payment'))]).toEqual([true, true, false]);
  });
});

describe('the publication', () => {
  test('is the same each time, and names only files that it holds', () => {
    expect([...publish().files]).toEqual([...files]);
    for (const standard of standards) for (const file of standard.files) expect(files.has(file), file).toBe(true);
    expect(new Set(standards.map(({ id }) => id)).size).toBe(standards.length);
  });

  test('pages are well-formed and show every field in both languages', () => {
    for (const { type } of messages) {
      const html = files.get(`${type}.html`) as string;
      // A page of ours is XML but for its doctype and void elements.
      XmlDocument.fromString(html.replace('<!doctype html>', '').replace(/<(meta|link)([^>]*)>/g, '<$1$2/>')).dispose();
      const markdown = files.get(`${type}.md`) as string;
      const { head, lines } = rowsOf(type);
      for (const row of [...head, ...lines]) for (const page of [html, markdown]) for (const text of [row.name, row.meaning.label.en, row.meaning.label.zh]) expect(page).toContain(text);
    }
  });
});
