/** One finding of the match, in the reader's language: what the code says, what this finding says, and both sides. */
import { h } from './dom.ts';
import { CODE, SIDE } from './terms.ts';
import { lang, pick, t, word } from './text.ts';

export interface Finding {
  code: string;
  outcome: 'fail' | 'soft' | 'not-checked';
  left: string;
  right: string;
  detail: string;
  detailZh?: string;
}

/** A side is a value of the documents, or words of ours: documents, verdicts, a party's role before its code, days. */
export const sideOf = (text: string): string =>
  text
    .split(', ')
    .map((one) => {
      const [, first = '', rest = ''] = /^(\S+) (\S+)$/.exec(one) ?? [];
      if (rest === 'days') return `${first} ${t('days')}`;
      return SIDE[first] ? `${word(SIDE, first)} ${rest}` : word(SIDE, one);
    })
    .join(', ');

export function drawFinding(f: Finding): HTMLElement {
  const detail = pick({ en: f.detail, zh: f.detailZh ?? '' });
  return h(
    'li',
    { class: `finding ${f.outcome}` },
    h('div', {}, h('span', { class: 'outcome', text: t(f.outcome) }), h('code', { text: f.code })),
    h('div', {}, h('b', { text: word(CODE, f.code) }), CODE[f.code] ? h('span', { class: 'other', text: lang() === 'zh' ? CODE[f.code]?.en : CODE[f.code]?.zh }) : null),
    h(
      'div',
      { class: 'sides' },
      h('span', { text: sideOf(f.left) || '—' }),
      h('i', { text: f.outcome === 'not-checked' ? '?' : '≠' }),
      h('span', { text: sideOf(f.right) || '—' }),
      detail ? h('small', { text: detail }) : null,
    ),
  );
}
