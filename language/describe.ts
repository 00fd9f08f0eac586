/** A rule's text in words: what officers read of it beside the YAML, of any version, in English and Chinese. Expressions stand as they are written. Pure. */
import type { Bilingual } from '../schemas/risk/alert.ts';
import { Findings } from './findings.ts';
import { isRecord, parseYaml } from './parse.ts';
import type { EventName, FeatureKind } from './ruleset.ts';

export interface FeatureWords { name: string; text: Bilingual; where: string }
export interface ParameterWords { name: string; value: number | null; unit: string; source: string; description: Bilingual }
export interface RuleWords {
  id: string;
  indicator: string;
  version: number;
  status: string;
  title: Bilingual;
  description: Bilingual;
  falsePositives: Bilingual;
  action: Bilingual;
  reason: Bilingual;
  owner: Bilingual;
  basis: string;
  references: string[];
  subjects: string[];
  events: Bilingual;
  where: string;
  features: FeatureWords[];
  /** What is graded: an expression over features and parameters, or one feature's name. */
  value: string;
  support: { feature: string; min: string } | null;
  bands: { grade: string; from: number }[];
  /** Lengths as written: after an alert, and below the threshold before a grade is lowered. */
  cooldown: string;
  easeAfter: string;
  dependsOnFeeds: string[];
  parameters: ParameterWords[];
  examples: { name: string; grade: string }[];
}

const b = (en: string, zh: string): Bilingual => ({ en, zh });
const EVENTS: Record<EventName, Bilingual> = {
  order: b('orders', '订单'), payment: b('payments', '支付单'), waybill: b('waybills', '运单'), declaration: b('declarations', '清单'), receipt: b('answers of customs', '海关回执'),
  match: b('matches of orders’ documents', '订单单证比对结果'), operation: b('operations of the system and its feeds', '系统与数据源运行事件'), reversal: b('cancels and returns', '撤销与退货'), tax: b('tax bills', '税单'),
  rawPayment: b('raw payment data', '支付原始数据'), tracking: b('scans of parcels', '包裹轨迹'), reading: b('device readings', '设备读数'), manifest: b('lists in parts', '分批清单'),
  observation: b('observations from outside', '外部观测'), listed: b('appearances on the block list', '黑名单命中'),
};
const UNITS: Record<string, Bilingual> = { s: b(' s', '秒'), m: b(' min', '分钟'), h: b(' h', '小时'), d: b(' days', '天'), w: b(' weeks', '周') };
const CALENDAR: Record<string, Bilingual> = { day: b('the calendar day', '自然日'), month: b('the calendar month', '自然月'), year: b('the calendar year', '自然年') };

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).replaceAll(/\s+/g, ' ').trim() : '');
const both = (value: unknown): Bilingual => (isRecord(value) ? b(text(value.en), text(value.zh)) : b('', ''));
const list = (value: unknown): string[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(text);
const joined = (words: readonly Bilingual[]): Bilingual => b(words.map(({ en }) => en).join(', '), words.map(({ zh }) => zh).join('、'));
/** More kinds than these say no more to the reader. */
const MOST_EVENTS = 6;
function eventsOf(names: readonly string[], lines = false): Bilingual {
  const said = names.length > MOST_EVENTS ? b('messages of every kind', '各类报文') : joined(names.map((name) => EVENTS[name as EventName] ?? b(name, name)));
  return lines ? b(`lines of ${said.en}`, `${said.zh}表体行`) : said;
}

/** `24h` and `calendar year` as they are said; `parameters.NAME` stays. */
function length(given: unknown): Bilingual {
  const written = text(given);
  const [, count = '', unit = ''] = /^(\d+)([smhdw])$/.exec(written) ?? [];
  const calendar = CALENDAR[/^calendar (\w+)$/.exec(written)?.[1] ?? ''];
  return calendar ?? (count === '' ? b(written, written) : b(`${count}${UNITS[unit]?.en}`, `${count}${UNITS[unit]?.zh}`));
}

/** undefined where the text is no YAML mapping. `parameters`: the text of parameters.yaml that holds beside it; `at` chooses among values with a date. */
export function describeRule(file: string, rule: string, parameters: string, at: number): RuleWords | undefined {
  const raw = parseYaml(file, rule, new Findings())?.value;
  if (!isRecord(raw)) return undefined;
  const around: Around = { on: list(raw.on), lines: raw.each === 'line' };
  const bands = isRecord(raw.bands) ? Object.entries(raw.bands).map(([grade, from]) => ({ grade, from: Number(from) })) : [];
  const support = isRecord(raw.support) ? { feature: text(raw.support.feature), min: text(raw.support.min) } : null;
  const examples = (Array.isArray(raw.examples) ? raw.examples : []).filter(isRecord).map(({ name, grade }) => ({ name: text(name), grade: text(grade) }));
  return {
    id: text(raw.id), indicator: text(raw.indicator), version: Number(raw.version), status: text(raw.status), title: both(raw.title), description: both(raw.description), falsePositives: both(raw.falsePositives),
    action: both(raw.action), reason: both(raw.reason), owner: both(raw.owner), basis: text(raw.basis), references: list(raw.references), subjects: list(raw.subject), events: eventsOf(around.on, around.lines), where: text(raw.where),
    features: Object.entries(isRecord(raw.features) ? raw.features : {}).map(([name, entry]) => featureWords(name, isRecord(entry) ? entry : {}, around)),
    value: text(raw.value) || (Object.keys(isRecord(raw.features) ? raw.features : {})[0] ?? ''), support, bands: bands.sort((x, y) => x.from - y.from), cooldown: text(raw.cooldown), easeAfter: text(raw.easeAfter),
    dependsOnFeeds: list(raw.dependsOnFeeds), parameters: parametersOf(raw, parameters, at), examples,
  };
}

type Entry = Record<string, unknown>;
/** What the rule says for all its features. */
interface Around { on: readonly string[]; lines: boolean }
interface Parts { of: string; item: string; events: Bilingual; entry: Entry; on: readonly string[] }

/** What each kind measures; the window follows. `of` and `item` are expressions. */
const KINDS: Record<FeatureKind | 'median' | 'formula', (parts: Parts) => Bilingual> = {
  value: ({ of }) => b(`${of} of the event in hand`, `当前事件的 ${of}`),
  count: ({ events }) => b(`number of ${events.en}`, `${events.zh}数量`),
  sum: ({ of, events }) => b(`sum of ${of} over ${events.en}`, `${events.zh}的 ${of} 合计`),
  distinct: ({ of, events }) => b(`number of different ${of} among ${events.en}`, `${events.zh}中不同 ${of} 的数量`),
  avg: ({ of, events }) => b(`mean of ${of} over ${events.en}`, `${events.zh}的 ${of} 均值`),
  min: ({ of, events }) => b(`smallest ${of} of ${events.en}`, `${events.zh}的 ${of} 最小值`),
  max: ({ of, events }) => b(`largest ${of} of ${events.en}`, `${events.zh}的 ${of} 最大值`),
  last: ({ of, events }) => b(`latest ${of} of ${events.en}`, `${events.zh}的 ${of} 最新值`),
  stddev: ({ of, events }) => b(`standard deviation of ${of} over ${events.en}`, `${events.zh}的 ${of} 标准差`),
  median: ({ of, events }) => b(`median of ${of} over ${events.en}`, `${events.zh}的 ${of} 中位数`),
  percentile: ({ of, events, entry }) => b(`quantile ${text(entry.quantile)} of ${of} over ${events.en}`, `${events.zh}的 ${of} 分位数（${text(entry.quantile)}）`),
  topShare: ({ of, item, events }) => b(`share of the largest ${item} in ${of || 'the number'} of ${events.en}`, `${events.zh}的${of ? ` ${of} ` : '数量'}中最大 ${item} 的占比`),
  topSum: ({ of, item, events }) => b(`largest ${of ? `sum of ${of}` : 'number'} of one ${item} among ${events.en}`, `${events.zh}中单个 ${item} 的最大${of ? ` ${of} 合计` : '数量'}`),
  itemsOver: ({ of, item, events, entry }) => b(`number of ${item} with ${of ? `a sum of ${of}` : 'a number'} of at least ${text(entry.over)} among ${events.en}`, `${events.zh}中${of ? ` ${of} 合计` : '数量'}不低于 ${text(entry.over)} 的 ${item} 个数`),
  hhi: ({ of, item, events }) => b(`concentration (HHI) of ${of || 'the number'} of ${events.en} by ${item}`, `${events.zh}的${of ? ` ${of} ` : '数量'}按 ${item} 的集中度（HHI）`),
  intervalCv: ({ events }) => b(`how uneven the gaps between ${events.en} are (coefficient of variation)`, `${events.zh}间隔的变异系数`),
  robustZ: ({ events, entry }) => b(`how far the number of ${events.en} lies from what is usual at this hour of the week (robust z, ${text(entry.weeks) || 8} weeks)`, `${events.zh}数量与每周同时段常态的偏离（稳健z值，${text(entry.weeks) || 8}周）`),
  silence: ({ entry }) => b(`minutes beyond its expected gap (${text(entry.expectedGap)} min or learned) in which a feed was not heard of`, `数据源静默超出预期间隔（${text(entry.expectedGap)}分钟或自学习）的分钟数`),
  sequence: ({ entry, on }) => stepped(entry, on, (s) => b(`how often ${s.first.en} were followed by ${s.next.en} within ${s.within.en}`, `${s.first.zh}之后 ${s.within.zh} 内出现${s.next.zh}的次数`)),
  absence: ({ entry, on }) => stepped(entry, on, (s) => b(`how often ${s.first.en} were not followed by ${s.next.en} within ${s.within.en}`, `${s.first.zh}之后 ${s.within.zh} 内未出现${s.next.zh}的次数`)),
  firstSeen: ({ item, events, entry }) => b(`number of ${item} of ${events.en} seen for the first time in ${length(entry.remember ?? '365d').en}`, `${events.zh}中 ${length(entry.remember ?? '365d').zh} 内首次出现的 ${item} 数量`),
  newShare: ({ of, item, events, entry }) => b(`share of ${item} seen for the first time in ${length(entry.remember ?? '365d').en} in ${of || 'the number'} of ${events.en}`, `${events.zh}的${of ? ` ${of} ` : '数量'}中 ${length(entry.remember ?? '365d').zh} 内首次出现的 ${item} 占比`),
  psi: ({ item, events, entry }) => b(`shift of the mix of ${item} of ${events.en} against ${length(entry.against ?? '7d').en} (PSI)`, `${events.zh}的 ${item} 构成相对 ${length(entry.against ?? '7d').zh} 的漂移（PSI）`),
  formula: ({ of }) => b(`= ${of}`, `= ${of}`),
};

function stepped(entry: Entry, around: readonly string[], say: (steps: { first: Bilingual; next: Bilingual; within: Bilingual }) => Bilingual): Bilingual {
  const step = (given: unknown): Bilingual => {
    const { on, where } = isRecord(given) ? given : {};
    const events = eventsOf(on === undefined ? around : list(on));
    return text(where) === '' ? events : b(`${events.en} (${text(where)})`, `${events.zh}（${text(where)}）`);
  };
  const said = say({ first: step(entry.first), next: step(entry.then), within: length(entry.within) });
  return entry.without === undefined ? said : b(`${said.en}, without ${step(entry.without).en} between`, `${said.zh}，其间无${step(entry.without).zh}`);
}

function featureWords(name: string, entry: Entry, { on, lines }: Around): FeatureWords {
  const kind = text(entry.kind);
  const say = Object.hasOwn(KINDS, kind) ? KINDS[kind as FeatureKind] : undefined;
  const each = entry.each === undefined ? lines && entry.on === undefined : entry.each === 'line';
  const own = entry.on === undefined ? on : list(entry.on);
  const parts: Parts = { of: text(entry.of), item: text(entry.item), events: eventsOf(own, each), entry, on: own };
  const said = say ? say(parts) : b(kind, kind);
  const over = entry.window === undefined ? undefined : text(entry.window) === 'event' ? b('the event in hand', '当前事件') : length(entry.window);
  return { name, text: over ? b(`${said.en}, in ${over.en}`, `${over.zh}内${said.zh}`) : said, where: text(entry.where) };
}

/** Parameters that the rule's expressions and texts read. */
function parametersOf(raw: Entry, file: string, at: number): ParameterWords[] {
  const known = new Map(describeParameters(file, at).map((one) => [one.name, one]));
  const names = [...new Set([...JSON.stringify(raw).matchAll(/\bparameters\.(\w+)/g)].map(([, name]) => name as string))];
  return names.map((name) => known.get(name) ?? { name, value: null, unit: '', source: '', description: both(undefined) });
}

/** All of parameters.yaml, as they hold at a time; null where a value begins later. */
export function describeParameters(file: string, at: number): ParameterWords[] {
  const known = parseYaml('parameters.yaml', file, new Findings())?.value;
  return Object.entries(isRecord(known) ? known : {}).map(([name, given]) => {
    const entry = isRecord(given) ? given : {};
    return { name, value: valueAt(entry.value, at), unit: text(entry.unit), source: text(entry.source), description: both(entry.description) };
  });
}

function valueAt(value: unknown, at: number): number | null {
  if (!Array.isArray(value)) return typeof value === 'number' ? value : null;
  const from = (step: Entry): number => (step.validFrom === undefined ? -Infinity : Date.parse(`${text(step.validFrom)}T00:00:00+08:00`));
  const held = value.filter(isRecord).filter((step) => from(step) <= at).sort((x, y) => from(x) - from(y)).at(-1);
  return typeof held?.value === 'number' ? held.value : null;
}
