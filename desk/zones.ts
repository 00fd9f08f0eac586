/** Every test zone as a small tower of five bars, one a category, grouped by area. */
import { h } from './dom.ts';
import { CATEGORIES, GRADES, type Model, type Zone } from './model.ts';
import { AREA_ZH, CATEGORY, GRADE } from './terms.ts';
import { lang, t, word } from './text.ts';

function describe(zone: Zone, model: Model): string {
  const levels = CATEGORIES.map((c) => ({ c, g: model.levels.get(`${zone.id}|${c}`) ?? '' })).filter((l) => l.g !== '');
  const said = levels.map(({ c, g }) => `${word(CATEGORY, c)} ${word(GRADE, g)}`).join(', ');
  return `${zone.zh} ${zone.en}: ${said || t('below')}`;
}

const worst = (zone: Zone, model: Model): string => GRADES.find((g) => CATEGORIES.some((c) => model.levels.get(`${zone.id}|${c}`) === g)) ?? 'calm';

function tile(zone: Zone, model: Model, choose: (zone: string | undefined) => void, say: (text: string) => void): HTMLElement {
  const text = describe(zone, model);
  const pressed = model.filter.zone === zone.id;
  const bars = CATEGORIES.map((c) => h('i', { class: model.levels.get(`${zone.id}|${c}`) || 'calm' }));
  return h(
    'button',
    {
      type: 'button',
      class: `zone ${worst(zone, model)}`,
      tabindex: '-1',
      title: text,
      'aria-label': text,
      'aria-pressed': String(pressed),
      data: { zone: zone.id },
      on: { click: () => choose(pressed ? undefined : zone.id), mouseenter: () => say(text), focus: () => say(text) },
    },
    bars,
  );
}

/** One stop of the tab key for all zones; arrows move within. */
function moveWithin(grid: HTMLElement, event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const tiles = [...grid.querySelectorAll<HTMLElement>('.zone')];
  const next = tiles[tiles.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  for (const other of tiles) other.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

export function drawZones(at: HTMLElement, model: Model, choose: (zone: string | undefined) => void): void {
  const stamp = `${lang()} ${model.filter.zone} ${model.zones.size} ${[...model.levels].join()}`;
  if (at.dataset.stamp === stamp) return;
  at.dataset.stamp = stamp;
  const areas = Map.groupBy(model.zones.values(), (z) => z.area);
  const focused = (document.activeElement as HTMLElement | null)?.dataset.zone;
  const line = h('p', { class: 'zone-line' });
  const say = (text: string) => {
    line.textContent = text;
  };
  const grid = h(
    'div',
    { class: 'areas', on: { keydown: (e) => moveWithin(grid, e as KeyboardEvent) } },
    [...areas].map(([area, zones]) =>
      h(
        'div',
        { class: zones.length > 6 ? 'area long' : 'area' },
        h('span', { class: 'area-name', text: lang() === 'zh' ? (AREA_ZH[area] ?? area) : area }),
        h(
          'div',
          { class: 'tiles' },
          zones.map((z) => tile(z, model, choose, say)),
        ),
      ),
    ),
  );
  const chosen = model.zones.get(model.filter.zone ?? '');
  if (chosen) say(describe(chosen, model));
  at.replaceChildren(grid, line);
  const start = grid.querySelector<HTMLElement>(focused ? `[data-zone="${focused}"]` : '.zone');
  if (start) start.tabIndex = 0;
  if (focused) start?.focus();
}
