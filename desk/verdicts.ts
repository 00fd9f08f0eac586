/** An officer's verdict on the alert shown, what was said of it before, and how its rule does. */
import { ApiFailure, get, post } from './api.ts';
import { h, type Child } from './dom.ts';
import { moment, number } from './format.ts';
import type { Alert, RuleStats } from './model.ts';
import { may } from './page.ts';
import { VERDICT } from './terms.ts';
import { t, word } from './text.ts';

interface Said { verdict: string; reason: string; officer: string; at: number }
const SHORTEST = 3;
/** What an officer has begun to write, by alert: a new revision draws the pane anew. */
const drafts = new Map<string, string>();

/** A word as a verdict; reading keys see what others said. */
export function verdicts(alert: Alert, given: () => void): HTMLElement {
  const said = h('ol', { class: 'said' });
  const problem = h('p', { class: 'wrong', role: 'alert' });
  const draw = (list: Said[]) => said.replaceChildren(...list.map(line));
  void get<{ verdicts: Said[] }>(`/v1/alerts/${encodeURIComponent(alert.alertId)}/verdicts`).then(({ verdicts: list }) => draw(list), () => {});
  const section = h('section', { class: 'judge' }, h('h3', { text: t('verdict') }), may('verdict') ? form(alert, said, problem, given) : null, said);
  return section;
}

const line = ({ verdict, reason, officer, at }: Said): HTMLElement =>
  h('li', {}, h('b', { class: `said-${verdict}`, text: word(VERDICT, verdict) }), ` ${reason} `, h('span', { class: 'faint', text: `${officer} · ${moment(at)}` }));

function form(alert: Alert, said: HTMLElement, problem: HTMLElement, given: () => void): HTMLElement {
  const reason = h('input', { type: 'text', maxlength: '500', 'aria-label': t('verdictReason'), placeholder: t('verdictReason'), autocomplete: 'off' });
  reason.value = drafts.get(alert.alertId) ?? '';
  reason.addEventListener('input', () => {
    drafts.set(alert.alertId, reason.value);
    problem.textContent = '';
  });
  const give = async (verdict: string) => {
    if (reason.value.trim().length < SHORTEST) {
      problem.textContent = t('verdictNeedsReason');
      reason.focus();
      return;
    }
    try {
      const made = await post<Said>(`/v1/alerts/${encodeURIComponent(alert.alertId)}/verdicts`, 'application/json', JSON.stringify({ verdict, reason: reason.value }));
      drafts.delete(alert.alertId);
      reason.value = '';
      problem.textContent = '';
      said.prepend(line(made));
      given();
    } catch (error) {
      problem.textContent = `${t('verdictFailed')} ${error instanceof ApiFailure ? error.message : ''}`;
    }
  };
  const button = (verdict: string): Child => h('button', { type: 'button', class: `verdict said-${verdict}`, data: { verdict }, on: { click: () => void give(verdict) }, text: word(VERDICT, verdict) });
  return h('div', {}, reason, h('div', { class: 'verdicts' }, ['confirmed', 'false', 'unclear'].map(button)), problem);
}

const length = (seconds: number): string => (seconds < 7_200 ? `${number(Math.round(seconds / 60))} ${t('minutes')}` : `${number(Math.round(seconds / 3_600))} ${t('hours')}`);

/** In 30 days. */
export function ruleRecord(stats: RuleStats | undefined): string {
  if (!stats || stats.alerts === 0) return '';
  const judged = stats.confirmed + stats.false + stats.unclear;
  const parts = [`${number(stats.alerts)} ${t('recordAlerts')}`, judged === 0 ? t('recordUnjudged') : `${number(judged)} ${t('recordVerdicts')}`];
  if (stats.precision !== null) parts.push(`${t('recordPrecision')} ${number(Math.round(stats.precision * 100))} %`);
  if (stats.medianSeconds !== null) parts.push(`${t('recordMedian')} ${length(stats.medianSeconds)}`);
  return parts.join(' · ');
}
