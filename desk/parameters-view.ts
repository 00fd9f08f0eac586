/** All parameters: limits, tolerances, timers and weights, as they hold today; and how they came to be so. */
import { h } from './dom.ts';
import { moment, number } from './format.ts';
import { may } from './page.ts';
import { facts } from './parts.ts';
import { history, putBy, type Approval, type Change } from './rule-view.ts';
import { PARAMETER_SOURCE } from './terms.ts';
import { pick, t, word, type Bilingual } from './text.ts';

export interface Parameters { text: string; by: string; since: number; approval: Approval | null; parameters: { name: string; value: number | null; unit: string; source: string; description: Bilingual }[] }

export function drawParameters(at: HTMLElement, given: Parameters, changes: readonly Change[]): void {
  const row = ({ name, value, unit, source, description }: Parameters['parameters'][number]): HTMLElement =>
    h('tr', { data: { parameter: name } }, h('th', { scope: 'row' }, pick(description), h('code', { text: name })), h('td', { class: 'figure', data: { label: t('rulesValue') } }, h('b', { text: value === null ? t('rulesUnset') : number(value) })), h('td', { data: { label: t('parametersUnit') }, text: unit }), h('td', { data: { label: t('refSource') }, text: word(PARAMETER_SOURCE, source) }));
  at.replaceChildren(
    h('p', {}, h('a', { class: 'link', href: '#', text: `← ${t('rulesBack')}` })),
    h('h2', { text: t('parametersTitle') }),
    h('p', { class: 'faint', text: t('parametersHint') }),
    facts([[t('rulesBy'), `${putBy(given)} · ${moment(given.since)}`]]),
    h('p', { class: 'faint' }, may('propose') ? h('a', { class: 'go', href: '#parameters/edit', text: t('rulesChange') }) : t('mayNotPropose')),
    h('div', { class: 'rows-scroll' }, h('table', { class: 'rows-table stacked' }, h('thead', {}, h('tr', {}, [t('rulesParameter'), t('rulesValue'), t('parametersUnit'), t('refSource')].map((text) => h('th', { scope: 'col', text })))), h('tbody', {}, given.parameters.map(row)))),
    history(changes),
  );
}
