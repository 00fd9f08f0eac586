/** Wires the page of suppressions: what waits, is in force, is over; proposing one, also from an alert (`#new&rule=…&subject=…&zone=…`); deciding; lifting. */
import { type ApiFailure, get, post } from './api.ts';
import { decision, type Act } from './decide.ts';
import { byId, h, type Child } from './dom.ts';
import { fromBeijing, moment, shorten, toBeijing, zoneName } from './format.ts';
import { GRADES, type Rule, type Suppression, type Zone } from './model.ts';
import { asFailure, drawFailure, drawnFor, isOwn, may, startPage } from './page.ts';
import { badge, facts } from './parts.ts';
import { DECISION, GRADE, SUBJECT } from './terms.ts';
import { pick, t, word, type UiKey } from './text.ts';

const REFRESH_MS = 15_000;
const HOUR = 3_600_000;
/** What an officer most often needs: until this time tomorrow. */
const USUAL_MS = 24 * HOUR;

let all: Suppression[] | undefined;
let rules: Rule[] = [];
let zones = new Map<string, Zone>();
let failed: ApiFailure | undefined;
const drafts = new Map<string, { why: string }>();
const draft = { rule: '', subject: '', zone: '', upTo: 'orange', ends: '', why: '' };

async function load(): Promise<void> {
  try {
    if (rules.length === 0) {
      const [known, places] = await Promise.all([get<{ rules: Rule[] }>('/v1/rules'), get<{ zones: Zone[] }>('/v1/zones')]);
      rules = known.rules;
      zones = new Map(places.zones.map((zone) => [zone.id, zone]));
    }
    all = (await get<{ suppressions: Suppression[] }>('/v1/suppressions')).suppressions;
    failed = undefined;
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

function fromAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has('new')) return;
  Object.assign(draft, { rule: given.get('rule') ?? '', subject: given.get('subject') ?? '', zone: given.get('zone') ?? '', upTo: given.get('upTo') ?? 'orange', ends: toBeijing(Date.now() + USUAL_MS), why: '' });
}

const ruleName = (id: string): string => {
  const rule = rules.find((one) => one.id === id);
  return rule ? pick(rule.title) : id;
};

const act = (id: string, name: 'approve' | 'reject' | 'lift') => async (why: string): Promise<void> => {
  await post(`/v1/suppressions/${id}/${name}`, 'application/json', JSON.stringify({ why }));
  await load();
};

function acts({ id, key, state }: Suppression): Child {
  const form = (list: Act[]): HTMLElement => decision(list, drafts.get(id) ?? drafts.set(id, { why: '' }).get(id) as { why: string });
  if (state === 'in force') return may('lift') ? form([{ name: 'lift', label: t('lift'), reason: true, main: true, run: act(id, 'lift') }]) : null;
  if (state !== 'open') return null;
  if (isOwn(key)) return h('p', { class: 'faint', text: t('ownProposal') });
  if (!may('approve')) return h('p', { class: 'faint', text: t('mayNotDecide') });
  return form([{ name: 'approve', label: t('approve'), reason: false, main: true, run: act(id, 'approve') }, { name: 'reject', label: t('decline'), reason: true, run: act(id, 'reject') }]);
}

function card(one: Suppression): HTMLElement {
  const { id, ruleId, subjectType, subjectId, zone, upTo, begins, ends, by, at, why, state, decision: decided } = one;
  const every = t('holdsEvery');
  const pairs: [string, Child][] = [
    [t('holdsRule'), ruleId === '' ? every : [ruleName(ruleId), ' ', h('code', { text: ruleId })]],
    [t('subject'), subjectId === '' ? every : h('span', { title: subjectId, text: `${word(SUBJECT, subjectType)} ${shorten(subjectId)}` })],
    [t('holdsZone'), zone === '' ? every : zoneName(zones, zone)],
    [t('holdsUpTo'), [badge(upTo), ` ${word(GRADE, upTo)}`]],
    [t('holdsUntil'), `${moment(begins)} – ${moment(ends)}`],
    [t('proposalsBy'), `${by} · ${moment(at)}`],
  ];
  if (decided) pairs.push([t('proposalsDecision'), `${word(DECISION, state === 'ended' || state === 'in force' ? 'approved' : state)} · ${decided.by} · ${moment(decided.at)} · ${decided.why}`]);
  return h('li', { class: 'card', data: { suppression: id } },
    h('h4', {}, why, h('span', { class: `tag state-${state.replace(' ', '-')}`, text: word(DECISION, state) }), h('code', { text: id })), facts(pairs),
    state === 'in force' ? h('p', {}, h('a', { class: 'link', href: `/#view=held&by=${id}`, text: t('holdsAlerts') })) : null, acts(one));
}

function group(title: UiKey, list: readonly Suppression[]): HTMLElement {
  return h('section', { class: 'group-of', data: { group: title } }, h('h3', {}, t(title), h('small', { text: String(list.length) })), list.length === 0 ? h('p', { class: 'faint', text: t('holdsNone') }) : h('ul', { class: 'cards' }, list.map(card)));
}

/** A field of the proposal; what is in it is kept over a change of the language. */
function field(name: 'rule' | 'subject' | 'zone' | 'upTo' | 'ends', label: UiKey, input: HTMLInputElement | HTMLSelectElement, hint: Child = null): HTMLElement {
  input.id = `new-${name}`;
  input.value = draft[name];
  input.addEventListener('input', () => {
    draft[name] = input.value;
  });
  return h('div', { class: 'field' }, h('label', { for: input.id, text: t(label) }), input, hint);
}

async function propose(why: string): Promise<void> {
  const { rule, subject, zone, upTo, ends } = draft;
  await post('/v1/suppressions', 'application/json', JSON.stringify({ rule, subject, zone, upTo, ends: ends === '' ? 0 : fromBeijing(ends), why }));
  Object.assign(draft, { rule: '', subject: '', zone: '', why: '' });
  if (location.hash !== '') location.hash = '';
  await load();
}

function drawNew(): HTMLElement {
  const option = (value: string, text: string): HTMLElement => h('option', { value, text });
  const every = option('', t('holdsEvery'));
  if (draft.ends === '') draft.ends = toBeijing(Date.now() + USUAL_MS);
  return h('details', { class: 'block', id: 'new', open: new URLSearchParams(location.hash.slice(1)).has('new') },
    h('summary', { text: t('holdsNew') }),
    h('p', { class: 'faint', text: t('holdsNewHint') }),
    h('div', { class: 'fields-of' },
      field('rule', 'holdsRule', h('select', {}, every, rules.filter(({ status }) => status === 'live' || status === 'shadow').map(({ id, title }) => option(id, `${pick(title)} (${id})`)))),
      field('subject', 'holdsSubject', h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: 'seller:4401W60001' })),
      field('zone', 'holdsZone', h('select', {}, option('', t('holdsEvery')), [...zones.values()].map((zone) => option(zone.id, `${zone.zh} ${zone.en}`)))),
      field('upTo', 'holdsUpTo', h('select', {}, [...GRADES].reverse().map((grade) => option(grade, word(GRADE, grade)))), h('small', { class: 'faint', text: t('holdsUpToHint') })),
      field('ends', 'holdsUntil', h('input', { type: 'datetime-local' }), h('small', { class: 'faint', text: t('holdsUntilHint') }))),
    decision([{ name: 'propose', label: t('editPropose'), reason: true, main: true, run: propose }], draft));
}

let stamp = '';
function draw(): void {
  const at = byId('office');
  if (failed) {
    stamp = '';
    return drawFailure(at, failed, load);
  }
  const next = JSON.stringify([all, location.hash, drawnFor()]);
  if (!all || next === stamp) return;
  stamp = next;
  const of = (...states: Suppression['state'][]): Suppression[] => (all ?? []).filter(({ state }) => states.includes(state));
  at.replaceChildren(h('h2', { text: t('holdsTitle') }), h('p', { class: 'faint', text: t('holdsHint') }), may('propose') ? drawNew() : h('p', { class: 'faint', text: t('mayNotPropose') }),
    group('holdsWaiting', of('open')), group('holdsInForce', of('in force')), group('holdsOver', of('ended', 'lifted', 'rejected')));
}

window.addEventListener('hashchange', () => {
  fromAddress();
  draw();
});
window.setInterval(() => void load(), REFRESH_MS);
fromAddress();
startPage({ title: 'holdsTitle', skipTo: 'office', draw });
void load();
