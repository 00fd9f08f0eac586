/** All rules in one table, narrowed by words, category and status. */
import { h, type Child } from './dom.ts';
import { moment, number } from './format.ts';
import { CATEGORIES, type Rule, type RuleStats } from './model.ts';
import { notice, statusTag } from './parts.ts';
import { putBy, type Change } from './rule-view.ts';
import { CATEGORY, RULE_STATUS, VERDICT } from './terms.ts';
import { pick, t, word, type Bilingual, type UiKey } from './text.ts';

export interface Listed { rule: Rule; stats: RuleStats | undefined; put: Change | undefined }
export interface Search { find: string; category: string; status: string }

const STATUSES = ['live', 'shadow', 'draft', 'retired'];

function fits({ rule }: Listed, { find, category, status }: Search): boolean {
  const wanted = find.trim().toLowerCase();
  return (category === '' || rule.category === category) && (status === '' || rule.status === status)
    && (wanted === '' || `${rule.id} ${rule.indicator} ${rule.title.en} ${rule.title.zh}`.toLowerCase().includes(wanted));
}

export const percent = (share: number | null | undefined): string => (share === null || share === undefined ? '' : `${number(Math.round(share * 100))} %`);

function row({ rule, stats, put }: Listed): HTMLElement {
  const judged = stats ? stats.confirmed + stats.false + stats.unclear : 0;
  const cell = (label: UiKey, ...children: Child[]): HTMLElement => h('td', { data: { label: t(label) } }, children);
  return h(
    'tr',
    { class: rule.status, data: { rule: rule.id } },
    h('th', { scope: 'row' }, h('a', { href: `#${rule.id.split('@', 1)[0]}`, text: pick(rule.title) }), h('code', { text: rule.id })),
    cell('rulesCategory', word(CATEGORY, rule.category)),
    cell('rulesIndicator', rule.indicator),
    cell('rulesStatus', statusTag(rule.status)),
    cell('rulesVersion', String(rule.version)),
    cell('rulesBy', put ? [putBy(put), h('small', { text: moment(put.since) })] : ''),
    h('td', { class: 'figure', data: { label: t('rulesFired') } }, stats && stats.alerts > 0 ? number(stats.alerts) : h('span', { class: 'faint', text: t('rulesNever') })),
    h('td', { class: 'figure', data: { label: t('rulesJudged') } }, stats && judged > 0 ? [number(judged), h('small', { text: (['confirmed', 'false', 'unclear'] as const).filter((verdict) => stats[verdict] > 0).map((verdict) => `${word(VERDICT, verdict)} ${number(stats[verdict])}`).join(' · ') })] : ''),
    h('td', { class: 'figure', data: { label: t('rulesPrecision') } }, percent(stats?.precision)),
  );
}

export function drawRules(at: HTMLElement, listed: readonly Listed[], search: Search): void {
  const body = h('tbody');
  const count = h('p', { class: 'faint', role: 'status' });
  const fill = (): void => {
    const shown = listed.filter((one) => fits(one, search));
    count.textContent = `${number(shown.length)} / ${number(listed.length)} ${t('rulesShown')}`;
    body.replaceChildren(...(shown.length > 0 ? shown.map(row) : [h('tr', {}, h('td', { colspan: '9' }, notice(t('rulesNone'), '')))]));
  };
  const choice = (name: 'category' | 'status', label: UiKey, words: Record<string, Bilingual>, keys: readonly string[]): HTMLElement => {
    const change = (event: Event): void => {
      search[name] = (event.target as HTMLSelectElement).value;
      fill();
    };
    return h('label', {}, h('span', { text: t(label) }), h('select', { id: name, on: { change } }, ['', ...keys].map((key) => h('option', { value: key, selected: search[name] === key, text: key === '' ? t('rulesAll') : word(words, key) }))));
  };
  const find = h('input', { type: 'search', id: 'find', placeholder: t('rulesFind'), 'aria-label': t('rulesFind'), autocomplete: 'off', spellcheck: 'false' });
  find.value = search.find;
  find.addEventListener('input', () => {
    search.find = find.value;
    fill();
  });
  const head: UiKey[] = ['rulesRule', 'rulesCategory', 'rulesIndicator', 'rulesStatus', 'rulesVersion', 'rulesBy', 'rulesFired', 'rulesJudged', 'rulesPrecision'];
  at.replaceChildren(
    h('h2', {}, t('rulesTitle'), h('a', { class: 'link more', href: '#parameters', text: t('parametersTitle') })),
    h('search', { class: 'narrow' }, find, choice('category', 'rulesCategory', CATEGORY, CATEGORIES), choice('status', 'rulesStatus', RULE_STATUS, STATUSES), count),
    h('div', { class: 'rows-scroll' }, h('table', { class: 'rows-table stacked' }, h('thead', {}, h('tr', {}, head.map((key) => h('th', { scope: 'col', text: t(key) })))), body)),
  );
  fill();
}
