/** One rule as an officer reads it: what it grades and from which values on, in words; its numbers, its examples, how it came to be as it is. */
import { diffView } from './diff.ts';
import { h, type Child } from './dom.ts';
import { moment, number } from './format.ts';
import type { RuleStats } from './model.ts';
import { may } from './page.ts';
import { badge, categoryTag, facts, statusTag } from './parts.ts';
import { GRADE, RULE_STATUS, SUBJECT } from './terms.ts';
import { pick, t, word, type Bilingual, type UiKey } from './text.ts';
import { ruleRecord } from './verdicts.ts';

interface Words {
  indicator: string; title: Bilingual; description: Bilingual; falsePositives: Bilingual; action: Bilingual; reason: Bilingual; owner: Bilingual; basis: string; references: string[]; subjects: string[]; events: Bilingual; where: string;
  features: { name: string; text: Bilingual; where: string }[]; value: string; support: { feature: string; min: string } | null; bands: { grade: string; from: number }[]; cooldown: string; easeAfter: string; dependsOnFeeds: string[];
  parameters: { name: string; value: number | null; unit: string; description: Bilingual }[]; examples: { name: string; grade: string }[];
}
export interface Approval { approver: string; why: string; proposal: string }
export interface RuleText { rule: string; version: number; status: string; text: string; by: string; since: number; approval: Approval | null; words: Words | null }
/** One change of rules, as the history tells. */
export interface Change { by: string; since: number; approval: Approval | null; changes: { file: string; kind: 'added' | 'changed' | 'removed'; version: [number | null, number | null]; status: [string | null, string | null]; diff?: string }[] }

const who = (by: string): string => (by === 'start' ? t('refStart') : by);
export const putBy = ({ by, approval }: Pick<Change, 'by' | 'approval'>): string => (approval && approval.proposal !== '' ? `${who(by)}, ${t('rulesApprovedBy')} ${approval.approver}` : who(by));

const block = (title: string, ...children: Child[]): HTMLElement => h('section', { class: 'block' }, h('h3', { text: title }), children);
const code = (text: string): Child => (text === '' ? null : h('code', { class: 'expression', text }));

function bands({ bands, value }: Words): HTMLElement {
  return h('dl', { class: 'bands-list' }, bands.map(({ grade, from }) => h('div', { class: grade }, h('dt', {}, badge(grade), word(GRADE, grade)), h('dd', { text: `≥ ${number(from)}` }))), h('div', { class: 'graded' }, h('dt', { text: t('rulesValue') }), h('dd', {}, code(value))));
}

function graded(words: Words): HTMLElement {
  const pairs: [string, Child][] = [
    [t('rulesOn'), [pick(words.events), words.where === '' ? null : [` · ${t('rulesWhere')} `, code(words.where)]]],
    [t('rulesSubject'), words.subjects.map((subject) => word(SUBJECT, subject)).join(' / ')],
  ];
  if (words.support) pairs.push([t('rulesSupport'), code(`${words.support.feature} ≥ ${words.support.min}`)]);
  if (words.cooldown !== '') pairs.push([t('rulesCooldown'), words.cooldown]);
  if (words.easeAfter !== '') pairs.push([t('rulesEase'), words.easeAfter]);
  if (words.dependsOnFeeds.length > 0) pairs.push([t('rulesFeeds'), words.dependsOnFeeds.join(', ')]);
  return block(t('rulesWhat'), bands(words), facts(pairs));
}

const features = ({ features }: Words): HTMLElement =>
  block(t('rulesFeatures'), h('dl', { class: 'named' }, features.map(({ name, text, where }) => h('div', {}, h('dt', {}, h('code', { text: name })), h('dd', {}, pick(text), where === '' ? null : [` · ${t('rulesWhere')} `, code(where)])))));

const parameters = ({ parameters }: Words): HTMLElement =>
  block(t('rulesParameters'), parameters.length === 0 ? h('p', { class: 'faint', text: t('rulesNoParameters') }) : h('dl', { class: 'named' }, parameters.map(({ name, value, unit, description }) =>
    h('div', {}, h('dt', {}, h('code', { text: name })), h('dd', {}, h('b', { text: value === null ? t('rulesUnset') : number(value) }), ` ${unit}`, h('small', { text: pick(description) }))))));

const gradeWord = (grade: string): string => (grade === 'none' ? t('gradeNone') : word(GRADE, grade));
const examples = ({ examples }: Words): HTMLElement =>
  block(t('rulesExamples'), h('ul', { class: 'examples' }, examples.map(({ name, grade }) => h('li', {}, grade === 'none' ? h('span', { class: 'badge calm', 'aria-hidden': 'true', text: '·' }) : badge(grade), h('span', { text: name }), h('b', { text: gradeWord(grade) })))));

const arrow = ([from, to]: [unknown, unknown]): string => (from === to || from === null ? String(to ?? '') : `${String(from)} → ${String(to ?? '∅')}`);

export function history(changes: readonly Change[]): HTMLElement {
  const entry = ({ by, since, approval, changes }: Change): HTMLElement => {
    const [change] = changes;
    return h('li', {}, h('details', {},
      h('summary', {},
        h('b', { text: change?.version[1] === null && change.version[0] === null ? t(change.kind) : `${t('rulesVersion')} ${arrow(change?.version ?? [null, null])}` }),
        change && change.status[0] !== change.status[1] ? h('span', { class: 'tag', text: change.status.filter((one) => one !== null).map((one) => word(RULE_STATUS, one)).join(' → ') }) : null,
        h('span', { text: moment(since) }), h('span', { text: putBy({ by, approval }) }), approval && approval.proposal !== '' ? h('span', { class: 'faint', text: approval.why }) : null),
      change?.diff === undefined ? null : diffView(change.diff)));
  };
  return h('section', { class: 'block' }, h('h3', {}, t('rulesHistory'), h('small', { text: t('rulesHistoryHint') })), h('ol', { class: 'changes-list' }, changes.map(entry)));
}

function texts({ falsePositives, action, reason, owner, basis, references }: Words): HTMLElement {
  const said: [UiKey, string][] = [['rulesReason', pick(reason)], ['rulesAction', pick(action)], ['rulesFalse', pick(falsePositives)], ['rulesOwner', pick(owner)], ['rulesBasis', basis], ['rulesReferences', references.join('; ')]];
  return h('section', { class: 'block' }, facts(said.filter(([, text]) => text !== '').map(([key, text]) => [t(key), text])));
}

export function drawRule(at: HTMLElement, rule: RuleText, changes: readonly Change[], stats: RuleStats | undefined): void {
  const { words } = rule;
  const record = ruleRecord(stats);
  const change = may('propose') ? h('a', { class: 'go', href: `#${rule.rule}/edit`, text: t('rulesChange') }) : h('p', { class: 'faint', text: t('mayNotPropose') });
  at.replaceChildren(
    h('p', {}, h('a', { class: 'link', href: '#', text: `← ${t('rulesBack')}` })),
    h('header', { class: 'rule-head' },
      h('div', { class: 'line' }, categoryTag(rule.rule.split('/')[0] ?? ''), words ? h('span', { text: words.indicator }) : null, statusTag(rule.status), h('code', { text: rule.rule })),
      h('h2', { text: words ? pick(words.title) : rule.rule }),
      words ? h('p', { class: 'lead', text: pick(words.description) }) : null,
      facts([[t('rulesVersion'), `${rule.version} · ${moment(rule.since)} · ${putBy(rule)}`], [t('record'), record === '' ? t('rulesNever') : record]]),
      change),
    ...(words ? [graded(words), features(words), parameters(words), examples(words), texts(words)] : []),
    history(changes),
    h('details', { class: 'block' }, h('summary', { text: t('rulesText') }), h('pre', { class: 'yaml', tabindex: '0', text: rule.text })),
  );
}
