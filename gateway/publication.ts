/** Every published standard with its files, made from contracts, dictionary, code lists and headings. The same input gives the same bytes; `fenghuo standards` writes them to a folder. */
import { AVRO } from '../schemas/avro.ts';
import type { Message } from '../schemas/customs/messages.ts';
import { writeXml } from '../schemas/customs/write-xml.ts';
import { newest } from '../schemas/releases.ts';
import { RECORD_TYPES, RELEASES } from '../schemas/registry.ts';
import type { Bilingual } from '../schemas/risk/alert.ts';
import { exampleOf, rowsOf } from '../schemas/standards/fields.ts';
import { messageSchema } from '../schemas/standards/json-schema.ts';
import { html, markdown, type Page, rowsOfMessage, rowsOfSchema, STYLE } from '../schemas/standards/pages.ts';
import { messages, PRODUCTS, wireVersions } from '../schemas/standards/wire.ts';
import { messageXsd } from '../schemas/standards/xsd.ts';
import { CODE_LISTS, codesCsv, loadCodeList, type CodeList } from '../seeds/code-lists.ts';
import { loadSeed } from '../seeds/load.ts';

export interface Standard { id: string; kind: 'message' | 'format' | 'record' | 'codes' | 'classification'; title: Bilingual; version: string; files: string[] }
export interface Publication { standards: Standard[]; files: Map<string, string> }

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function publish(): Publication {
  const files = new Map<string, string>([['standards.css', STYLE]]);
  const standards: Standard[] = [];
  const add = (standard: Omit<Standard, 'files'>, made: Record<string, string>): void => {
    standards.push({ ...standard, files: Object.keys(made) });
    for (const [name, text] of Object.entries(made)) files.set(name, text);
  };
  addMessages(add);
  addFormats(add);
  addRecords(add, new Set(standards.map(({ id }) => id)));
  for (const list of Object.keys(CODE_LISTS)) {
    const codes = loadCodeList(list) as CodeList;
    add({ id: `codes/${list}`, kind: 'codes', title: codes.title, version: codes.version }, { [`codes/${list}.json`]: pretty(codes), [`codes/${list}.csv`]: codesCsv(codes) });
  }
  addHeadings(add);
  // Every release for people and tools that read files; over HTTP the registry gives them by id.
  for (const { type, version, schema } of RELEASES) files.set(`released/${type}.${version}.avsc`, pretty(schema));
  files.set('index.md', indexOf(standards));
  return { standards, files };
}

type Add = (standard: Omit<Standard, 'files'>, made: Record<string, string>) => void;

function withPages(page: Omit<Page, 'files' | 'rows'>, rows: Page['rows'], made: Record<string, string>): Record<string, string> {
  const files = [...Object.keys(made), `${page.id}.md`, `${page.id}.html`];
  return { ...made, [`${page.id}.md`]: markdown({ ...page, rows, files }), [`${page.id}.html`]: html({ ...page, rows, files }) };
}

const ABOUT_MESSAGE = {
  en: 'One flat JSON document, or a document of the official XML message. Times are Beijing time; amounts are in the currency named, weights in kilograms. Where fields of one document disagree with another’s, the match tells.',
  zh: '可采用平面 JSON 或官方 XML 报文。时间为北京时间，金额按所列币制，重量为千克。单证之间不一致的，由三单比对提示。',
};

/** One synthetic document as flat JSON, and as official XML where the message has that form. */
function examplesOf({ type, element }: Message): string[] {
  const example = exampleOf(type);
  const written = element === '' ? undefined : writeXml([example], { sender: { copCode: '3301SIM001', copName: '模拟商户', dxpId: 'DXPENTSIM0000001' } });
  return [JSON.stringify(example, null, 2), ...(written?.ok ? [written.text.trimEnd()] : [])];
}

function addMessages(add: Add): void {
  const versions = wireVersions();
  for (const message of messages) {
    const { type, number, element, record, title } = message;
    const version = versions.get(type) ?? 1;
    const about = number === 0 ? ABOUT_MESSAGE : { en: `CEB${number}. ${ABOUT_MESSAGE.en}`, zh: `CEB${number}。${ABOUT_MESSAGE.zh}` };
    const made = {
      [`${type}.schema.json`]: pretty(messageSchema(message, version)), [`${type}.avsc`]: pretty(AVRO[record]),
      ...(number > 0 && element !== '' ? { [`${type}.xsd`]: messageXsd(message, version) } : {}),
    };
    const page = { id: type, title, version, about, examples: examplesOf(message) };
    add({ id: type, kind: 'message', title, version: String(version) }, withPages(page, rowsOfMessage(rowsOf(type)), made));
  }
}

/** The electronic order is what a platform sends for one: customs' import and export order under one name. */
const ORDER_TITLE: Bilingual = { en: 'Electronic order', zh: '电子订单标准' };

function addFormats(add: Add): void {
  const versions = wireVersions();
  for (const { id, title, about, schema, example } of PRODUCTS) {
    const version = versions.get(id) ?? 1;
    const page = { id, title, version, about, examples: [JSON.stringify(example, null, 2)] };
    add({ id, kind: 'format', title, version: String(version) }, withPages(page, rowsOfSchema(schema), { [`${id}.schema.json`]: pretty(schema) }));
  }
  const orders = messages.filter(({ element, record }) => record === 'order' && /^order$/i.test(element));
  const version = Math.max(...orders.map(({ type }) => versions.get(type) ?? 1));
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'electronic-order.schema.json', title: ORDER_TITLE.en, 'x-title-zh': ORDER_TITLE.zh, 'x-version': version, oneOf: orders.map(({ type }) => ({ $ref: `${type}.schema.json` })) };
  const numbers = orders.map(({ number }) => `CEB${number}`).join(', ');
  const about = { en: `Customs’ orders ${numbers}: ${orders.map(({ type }) => type).join(', ')}. The fields are those of each message’s own standard; here those of the first.`, zh: `海关订单报文 ${numbers}。各报文字段见其标准，此处列出首个报文的字段。` };
  const [first] = orders;
  if (first === undefined) return;
  const page = { id: 'electronic-order', title: ORDER_TITLE, version, about, examples: examplesOf(first) };
  add({ id: 'electronic-order', kind: 'format', title: ORDER_TITLE, version: String(version) }, withPages(page, rowsOfMessage(rowsOf(first.type)), { 'electronic-order.schema.json': pretty(schema) }));
}

/** What the topics carry: the newest Avro schema of each record that is no message of its own. */
function addRecords(add: Add, taken: ReadonlySet<string>): void {
  const last = newest(RELEASES);
  for (const type of RECORD_TYPES) {
    const version = last.get(type)?.version ?? 1;
    if (!taken.has(type)) add({ id: type, kind: 'record', title: { en: `Record ${type}`, zh: `记录 ${type}` }, version: String(version) }, { [`${type}.avsc`]: pretty(AVRO[type]) });
  }
}

export function headings(): { version: string; complete: boolean; names: Map<string, Bilingual> } {
  const { version, complete, rows } = loadSeed('hs');
  return { version, complete, names: new Map(rows.map((row) => [row['hs4'] as string, { en: row['name_en'] as string, zh: row['name_zh'] as string }])) };
}

const CLASSIFICATION: Bilingual = { en: 'Simplified import and export classification', zh: '简化进出口商品归类' };
const PRECISION = {
  9610: { digits: 4, forPrices: false, en: 'Retail export in a comprehensive test zone without licence, export duty and refund, each parcel up to the limit (5,000 CNY; parameter retailSimplifiedLimit): four digits. Too coarse for price indices.', zh: '综试区内不涉及出口征税、出口退税、许可证件管理且单票价值不超过限值（5000元，参数 retailSimplifiedLimit）的零售出口：四位品目。不得用于价格指数。' },
  9710: { digits: 6, forPrices: true, en: 'Business export by list in a comprehensive test zone without licence, inspection, duty and refund, up to the limit (5,000 CNY; parameter listExportLimit): six digits.', zh: '综试区内限值（5000元，参数 listExportLimit）以下、不涉证、不涉检、不涉税的B2B直接出口清单：六位子目。' },
  9810: { digits: 6, forPrices: true, en: 'Export to an overseas warehouse by list, under the same conditions: six digits.', zh: '同等条件下的海外仓出口清单：六位子目。' },
  other: { digits: 10, forPrices: true, en: 'All other imports and exports: ten digits.', zh: '其他进出口：十位编码。' },
};

function addHeadings(add: Add): void {
  const { version, complete, names } = headings();
  const table = [...names].map(([hs4, name]) => ({ hs4, name }));
  const text = `# ${CLASSIFICATION.en} ${CLASSIFICATION.zh}\n\n| Mode 监管方式 | Digits 位数 | Price index 价格指数 | |\n|---|---|---|---|\n${Object.entries(PRECISION).map(([mode, p]) => `| ${mode} | ${p.digits} | ${p.forPrices ? 'yes 是' : 'no 否'} | ${p.en}<br>${p.zh} |`).join('\n')}\n\n`
    + `Headings 品目 (version 版本 ${version}${complete ? '' : ', incomplete 不完整'}):\n\n| HS4 | English | 中文 |\n|---|---|---|\n${table.map(({ hs4, name }) => `| ${hs4} | ${name.en} | ${name.zh} |`).join('\n')}\n`;
  add({ id: 'classification', kind: 'classification', title: CLASSIFICATION, version }, { 'classification.json': pretty({ title: CLASSIFICATION, version, complete, precision: PRECISION, headings: table }), 'classification.md': text });
}

function indexOf(standards: readonly Standard[]): string {
  const row = ({ id, kind, title, version, files }: Standard): string => `| ${title.en} | ${title.zh} | \`${id}\` | ${kind} | ${version} | ${files.map((file) => `[${file.replace(`${id}.`, '')}](${file})`).join(' ')} |`;
  return `# Standards 标准\n\n| Standard | 标准 | id | kind 类别 | version 版本 | files 文件 |\n|---|---|---|---|---|---|\n${standards.map(row).join('\n')}\n`;
}
