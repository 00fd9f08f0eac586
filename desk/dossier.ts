/** One order: its documents side by side, what differs between them, its alerts. */
import { type ApiFailure, get } from './api.ts';
import { byId, h, type Child } from './dom.ts';
import { comparison, join, type Doc } from './compare.ts';
import { drawFinding, type Finding } from './finding.ts';
import { moment, zoneName } from './format.ts';
import { further } from './further.ts';
import type { Alert, Model } from './model.ts';
import { badge, notice, originTag, ruleTitle } from './parts.ts';
import { STATE } from './terms.ts';
import { t, word } from './text.ts';

interface Dossier {
  orderKey: string;
  documents: Record<string, Doc[]>;
  alerts: Alert[];
  match: {
    state: string;
    codes: string[];
    findings: Finding[];
    zone: string;
    at: number;
    history: { revision: number; state: string; codes: string[]; at: number }[];
  };
}

/** Documents that had been refused first. */
function mended(documents: Dossier['documents']): Child {
  const letters = [...new Set(Object.values(documents).flatMap((list) => list.flatMap(({ replayOf }) => (replayOf ? [String(replayOf)] : []))))];
  if (letters.length === 0) return null;
  return h('p', { class: 'faint' }, `${t('lettersMended')} `, letters.map((id) => [h('a', { class: 'link', href: `/desk/letters.html#${id}` }, h('code', { text: id })), ' ']));
}

function content(d: Dossier, model: Model, openAlert: (alert: Alert) => void): Child[] {
  const { match } = d;
  return [
    h(
      'div',
      { class: 'match-line' },
      h('span', { class: `match ${match.state}`, text: word(STATE, match.state) }),
      h('span', { class: 'faint', text: join(zoneName(model.zones, match.zone), moment(match.at)) }),
      match.codes.map((c) => h('code', { text: c })),
    ),
    h('h3', { text: t('findings') }),
    match.findings.length ? h('ul', { class: 'findings' }, match.findings.map(drawFinding)) : h('p', { class: 'faint', text: t('noFindings') }),
    h('h3', { text: t('compared') }),
    comparison(d.documents, d.match.findings),
    h('h3', { text: t('further') }),
    further(d.documents),
    mended(d.documents),
    h(
      'div',
      { class: 'two' },
      h(
        'div',
        {},
        h('h3', { text: t('orderAlerts') }),
        d.alerts.length
          ? h(
              'ul',
              { class: 'order-alerts' },
              d.alerts.map((a) =>
                h(
                  'li',
                  {},
                  h('button', { type: 'button', on: { click: () => openAlert(a) } }, badge(a.grade), ruleTitle(model.rules, a), originTag(a.origin)),
                ),
              ),
            )
          : h('p', { class: 'faint', text: t('noOrderAlerts') }),
      ),
      h(
        'div',
        {},
        h('h3', { text: t('history') }),
        h(
          'ol',
          { class: 'history' },
          match.history.map((m) =>
            h(
              'li',
              {},
              h('time', { text: moment(m.at) }),
              h('span', { text: word(STATE, m.state) }),
              m.codes.map((c) => h('code', { text: c })),
            ),
          ),
        ),
      ),
    ),
  ];
}

let shown: Dossier | undefined;

export function redrawDossier(model: Model, openAlert: (alert: Alert) => void): void {
  const dialog = byId<HTMLDialogElement>('dossier');
  if (!dialog.open || !shown) return;
  draw(dialog, shown.orderKey, content(shown, model, openAlert));
}

function draw(dialog: HTMLDialogElement, orderKey: string, body: Child[]): void {
  dialog.replaceChildren(
    h(
      'header',
      {},
      h('div', {}, h('small', { text: t('dossier') }), h('h2', { text: orderKey.replace('|', ' / ') })),
      h('button', { type: 'button', class: 'close', 'aria-label': t('close'), on: { click: () => dialog.close() }, text: '✕' }),
    ),
    h('div', { class: 'body' }, body),
  );
}

export async function openDossier(orderKey: string, model: Model, openAlert: (alert: Alert) => void): Promise<void> {
  const dialog = byId<HTMLDialogElement>('dossier');
  shown = undefined;
  draw(dialog, orderKey, [h('p', { class: 'faint', text: t('loading') })]);
  if (!dialog.open) dialog.showModal();
  const [ebp = '', no = ''] = orderKey.split('|');
  try {
    shown = await get<Dossier>(`/v1/orders/${encodeURIComponent(ebp)}/${encodeURIComponent(no)}`);
    draw(dialog, orderKey, content(shown, model, openAlert));
  } catch (error) {
    const failure = error as ApiFailure;
    draw(dialog, orderKey, [
      notice(
        failure.message,
        failure.next,
        h('button', { type: 'button', on: { click: () => void openDossier(orderKey, model, openAlert) }, text: t('retry') }),
      ),
    ]);
  }
}
