/** One alert: why it was raised, against which threshold, on which evidence. */
import { h, type Child } from './dom.ts';
import { moment, number, shorten, subjectName, zoneName } from './format.ts';
import { holding } from './held.ts';
import type { Alert, Model, Rule } from './model.ts';
import { drawnFor } from './page.ts';
import { badge, categoryTag, facts, originTag, ruleTitle } from './parts.ts';
import { CHANGE, GRADE } from './terms.ts';
import { lang, pick, t, word } from './text.ts';
import { ruleRecord, verdicts } from './verdicts.ts';

const BELOW = { grade: 'calm', from: 0 };

/** Bands differ in length by orders of magnitude, so each gets the same room; within a band the place is true to the value. */
function place(value: number, bands: { from: number }[]): number {
  const edges = bands.map((x) => x.from);
  const i = edges.findLastIndex((from) => value >= from);
  const start = i < 0 ? 0 : (edges[i] as number);
  const end = edges[i + 1] ?? start * 2 - (edges[i - 1] ?? 0);
  const within = end > start ? Math.min(0.96, Math.max(0.04, (value - start) / (end - start))) : 0.5;
  return ((i + 1 + within) / (edges.length + 1)) * 100;
}

/** As they were for this alert's zone; the rule's own may differ by now. */
function inForce({ evidence }: Alert): { grade: string; from: number }[] | undefined {
  const bands = Object.entries(evidence.bands ?? {}).map(([grade, from]) => ({ grade, from }));
  return bands.length === 0 ? undefined : bands.sort((a, b) => a.from - b.from);
}

function bar(alert: Alert, rule: Rule | undefined): Child {
  const value = alert.evidence.values.value;
  if (value === undefined) return null;
  const bands = inForce(alert) ?? (rule?.bands?.length ? rule.bands : [{ grade: alert.grade, from: alert.evidence.threshold }]);
  const label = `${t('value')} ${number(value)}, ${t('threshold')} ${number(alert.evidence.threshold)}`;
  return h(
    'figure',
    { class: 'bar' },
    h(
      'div',
      { class: 'numbers' },
      h('span', {}, t('value'), h('b', { class: alert.grade, text: number(value) })),
      h('span', {}, `${t('threshold')} (${word(GRADE, alert.grade)})`, h('b', { text: number(alert.evidence.threshold) })),
    ),
    h(
      'div',
      { class: 'track', role: 'img', 'aria-label': label },
      [BELOW, ...bands].map((band) => h('span', { class: `band ${band.grade}` }, band === BELOW ? null : h('em', { text: number(band.from) }))),
      h('span', { class: 'needle', style: { left: `${place(value, bands)}%` } }),
    ),
  );
}

function about(alert: Alert, model: Model): HTMLElement {
  const pairs: [string, Child][] = [
    [t('subject'), h('span', { title: alert.subject.id, text: subjectName(model.zones, alert.subject) })],
    [t('zone'), zoneName(model.zones, alert.zone)],
    [t('window'), alert.window],
    [t('count'), number(alert.count)],
    [t('firstSeen'), moment(alert.firstSeen)],
    [t('lastSeen'), moment(alert.lastSeen)],
    [t('score'), number(alert.score)],
    [
      t('rule'),
      h(
        'span',
        {},
        h('a', { href: `/desk/rules.html#${alert.ruleId.split('@', 1)[0]}` }, h('code', { text: alert.ruleId })),
        ` · ${t('version')} ${alert.ruleVersion}`,
        alert.ruleSet ? h('span', { class: 'faint', title: alert.ruleSet, text: ` · ${alert.ruleSet.slice(0, 8)}` }) : null,
      ),
    ],
    ...(ruleRecord(model.stats.get(alert.ruleId)) ? [[t('record'), ruleRecord(model.stats.get(alert.ruleId))] as [string, Child]] : []),
    ...(alert.evidence.approximation ? [[t('approximation'), alert.evidence.approximation] as [string, Child]] : []),
    ...(alert.evidence.tables.length ? [[t('tables'), alert.evidence.tables.join(', ')] as [string, Child]] : []),
  ];
  return facts(pairs);
}

function values(alert: Alert): Child {
  const rest = Object.entries(alert.evidence.values).filter(([name]) => name !== 'value');
  return rest.length === 0
    ? null
    : h(
        'section',
        {},
        h('h3', { text: t('evidence') }),
        h(
          'div',
          { class: 'values' },
          rest.map(([name, v]) => h('div', {}, h('span', { text: name }), h('b', { text: number(v) }))),
        ),
      );
}

/** Line by line what the grade follows from, for whoever must answer for it; folded, since the rest of the page shows most of it. */
function inWords({ explanation }: Alert): Child {
  const text = explanation ? pick(explanation) : '';
  return text === '' ? null : h('details', { class: 'words' }, h('summary', { text: t('inWords') }), h('ul', {}, text.split('\n').map((line) => h('li', { text: line }))));
}

/** Newest first: the last order is what tipped it. */
const orders = (alert: Alert, openOrder: (key: string) => void): HTMLElement =>
  h(
    'section',
    {},
    h('h3', { text: t('documents') }),
    alert.documents.length === 0
      ? h('p', { class: 'faint', text: t('noDocuments') })
      : h(
          'div',
          { class: 'orders' },
          [...alert.documents]
            .reverse()
            .map((key) =>
              h('button', {
                type: 'button',
                class: 'order',
                title: key,
                data: { order: key },
                on: { click: () => openOrder(key) },
                text: key.split('|').map(shorten).join(' / '),
              }),
            ),
        ),
  );

export function drawDetail(at: HTMLElement, model: Model, openOrder: (key: string) => void, close: () => void, judged: (id: string) => void): void {
  const alert = model.find(model.selected);
  const rule = model.rules.get(model.selected && alert ? alert.ruleId : '');
  const stamp = `${model.selected} ${alert?.revision} ${drawnFor()} ${rule?.version} ${alert?.status} ${model.suppressions.get(alert?.heldBy ?? '')?.state}`;
  // Drawn only where something changed: a button that is replaced between press and release would swallow the click.
  if (at.dataset.stamp === stamp) return;
  at.dataset.stamp = stamp;
  document.body.classList.toggle('has-detail', alert !== undefined);
  if (!alert) {
    at.replaceChildren(h('div', { class: 'choose' }, h('strong', { text: t('choose') }), h('p', { text: t('chooseHint') })));
    return;
  }
  const other = lang() === 'en' ? alert.reason.zh : alert.reason.en;
  at.replaceChildren(
    h(
      'div',
      {},
      h(
        'header',
        { class: `detail-head ${alert.grade}` },
        h('button', { type: 'button', class: 'back', on: { click: close }, text: `← ${t('back')}` }),
        h(
          'div',
          { class: 'line' },
          badge(alert.grade),
          h('b', { class: 'grade-name', text: word(GRADE, alert.grade) }),
          categoryTag(alert.category),
          h('span', { class: `change ${alert.change}`, text: word(CHANGE, alert.change) }),
          originTag(alert.origin),
        ),
        h('h2', { text: ruleTitle(model.rules, alert) }),
      ),
      h(
        'section',
        {},
        h('h3', { text: t('reason') }),
        h('p', { class: 'reason', text: pick(alert.reason) }),
        other && other !== pick(alert.reason) ? h('p', { class: 'reason other', lang: lang() === 'en' ? 'zh' : 'en', text: other }) : null,
        bar(alert, model.rules.get(alert.ruleId)),
        alert.evidence.lowerBound ? h('p', { class: 'faint', text: t('lowerBound') }) : null,
      ),
      h('section', { class: 'do' }, h('h3', { text: t('action') }), h('p', { text: pick(alert.action) })),
      holding(alert, model.suppressions),
      verdicts(alert, () => judged(alert.alertId)),
      values(alert),
      inWords(alert),
      orders(alert, openOrder),
      about(alert, model),
    ),
  );
}
