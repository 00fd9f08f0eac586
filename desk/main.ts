/** Wires the desk: loads, follows the stream, draws. */
import { type ApiFailure, follow, get, type StreamState } from './api.ts';
import { drawDetail } from './detail.ts';
import { byId, h } from './dom.ts';
import { openDossier, redrawDossier } from './dossier.ts';
import { zoneName } from './format.ts';
import { drawList, moveByKey, refreshTimes } from './list.ts';
import { drawMatrix } from './matrix.ts';
import { DAY, GRADES, Model, type Alert, type Level, type Rule, type RuleStats, type Suppression, type View, VIEWS, type Zone } from './model.ts';
import { drawFailure, startPage } from './page.ts';
import { notice } from './parts.ts';
import { CATEGORY, GRADE } from './terms.ts';
import { t, word } from './text.ts';
import { drawZones } from './zones.ts';

const model = new Model();
let state: StreamState = 'connecting';
let failed: ApiFailure | undefined;
let following = false;

const openOrder = (key: string) => void openDossier(key, model, openAlert);
function openAlert(alert: Alert): void {
  byId<HTMLDialogElement>('dossier').close();
  model.take(alert);
  select(alert.alertId);
}
function choose(view: View): void {
  model.view = view;
  model.filter = { ...model.filter, by: undefined };
  draw();
  if (model.loaded) void loadView().then(() => draw(), () => {});
}
const judged = (id: string): void => {
  model.judged.add(id);
  drawSoon();
};
function select(id: string): void {
  model.selected = id;
  draw();
}
function narrow(change: Partial<Model['filter']>): void {
  model.filter = { ...model.filter, ...change };
  draw();
}

function drawFilters(): void {
  const { category, grade, zone, by } = model.filter;
  const chips = [by && (model.suppressions.get(by)?.why ?? by), category && word(CATEGORY, category), grade && word(GRADE, grade), zone && zoneName(model.zones, zone)].filter(Boolean) as string[];
  byId('filters').replaceChildren(
    ...(chips.length === 0
      ? []
      : [
          ...chips.map((text) => h('span', { class: 'chip', text })),
          h('button', {
            type: 'button',
            class: 'clear',
            on: {
              click: () => {
                model.filter = {};
                draw();
              },
            },
            text: t('clear'),
          }),
        ]),
  );
}

const NOTHING = { live: ['noAlerts', 'noAlertsHint'], work: ['workNone', 'workNoneHint'], held: ['heldNone', 'heldNoneHint'] } as const;
const VIEW = { live: 'viewLive', work: 'viewWork', held: 'viewHeld' } as const;

/** In place: a button must not be replaced between press and release. */
function drawViews(): void {
  const at = byId('views');
  if (at.childElementCount === 0) at.replaceChildren(...VIEWS.map((view) => h('button', { type: 'button', data: { view }, on: { click: () => choose(view) } })));
  for (const button of at.querySelectorAll<HTMLElement>('button')) {
    const view = button.dataset.view as View;
    button.textContent = t(VIEW[view]);
    button.setAttribute('aria-pressed', String(view === model.view));
  }
}

function drawEmpty(total: number): void {
  const at = byId('empty');
  document.body.classList.toggle('signed-out', failed?.status === 401);
  if (failed) drawFailure(at, failed, load, t('failedHint'));
  else if (!model.loaded)
    at.replaceChildren(
      h(
        'div',
        { class: 'skeleton', 'aria-label': t('loading') },
        [1, 2, 3, 4, 5, 6].map(() => h('span')),
      ),
    );
  else if (total === 0)
    at.replaceChildren(
      (model.view === 'live' ? model.alerts : model.apart[model.view]).size === 0
        ? notice(t(NOTHING[model.view][0]), t(NOTHING[model.view][1]))
        : notice(
            t('noMatch'),
            '',
            h('button', {
              type: 'button',
              on: {
                click: () => {
                  model.filter = {};
                  draw();
                },
              },
              text: t('clear'),
            }),
          ),
    );
  else at.replaceChildren();
}

/** Revisions that wait while the pointer rests on the list: rows must not move away under it. */
let held = 0;
const reading = (): boolean => matchMedia('(hover: hover)').matches && byId('list').matches(':hover');

function drawAlerts(): void {
  held = 0;
  const { shown, total } = drawList(byId('list'), model, select);
  byId('shown').textContent = total === 0 ? '' : shown < total ? `${shown} / ${total}` : String(total);
  drawEmpty(total);
}

function draw(live = false): void {
  if (!live || !reading()) drawAlerts();
  else if (held > 0)
    byId('shown').replaceChildren(h('button', { type: 'button', class: 'clear', on: { click: drawAlerts }, text: `${t('newer')} (${held})` }));
  drawMatrix(byId('matrix'), model, (category, grade) => narrow({ category, grade }));
  drawZones(byId('zones'), model, (zone) => narrow({ zone }));
  drawDetail(byId('detail'), model, openOrder, () => select(''), judged);
  drawFilters();
  drawViews();
  const simulated = byId('simulated');
  simulated.hidden = ![...model.alerts.values()].some((a) => a.origin === 'simulated');
  simulated.textContent = t('simulated');
}

/** Many revisions may come at once: one drawing for all of them. */
let due = 0;
function drawSoon(): void {
  if (due !== 0) return;
  due = window.setTimeout(() => {
    due = 0;
    draw(true);
  }, 200);
}

function drawState(next: StreamState): void {
  state = next;
  const at = byId('state');
  at.className = `state ${next}`;
  at.textContent = t(next);
}

async function loadAlerts(): Promise<void> {
  let cursor: string | null = '';
  for (let page = 0; page < 4 && cursor !== null; page++) {
    const answer: { alerts: Alert[]; next: string | null } = await get(
      `/v1/alerts?limit=1000&since=${Date.now() - DAY}${cursor ? `&cursor=${cursor}` : ''}`,
    );
    for (const alert of answer.alerts) model.take(alert);
    cursor = answer.next;
  }
  model.truncated = cursor !== null;
}
const loadRules = async () => {
  const [{ rules }, { rules: stats }] = await Promise.all([get<{ rules: Rule[] }>('/v1/rules'), get<{ rules: RuleStats[] }>('/v1/rules/stats')]);
  model.rules = new Map(rules.map((r) => [r.id, r]));
  model.stats = new Map(stats.map((r) => [r.rule, r]));
};
const MOST_APART = 300;
async function readAlerts(query: Record<string, string>): Promise<Alert[]> {
  return (await get<{ alerts: Alert[] }>(`/v1/alerts?${new URLSearchParams({ open: 'yes', limit: String(MOST_APART), ...query })}`)).alerts;
}
/** What the other views list: these alerts come by no stream. */
async function loadView(): Promise<void> {
  const { view } = model;
  if (view === 'live') return;
  await loadSuppressions();
  const found: Alert[] = [];
  // The worst first, until a day's work is there.
  if (view === 'work') for (const grade of GRADES) found.push(...(found.length < MOST_APART ? await readAlerts({ judged: 'no', grade }) : []));
  else for (const status of ['held', 'shadow']) found.push(...(await readAlerts({ status })));
  model.apart[view] = new Map(found.map((alert) => [alert.alertId, alert]));
}
const loadSuppressions = async () => {
  model.suppressions = new Map((await get<{ suppressions: Suppression[] }>('/v1/suppressions')).suppressions.map((one) => [one.id, one]));
};
const loadLevels = async () => model.takeLevels((await get<{ levels: Level[] }>('/v1/levels?type=zone')).levels);
const loadZones = async () => {
  model.zones = new Map((await get<{ zones: Zone[] }>('/v1/zones')).zones.map((z) => [z.id, z]));
};

function startFollowing(): void {
  if (following) return;
  following = true;
  const take = (alert: Alert) => {
    if (!model.take(alert)) return;
    held += 1;
    drawSoon();
  };
  const onState = (next: StreamState) => {
    drawState(next);
    // What came between the first load and the open stream.
    if (next === 'live') void loadAlerts().then(drawSoon, () => {});
  };
  follow(take, () => void load(), onState);
}

async function load(): Promise<void> {
  try {
    await Promise.all([loadZones(), loadRules(), loadAlerts(), loadLevels(), loadView()]);
    failed = undefined;
    model.loaded = true;
    startFollowing();
  } catch (error) {
    failed = error as ApiFailure;
    if (failed.status !== 401) window.setTimeout(() => void load(), 5_000);
  }
  draw();
}

function search(event: Event): void {
  event.preventDefault();
  const input = byId<HTMLInputElement>('order');
  const parts = /^\s*([^\s/|]+)\s*[/|\s]\s*(\S+)\s*$/.exec(input.value);
  input.setCustomValidity(parts ? '' : t('searchForm'));
  if (parts) openOrder(`${parts[1]}|${parts[2]}`);
  else input.reportValidity();
}

/** `#zone=3302&category=market`, `#view=held&by=p3f9a0c12d4`, `#order=…|…`: other pages lead to alerts of a place, to those that a suppression holds, to an order. */
function filterFromAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  const [zone, category, grade] = [given.get('zone'), given.get('category'), given.get('grade')];
  const view = VIEWS.find((one) => one === given.get('view'));
  if (view) {
    choose(view);
    narrow({ by: given.get('by') ?? undefined });
  }
  const order = given.get('order');
  if (order) openOrder(order);
  if (!zone && !category && !grade) return;
  narrow({ zone: zone ?? undefined, category: category ?? undefined, grade: grade ?? undefined });
  // A level may rest on alerts that were last told of before the day that the desk loads.
  void get<{ alerts: Alert[] }>(`/v1/alerts?${new URLSearchParams({ ...Object.fromEntries(given), limit: '200' })}`).then(({ alerts }) => {
    for (const alert of alerts) model.take(alert);
    drawSoon();
  }, () => {});
}

byId('search').addEventListener('submit', search);
byId('order').addEventListener('input', (e) => (e.target as HTMLInputElement).setCustomValidity(''));
byId('list').addEventListener('mouseleave', () => {
  if (held > 0) drawAlerts();
});
byId('list').addEventListener('keydown', (e) => moveByKey(byId('list'), e));
document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && model.selected && !byId<HTMLDialogElement>('dossier').open) select('');
  if (e.key === '/' && !(e.target instanceof HTMLInputElement)) {
    e.preventDefault();
    byId('order').focus();
  }
});
window.setInterval(refreshTimes, 5_000);
window.setInterval(() => {
  if (model.loaded) void loadLevels().then(drawSoon, () => {});
}, 10_000);
window.setInterval(() => {
  if (model.loaded && model.view !== 'live') void loadView().then(drawSoon, () => {});
}, 5_000);
window.setInterval(() => {
  if (model.loaded) void loadRules().then(drawSoon, () => {});
}, 60_000);
window.addEventListener('hashchange', filterFromAddress);
startPage({
  title: 'tagline',
  skipTo: 'alerts',
  draw: () => {
    drawState(state);
    draw();
    redrawDossier(model, openAlert);
  },
});
filterFromAddress();
void load();
