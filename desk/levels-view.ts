/** The picture of all zones: a tile a zone, a cell a category. Colour, letter and words say the same; each leads to its alerts. */
import { h, type Child } from './dom.ts';
import { moment, number } from './format.ts';
import { CATEGORIES, GRADES, type Level, type Zone } from './model.ts';
import { AREA_ZH, CATEGORY, CATEGORY_SHORT, GRADE } from './terms.ts';
import { lang, pick, t, word } from './text.ts';

/** A zone as it stands: its level in each category (in their order), and the worst of them ('' = none). */
export interface Standing {
  zone: Zone;
  levels: (Level | undefined)[];
  worst: string;
}
export type Say = (text: string) => void;

const rank = (grade: string): number => (grade === '' ? 0 : GRADES.length - GRADES.indexOf(grade as (typeof GRADES)[number]));
const weight = ({ levels }: Standing): number => levels.reduce((sum, level) => sum + (level?.score ?? 0), 0);

export function standings(zones: Iterable<Zone>, levels: readonly Level[]): Standing[] {
  const known = new Map(levels.map((level) => [`${level.subject.id}|${level.category}`, level]));
  return [...zones].map((zone) => {
    const own = CATEGORIES.map((category) => known.get(`${zone.id}|${category}`));
    return { zone, levels: own, worst: GRADES.find((grade) => own.some((level) => level?.grade === grade)) ?? '' };
  });
}

/** The worst first; alike, the one with more to it. */
export const byRisk = (a: Standing, b: Standing): number => rank(b.worst) - rank(a.worst) || weight(b) - weight(a) || (a.zone.id < b.zone.id ? -1 : 1);

/** The desk with the alerts of a zone, or of one category there. */
const alertsOf = (zone: string, category = ''): string => `/#zone=${zone}${category && `&category=${category}`}`;

const both = ({ zh, en }: Zone): string => `${zh} ${en}`;

function describe(zone: Zone, category: string, level: Level | undefined): string {
  const where = `${both(zone)} · ${word(CATEGORY, category)}`;
  if (!level) return `${where} · ${t('below')}`;
  const since = `${t('levelsSince')} ${moment(level.at)}`;
  return [where, level.grade ? word(GRADE, level.grade) : t('below'), `R ${number(level.score)}`, since, level.reason ? pick(level.reason) : ''].filter(Boolean).join(' · ');
}

function cell(zone: Zone, category: string, level: Level | undefined, say: Say): HTMLElement {
  const text = describe(zone, category, level);
  const grade = level?.grade ?? '';
  return h(
    'a',
    { class: `cell ${grade || 'calm'}`, href: alertsOf(zone.id, category), tabindex: '-1', title: text, 'aria-label': text, data: { at: `${zone.id}|${category}` }, on: { focus: () => say(text), mouseenter: () => say(text) } },
    h('small', { text: word(CATEGORY_SHORT, category) }),
    h('b', { text: grade === '' ? '·' : pick((GRADE[grade] as (typeof GRADE)[string]).letter) }),
  );
}

/** A zone with nothing to it needs its name alone, unless all are shown by area. */
export function tile(standing: Standing, whole: boolean, say: Say): HTMLElement {
  const { zone, levels, worst } = standing;
  const quiet = worst === '' && !whole;
  const said = `${both(zone)}: ${worst === '' ? t('below') : word(GRADE, worst)}`;
  const other = lang() === 'en' ? 'zh' : 'en';
  return h(
    'li',
    { class: `tile ${worst || 'calm'}${quiet ? ' quiet' : ''}` },
    h('a', { class: 'tile-name', href: alertsOf(zone.id), tabindex: '-1', 'aria-label': said, data: { at: zone.id }, on: { focus: () => say(said), mouseenter: () => say(said) } }, h('b', { text: zone[lang()] }), h('small', { lang: other, text: zone[other] })),
    quiet ? null : h('span', { class: 'cells' }, CATEGORIES.map((category, i) => cell(zone, category, levels[i], say))),
  );
}

function group(title: Child, tiles: HTMLElement[], kind: string): HTMLElement {
  return h('section', { class: `group ${kind}` }, h('h2', {}, title, h('small', { text: number(tiles.length) })), h('ul', { class: 'tiles' }, tiles));
}

export function byArea(shown: readonly Standing[], say: Say): HTMLElement[] {
  return [...Map.groupBy(shown, ({ zone }) => zone.area)].map(([area, own]) => group(lang() === 'zh' ? (AREA_ZH[area] ?? area) : area, own.map((one) => tile(one, true, say)), 'by-area'));
}

/** One group a grade, the calm ones last and small. */
export function byGrade(shown: readonly Standing[], say: Say): HTMLElement[] {
  const of = Map.groupBy([...shown].sort(byRisk), ({ worst }) => worst);
  return [...GRADES, ''].flatMap((grade) => {
    const own = of.get(grade);
    return own ? [group(grade === '' ? t('below') : word(GRADE, grade), own.map((one) => tile(one, false, say)), grade || 'calm')] : [];
  });
}

/** Arrows move among the links as they stand on the screen: left and right in order, up and down to the nearest of the next row. */
export function moveByArrow(within: HTMLElement, event: KeyboardEvent): void {
  const links = [...within.querySelectorAll<HTMLElement>('a')];
  const from = document.activeElement as HTMLElement;
  const at = links.indexOf(from);
  if (at < 0) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const next = step ? links[at + step] : turn ? nearest(links, from, turn) : event.key === 'Home' ? links[0] : event.key === 'End' ? links.at(-1) : undefined;
  if (!next) return;
  event.preventDefault();
  from.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function nearest(links: readonly HTMLElement[], from: HTMLElement, turn: number): HTMLElement | undefined {
  const here = from.getBoundingClientRect();
  let best: { link: HTMLElement; far: number } | undefined;
  for (const link of links) {
    const there = link.getBoundingClientRect();
    const down = turn > 0 ? there.top - here.bottom : here.top - there.bottom;
    // A row's height weighs more than any step aside.
    const far = Math.round(down / 8) * 10_000 + Math.abs(there.left + there.width / 2 - here.left - here.width / 2);
    if (down > -4 && (!best || far < best.far)) best = { link, far };
  }
  return best?.link;
}
