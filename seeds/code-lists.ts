/** Customs' code lists with the days on which each code is valid: what is published, and what a code is looked up in. */
import type { Bilingual } from '../schemas/risk/alert.ts';
import { loadSeed } from './load.ts';

interface Source { table: string; title: Bilingual }
const own = (name: string, en: string, zh: string): [string, Source] => [name, { table: `codes/${name}`, title: { en, zh } }];

export const CODE_LISTS: Readonly<Record<string, Source>> = Object.fromEntries<Source>([
  ['countries', { table: 'customs-countries', title: { en: 'Countries and regions', zh: '国别（地区）代码' } }],
  ['currencies', { table: 'customs-currencies', title: { en: 'Currencies', zh: '币制代码' } }],
  ['units', { table: 'customs-units', title: { en: 'Units of measure', zh: '计量单位代码' } }],
  ['customs-offices', { table: 'customs-offices', title: { en: 'Customs offices', zh: '关区代码' } }],
  own('trade-modes', 'Supervision modes', '监管方式代码'),
  own('transport-modes', 'Transport modes', '运输方式代码'),
  own('wrap-types', 'Kinds of packing', '包装种类代码'),
  own('return-statuses', 'Answers of customs', '回执状态代码'),
  own('tax-bill-statuses', 'States of a tax bill', '税单状态代码'),
  own('milestones', 'Milestones of a parcel', '物流节点代码'),
  own('logistics-statuses', 'Waybill status', '运单签收状态代码'),
  own('id-types', 'Kinds of identity document', '证件类型代码'),
  own('app-types', 'Actions of a message', '报送类型代码'),
  own('app-statuses', 'Submission states', '业务状态代码'),
  own('directions', 'Directions', '进出口标记代码'),
  own('statistics-flags', 'Kinds of export declaration', '申报业务类型代码'),
  own('charge-flags', 'Kinds of freight and insurance', '运保费标志代码'),
  own('clearing-bodies', 'Clearing bodies', '支付验核机构代码'),
  own('pay-types', 'Ways of paying', '支付类型代码'),
]);

/** `validTo` is the last day; '' = open. Days are those of Asia/Shanghai. */
export interface Code { code: string; name: Bilingual; validFrom: string; validTo: string; more: Record<string, string> }
export interface CodeList { list: string; title: Bilingual; version: string; complete: boolean; source: string; codes: Code[] }

const COMMON = new Set(['code', 'customs_code', 'name_en', 'name_zh', 'valid_from', 'valid_to']);

export function loadCodeList(list: string): CodeList | undefined {
  const known = Object.hasOwn(CODE_LISTS, list) ? CODE_LISTS[list] : undefined;
  if (known === undefined) return undefined;
  const { version, complete, source, rows } = loadSeed(known.table);
  const codes = rows.map((row): Code => ({
    code: row['code'] ?? row['customs_code'] ?? '', name: { en: row['name_en'] ?? '', zh: row['name_zh'] ?? '' }, validFrom: row['valid_from'] ?? '', validTo: row['valid_to'] ?? '',
    more: Object.fromEntries(Object.entries(row).filter(([name]) => !COMMON.has(name))),
  }));
  return { list, title: known.title, version, complete, source, codes };
}

/** The codes in force on a day such as 2026-08-03; '' = all that ever were. */
export function codesOn(list: CodeList, day: string): CodeList {
  const isIn = ({ validFrom, validTo }: Code): boolean => (validFrom === '' || validFrom <= day) && (validTo === '' || day <= validTo);
  return day === '' ? list : { ...list, codes: list.codes.filter(isIn) };
}

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** In the form of the seeds, so that a published list can take the place of one. */
export function codesCsv({ version, complete, source, codes }: CodeList): string {
  const more = Object.keys(codes[0]?.more ?? {});
  const rows = codes.map(({ code, name, validFrom, validTo, more: rest }) => [code, name.en, name.zh, ...more.map((column) => rest[column] ?? ''), validFrom, validTo].map(cell).join());
  return `# version: ${version}, complete: ${complete}, source: ${source}\n${['code', 'name_en', 'name_zh', ...more, 'valid_from', 'valid_to'].join()}\n${rows.map((row) => `${row}\n`).join('')}`;
}
