/** Wires the page of reference tables: which are in force, what each edition changed, what a row says on a day. */
import { type ApiFailure, get } from './api.ts';
import { byId, h } from './dom.ts';
import { number } from './format.ts';
import { asFailure, drawFailure, startPage } from './page.ts';
import { notice } from './parts.ts';
import { type Changes, choice, edition, type Entry, facts, type Found, rowsTable, type State } from './reference-view.ts';
import { lang, t } from './text.ts';

/** Rows that one look-up shows. */
const SHOWN = 50;
const today = (): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());

let tables: State[] = [];
let failed: ApiFailure | undefined;
/** The table's name is in the address, so that a page can be sent to a colleague. */
const chosen = (): string => decodeURIComponent(location.hash.slice(1));
let history: Entry[] = [];
let open: { since: number; changes: Changes } | undefined;
let asked = { find: '', on: today() };
let found: Found | undefined;

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    failed = undefined;
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

const load = (): Promise<void> =>
  attempt(async () => {
    tables = (await get<{ tables: State[] }>('/v1/reference')).tables;
    if (chosen() !== '') await read();
  });

async function read(): Promise<void> {
  const table = chosen();
  history = [];
  open = undefined;
  found = undefined;
  asked = { find: '', on: today() };
  const answer = await get<{ history: Entry[] }>(`/v1/reference/history?table=${encodeURIComponent(table)}`);
  if (table === chosen()) history = answer.history;
}

const show = (since: number): Promise<void> =>
  attempt(async () => {
    open = open?.since === since ? undefined : { since, changes: await get<Changes>(`/v1/reference/${encodeURIComponent(chosen())}/changes?since=${since}`) };
  });

const lookUp = (): Promise<void> =>
  attempt(async () => {
    const query = new URLSearchParams({ find: asked.find, at: asked.on, limit: String(SHOWN) });
    found = await get<Found>(`/v1/reference/${encodeURIComponent(chosen())}?${query}`);
  });

function drawLookUp(): HTMLElement {
  const find = h('input', { type: 'search', id: 'find', value: asked.find, placeholder: t('refLookFor'), 'aria-label': t('refLookFor'), autocomplete: 'off', spellcheck: 'false' });
  const on = h('input', { type: 'date', id: 'on', value: asked.on, 'aria-label': t('refOn'), required: true });
  const submit = (event: Event): void => {
    event.preventDefault();
    asked = { find: find.value, on: on.value };
    void lookUp();
  };
  return h(
    'section',
    { class: 'block' },
    h('h3', { text: t('refLookUp') }),
    h('form', { class: 'look', id: 'look', on: { submit } }, find, h('label', { for: 'on', text: t('refOn') }), on, h('button', { type: 'submit', text: t('refLookGo') })),
    found ? h('p', { class: 'found', role: 'status', text: found.total === 0 ? t('refNotFound') : `${t('refFound')}${lang() === 'zh' ? '：' : ': '}${number(found.total)}${found.total > found.rows.length ? ` · ${number(found.rows.length)} ${t('refShownOf')} ${number(found.total)}` : ''}` }) : null,
    found && found.total > 0 ? rowsTable(found) : null,
  );
}

function drawChosen(): void {
  const at = byId('chosen');
  if (failed) return drawFailure(at, failed, load);
  const state = tables.find(({ table }) => table === chosen());
  if (!state) return at.replaceChildren(notice(t('refChoose'), t('refChooseHint')));
  const focused = document.activeElement;
  const again = focused instanceof HTMLElement ? (focused.dataset.since ? `[data-since="${focused.dataset.since}"]` : focused.id ? `#${focused.id}` : focused.closest('#look') ? '#look button' : '') : '';
  const editions = history.map((entry, i) => edition(entry, i === 0, open?.since === entry.since ? open.changes : undefined, () => void show(entry.since)));
  const parts = [...facts(state), drawLookUp(), h('section', { class: 'block' }, h('h3', {}, t('refEditions'), h('small', { text: t('refEditionsHint') })), h('ol', { class: 'editions' }, editions))];
  at.replaceChildren(...(parts as HTMLElement[]));
  if (again !== '' && again !== '#chosen') at.querySelector<HTMLElement>(again)?.focus();
}

function draw(): void {
  const at = byId('tables');
  const within = at.contains(document.activeElement);
  at.replaceChildren(...tables.map((state) => choice(state, state.table === chosen(), () => { location.hash = state.table; })));
  const current = at.querySelector<HTMLElement>('[aria-current="true"]') ?? at.querySelector<HTMLElement>('button');
  if (current) current.tabIndex = 0;
  if (within) current?.focus();
  drawChosen();
}

/** One stop of the tab key for all tables; arrows move within and choose. */
function moveWithin(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const buttons = [...byId('tables').querySelectorAll<HTMLElement>('button')];
  const next = step === undefined ? undefined : buttons[buttons.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

byId('tables').addEventListener('keydown', moveWithin);
window.addEventListener('hashchange', () => void attempt(read));
startPage({ title: 'refTitle', skipTo: 'chosen', draw });
void load();
