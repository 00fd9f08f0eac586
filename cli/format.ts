/** How alerts and rows look in the terminal. Colours only where the terminal shows them (node:util honours NO_COLOR and pipes). */
import { styleText } from 'node:util';
import type { Alert, Bilingual, Category, Grade } from '../schemas/risk/alert.ts';
import type { MatchFinding } from '../schemas/risk/fact.ts';

export type Lang = 'en' | 'zh';

const GRADE_ZH: Record<Grade, string> = { blue: '蓝', yellow: '黄', orange: '橙', red: '红' };
const CATEGORY_ZH: Record<Category, string> = { market: '市场', transaction: '交易', financial: '金融', technical: '技术', 'public-security': '公共安全' };
const CHANGE_ZH: Record<Alert['change'], string> = { raised: '新增', updated: '更新', escalated: '升级', eased: '降级', withdrawn: '撤销' };
const LEVELS: Record<Grade, 'IV' | 'III' | 'II' | 'I'> = { blue: 'IV', yellow: 'III', orange: 'II', red: 'I' };

/** A terminal shows no orange of its own: 256-colour 208 on dark and light backgrounds alike. */
const paint: Record<Grade, (text: string) => string> = {
  blue: (text) => styleText(['blueBright', 'bold'], text),
  yellow: (text) => styleText(['yellow', 'bold'], text),
  orange: (text) => (styleText('bold', 'x') === 'x' ? text : `\x1b[1;38;5;208m${text}\x1b[0m`),
  red: (text) => styleText(['red', 'bold'], text),
};

/** What a sender wrote may hold escape sequences: a terminal must not obey them. */
export const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�').replace(/[\n\t]/g, ' ');

/** Columns that a text fills: CJK and full-width characters take two. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')) {
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(character) ? 2 : 1;
  }
  return columns;
}

const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));

/** One finding of the match: its code, what it says, and both sides. */
export const findingLine = (f: MatchFinding, lang: Lang): string =>
  `  ${f.outcome === 'fail' ? '✗' : f.outcome === 'soft' ? '!' : '?'} ${f.code}: ${say({ en: f.detail, zh: f.detailZh }, lang)}${f.left || f.right ? ` (${plain(f.left)} / ${plain(f.right)})` : ''}`;

export const say = (text: Bilingual | string | undefined, lang: Lang): string => plain(typeof text === 'string' ? text : (text?.[lang] || text?.en) ?? '');

/** Local wall time; a day only where it is not today. */
export function clock(time: number | string, now: Date = new Date()): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const two = (n: number): string => String(n).padStart(2, '0');
  const at = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return date.toDateString() === now.toDateString() ? at : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${at}`;
}

export function gradeMark(grade: Grade, lang: Lang): string {
  const name = lang === 'zh' ? `${GRADE_ZH[grade] ?? grade}色 ${LEVELS[grade] ?? ''}` : `${grade} ${LEVELS[grade] ?? ''}`;
  return (paint[grade] ?? ((text: string) => text))(pad(`● ${name}`, lang === 'zh' ? 10 : 12));
}

export const categoryName = (category: Category, lang: Lang): string => (lang === 'zh' ? CATEGORY_ZH[category] ?? category : category);

/** One line an alert: when, grade, change, category, rule, subject, reason. Ends without a newline. */
export function alertLine(alert: Alert, lang: Lang = 'en'): string {
  const change = lang === 'zh' ? CHANGE_ZH[alert.change] ?? alert.change : alert.change;
  const held = alert.status === 'live' ? '' : styleText('dim', ` [${alert.status}]`);
  const simulated = alert.origin === 'simulated' ? styleText('dim', lang === 'zh' ? ' 模拟' : ' simulated') : '';
  const subject = alert.subject.id ? `${alert.subject.type} ${plain(shorten(alert.subject.id))}` : '';
  return [styleText('dim', clock(alert.detectedAt)), gradeMark(alert.grade, lang), pad(change, lang === 'zh' ? 4 : 9), pad(categoryName(alert.category, lang), lang === 'zh' ? 8 : 15),
    pad(alert.ruleId, 36), `${say(alert.reason, lang)} ${styleText('dim', `(${subject})`)}${held}${simulated}`].join('  ');
}

/** Subject ids are often 64-character tokens: enough of one to tell it from the others. */
export const shorten = (id: string): string => (id.length > 28 && !id.includes('|') ? `${id.slice(0, 12)}…` : id);

export type Row = Record<string, unknown>;

const cell = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

/** Left-aligned text, right-aligned numbers; columns are those of the first row unless named. */
export function table(rows: Row[], columns: string[] = Object.keys(rows[0] ?? {})): string {
  const texts = rows.map((row) => columns.map((column) => (typeof row[column] === 'string' ? String(row[column]) : plain(cell(row[column])))));
  const widths = columns.map((column, i) => Math.max(width(column), ...texts.map((t) => width(t[i] ?? ''))));
  const numeric = columns.map((column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (values: string[]): string => values.map((value, i) => {
    const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(value)));
    return numeric[i] ? gap + value : value + gap;
  }).join('  ').trimEnd();
  return [styleText('bold', line(columns)), ...texts.map(line)].join('\n');
}

/** RFC 4180. A leading = + - @ of a text is quoted with ' so that a spreadsheet does not run it. */
export function csv(rows: Row[], columns: string[] = Object.keys(rows[0] ?? {})): string {
  const field = (value: unknown): string => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : cell(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((values) => values.map(field).join(',')).join('\r\n');
}
