/** A form of a reason and what is done with it: proposing, approving, declining, lifting. What is refused is told in the gateway's words. */
import { ApiFailure } from './api.ts';
import { h } from './dom.ts';
import { t } from './text.ts';

export interface Act {
  name: string;
  label: string;
  /** Whether it asks for a reason of its own. */
  reason: boolean;
  /** The one that is meant by the key Enter. */
  main?: boolean;
  run(why: string): Promise<void>;
}
const SHORTEST = 3;
let forms = 0;

export function decision(acts: readonly Act[], draft: { why: string }): HTMLElement {
  const id = `why${forms++}`;
  const problem = h('p', { class: 'wrong', role: 'alert' });
  const why = h('input', { type: 'text', id, maxlength: '500', autocomplete: 'off', placeholder: t('whyHint') });
  why.value = draft.why;
  why.addEventListener('input', () => {
    draft.why = why.value;
    problem.textContent = '';
  });
  const act = async ({ reason, run }: Act): Promise<void> => {
    if (reason && why.value.trim().length < SHORTEST) {
      problem.textContent = t('whyNeeded');
      why.focus();
      return;
    }
    try {
      await run(why.value.trim());
      draft.why = '';
    } catch (error) {
      const { message, next } = error instanceof ApiFailure ? error : { message: String(error), next: '' };
      problem.textContent = [t('notTaken'), message, next].filter(Boolean).join(' ');
      problem.scrollIntoView({ block: 'nearest' });
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const main = acts.find((one) => one.main);
    if (main) void act(main);
  };
  const button = (one: Act): HTMLElement => h('button', { type: one.main ? 'submit' : 'button', class: one.main ? 'go' : 'quiet', data: { act: one.name }, on: one.main ? {} : { click: () => void act(one) }, text: one.label });
  return h('form', { class: 'decide', on: { submit } }, h('label', { for: id, text: t('why') }), why, h('div', { class: 'do-line' }, acts.map(button)), problem);
}
