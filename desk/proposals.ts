/** Wires the page of proposals: what was proposed and what became of it; one of them with its differences, and the approver's decision. */
import { type ApiFailure, get, post } from './api.ts';
import { decision } from './decide.ts';
import { diffView } from './diff.ts';
import { byId, h, type Child } from './dom.ts';
import { moment } from './format.ts';
import { asFailure, drawFailure, drawnFor, isOwn, may, startPage } from './page.ts';
import { facts, notice } from './parts.ts';
import { type Finding, inWords } from './rule-edit.ts';
import { CHECK, DECISION, RULE_STATUS } from './terms.ts';
import { t, word, type UiKey } from './text.ts';

interface Head { id: string; by: string; key: string; at: number; why: string; state: 'open' | 'approved' | 'rejected'; decision: { by: string; at: number; why: string } | null }
interface FileChange { file: string; kind: 'added' | 'changed' | 'removed'; version: [number | null, number | null]; status: [string | null, string | null]; diff: string; text: string | null }
interface Proposal extends Head { changes: FileChange[]; advice: Finding[] }

const REFRESH_MS = 15_000;
let heads: Head[] | undefined;
let one: Proposal | undefined;
let failed: ApiFailure | undefined;
const draft = { why: '' };
/** In the address, so that a proposal can be sent to an approver. */
const chosen = (): string => decodeURIComponent(location.hash.slice(1));

async function load(): Promise<void> {
  const id = chosen();
  try {
    if (id === '') heads = (await get<{ proposals: Head[] }>('/v1/rules/proposals?limit=500')).proposals;
    else one = await get<Proposal>(`/v1/rules/proposals/${encodeURIComponent(id)}`);
    failed = undefined;
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

const stateTag = (state: string): HTMLElement => h('span', { class: `tag state-${state}`, text: word(DECISION, state) });

function row(head: Head): HTMLElement {
  return h('tr', { data: { proposal: head.id } },
    h('th', { scope: 'row' }, h('a', { href: `#${head.id}`, text: head.why }), h('code', { text: head.id })),
    h('td', { data: { label: t('proposalsBy') } }, head.by, h('small', { text: moment(head.at) })),
    h('td', { data: { label: t('proposalsState') } }, stateTag(head.state)),
    h('td', { data: { label: t('proposalsDecision') } }, head.decision ? [head.decision.by, h('small', { text: `${moment(head.decision.at)} · ${head.decision.why}` })] : ''));
}

function group(title: UiKey, list: readonly Head[]): Child {
  if (list.length === 0) return null;
  const columns: UiKey[] = ['why', 'proposalsBy', 'proposalsState', 'proposalsDecision'];
  return h('section', { class: 'block' }, h('h3', { text: t(title) }), h('div', { class: 'rows-scroll' }, h('table', { class: 'rows-table stacked' }, h('thead', {}, h('tr', {}, columns.map((key) => h('th', { scope: 'col', text: t(key) })))), h('tbody', {}, list.map(row)))));
}

function drawAll(at: HTMLElement, list: readonly Head[]): void {
  const parts = [group('proposalsWaiting', list.filter(({ state }) => state === 'open')), group('proposalsDecided', list.filter(({ state }) => state !== 'open'))];
  at.replaceChildren(h('h2', { text: t('proposalsTitle') }), ...(list.length === 0 ? [notice(t('proposalsNone'), t('proposalsNoneHint'))] : (parts.filter(Boolean) as HTMLElement[])));
}

const arrow = ([from, to]: [unknown, unknown]): string => (from === to ? String(to ?? '') : `${String(from ?? '∅')} → ${String(to ?? '∅')}`);

function drawChange({ file, kind, version, status, diff, text }: FileChange): HTMLElement {
  const name = file.split('/').at(-1) ?? file;
  const save = (event: Event): void => {
    const url = URL.createObjectURL(new Blob([text ?? ''], { type: 'application/yaml' }));
    (event.currentTarget as HTMLAnchorElement).href = url;
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return h('section', { class: 'block', data: { file } },
    h('h3', {}, h('code', { text: file }), ` ${t(kind)}`, version[0] === null && version[1] === null ? null : h('small', { text: `${t('rulesVersion')} ${arrow(version)} · ${arrow(status.map((one) => one && word(RULE_STATUS, one)) as typeof status)}` })),
    diffView(diff),
    text === null ? null : h('p', {}, h('a', { class: 'link', href: '#', download: name, on: { click: save }, text: t('proposalsSave') })));
}

/** The gateway runs no backtest: it would hold up the pipeline. */
function trial({ changes }: Proposal): Child {
  const tried = changes.filter(({ text }) => text !== null);
  if (tried.length === 0) return null;
  // Parameters and overrides concern every rule that reads them: the backtest finds these by itself.
  const rule = (file: string): string => (file.startsWith('overrides/') || !file.includes('/') ? '' : `${file.replace(/\.yaml$/, '')} `);
  const command = tried.map(({ file }) => `npx fenghuo backtest ${rule(file)}--from 7d --rules ${file.split('/').at(-1)}`).join('\n');
  return h('section', { class: 'block' }, h('h3', { text: t('proposalsTry') }), h('p', { class: 'faint', text: t('proposalsTryHint') }), h('pre', { class: 'command', tabindex: '0', text: command }));
}

const decide = (id: string, act: 'approve' | 'reject') => async (why: string): Promise<void> => {
  await post(`/v1/rules/proposals/${id}/${act}`, 'application/json', JSON.stringify({ why }));
  await load();
};

function decisionOf({ id, key, state }: Proposal): Child {
  if (state !== 'open') return null;
  const inside = isOwn(key)
    ? h('p', { class: 'faint', text: t('ownProposal') })
    : may('approve')
      ? decision([{ name: 'approve', label: t('approve'), reason: false, main: true, run: decide(id, 'approve') }, { name: 'reject', label: t('decline'), reason: true, run: decide(id, 'reject') }], draft)
      : h('p', { class: 'faint', text: t('mayNotDecide') });
  return h('section', { class: 'block' }, h('h3', { text: t('decide') }), inside);
}

function drawOne(at: HTMLElement, proposal: Proposal): void {
  const { by, at: when, why, state, decision: decided, advice, changes } = proposal;
  const pairs: [string, Child][] = [[t('proposalsBy'), `${by} · ${moment(when)}`], [t('why'), why], [t('proposalsState'), stateTag(state)]];
  if (decided) pairs.push([t('proposalsDecision'), `${decided.by} · ${moment(decided.at)} · ${decided.why}`]);
  const look = h('section', { class: 'block' }, h('h3', { text: t('proposalsLook') }), advice.length === 0 ? h('p', { class: 'faint', text: t('proposalsNothing') }) : h('ol', { class: 'rule-findings' }, advice.map((one) => h('li', {}, h('b', { text: `${one.file}:${one.line}` }), ' ', h('code', { title: one.check, text: word(CHECK, one.check) }), ` ${inWords(one).message}`, one.suggestion === '' ? null : h('p', { class: 'fix', text: inWords(one).suggestion })))));
  const parts: Child[] = [
    h('p', {}, h('a', { class: 'link', href: '#', text: `← ${t('proposalsBack')}` })),
    h('h2', {}, why, h('code', { text: proposal.id })), facts(pairs), ...changes.map(drawChange), state === 'open' ? look : null, state === 'open' ? trial(proposal) : null, decisionOf(proposal),
  ];
  at.replaceChildren(...(parts.filter(Boolean) as HTMLElement[]));
}

let stamp = '';
function draw(): void {
  const at = byId('office');
  const id = chosen();
  if (failed) {
    stamp = '';
    return drawFailure(at, failed, load);
  }
  // Drawn anew only where something changed: what is being written must stay under the hand.
  const next = JSON.stringify([id, id === '' ? heads : one, drawnFor()]);
  if (next === stamp) return;
  stamp = next;
  if (id === '' && heads) drawAll(at, heads);
  else if (one?.id === id) drawOne(at, one);
  else at.replaceChildren();
}

window.addEventListener('hashchange', () => {
  draft.why = '';
  failed = undefined;
  void load().then(() => byId('office').focus());
});
window.setInterval(() => void load(), REFRESH_MS);
startPage({ title: 'proposalsTitle', skipTo: 'office', draw });
void load();
