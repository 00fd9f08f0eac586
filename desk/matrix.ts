/** Category × grade: how many alerts are open; a click filters. */
import { h } from './dom.ts';
import { CATEGORIES, GRADES, type Model } from './model.ts';
import { badge } from './parts.ts';
import { CATEGORY, GRADE } from './terms.ts';
import { lang, t, word } from './text.ts';

/** In place: numbers change all the time, and a button must not be replaced between press and release. */
function refresh(known: HTMLElement, next: HTMLElement): void {
  const fresh = next.querySelectorAll('button');
  known.querySelectorAll('button').forEach((button, i) => {
    const to = fresh[i];
    if (!to) return;
    button.textContent = to.textContent;
    for (const name of ['class', 'aria-pressed', 'aria-label']) button.setAttribute(name, to.getAttribute(name) ?? '');
  });
}

export function drawMatrix(at: HTMLElement, model: Model, choose: (category: string | undefined, grade: string | undefined) => void): void {
  const counts = model.counts(Date.now());
  const { filter } = model;
  const cell = (category: string | undefined, grade: string | undefined) => {
    const n = counts.get(`${category ?? ''}|${grade ?? ''}`) ?? 0;
    const pressed = filter.category === category && filter.grade === grade && (category !== undefined || grade !== undefined);
    const label = `${category ? word(CATEGORY, category) : t('total')}, ${grade ? word(GRADE, grade) : t('total')}: ${n}`;
    return h(
      'td',
      {},
      h('button', {
        type: 'button',
        class: `count ${grade ?? 'sum'}${n === 0 ? ' zero' : ''}`,
        'aria-pressed': String(pressed),
        'aria-label': label,
        data: { cell: `${category ?? ''}|${grade ?? ''}` },
        on: {
          click: (e) =>
            (e.currentTarget as Element).getAttribute('aria-pressed') === 'true' ? choose(undefined, undefined) : choose(category, grade),
        },
        text: `${n}${model.truncated && !category && !grade ? '+' : ''}`,
      }),
    );
  };
  const head = h(
    'tr',
    {},
    h('td'),
    GRADES.map((g) => h('th', { scope: 'col', title: word(GRADE, g) }, badge(g))),
    h('th', { scope: 'col', text: t('total') }),
  );
  const rows = CATEGORIES.map((c) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row', text: word(CATEGORY, c) }),
      GRADES.map((g) => cell(c, g)),
      cell(c, undefined),
    ),
  );
  const foot = h(
    'tr',
    { class: 'foot' },
    h('th', { scope: 'row', text: t('total') }),
    GRADES.map((g) => cell(undefined, g)),
    cell(undefined, undefined),
  );
  const table = h('table', { class: 'matrix', lang: lang() }, h('thead', {}, head), h('tbody', {}, rows, foot));
  const known = at.querySelector<HTMLElement>('table');
  if (known?.lang === lang()) refresh(known, table);
  else at.replaceChildren(table);
}
