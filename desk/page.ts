/**
 * What every page of the desk shares, and has here its one home: header, ways to the other pages, language, light or dark, who is signed in, asking for a key.
 * A page is an HTML file with `<header class="top" id="top"></header>` and `<main>`; its script calls `startPage` once.
 */
import { ApiFailure, get, signIn, signOut } from './api.ts';
import { byId, h, svg } from './dom.ts';
import { notice } from './parts.ts';
import { ROLE } from './terms.ts';
import { setTheme, startTheme } from './theme.ts';
import { lang, setLang, t, word, type Lang, type UiKey } from './text.ts';

export interface Page {
  title: UiKey;
  /** Draws what depends on the language, from what is known. Called at the start and whenever the language changes. */
  draw(): void;
  /** Id of the element that the skip link leads to; else `main`. */
  skipTo?: string;
}
interface Session { id: string; name: string; role: string; may: string[] }

/** In the order of the bar. */
const WAYS: readonly (readonly [string, UiKey])[] = [
  ['/', 'tagline'],
  ['/desk/levels.html', 'levelsTitle'],
  ['/desk/rules.html', 'rulesTitle'],
  ['/desk/proposals.html', 'proposalsTitle'],
  ['/desk/suppressions.html', 'holdsTitle'],
  ['/desk/reference.html', 'refTitle'],
  ['/desk/letters.html', 'lettersTitle'],
  ['/desk/check.html', 'checkTitle'],
];

let page: Page;
let session: Session | undefined;

/** Whether this session may: `verdict`, `propose`, `approve`, `lift`, `letters`. What it may not do is not offered. */
export const may = (act: string): boolean => session?.may.includes(act) ?? false;
/** Whether this session's own key did it: nobody decides on what he proposed. */
export const isOwn = (keyId: string): boolean => session?.id === keyId;

/** What every drawing depends on besides its data: the language and who is signed in. Part of the stamp by which a page sees whether to draw anew. */
export const drawnFor = (): string => `${lang()} ${session?.id ?? ''}`;

export function startPage(given: Page): void {
  page = given;
  startTheme();
  document.querySelector('main')?.setAttribute('id', document.querySelector('main')?.id || 'main');
  const top = byId('top');
  top.before(h('a', { class: 'skip', href: `#${page.skipTo ?? 'main'}`, data: { text: 'skip' } }));
  top.prepend(brand());
  top.append(tools());
  const bar = ways();
  top.after(bar);
  translate();
  bar.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  void readSession();
}

/** Reads who is signed in; draws again, since what is offered follows from it. */
export async function readSession(): Promise<void> {
  session = await get<Session>('/v1/session').catch(() => undefined);
  drawWho();
  page.draw();
}

/** Draws what could not be loaded, in the place where it would stand: asks for a key where there is none in force, else says why and tries again. */
export function drawFailure(at: HTMLElement, failed: ApiFailure, again: () => Promise<void>, hint?: string): void {
  if (failed.status === 401) return drawKeyForm(at, again);
  at.replaceChildren(notice(t('failed'), hint ?? [failed.message, failed.next].filter(Boolean).join(' '), h('button', { type: 'button', on: { click: () => void again() }, text: t('retry') })));
}

/** A form that stands there stays, with what was typed: pages draw again whenever they learn something, and who is signed in is asked for beside the first load. */
export function drawKeyForm(at: HTMLElement, then: () => Promise<void>): void {
  if (at.querySelector(`.sign-in[lang="${lang()}"]`)) return;
  const typed = at.querySelector<HTMLInputElement>('.sign-in input')?.value ?? '';
  const form = keyForm(then, typed);
  at.replaceChildren(form);
  form.querySelector('input')?.focus();
}

export const asFailure = (error: unknown): ApiFailure => (error instanceof ApiFailure ? error : new ApiFailure(0, String(error), ''));

function keyForm(then: () => Promise<void>, typed: string): HTMLElement {
  const input = h('input', { type: 'password', id: 'key', autocomplete: 'off', required: true, value: typed });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!(await signIn(input.value))) {
      wrong.textContent = t('wrongKey');
      return;
    }
    await readSession();
    await then();
  };
  return h('form', { class: 'sign-in', lang: lang(), on: { submit: (e) => void submit(e) } }, h('h2', { text: t('signIn') }), h('p', { text: t('signInHint') }), h('label', { for: 'key', text: t('key') }), input, h('button', { type: 'submit', text: t('signInGo') }), wrong);
}

function brand(): HTMLElement {
  const mark = svg('svg', { class: 'mark', viewBox: '0 0 64 64', 'aria-hidden': 'true' },
    svg('path', { class: 'flame-outer', d: 'M32 3c2 8 11 11 11 20a11 11 0 0 1-22 0c0-5 3-7 4-11 2 2 3 4 4 6 3-4 4-9 3-15z' }),
    svg('path', { class: 'flame-inner', d: 'M32 17c1 4 5 5 5 9a5 5 0 0 1-10 0c0-3 4-4 5-9z' }),
    svg('path', { class: 'tower', d: 'M15 36h6v4h6v-4h10v4h6v-4h6v9h-3l3 16H15l3-16h-3z' }),
    svg('path', { class: 'door', d: 'M28 61v-8a4 4 0 0 1 8 0v8z' }));
  return h('a', { class: 'brand', href: '/' }, mark, h('div', {}, h('h1', {}, '烽火 ', h('span', { text: 'Fenghuo' })), h('p', { data: { text: page.title } })));
}

function tools(): HTMLElement {
  const half = svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('circle', { cx: '10', cy: '10', r: '7' }), svg('path', { d: 'M10 3a7 7 0 0 1 0 14z' }));
  const turn = (): void => setTheme(document.documentElement.dataset.theme === 'light' ? 'dark' : 'light');
  const choose = (next: Lang) => () => {
    setLang(next);
    translate();
  };
  const language = (code: Lang, name: string): HTMLElement => h('button', { type: 'button', lang: code, data: { lang: code }, on: { click: choose(code) }, text: name });
  return h(
    'div',
    { class: 'tools' },
    h('span', { id: 'who', class: 'who' }),
    h('button', { id: 'theme', type: 'button', class: 'icon', data: { label: 'theme' }, on: { click: turn } }, half),
    h('fieldset', { class: 'switch', data: { label: 'language' } }, language('en', 'EN'), language('zh', '中文')),
  );
}

function ways(): HTMLElement {
  const link = ([href, name]: (typeof WAYS)[number]): HTMLElement => h('a', { href, 'aria-current': location.pathname === href ? 'page' : undefined, data: { text: name } });
  return h('nav', { class: 'ways', data: { label: 'ways' } }, WAYS.map(link));
}

function drawWho(): void {
  const leave = async (): Promise<void> => {
    await signOut();
    location.reload();
  };
  byId('who').replaceChildren(...(session ? [h('b', { text: session.name }), ` ${word(ROLE, session.role)} `, h('button', { type: 'button', class: 'clear', on: { click: () => void leave() }, text: t('signOut') })] : []));
}

function translate(): void {
  document.documentElement.lang = lang() === 'zh' ? 'zh-CN' : 'en';
  document.title = `${t(page.title)} · Fenghuo 烽火`;
  for (const e of document.querySelectorAll<HTMLElement>('[data-text]')) e.textContent = t(e.dataset.text as UiKey);
  for (const e of document.querySelectorAll<HTMLElement>('[data-label]')) e.setAttribute('aria-label', t(e.dataset.label as UiKey));
  for (const e of document.querySelectorAll<HTMLInputElement>('[data-placeholder]')) e.placeholder = t(e.dataset.placeholder as UiKey);
  for (const e of document.querySelectorAll<HTMLElement>('[data-lang]')) e.setAttribute('aria-pressed', String(e.dataset.lang === lang()));
  drawWho();
  page.draw();
}
