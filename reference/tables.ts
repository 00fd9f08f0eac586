/**
 * Every reference table: its columns, their forms and bounds, what tells its rows apart, and whether a miss in a complete one counts. The one home of all that.
 * Each row may also say `valid_from` and `valid_to`: days in Asia/Shanghai, the last one included, empty = open.
 */
export interface Column {
  /** Whole cell; for numbers see `from` and `to`. */
  form: RegExp;
  /** The form in words, for who must mend it. */
  expected: string;
  /** Present for numbers: bounds, both allowed. */
  from?: number;
  to?: number;
  /** May be left out of the file; then every cell is ''. */
  optional?: boolean;
}

export interface TableSpec {
  title: { en: string; zh: string };
  columns: Readonly<Record<string, Column>>;
  /** Rows of the same key must not be in force on the same day. */
  key: readonly string[];
  /** counts: a miss in a complete table is a finding. nothing: what is not listed is simply not so. */
  miss: 'counts' | 'nothing';
}

const text = (more: Partial<Column> = {}): Column => ({ form: /^.{1,500}$/su, expected: 'a text of 1 to 500 characters', ...more });
const note: Column = { form: /^.{0,2000}$/su, expected: 'a text of at most 2,000 characters', optional: true };
const number = (from: number, to: number): Column => ({ form: /^-?\d+(\.\d+)?$/, expected: `a number from ${from} to ${to}`, from, to });
/** Kept as an integer of 0.00001: more decimals would be lost silently. */
const exact = (from: number, to: number, optional = false): Column => ({ form: optional ? /^(\d+(\.\d{1,5})?)?$/ : /^\d+(\.\d{1,5})?$/, expected: `a number from ${from} to ${to} with at most five decimals${optional ? ', or nothing' : ''}`, from, to, optional });
const choice = (...of: string[]): Column => ({ form: new RegExp(`^(${of.join('|')})$`), expected: of.length === 2 ? of.join(' or ') : `one of ${of.join(', ')}` });
const like = (form: RegExp, expected: string, optional = false): Column => ({ form, expected, optional });

const hsPrefix = like(/^\d{2,10}$/, '2 to 10 digits of an HS code');
const iso3 = like(/^[A-Z]{3}$/, 'an ISO 3166 alpha-3 code such as DEU');
const currency = like(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR');
const customsCode = like(/^\d{3}$/, "three digits of customs' code");
const division = like(/^\d{4}(\d{2})?$/, 'a division code of four or six digits');

const subjectType = choice('buyer', 'payer', 'phone', 'address', 'seller', 'platform', 'carrier', 'device');

const table = (en: string, zh: string, columns: Record<string, Column>, key: string[], miss: TableSpec['miss'] = 'nothing'): TableSpec => ({ title: { en, zh }, columns, key, miss });

export const TABLES = {
  'positive-list': table('Positive list of retail imports', '跨境电商零售进口商品清单', { hs_prefix: hsPrefix, status: choice('allowed', 'excluded'), note }, ['hs_prefix'], 'counts'),
  'reference-prices': table('Reference prices', '参考价格', { hs10: like(/^\d{10}$/, 'ten digits of an HS code'), country: iso3, price_cny: number(0, 1e9), unit: customsCode, source: note }, ['hs10', 'country']),
  'prohibited-hs': table('Prohibited goods by HS code', '禁止进境商品编码', { hs_prefix: hsPrefix, score: number(0, 1), note }, ['hs_prefix']),
  'disease-alerts': table('Disease alerts by country and HS code', '疫情警示', { country_iso3: iso3, hs_prefix: hsPrefix, level: number(0, 4), note }, ['country_iso3', 'hs_prefix']),
  'tax-rates': table('Tax rates', '税率', { hs_prefix: hsPrefix, vat: exact(0, 1), consumption: exact(0, 0.99999), duty: exact(0, 10, true), note }, ['hs_prefix']),
  guarantees: table('Guarantees for taxes', '税款担保', { guarantor: text(), guarantee_no: text(), amount_cny: exact(0, 9e9), note }, ['guarantor', 'guarantee_no'], 'counts'),
  sites: table('Supervised sites', '海关监管场所', { site_code: text(), name: text(), lat: number(-90, 90), lon: number(-180, 180), radius_km: number(0, 100), note }, ['site_code']),
  'exchange-rates': table("Customs' monthly exchange rates", '海关月度汇率', { currency, cny_per_unit: number(1e-6, 1e6), note }, ['currency']),
  parties: table('Registered parties', '备案企业', { code: text(), name: text(), role: choice('platform', 'seller', 'payment', 'carrier', 'agent', 'guarantor') }, ['role', 'code'], 'counts'),
  sanctions: table('Sanctioned names', '制裁名单', { name: text(), source: note, country: like(/^([A-Z]{3}( [A-Z]{3})*)?$/, 'ISO 3166 alpha-3 codes with a space between, or nothing', true), elsewhere: exact(0, 1, true) }, ['name'], 'counts'),
  words: table('Words of prohibited goods', '违禁词', { word: text(), score: number(0, 1), category: note }, ['word']),
  recalls: table('Recalled products', '召回产品', {
    source: choice('safety-gate', 'cpsc', 'rasff', 'own'), case_id: text(), category: note, hs_prefix: like(/^(\d{2,10}( \d{2,10})*)?$/, '2 to 10 digits of HS codes with a space between, or nothing', true), product: note, brand: note, model: note,
    gtin: like(/^(\d{8,14}( \d{8,14})*)?$/, 'GTINs of 8 to 14 digits with a space between, or nothing', true), batch: note, risk_type: note, risk_level: note, danger: note, measures: note, notifier: note, origin: note, url: note,
  }, ['source', 'case_id', 'product', 'model']),
  'pickup-points': table('Pick-up points and lockers', '自提点与快递柜', { text: text(), note }, ['text']),
  'goods-terms': table('Terms in names of goods', '商品名称用语', { term: text(), list: choice('cites', 'dangerous', 'precursor', 'dual-use', 'goods'), hs_prefix: like(/^(\d{2,10})?$/, '2 to 10 digits of an HS code, or nothing', true), note }, ['term', 'list']),
  'controlled-goods': table('Controlled goods by HS code', '管制商品编码', { list: choice('cites', 'dangerous', 'precursor', 'dual-use'), hs_prefix: hsPrefix, note }, ['list', 'hs_prefix']),
  'goods-norms': table('Usual weight and household use of goods', '商品单重与家庭用量', { hs_prefix: hsPrefix, unit_kg: exact(0, 1e5), household_units: exact(0, 1e6), note }, ['hs_prefix']),
  'trade-measures': table('New tariffs and bans abroad', '境外新增关税与禁令', { country_iso3: iso3, hs_prefix: hsPrefix, level: number(0, 4), note }, ['country_iso3', 'hs_prefix']),
  'business-scopes': table('Business scope of parties by HS code', '企业经营范围', { code: text(), hs_prefix: hsPrefix, note }, ['code', 'hs_prefix'], 'counts'),
  'allow-list': table('Subjects whose alerts are held', '免预警名单', { subject_type: subjectType, subject: text(), rule: like(/^([a-z-]+\/[a-z0-9-]+)?$/, 'the id of a rule, or nothing: every rule', true), reason: text(), approver: text() }, ['subject_type', 'subject', 'rule']),
  'block-list': table('Subjects of which each appearance is told', '布控名单', { subject_type: subjectType, subject: text(), reason: text(), approver: text() }, ['subject_type', 'subject']),
  hs: table('Names of HS headings', '品目名称', { hs4: like(/^\d{4}$/, 'four digits of an HS heading'), name_en: text(), name_zh: text() }, ['hs4']),
  zones: table('Comprehensive test zones', '综合试验区', { zone_en: text(), zone_zh: text(), area_en: text(), batch: number(1, 99), division_code: division }, ['division_code'], 'counts'),
  'test-zones-by-area': table('Zones by area', '各地区综试区数量', { area_en: text(), area_zh: text(), zones: number(0, 1000), echelon: number(1, 9) }, ['area_en']),
  'zone-prefixes': table('Beginnings of party codes that name a zone', '企业代码前缀', { prefix: text(), division_code: division }, ['prefix']),
  'customs-offices': table('Customs offices and their zones', '关区代码', { customs_code: like(/^\d{4}$/, "four digits of a customs office's code"), name_en: text(), name_zh: text(), division_code: division }, ['customs_code']),
  'customs-countries': table("Customs' country codes", '海关国别代码', { customs_code: customsCode, iso_alpha3: iso3, name_en: text(), name_zh: text() }, ['customs_code']),
  'customs-currencies': table("Customs' currency codes", '海关币制代码', { customs_code: customsCode, iso_4217: currency, name_en: text(), name_zh: text() }, ['customs_code']),
  'customs-units': table("Customs' unit codes", '海关计量单位代码', { customs_code: customsCode, name_zh: text(), name_en: text() }, ['customs_code']),
} satisfies Record<string, TableSpec>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];
export const isTable = (name: string): name is TableName => Object.hasOwn(TABLES, name);
export const specOf = (name: TableName): TableSpec => TABLES[name];

/** Of every table. */
export const DATES = ['valid_from', 'valid_to'] as const;
