/** A change of a rule as it is written: the gateway checks each pause of the hand, with line and caret; then it is proposed with a reason. */
import { ApiFailure, post } from './api.ts';
import { decision } from './decide.ts';
import { diffView } from './diff.ts';
import { h, type Child } from './dom.ts';
import { number } from './format.ts';
import { badge } from './parts.ts';
import type { RuleText } from './rule-view.ts';
import { CHECK, GRADE } from './terms.ts';
import { lang, t, word } from './text.ts';

export interface Finding { check: string; file: string; line: number; column: number; message: string; suggestion: string; zh?: { message: string; suggestion: string } }
interface Checked {
  ok: boolean;
  findings: Finding[];
  advice: Finding[];
  changes: { file: string; diff: string }[];
  examples: { rule: string; example: string; expected: string; actual: string; ok: boolean; errors: string[] }[];
}
interface Draft { rule: string; file: string; given: string; text: string; why: string; checked: Checked | undefined; failed: string }

export const PARAMETERS = 'parameters';
const PAUSE_MS = 500;
/** Survives a change of the language; left with the page. */
let draft: Draft | undefined;
let due = 0;
let asked = 0;

export const forgetDraft = (): void => {
  draft = undefined;
};

// What was written and not proposed is not lost by a slip.
window.addEventListener('beforeunload', (event) => {
  if (draft && draft.text !== draft.given) event.preventDefault();
});

/** As the reader's language has it; most of what only authors meet stands in English, beside the check's name. */
export const inWords = (finding: Finding): { message: string; suggestion: string } => (lang() === 'zh' ? (finding.zh ?? finding) : finding);

const shown = (line: number): string => (lang() === 'zh' ? `${t('line')}${line}${t('lineEnd')}` : `${t('line')} ${line}`);

/** The line that it stands in, and a caret below the place; wide characters take two columns. */
function excerpt(text: string, { line, column }: Finding): Child {
  const written = text.split('\n')[line - 1];
  if (written === undefined || written.trim() === '') return null;
  const before = [...written.slice(0, column - 1)].map((c) => (c > '\u2e7f' ? '\u3000' : c === '\t' ? '\t' : ' ')).join('');
  return h('pre', { class: 'excerpt', 'aria-hidden': 'true', text: `${written}\n${before}^` });
}

function findings(list: readonly Finding[], of: Draft, area: HTMLTextAreaElement): HTMLElement {
  const goTo = ({ line, column }: Finding): void => {
    const at = of.text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    area.focus();
    area.setSelectionRange(at, at);
    area.scrollTop = Math.max(0, (line - 6) * (area.scrollHeight / Math.max(1, of.text.split('\n').length)));
  };
  return h('ol', { class: 'rule-findings' }, list.map((finding) => h('li', {},
    h('button', { type: 'button', on: { click: () => goTo(finding) } }, h('b', { text: finding.file === of.file ? shown(finding.line) : `${finding.file}:${finding.line}` }), ' ', h('code', { title: finding.check, text: word(CHECK, finding.check) }), ' ', h('span', { text: inWords(finding).message })),
    finding.file === of.file ? excerpt(of.text, finding) : null,
    finding.suggestion === '' ? null : h('p', { class: 'fix', text: inWords(finding).suggestion }))));
}

const gradeOf = (grade: string): Child => (grade === 'none' ? t('gradeNone') : [badge(grade), ` ${word(GRADE, grade)}`]);

function examples(list: Checked['examples']): Child {
  if (list.length === 0) return null;
  const line = ({ rule, example, expected, actual, ok, errors }: Checked['examples'][number]): HTMLElement =>
    h('tr', { class: ok ? 'ok' : 'bad' }, h('td', { text: ok ? '✓' : '✗' }), h('th', { scope: 'row' }, example, h('code', { text: rule })), h('td', {}, gradeOf(expected)), h('td', {}, gradeOf(actual), errors.length > 0 ? h('small', { text: errors.join('; ') }) : null));
  // Parameters concern all rules: then those that fail are what matters.
  const some = list.length > 60 ? list.filter(({ ok }) => !ok) : list;
  return h('section', {}, h('h3', {}, t('rulesExamples'), h('small', { text: `${number(list.filter(({ ok }) => ok).length)} / ${number(list.length)} ✓` })),
    h('table', { class: 'rows-table examples-table' }, h('thead', {}, h('tr', {}, h('td'), h('th', { scope: 'col', text: t('rulesExamples') }), h('th', { scope: 'col', text: t('rulesExpected') }), h('th', { scope: 'col', text: t('rulesGot') }))), h('tbody', {}, some.map(line))));
}

function drawChecked(at: HTMLElement, of: Draft, area: HTMLTextAreaElement): void {
  const { checked, failed } = of;
  if (failed !== '') return at.replaceChildren(h('p', { class: 'wrong', role: 'alert', text: failed }));
  if (!checked) return at.replaceChildren(h('p', { class: 'faint', text: t('editChecking') }));
  at.replaceChildren(
    h('p', { class: `total ${checked.ok ? 'ok' : 'bad'}`, role: 'status', text: checked.ok ? t('editFine') : `${number(checked.findings.length)} ${t('editFindings')}` }),
    ...(checked.ok ? [] : [findings(checked.findings, of, area)]),
    ...(checked.advice.length === 0 ? [] : [h('section', {}, h('h3', { text: t('editAdvice') }), findings(checked.advice, of, area))]),
    h('section', {}, h('h3', { text: t('editDiff') }), checked.changes[0] ? diffView(checked.changes[0].diff) : h('p', { class: 'faint', text: t('editSame') })),
    ...[examples(checked.examples)].filter((one) => one instanceof HTMLElement),
  );
}

async function check(of: Draft, draw: () => void): Promise<void> {
  const turn = ++asked;
  try {
    const checked = await post<Checked>('/v1/rules/check', 'application/json', JSON.stringify({ files: { [of.file]: of.text } }));
    if (turn !== asked) return;
    Object.assign(of, { checked, failed: '' });
  } catch (error) {
    if (turn !== asked) return;
    Object.assign(of, { checked: undefined, failed: error instanceof ApiFailure ? [error.message, error.next].filter(Boolean).join(' ') : String(error) });
  }
  draw();
}

async function propose(files: Record<string, string | null>, why: string): Promise<void> {
  const { id } = await post<{ id: string }>('/v1/rules/proposals', 'application/json', JSON.stringify({ why, files }));
  forgetDraft();
  location.assign(`/desk/proposals.html#${id}`);
}

export function drawEdit(at: HTMLElement, { rule, text }: Pick<RuleText, 'rule' | 'text'>): void {
  if (draft?.rule !== rule) draft = { rule, file: `${rule}.yaml`, given: text, text, why: '', checked: undefined, failed: '' };
  const of = draft;
  const area = h('textarea', { id: 'yaml', spellcheck: 'false', autocomplete: 'off', wrap: 'off' });
  area.value = of.text;
  const file = h('input', { type: 'text', id: 'file', value: of.file, readonly: rule === PARAMETERS, autocomplete: 'off', spellcheck: 'false' });
  const result = h('div', { class: 'checked-rule', id: 'checked', 'aria-live': 'polite' });
  const draw = (): void => drawChecked(result, of, area);
  const soon = (): void => {
    window.clearTimeout(due);
    due = window.setTimeout(() => void check(of, draw), PAUSE_MS);
  };
  area.addEventListener('input', () => {
    of.text = area.value;
    soon();
  });
  file.addEventListener('input', () => {
    of.file = file.value.trim();
    soon();
  });
  const form = decision([
    { name: 'propose', label: t('editPropose'), reason: true, main: true, run: (why) => propose({ [of.file]: of.text }, why) },
    // No rule set without parameters.
    ...(rule === PARAMETERS ? [] : [{ name: 'withdraw', label: t('editWithdraw'), reason: true, run: (why: string) => propose({ [`${rule}.yaml`]: null }, why) }]),
  ], of);
  at.replaceChildren(
    h('p', {}, h('a', { class: 'link', href: `#${rule}`, text: `← ${t('editStop')}` })),
    h('h2', {}, t('editTitle'), h('code', { text: rule })),
    h('p', { class: 'faint', text: t('editHint') }),
    h('div', { class: 'editing' },
      h('div', { class: 'writing' }, h('label', { for: 'file', text: t('editFile') }), file, h('label', { for: 'yaml', text: t('editText') }), area, form),
      result),
  );
  draw();
  void check(of, draw);
}
