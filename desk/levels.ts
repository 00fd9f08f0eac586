/** Wires the picture of all zones: levels in force, worst first or by area, one look for the whole country. */
import { type ApiFailure, get } from './api.ts';
import { byId, h } from './dom.ts';
import { number } from './format.ts';
import { byArea, byGrade, moveByArrow, type Standing, standings } from './levels-view.ts';
import { GRADES, type Level, type Zone } from './model.ts';
import { asFailure, drawFailure, startPage } from './page.ts';
import { badge, notice } from './parts.ts';
import { GRADE } from './terms.ts';
import { lang, t, word } from './text.ts';

const REFRESH_MS = 10_000;

let zones: Zone[] = [];
let levels: Level[] = [];
let failed: ApiFailure | undefined;
/** '' = all; `calm` = those without a grade. */
let only = '';
let find = '';
/** In the address, so that a view can be sent to a colleague. */
const areas = (): boolean => location.hash === '#area';

async function load(): Promise<void> {
  try {
    if (zones.length === 0) zones = (await get<{ zones: Zone[] }>('/v1/zones')).zones;
    levels = (await get<{ levels: Level[] }>('/v1/levels?type=zone')).levels.filter(({ category }) => category !== '');
    failed = undefined;
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

const say = (text: string): void => {
  byId('said').textContent = text;
};

/** How many zones stand at each grade; a click shows these alone. */
function drawCounts(all: readonly Standing[]): void {
  const button = (grade: string, n: number): HTMLElement => {
    const name = grade === 'calm' ? t('below') : word(GRADE, grade);
    const toggle = (): void => {
      only = only === grade ? '' : grade;
      draw();
    };
    return h('button', { type: 'button', class: `zone-count ${grade}`, 'aria-pressed': String(only === grade), data: { grade }, on: { click: toggle } }, grade === 'calm' ? null : badge(grade), h('b', { text: number(n) }), h('span', { text: name }));
  };
  const focused = (document.activeElement as HTMLElement | null)?.dataset.grade;
  const at = byId('counts');
  at.replaceChildren(...GRADES.map((grade) => button(grade, all.filter(({ worst }) => worst === grade).length)), button('calm', all.filter(({ worst }) => worst === '').length));
  if (focused) at.querySelector<HTMLElement>(`[data-grade="${focused}"]`)?.focus();
}

function drawPicture(all: readonly Standing[]): void {
  const at = byId('picture');
  const wanted = find.trim().toLowerCase();
  const shown = all.filter(({ zone, worst }) => (only === '' || (worst || 'calm') === only) && (wanted === '' || `${zone.zh} ${zone.en} ${zone.area} ${zone.id}`.toLowerCase().includes(wanted)));
  const focused = (document.activeElement as HTMLElement | null)?.dataset.at;
  const scrolled = at.scrollTop;
  at.replaceChildren(...(shown.length === 0 ? [notice(t('levelsNone'), '')] : areas() ? byArea(shown, say) : byGrade(shown, say)));
  at.scrollTop = scrolled;
  const again = focused === undefined ? null : at.querySelector<HTMLElement>(`[data-at="${focused}"]`);
  const start = again ?? at.querySelector<HTMLElement>('a');
  if (start) start.tabIndex = 0;
  again?.focus();
}

let stamp = '';
function draw(): void {
  const at = byId('picture');
  if (failed && zones.length + levels.length === 0) {
    stamp = '';
    drawFailure(at, failed, load);
    return;
  }
  // Drawn only where something changed: a link that is replaced between press and release would swallow the click.
  const next = `${lang()} ${only} ${find} ${location.hash} ${zones.length} ${levels.map(({ subject, category, grade, at: since }) => `${subject.id}${category}${grade}${since}`).join()}`;
  if (next === stamp) return;
  stamp = next;
  const all = standings(zones, levels);
  drawCounts(all);
  drawPicture(all);
  for (const button of document.querySelectorAll<HTMLElement>('[data-order]')) button.setAttribute('aria-pressed', String((button.dataset.order === 'area') === areas()));
}

byId('picture').addEventListener('keydown', (event) => moveByArrow(byId('picture'), event));
byId('find').addEventListener('input', (event) => {
  find = (event.target as HTMLInputElement).value;
  draw();
});
for (const button of document.querySelectorAll<HTMLElement>('[data-order]'))
  button.addEventListener('click', () => {
    location.hash = button.dataset.order === 'area' ? 'area' : '';
  });
window.addEventListener('hashchange', draw);
window.setInterval(() => void load(), REFRESH_MS);
startPage({
  title: 'levelsTitle',
  skipTo: 'picture',
  draw: () => {
    say(t('levelsHint'));
    draw();
  },
});
void load();
