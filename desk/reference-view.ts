/** Draws the reference tables: the list, one table's facts, rows in force on a day, its editions and what each changed. */
import { h, type Child } from './dom.ts';
import { moment, number } from './format.ts';
import { COLUMN } from './terms.ts';
import { lang, pick, t, word, type Bilingual } from './text.ts';

export interface State { table: string; title: Bilingual; version: string; by: string; since: number; complete: boolean; source: string; rows: number; miss: 'counts' | 'nothing' }
export interface Entry { table: string; version: string; by: string; since: number; added: number; changed: number; removed: number; from: string | null }
type Cells = Record<string, string>;
export interface Change { kind: 'added' | 'changed' | 'removed'; key: string; from: string; before: Cells | null; after: Cells | null }
export interface Changes { version: string; before: string; added: number; changed: number; removed: number; from: string | null; changes: Change[] }
export interface Found { total: number; rows: Cells[] }

export const who = (by: string): string => (by === 'start' ? t('refStart') : by === 'folder' ? t('refFolder') : by);

export function choice(state: State, current: boolean, choose: () => void): HTMLElement {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'table-choice', 'aria-current': String(current), tabindex: current ? '0' : '-1', data: { table: state.table }, on: { click: choose } },
      h('b', { text: pick(state.title) }),
      h('span', { class: 'rows', text: number(state.rows) }),
      h('small', { class: state.complete ? 'whole-list' : 'partial', text: `${state.version} · ${t(state.complete ? 'refComplete' : 'refIncomplete')}` }),
      h('small', { class: 'when', text: who(state.by) }),
    ),
  );
}

const miss = ({ miss, complete }: State): string => t(miss === 'nothing' ? 'refMissNothing' : complete ? 'refMissCounts' : 'refMissUnchecked');

export function facts(state: State): Child[] {
  const fact = (name: string, value: string): Child => [h('div', {}, h('dt', { text: name }), h('dd', { text: value }))];
  return [
    h('h2', {}, pick(state.title), h('code', { text: state.table })),
    h(
      'dl',
      { class: 'table-facts' },
      fact(t('refVersion'), `${state.version} (${t(state.complete ? 'refComplete' : 'refIncomplete')})`),
      fact(t('refSince'), moment(state.since)),
      fact(t('refBy'), who(state.by)),
      fact(t('refRows'), number(state.rows)),
      fact(t('refSource'), state.source),
    ),
    h('p', { class: 'miss', text: miss(state) }),
  ];
}

const column = (name: string): Child => [word(COLUMN, name), h('code', { text: name })];

export function rowsTable({ rows }: Found): HTMLElement {
  const names = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => row[name] !== ''));
  return h(
    'div',
    { class: 'rows-scroll', tabindex: '0' },
    h(
      'table',
      { class: 'rows-table' },
      h('thead', {}, h('tr', {}, names.map((name) => h('th', { scope: 'col' }, column(name))))),
      h('tbody', {}, rows.map((row) => h('tr', {}, names.map((name) => h('td', { text: row[name] ?? '' }))))),
    ),
  );
}

const MARK = { added: ['+', 'plus', 'refAdded'], changed: ['~', 'tilde', 'refChanged'], removed: ['−', 'minus', 'refRemoved'] } as const;

function counts(entry: Pick<Entry, 'added' | 'changed' | 'removed'>): HTMLElement {
  const said = (['added', 'changed', 'removed'] as const).filter((kind) => entry[kind] > 0);
  return h('span', { class: 'counts' }, said.length === 0 ? t('refNoChange') : said.map((kind) => h('span', { class: MARK[kind][1], title: t(MARK[kind][2]), 'aria-label': `${number(entry[kind])} ${t(MARK[kind][2])}`, text: `${MARK[kind][0]}${number(entry[kind])}` })));
}

export function edition(entry: Entry, inForce: boolean, changes: Changes | undefined, open: () => void): HTMLElement {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'edition', 'aria-expanded': String(changes !== undefined), data: { since: String(entry.since) }, on: { click: open } },
      h('b', {}, entry.version, inForce ? h('span', { class: 'tag', text: t('refInForce') }) : null),
      h('span', { text: moment(entry.since) }),
      h('span', { text: who(entry.by) }),
      counts(entry),
    ),
    changes ? drawChanges(changes) : null,
  );
}

function drawChanges({ before, from, added, changed, removed, changes }: Changes): HTMLElement {
  const all = added + changed + removed;
  const against = before === '' ? t('refFirst') : `${t('refAgainst')} ${before}`;
  const since = from === null ? t('refNoChange') : `${t('refFrom')}${lang() === 'zh' ? '' : ' '}${from || t('refBeginning')}`;
  return h(
    'div',
    { class: 'changes' },
    h('p', { text: `${against} · ${since}${changes.length < all ? ` · ${number(changes.length)} ${t('refShownOf')} ${number(all)}` : ''}` }),
    changes.length === 0
      ? null
      : h(
          'div',
          { class: 'rows-scroll', tabindex: '0' },
          h(
            'table',
            { class: 'rows-table' },
            h('thead', {}, h('tr', {}, h('th'), h('th', { scope: 'col', text: t('refKey') }), h('th', { scope: 'col' }, column('valid_from')), h('th', { scope: 'col', text: t('refChanged') }))),
            h('tbody', {}, changes.map(drawChange)),
          ),
        ),
  );
}

function drawChange({ kind, key, from, before, after }: Change): HTMLElement {
  const [mark, tone, name] = MARK[kind];
  const names = Object.keys(after ?? before ?? {}).filter((one) => (kind === 'changed' ? before?.[one] !== after?.[one] : (after ?? before)?.[one] !== '' && (after ?? before)?.[one] !== key && one !== 'valid_from'));
  const cell = (one: string): HTMLElement =>
    h(
      'span',
      { class: 'cell-change' },
      h('code', { text: lang() === 'zh' ? word(COLUMN, one) : one }),
      kind === 'changed' ? [h('span', { class: 'was', text: before?.[one] || '∅' }), ' → ', after?.[one] || '∅'] : ((after ?? before)?.[one] ?? ''),
    );
  return h('tr', {}, h('td', { class: `change-mark ${tone}`, title: t(name), 'aria-label': t(name), text: mark }), h('th', { scope: 'row', text: key }), h('td', { text: from || t('refBeginning') }), h('td', {}, names.map(cell)));
}
