/** The answer to a check, drawn: each document field by field, then the match between them. */
import type { Given } from './check-read.ts';
import type { Codes, FieldOf } from './check-standard.ts';
import { h, type Child } from './dom.ts';
import { drawFinding, type Finding } from './finding.ts';
import { moment } from './format.ts';
import { STATE } from './terms.ts';
import { pick, t, word, type Bilingual } from './text.ts';

export interface Problem {
  code: string;
  path: string;
  expected: string;
  what: Bilingual;
  fix: Bilingual;
}
export interface CheckedDocument {
  index: number;
  type: string;
  title: Bilingual;
  ok: boolean;
  orderKey: string;
  eventTime: number;
  /** '' where signatures are not verified. */
  signature: string;
  signatureText: Bilingual;
  problems: Problem[];
  unknown: string[];
  /** In order by itself, but to be looked at. */
  doubts: { path: string; what: Bilingual }[];
}
export interface CheckedMatch {
  orderKey: string;
  state: string;
  documents: string[];
  codes: string[];
  findings: Finding[];
}
/** One document with what was given and what its standard says. */
export interface Shown {
  document: CheckedDocument;
  given: Given[];
  fields: Map<string, FieldOf>;
  /** The message has an official XML form. */
  official: boolean;
  codes: Map<string, Codes | undefined>;
}

type Status = 'right' | 'wrong' | 'doubt' | 'unknown';
const MARK: Record<Status, string> = { right: '✓', wrong: '✗', doubt: '!', unknown: '?' };
const WORD: Record<Status, 'checkRight' | 'checkWrong' | 'checkDoubt' | 'checkUnknown'> = { right: 'checkRight', wrong: 'checkWrong', doubt: 'checkDoubt', unknown: 'checkUnknown' };

interface Row {
  path: string;
  value: string | undefined;
  field: FieldOf | undefined;
  status: Status;
  why: Child;
  codeName: string;
}

/** `items[0].qty` → `items.qty`. */
const bare = (path: string): string => path.replace(/\[\d+\]/g, '');
const lineOf = (path: string): number => Number(/^items\[(\d+)\]/.exec(path)?.[1] ?? -1);

/** The value itself stands beside it, so only what was expected is told: by the standard, else in the gateway's words. */
const whyWrong = (p: Problem, field?: FieldOf): Child => [
  h('b', { text: pick(p.what) }),
  p.expected ? h('span', { class: 'expected', text: `${t('checkExpected')} ${(field && pick(field.form)) || p.expected}` }) : null,
  h('span', { class: 'fix', text: pick(p.fix) }),
];

function judge({ path, value }: Given, shown: Shown, problem: Problem | undefined): Row {
  const field = shown.fields.get(bare(path));
  const row: Row = { path, value, field, status: 'right', why: null, codeName: '' };
  if (problem) return { ...row, status: 'wrong', why: whyWrong(problem, field) };
  const doubts = shown.document.doubts.filter((one) => one.path === path);
  if (doubts.length > 0) return { ...row, status: 'doubt', why: doubts.map(({ what }) => h('b', { text: pick(what) })) };
  const name = path.slice(path.lastIndexOf('.') + 1);
  const unknown = shown.document.unknown.some((one) => one === path || one === name);
  if (!field) return { ...row, status: unknown ? 'unknown' : 'right', why: unknown ? t('checkUnknownWhy') : shown.fields.size > 0 ? t('checkOtherSpelling') : null };
  const codes = field.codes === '' || value === '' ? undefined : shown.codes.get(field.codes);
  if (codes === undefined) return row;
  const named = codes.names.get(value);
  if (named) return { ...row, codeName: pick(named) };
  const list = h('a', { href: `/v1/standards/codes/${field.codes}.json`, target: '_blank', text: pick(codes.title) });
  return { ...row, status: 'doubt', why: [t(codes.complete ? 'checkNoCode' : 'checkNotInList'), ' ', list] };
}

function rowsOf(shown: Shown): Row[] {
  const left = new Map(shown.document.problems.filter((p) => p.path !== '').map((p) => [p.path, p]));
  const rows = shown.given.map((one) => {
    const problem = left.get(one.path);
    left.delete(one.path);
    return judge(one, shown, problem);
  });
  // What is missing was not given.
  for (const [path, problem] of left) rows.push({ path, value: undefined, field: shown.fields.get(bare(path)), status: 'wrong', why: whyWrong(problem, shown.fields.get(bare(path))), codeName: '' });
  return rows.map((row, i) => ({ row, i })).sort((a, b) => lineOf(a.row.path) - lineOf(b.row.path) || a.i - b.i).map(({ row }) => row);
}

function drawRow(row: Row, withLine = false): HTMLElement {
  const line = lineOf(row.path);
  const name = `${withLine && line >= 0 ? `${t('checkLine')} ${line + 1} · ` : ''}${row.path.replace(/^items\[\d+\]\./, '')}`;
  return h(
    'tr',
    { class: row.status, data: { path: row.path } },
    h('td', { class: 'mark-cell' }, h('span', { class: 'status', role: 'img', 'aria-label': t(WORD[row.status]), title: t(WORD[row.status]), text: MARK[row.status] })),
    h(
      'th',
      { scope: 'row' },
      h('code', { text: name }),
      row.field ? h('span', { class: 'label' }, pick(row.field.label), row.field.required ? h('em', { title: t('checkRequired'), text: ' *' }) : null) : null,
    ),
    h('td', { class: 'value' }, row.value === undefined ? h('span', { class: 'absent', text: t('checkMissing') }) : row.value, row.field?.unit && row.value && row.status !== 'wrong' && row.field.unit !== 'Beijing time' ? h('small', { text: ` ${row.field.unit}` }) : null, row.codeName ? h('small', { class: 'code-name', text: row.codeName }) : null),
    h('td', { class: 'means' }, row.why ? h('div', { class: 'why' }, row.why) : null, row.field ? h('p', { text: pick(row.field.meaning) }) : null, row.field?.personal ? h('span', { class: 'tag', text: t('checkPersonal') }) : null),
  );
}

const heading = (text: string): HTMLElement => h('tr', { class: 'line-head' }, h('th', { colspan: 4, scope: 'rowgroup', text }));

/** Findings first, then the rest in the order of the document. */
function drawRows(rows: Row[]): Child[] {
  const bodies: HTMLElement[] = [];
  const found = rows.filter((row) => row.status === 'wrong' || row.status === 'doubt');
  if (found.length > 0) bodies.push(h('tbody', { class: 'first' }, found.map((row) => drawRow(row, true))));
  let line = -2;
  for (const row of rows) {
    if (found.includes(row)) continue;
    const at = lineOf(row.path);
    if (at !== line) {
      line = at;
      bodies.push(h('tbody', {}, at >= 0 ? heading(`${t('checkLine')} ${at + 1}`) : found.length > 0 ? heading(t('checkRest')) : null));
    }
    bodies.at(-1)?.append(drawRow(row));
  }
  return bodies;
}

const standardLinks = ({ document: { type, index }, official }: Shown): Child =>
  h(
    'nav',
    { class: 'links', 'aria-label': `${t('checkStandard')} ${type} ${index + 1}` },
    [['html', t('checkStandard')], ['schema.json', 'JSON Schema'], ...(official ? [['xsd', 'XSD']] : []), ['avsc', 'Avro']].map(([file, text]) => h('a', { href: `/v1/standards/${type}.${file}`, target: '_blank', text })),
  );

export function drawDocument(shown: Shown): HTMLElement {
  const { document } = shown;
  const rows = rowsOf(shown);
  const whole = document.problems.filter((p) => p.path === '');
  const doubts = rows.filter((row) => row.status === 'doubt').length;
  const verdict = document.ok ? (doubts > 0 ? `${t('checkInOrder')} · ${doubts} ${t('checkDoubts')}` : t('checkInOrder')) : `${document.problems.length} ${t('checkProblems')}`;
  const absent = [...shown.fields].filter(([path]) => !path.startsWith('items.') && !rows.some((row) => bare(row.path) === path));
  return h(
    'article',
    { class: `checked ${document.ok ? 'ok' : 'bad'}`, data: { index: String(document.index) } },
    h(
      'header',
      {},
      h('span', { class: 'verdict', text: verdict }),
      h('h3', {}, pick(document.title) || t('checkNoType'), document.type ? h('code', { text: document.type }) : null),
      h('small', { class: 'faint', text: [document.orderKey, moment(document.eventTime)].filter(Boolean).join(' · ') }),
      document.type ? standardLinks(shown) : null,
    ),
    ['', 'none', 'valid'].includes(document.signature) ? null : h('div', { class: 'whole why signature' }, h('b', { text: pick(document.signatureText) }), h('code', { text: document.signature })),
    whole.map((p) => h('div', { class: 'whole why' }, whyWrong(p))),
    rows.length === 0
      ? null
      : h(
          'div',
          { class: 'scroll' },
          h(
            'table',
            { class: 'fields' },
            h('thead', {}, h('tr', {}, h('th', {}, h('span', { class: 'visually-hidden', text: t('checkStatus') })), h('th', { scope: 'col', text: t('checkField') }), h('th', { scope: 'col', text: t('checkValue') }), h('th', { scope: 'col', text: t('checkMeaning') }))),
            drawRows(rows),
          ),
        ),
    absent.length === 0 || rows.length === 0
      ? null
      : h('details', {}, h('summary', { text: `${t('checkOptional')} (${absent.length})` }), h('ul', { class: 'optional' }, absent.map(([path, field]) => h('li', { title: pick(field.meaning) }, h('code', { text: path }), ` ${pick(field.label)}`)))),
  );
}

export function drawMatch(match: CheckedMatch): HTMLElement {
  return h(
    'article',
    { class: 'checked together' },
    h('header', {}, h('span', { class: `match ${match.state}`, text: word(STATE, match.state) }), h('h3', { text: t('checkTogether') }), h('small', { class: 'faint', text: match.orderKey.replace('|', ' / ') })),
    match.findings.length === 0
      ? h('p', { class: 'faint', text: match.state === 'MATCHED' ? t('noFindings') : t('checkWaiting') })
      : h(
          'ul',
          { class: 'findings' },
          match.findings.map(drawFinding),
        ),
  );
}
