/** A standard as a page for people, in English and Chinese side by side: Markdown and HTML from the same rows. */
import type { Bilingual } from '../risk/alert.ts';
import { type Meaning, SOURCES } from '../customs/dictionary.ts';
import { formWords, type Row, type Rows } from './fields.ts';
import type { JsonSchema } from './json-schema.ts';
import { escapeCell, escapeMarkup } from './markup.ts';

export interface PageRow { path: string; label: Bilingual; meaning: Bilingual; form: Bilingual; required: Bilingual; unit: string; codes: string; personal: Bilingual; source: Bilingual; example: string }
export interface Page { id: string; title: Bilingual; version: number; about: Bilingual; rows: PageRow[]; /** JSON first, then the official XML where there is one. */ examples: readonly string[]; files: readonly string[] }

const YES: Bilingual = { en: 'yes', zh: '是' };
const NO: Bilingual = { en: 'no', zh: '否' };
const WHOLE: Bilingual = { en: 'yes (not in a deletion)', zh: '是（删除时可省略）' };
const PERSONAL: Readonly<Record<Meaning['personal'], Bilingual>> = { yes: YES, no: NO, may: { en: 'may be (free text)', zh: '可能（自由文本）' } };

const requiredOf = ({ required, always, path }: Row): Bilingual => (!required ? NO : always || path.startsWith('items.') ? YES : WHOLE);

export function rowsOfMessage({ head, lines }: Rows): PageRow[] {
  return [...head, ...lines].map((row): PageRow => {
    const { label, meaning, unit, codes, personal, source, example } = row.meaning;
    return { path: row.path.replace('items.', 'items[].'), label, meaning, form: formWords(row.about), required: requiredOf(row), unit, codes, personal: PERSONAL[personal], source: SOURCES[source], example };
  });
}

/** Rows of a schema of our own: its properties, those of its parts below them. */
export function rowsOfSchema(schema: JsonSchema, prefix = ''): PageRow[] {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).flatMap(([name, property]) => {
    const inner = property['type'] === 'array' ? property['items'] as JsonSchema : property;
    const path = `${prefix}${name}${property['type'] === 'array' ? '[]' : ''}`;
    const codes = /^codes\/([\w-]+)/.exec(String(property['x-code-list'] ?? ''))?.[1] ?? '';
    const row: PageRow = {
      path, label: { en: String(property['title']), zh: String(property['x-title-zh']) }, meaning: { en: String(property['description']), zh: String(property['x-description-zh']) },
      form: schemaForm(property, inner), required: required.includes(name) ? YES : NO, unit: '', codes, personal: property['x-personal-data'] === true ? YES : NO, source: SOURCES.own, example: '',
    };
    return [row, ...rowsOfSchema(inner, `${path}.`)];
  });
}

function schemaForm(property: JsonSchema, inner: JsonSchema): Bilingual {
  const one = inner['enum'] ? (inner['enum'] as string[]).join(', ') : String(inner['const'] ?? inner['pattern'] ?? inner['format'] ?? (inner['maxLength'] ? `text, at most ${inner['maxLength']}` : inner['type']));
  const some = property === inner ? one : `list of ${one}`;
  return { en: some, zh: some.replace('list of', '列表：').replace('text, at most', '文本，不超过') };
}

const COLUMNS: readonly [Bilingual, (row: PageRow) => Bilingual | string][] = [
  [{ en: 'Field', zh: '字段' }, (row) => row.path],
  [{ en: 'Name', zh: '名称' }, (row) => row.label],
  [{ en: 'Meaning', zh: '含义' }, (row) => row.meaning],
  [{ en: 'Form', zh: '格式' }, (row) => row.form],
  [{ en: 'Required', zh: '必填' }, (row) => row.required],
  [{ en: 'Unit', zh: '单位' }, (row) => row.unit],
  [{ en: 'Code list', zh: '代码表' }, (row) => row.codes],
  [{ en: 'Personal data', zh: '个人信息' }, (row) => row.personal],
  [{ en: 'Example', zh: '示例' }, (row) => row.example],
];

const sourcesOf = (rows: readonly PageRow[]): Bilingual[] => [...new Map(rows.map(({ source }) => [source.en, source])).values()];

export function markdown({ id, title, version, about, rows, examples, files }: Page): string {
  const cell = (row: PageRow, of: (row: PageRow) => Bilingual | string, i: number): string => {
    const value = of(row);
    if (typeof value !== 'string') return value.en === value.zh ? escapeCell(value.en) : `${escapeCell(value.en)}<br>${escapeCell(value.zh)}`;
    if (i === 0) return `\`${value}\``;
    return COLUMNS[i]?.[0].en === 'Code list' && value !== '' ? `[${value}](codes/${value}.json)` : escapeCell(value);
  };
  return `# ${title.en} ${title.zh}

\`${id}\`, version 版本 ${version}. Files 文件: ${files.map((file) => `[${file}](${file})`).join(' · ')}

${about.en}

${about.zh}

| ${COLUMNS.map(([name]) => `${name.en} ${name.zh}`).join(' | ')} |
|${COLUMNS.map(() => '---').join('|')}|
${rows.map((row) => `| ${COLUMNS.map(([, of], i) => cell(row, of, i)).join(' | ')} |`).join('\n')}

Sources 来源: ${sourcesOf(rows).map(({ en, zh }) => `${en} ${zh}`).join('; ')}. Examples are synthetic. 示例均为虚构。

${examples.map((text) => `\`\`\`${text.startsWith('<') ? 'xml' : 'json'}\n${text}\n\`\`\`\n`).join('\n')}`;
}

export function html({ id, title, version, about, rows, examples, files }: Page): string {
  const both = ({ en, zh }: Bilingual): string => (en === zh ? escapeMarkup(en) : `<span lang="en">${escapeMarkup(en)}</span><span lang="zh-CN">${escapeMarkup(zh)}</span>`);
  const cell = (row: PageRow, of: (row: PageRow) => Bilingual | string, i: number): string => {
    const value = of(row);
    if (i === 0) return `<th scope="row"><code>${escapeMarkup(row.path)}</code></th>`;
    if (typeof value !== 'string') return `<td>${both(value)}</td>`;
    return COLUMNS[i]?.[0].en === 'Code list' && value !== '' ? `<td><a href="codes/${value}.json">${value}</a></td>` : `<td>${escapeMarkup(value)}</td>`;
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(`${title.en} ${title.zh}`)}</title>
<link rel="stylesheet" href="standards.css">
</head>
<body>
<main>
<h1>${both(title)}</h1>
<p class="files"><code>${id}</code> <b>${version}</b> ${files.map((file) => `<a href="${file}">${file}</a>`).join(' ')}</p>
<p>${both(about)}</p>
<div class="scroll"><table>
<thead><tr>${COLUMNS.map(([name]) => `<th scope="col">${both(name)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${COLUMNS.map(([, of], i) => cell(row, of, i)).join('')}</tr>`).join('\n')}
</tbody>
</table></div>
<p class="sources">${sourcesOf(rows).map(both).join(' ')} <span lang="en">Examples are synthetic.</span><span lang="zh-CN">示例均为虚构。</span></p>
${examples.map((text) => `<pre>${escapeMarkup(text)}</pre>`).join('\n')}
</main>
</body>
</html>
`;
}

export const STYLE = `:root { color-scheme: light dark; --line: #d9d4c8; --soft: #5a6675; --back: #fffefb; --text: #18212c; --head: #f3f1ec; --link: #1460c4; }
@media (prefers-color-scheme: dark) { :root { --line: #253245; --soft: #a9b6c7; --back: #131b26; --text: #e8edf4; --head: #1a2431; --link: #7ab7ff; } }
body { margin: 0; background: var(--back); color: var(--text); font: 14px/1.5 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }
main { max-width: 1500px; margin: 0 auto; padding: 24px; }
h1 span + span { margin-left: .6em; color: var(--soft); font-weight: 500; }
a { color: var(--link); }
.files a { margin-left: 10px; }
p span { display: block; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { background: var(--head); border-top: 0; position: sticky; top: 0; }
td span, thead span { display: block; }
td span + span, thead span + span { color: var(--soft); font-weight: 400; }
code, pre { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { padding: 14px; border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
.sources { color: var(--soft); }
`;
