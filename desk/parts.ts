/** Small pieces that several views show alike. */
import { h, type Child } from './dom.ts';
import { GRADE, CATEGORY, RULE_STATUS } from './terms.ts';
import { pick, t, word } from './text.ts';
import type { Alert, Rule } from './model.ts';

/** Colour, shape and letter together, so that no one has to tell colours apart. */
export function badge(grade: string): HTMLElement {
  const g = GRADE[grade];
  return h('span', { class: `badge ${grade}`, role: 'img', 'aria-label': word(GRADE, grade) }, h('span', { text: g ? pick(g.letter) : '·' }));
}

export const originTag = (origin: string): Child =>
  origin === 'live' || origin === ''
    ? null
    : h('span', { class: `tag ${origin}`, text: origin === 'simulated' ? t('sim') : origin === 'backfill' ? t('backfill') : origin });

export const ruleTitle = (rules: Map<string, Rule>, alert: Alert): string => {
  const rule = rules.get(alert.ruleId);
  return rule ? pick(rule.title) : alert.ruleId;
};

export const categoryTag = (category: string): HTMLElement => h('span', { class: 'category', text: word(CATEGORY, category) });

export const statusTag = (status: string): HTMLElement => h('span', { class: `tag status-${status}`, text: word(RULE_STATUS, status) });

export const facts = (pairs: readonly [string, Child][]): HTMLElement => h('dl', { class: 'facts' }, pairs.map(([name, value]) => h('div', {}, h('dt', { text: name }), h('dd', {}, value))));

export function notice(title: string, hint: string, ...more: Child[]): HTMLElement {
  return h('div', { class: 'notice' }, h('strong', { text: title }), h('p', { text: hint }), more);
}
