/** Draws dead letters: the list, one letter with what became of it, its message as far as it was opened. */
import { h, type Child } from './dom.ts';
import { moment, number } from './format.ts';
import { facts } from './parts.ts';
import { lang, pick, t, type Bilingual, type UiKey } from './text.ts';

export interface Letter { id: string; status: 'open' | 'taken' | 'replaced'; reason: string; path: string; message: string; what: Bilingual; fix: Bilingual; feed: string; messageType: string; form: string; replayOf: string; origin: string; at: number }
export interface Life { kind: string; at: number; by: string; code: string; fields: string[]; eventId: string; documentKey: string; orderKey: string; refusedBy: string }
export interface Story extends Letter { bytes: number; sealKeyId: string; lives: Life[]; successors: string[] }
export interface Opened { form: string; clear: boolean; fields: { path: string; label: Bilingual; personal: boolean; shape: string; value: string | null }[]; text: string | null }

const STATUS: Record<Letter['status'], UiKey> = { open: 'letterStatusOpen', taken: 'letterStatusTaken', replaced: 'letterStatusReplaced' };
const statusTag = (status: Letter['status']): HTMLElement => h('span', { class: `tag letter-${status}`, text: t(STATUS[status]) });
const link = (id: string): HTMLElement => h('a', { class: 'link', href: `#${id}` }, h('code', { text: id }));

export function choice(letter: Letter, current: boolean, choose: () => void): HTMLElement {
  return h('li', {}, h('button', { type: 'button', class: 'letter-choice', 'aria-current': String(current), data: { letter: letter.id }, on: { click: choose } },
    h('b', { text: pick(letter.what) }), statusTag(letter.status),
    h('small', { text: [letter.feed, letter.path].filter(Boolean).join(' · ') }), h('small', { text: moment(letter.at) })));
}

function cameOf({ code, orderKey, documentKey, eventId, refusedBy }: Life): Child {
  if (code !== '') return [t('lettersRefused'), ': ', h('code', { text: code })];
  const [platform = '', number = ''] = orderKey.split('|');
  const taken = orderKey === '' ? h('code', { text: documentKey || eventId }) : h('a', { class: 'link', href: `/#order=${encodeURIComponent(orderKey)}`, text: `${platform} / ${number}` });
  return refusedBy === '' ? [t('letterStatusTaken'), ': ', taken] : [t('letterRefusedBy'), ' ', link(refusedBy)];
}

const life = (one: Life): HTMLElement => h('li', {}, h('time', { text: moment(one.at) }), h('b', { text: t(one.kind === 'repaired' ? 'letterRepaired' : 'letterReplayed') }), h('span', { text: one.by }), one.fields.length > 0 ? h('code', { text: one.fields.join(' ') }) : null, h('span', {}, cameOf(one)));

export function head(story: Story): HTMLElement[] {
  const pairs: [string, Child][] = [
    [t('letterAt'), moment(story.at)], [t('lettersFeed'), story.feed], [t('letterType'), story.messageType],
    [t('letterForm'), [story.form, ` · ${number(story.bytes)} ${t('letterBytes')} `, h('code', { text: story.sealKeyId || '—' })]],
  ];
  if (story.replayOf !== '') pairs.push([t('letterFirst'), link(story.replayOf)]);
  if (story.successors.length > 0) pairs.push([t('letterNext'), story.successors.map((id) => [link(id), ' '])]);
  return [
    h('h2', {}, pick(story.what), statusTag(story.status), h('code', { text: story.id })),
    h('div', { class: 'said' }, h('p', {}, h('code', { text: story.reason }), ' ', story.message), h('p', { class: 'fix', text: pick(story.fix) })),
    facts(pairs),
    h('section', { class: 'block' }, h('h3', { text: t('letterLives') }), story.lives.length === 0 ? h('p', { class: 'faint', text: t('letterNothing') }) : h('ul', { class: 'lives' }, story.lives.map(life))),
  ];
}

const CLASSES: Readonly<Record<string, string>> = { digits: '数字', 'Latin letters': '拉丁字母', 'Han characters': '汉字', spaces: '空格', signs: '符号', 'other characters': '其他字符' };
/** What the gateway tells of a masked value, in the page's language. */
function shapeWords(shape: string): string {
  const [, kind, length, classes = ''] = /^(text|a number) of (\d+) characters \((.*)\)$/.exec(shape) ?? [];
  if (lang() !== 'zh' || kind === undefined) return shape;
  return `${kind === 'text' ? '文本' : '数值'}，${length} 个字符（${classes.split(', ').map((one) => CLASSES[one] ?? one).join('、')}）`;
}

/** `change`: told of each new value; undefined where nothing may be changed. */
export function message({ fields, text, form }: Opened, fault: string, drafts: Readonly<Record<string, string>>, change: ((path: string, value: string) => void) | undefined): Child {
  if (fields.length === 0) return text === null ? null : h('pre', { tabindex: '0', text });
  const editable = change !== undefined && form === 'json';
  const row = ({ path, label, shape, value }: Opened['fields'][number]): HTMLElement => {
    const input = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: t('letterKeep'), 'aria-label': `${t('letterNew')}: ${path}`, data: { path } });
    input.value = drafts[path] ?? '';
    input.addEventListener('input', () => change?.(path, input.value));
    return h('tr', { class: path === fault ? 'at-fault' : '' }, h('th', { scope: 'row' }, pick(label) || path, h('code', { text: path })),
      h('td', {}, value === null ? h('span', { class: 'shape', text: shapeWords(shape) }) : value), editable ? h('td', {}, input) : null);
  };
  // What is wrong stands first.
  const sorted = [...fields].sort((a, b) => Number(b.path === fault) - Number(a.path === fault));
  return h('div', { class: 'rows-scroll', tabindex: '0' }, h('table', { class: 'rows-table fields' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('letterField') }), h('th', { scope: 'col', text: t('letterValue') }), editable ? h('th', { scope: 'col', text: t('letterNew') }) : null)), h('tbody', {}, sorted.map(row))));
}
