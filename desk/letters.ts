/** Wires the page of dead letters: which there are, what became of each, opening, mending and sending again. The letter's id is in the address. */
import { type ApiFailure, get, post } from './api.ts';
import { byId, h } from './dom.ts';
import { fromBeijing } from './format.ts';
import { choice, head, message, type Letter, type Opened, type Story } from './letters-view.ts';
import { asFailure, drawFailure, drawnFor, may, startPage } from './page.ts';
import { notice } from './parts.ts';
import { t } from './text.ts';

const REFRESH_MS = 15_000;
const SHOWN = 200;
/** Letters of one request: a bar that moves. */
const AT_ONCE = 25;
const MOST = 1000;

interface Sent { accepted: number; rejected: { code: string; path: string; message: string }[]; already: string[] }
interface Mass { total: number; ids: string[]; done: number; running: boolean; told: string }

let letters: Letter[] | undefined;
let story: Story | undefined;
let opened: Opened | undefined;
let failed: ApiFailure | undefined;
let mass: Mass | undefined;
let outcome: { text: string; good: boolean } | undefined;
const filter = { open: true, reason: '', feed: '', since: '' };
/** New values by field path, of the letter that is shown. */
let drafts: Record<string, string> = {};
let whole = '';
let added = '';

const chosen = (): string => decodeURIComponent(location.hash.slice(1));
const address = (id: string): string => `/v1/dead-letters/${encodeURIComponent(id)}`;
const wanted = (): Record<string, string> => ({ ...(filter.reason && { reason: filter.reason }), ...(filter.feed && { feed: filter.feed }), ...(filter.since && { since: String(fromBeijing(filter.since)) }) });

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    failed = undefined;
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

const load = (): Promise<void> => attempt(async () => {
  const query = new URLSearchParams({ ...wanted(), limit: String(SHOWN), ...(filter.open && { open: '1' }) });
  letters = (await get<{ deadLetters: Letter[] }>(`/v1/dead-letters?${query}`)).deadLetters;
  if (chosen() !== '') story = await get<Story>(address(chosen()));
});

async function read(): Promise<void> {
  story = undefined;
  opened = undefined;
  outcome = undefined;
  drafts = {};
  whole = '';
  added = '';
  const id = chosen();
  const found = id === '' ? undefined : await get<Story>(address(id));
  if (id === chosen()) story = found;
}

const open = (clear: boolean): Promise<void> => attempt(async () => { opened = await get<Opened>(`${address(chosen())}/message${clear ? '?clear=1' : ''}`); });

const told = ({ accepted, rejected, already }: Sent): string =>
  [`${accepted} ${t('lettersTaken')}, ${rejected.length} ${t('lettersRefused')}${already.length > 0 ? `, ${already.length} ${t('lettersBefore')}` : ''}`, ...rejected.slice(0, 20).map((r) => `${r.code} ${r.path}: ${r.message}`)].join('\n');

/** What is not taken is told beside the form, and what was written stays. */
async function tell(work: () => Promise<{ text: string; good: boolean }>): Promise<void> {
  try {
    outcome = await work();
  } catch (error) {
    const { message: said, next } = asFailure(error);
    outcome = { text: [said, next].filter(Boolean).join(' '), good: false };
  }
  draw();
}

const changes = (): Record<string, string> => Object.fromEntries(Object.entries(drafts).filter(([, value]) => value !== ''));
const mending = () => (whole.trim() === '' ? { set: changes() } : { message: whole, form: whole.trimStart().startsWith('<') ? 'xml' : 'json' });

const repair = (dryRun: boolean): Promise<void> => tell(async () => {
  const answer = await post<Sent & { problems?: Sent['rejected'] }>(`${address(chosen())}/repair`, 'application/json', JSON.stringify({ ...mending(), dryRun }));
  if (answer.problems) return { text: answer.problems.length === 0 ? t('letterFine') : answer.problems.map((p) => `${p.code} ${p.path}: ${p.message}`).join('\n'), good: answer.problems.length === 0 };
  soon();
  return { text: told(answer), good: answer.rejected.length === 0 };
});

const replay = (): Promise<void> => tell(async () => {
  const answer = await post<Sent>('/v1/dead-letters/replay', 'application/json', JSON.stringify({ ids: [chosen()] }));
  soon();
  return { text: told(answer), good: answer.rejected.length === 0 };
});

/** The tables know it within a second or two. */
const soon = (): void => { for (const ms of [1_500, 4_000]) window.setTimeout(() => void load(), ms); };

const count = (): Promise<void> => attempt(async () => {
  const { total, ids } = await post<{ total: number; ids: string[] }>('/v1/dead-letters/replay', 'application/json', JSON.stringify({ ...wanted(), limit: MOST, dryRun: true }));
  mass = { total, ids, done: 0, running: false, told: '' };
});

const sendAll = (): Promise<void> => attempt(async () => {
  const all = mass as Mass;
  const sum: Sent = { accepted: 0, rejected: [], already: [] };
  all.running = true;
  for (; all.done < all.ids.length; all.done = Math.min(all.done + AT_ONCE, all.ids.length)) {
    draw();
    const { accepted, rejected, already } = await post<Sent>('/v1/dead-letters/replay', 'application/json', JSON.stringify({ ids: all.ids.slice(all.done, all.done + AT_ONCE) }));
    sum.accepted += accepted;
    sum.rejected.push(...rejected);
    sum.already.push(...already);
  }
  const left = all.total - all.ids.length;
  Object.assign(all, { running: false, told: told(sum) + (left > 0 ? `\n${left} ${t('lettersLeft')}` : '') });
  soon();
});

function field(name: 'reason' | 'feed' | 'since', label: 'lettersReason' | 'lettersFeed' | 'lettersSince', type: string): HTMLElement {
  const input = h('input', { type, id: name, autocomplete: 'off', spellcheck: 'false', placeholder: t('lettersAll'), list: `${name}s` });
  // What the letters shown have: codes and feeds are not for the memory.
  const known = name === 'since' ? [] : [...new Set((letters ?? []).map((letter) => letter[name]))].sort();
  input.value = filter[name];
  input.addEventListener('change', () => {
    filter[name] = input.value.trim();
    mass = undefined;
    void load();
  });
  return h('div', { class: 'field' }, h('label', { for: name, text: t(label) }), input, h('datalist', { id: `${name}s` }, known.map((value) => h('option', { value }))));
}

function drawMass(): HTMLElement | null {
  if (!may('letters')) return null;
  if (!mass) return h('div', { class: 'mass' }, h('button', { type: 'button', class: 'quiet', id: 'count', on: { click: () => void count() }, text: t('lettersReplayAll') }));
  if (mass.running) return h('div', { class: 'mass', role: 'status' }, h('progress', { max: String(mass.ids.length), value: String(mass.done), 'aria-label': t('letterWorks') }), `${mass.done} / ${mass.ids.length}`);
  const leave = h('button', { type: 'button', class: 'quiet', on: { click: () => { mass = undefined; draw(); } }, text: mass.told === '' ? t('lettersCancel') : t('close') });
  if (mass.told !== '') return h('div', { class: 'mass', role: 'status' }, h('p', { class: 'outcome', text: mass.told }), leave);
  return h('div', { class: 'mass' }, h('b', { text: `${mass.total} ${t('lettersCount')}` }), mass.total > 0 ? h('button', { type: 'button', class: 'go', id: 'send-all', on: { click: () => void sendAll() }, text: t('lettersGo') }) : null, leave);
}

function drawList(): void {
  const at = byId('letters');
  const only = h('input', { type: 'checkbox', id: 'only-open' });
  only.checked = filter.open;
  only.addEventListener('change', () => {
    filter.open = only.checked;
    void load();
  });
  const list = (letters ?? []).map((letter) => choice(letter, letter.id === chosen(), () => { location.hash = letter.id; }));
  const parts = [h('h2', { text: t('lettersTitle') }), h('p', { class: 'faint', text: t('lettersHint') }),
    h('div', { class: 'fields-of' }, field('reason', 'lettersReason', 'search'), field('feed', 'lettersFeed', 'search'), field('since', 'lettersSince', 'datetime-local')),
    h('label', { class: 'only' }, only, t('lettersOpen')), drawMass(),
    letters && letters.length === 0 ? notice(t('lettersNone'), filter.open ? t('lettersNoneHint') : '') : h('ol', { class: 'letter-list' }, list), list.length === SHOWN ? h('p', { class: 'faint', text: `${SHOWN} ${t('lettersMore')}` }) : null];
  at.replaceChildren(...parts.filter((part) => part !== null));
}

function drawMending({ form, path, status }: Story): HTMLElement | null {
  if (status !== 'open') return null;
  if (form === 'csv') return h('p', { class: 'faint', text: t('letterCsv') });
  const text = h('textarea', { id: 'whole', spellcheck: 'false', 'aria-label': t('letterWhole') });
  text.value = whole;
  text.addEventListener('input', () => { whole = text.value; });
  const byFields = opened?.form === 'json' && opened.fields.length > 0;
  const missing = byFields && path !== '' && opened?.fields.every((one) => one.path !== path);
  if (missing && added === '') added = path;
  const name = h('input', { type: 'text', id: 'add-path', autocomplete: 'off', spellcheck: 'false', placeholder: 'items[0].qty' });
  name.value = added;
  const value = h('input', { type: 'text', id: 'add-value', autocomplete: 'off', placeholder: t('letterNew'), 'aria-label': t('letterNew') });
  value.value = drafts[added] ?? '';
  const note = (): void => {
    delete drafts[added];
    added = name.value.trim();
    if (added !== '') drafts[added] = value.value;
  };
  for (const input of [name, value]) input.addEventListener('input', note);
  const button = (act: string, label: 'letterCheck' | 'letterRepair' | 'letterReplay', main: boolean, run: () => Promise<void>) => h('button', { type: 'button', class: main ? 'go' : 'quiet', data: { act }, on: { click: () => void run() }, text: t(label) });
  return h('div', {},
    byFields ? h('div', { class: 'add' }, h('label', { for: 'add-path', text: t('letterAdd') }), name, value) : opened || form === 'xml' || form === 'avro' || form === 'ndjson' ? h('div', {}, h('p', { class: 'faint', text: t('letterWhole') }), text) : null,
    h('div', { class: 'do-line' }, byFields || whole !== '' || opened ? [button('check', 'letterCheck', false, () => repair(true)), button('repair', 'letterRepair', true, () => repair(false))] : null, form === 'avro' ? null : button('replay', 'letterReplay', false, replay)));
}

function drawLetter(): void {
  const at = byId('letter');
  if (failed) return drawFailure(at, failed, load);
  if (!story) return at.replaceChildren(notice(t('letterChoose'), t('letterChooseHint')));
  const focused = document.activeElement instanceof HTMLElement && at.contains(document.activeElement) ? document.activeElement : undefined;
  const again = focused?.dataset.path ? `[data-path="${CSS.escape(focused.dataset.path)}"]` : focused?.id && focused !== at ? `#${focused.id}` : focused?.dataset.act ? `[data-act="${focused.dataset.act}"]` : '';
  const reading = (act: string, label: 'letterRead' | 'letterClear', clear: boolean) => h('button', { type: 'button', class: 'quiet', data: { act }, on: { click: () => void open(clear) }, text: t(label) });
  const body = may('letters')
    ? [h('div', { class: 'do-line' }, reading('read', 'letterRead', false), reading('clear', 'letterClear', true)), opened ? message(opened, story.path, drafts, story.status === 'open' ? (path, value) => { drafts[path] = value; } : undefined) : null, drawMending(story),
      outcome ? h('p', { class: `outcome${outcome.good ? ' good' : ' wrong'}`, role: 'status', text: outcome.text }) : null]
    : [h('p', { class: 'faint', text: t('letterMayNot') })];
  at.replaceChildren(...head(story), h('section', { class: 'block' }, h('h3', {}, t('letterMessage'), h('small', { text: may('letters') ? t('letterReadHint') : '' })), body));
  if (again !== '') at.querySelector<HTMLElement>(again)?.focus();
}

let stamp = '';
function draw(): void {
  const list = JSON.stringify([letters, filter, mass, chosen(), drawnFor()]);
  if (list !== stamp) {
    const within = document.activeElement instanceof HTMLElement && byId('letters').contains(document.activeElement) ? document.activeElement : undefined;
    const again = within?.dataset.letter ? `[data-letter="${CSS.escape(within.dataset.letter)}"]` : within?.id ? `#${within.id}` : '';
    stamp = list;
    drawList();
    if (again !== '') byId('letters').querySelector<HTMLElement>(again)?.focus();
  }
  drawLetter();
}

/** One stop of the tab key for each; arrows move within the list and choose. */
function moveWithin(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const buttons = [...byId('letters').querySelectorAll<HTMLElement>('.letter-choice')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const next = step === undefined || at < 0 ? undefined : buttons[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

byId('letters').addEventListener('keydown', moveWithin);
window.addEventListener('hashchange', () => void attempt(read));
// What is being written is not drawn over.
window.setInterval(() => { if (!(document.activeElement instanceof HTMLInputElement || document.activeElement instanceof HTMLTextAreaElement)) void load(); }, REFRESH_MS);
startPage({ title: 'lettersTitle', skipTo: 'letter', draw });
void load();
