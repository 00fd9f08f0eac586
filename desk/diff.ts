/** A unified diff as lines: sign and colour say the same. */
import { h } from './dom.ts';

const KIND: Record<string, string> = { '+': 'plus', '-': 'minus', '@': 'hunk' };

export function diffView(diff: string): HTMLElement {
  // The first four lines name the file twice: the page has said which it is.
  const lines = diff.split('\n').filter((line) => !/^(=====|---|\+\+\+|Index:|\\ No newline)/.test(line) && line !== '');
  return h('pre', { class: 'diff', tabindex: '0' }, lines.map((line) => h('span', { class: KIND[line[0] ?? ''] ?? 'same', text: `${line}\n` })));
}
