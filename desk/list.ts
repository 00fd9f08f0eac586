/** The live list: rows are kept by alert, so that a new revision moves its row instead of redrawing the list under the officer's cursor. */
import { h } from './dom.ts';
import { ago, subjectName, zoneName } from './format.ts';
import { heldWhy } from './held.ts';
import type { Alert, Model } from './model.ts';
import { badge, originTag, ruleTitle } from './parts.ts';
import { CATEGORY, CHANGE } from './terms.ts';
import { lang, word } from './text.ts';

const MOST = 200;
const rows = new Map<string, { element: HTMLElement; stamp: string }>();

function row(alert: Alert, model: Model, choose: (id: string) => void): HTMLElement {
  const meta = [
    word(CATEGORY, alert.category),
    subjectName(model.zones, alert.subject),
    alert.subject.type === 'zone' ? '' : zoneName(model.zones, alert.zone),
  ].filter(Boolean);
  return h(
    'li',
    { class: `row ${alert.grade} ${alert.change}` },
    h(
      'button',
      { type: 'button', class: 'alert', data: { alert: alert.alertId }, on: { click: () => choose(alert.alertId) } },
      badge(alert.grade),
      h(
        'span',
        { class: 'what' },
        h('span', { class: 'title', text: ruleTitle(model.rules, alert) }),
        h(
          'span',
          { class: 'meta' },
          meta.map((m) => h('span', { text: m })),
        ),
        alert.status === 'live' ? null : h('span', { class: 'held-why', text: heldWhy(alert, model.suppressions) }),
      ),
      h(
        'span',
        { class: 'when' },
        h('time', { data: { at: String(alert.detectedAt) }, text: ago(alert.detectedAt, Date.now()) }),
        h(
          'span',
          { class: 'tags' },
          h('span', { class: `change ${alert.change}`, text: word(CHANGE, alert.change) }),
          alert.count > 1 ? h('span', { class: 'times', text: `×${alert.count}` }) : null,
          originTag(alert.origin),
        ),
      ),
    ),
  );
}

export function drawList(at: HTMLElement, model: Model, choose: (id: string) => void): { shown: number; total: number } {
  const { rows: alerts, total } = model.shown(MOST);
  const wanted = new Set(alerts.map((a) => a.alertId));
  for (const [id, { element }] of rows)
    if (!wanted.has(id)) {
      element.remove();
      rows.delete(id);
    }
  const focused = (document.activeElement as HTMLElement | null)?.dataset.alert;
  const first = rows.size === 0;
  alerts.forEach((alert, i) => {
    const stamp = `${alert.revision} ${lang()} ${ruleTitle(model.rules, alert)} ${alert.status} ${model.suppressions.get(alert.heldBy)?.state}`;
    const known = rows.get(alert.alertId);
    const element = known?.stamp === stamp ? known.element : row(alert, model, choose);
    if (known && known.element !== element) known.element.remove();
    if (!first && !known?.stamp.startsWith(`${alert.revision} `)) element.classList.add('news');
    element.firstElementChild?.setAttribute('aria-current', String(alert.alertId === model.selected));
    rows.set(alert.alertId, { element, stamp });
    if (at.children[i] !== element) at.insertBefore(element, at.children[i] ?? null);
  });
  if (focused && document.activeElement === document.body)
    at.querySelector<HTMLElement>(`[data-alert="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return { shown: alerts.length, total };
}

export function refreshTimes(): void {
  const now = Date.now();
  for (const time of document.querySelectorAll<HTMLElement>('time[data-at]')) time.textContent = ago(Number(time.dataset.at), now);
}

export function moveByKey(at: HTMLElement, event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...at.querySelectorAll<HTMLElement>('.alert')];
  const next = buttons[buttons.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}
