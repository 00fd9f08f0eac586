/** Wires the page of rules: all of them with their numbers; one of them in words, with its history; a change of it. */
import { type ApiFailure, get } from './api.ts';
import { byId } from './dom.ts';
import type { Rule, RuleStats } from './model.ts';
import { asFailure, drawFailure, may, startPage } from './page.ts';
import { drawParameters, type Parameters } from './parameters-view.ts';
import { drawEdit, forgetDraft, PARAMETERS } from './rule-edit.ts';
import { drawRule, type Change, type RuleText } from './rule-view.ts';
import { drawRules, type Listed, type Search } from './rules-view.ts';

/** Enough to tell of every rule who put it in force. */
const MOST_CHANGES = 1000;

let listed: Listed[] | undefined;
let rule: { text: RuleText; history: Change[] } | undefined;
let parameters: { given: Parameters; history: Change[] } | undefined;
let failed: ApiFailure | undefined;
const search: Search = { find: '', category: '', status: '' };

/** `#transaction/split-orders` is its page, `#transaction/split-orders/edit` a change of it, `#parameters` what all share: a page can be sent to a colleague. */
function chosen(): { id: string; editing: boolean } {
  const parts = decodeURIComponent(location.hash.slice(1)).split('/');
  const editing = parts.at(-1) === 'edit';
  const id = (editing ? parts.slice(0, -1) : parts).join('/');
  return { id: id === PARAMETERS || id.includes('/') ? id : '', editing };
}

/** An override by mode or chapter is a variant of its rule, in the same file. */
const fileOf = (id: string): string => `${id.split('@', 1)[0]}.yaml`;

async function readAll(): Promise<Listed[]> {
  const [{ rules }, { rules: stats }, { history }] = await Promise.all([
    get<{ rules: Rule[] }>('/v1/rules'), get<{ rules: RuleStats[] }>('/v1/rules/stats'), get<{ history: Change[] }>(`/v1/rules/history?limit=${MOST_CHANGES}`),
  ]);
  const did = new Map(stats.map((one) => [one.rule, one]));
  const put = new Map<string, Change>();
  for (const change of history) for (const { file } of change.changes) if (!put.has(file)) put.set(file, change);
  return rules.map((one) => ({ rule: one, stats: did.get(one.id), put: put.get(fileOf(one.id)) }));
}

const historyOf = async (id: string): Promise<Change[]> => (await get<{ history: Change[] }>(`/v1/rules/history?rule=${encodeURIComponent(id)}&diff=1&limit=${MOST_CHANGES}`)).history;

async function load(): Promise<void> {
  const { id } = chosen();
  try {
    listed ??= await readAll();
    if (id === '') listed = await readAll();
    else if (id === PARAMETERS) parameters = { given: await get<Parameters>('/v1/rules/parameters'), history: await historyOf(id) };
    else if (rule?.text.rule !== id) rule = { text: await get<RuleText>(`/v1/rules/${id}`), history: await historyOf(id) };
    failed = undefined;
  } catch (error) {
    failed = asFailure(error);
  }
  draw();
}

function draw(): void {
  const at = byId('office');
  const { id, editing } = chosen();
  if (failed) return drawFailure(at, failed, load);
  if (!listed) return;
  const own = listed.find((one) => one.rule.id === id);
  if (id === '') drawRules(at, listed, search);
  else if (id === PARAMETERS) {
    if (parameters && editing && may('propose')) drawEdit(at, { rule: PARAMETERS, text: parameters.given.text });
    else if (parameters) drawParameters(at, parameters.given, parameters.history);
  } else if (rule?.text.rule !== id) at.replaceChildren();
  else if (editing && may('propose')) drawEdit(at, rule.text);
  else drawRule(at, rule.text, rule.history, own?.stats);
}

window.addEventListener('hashchange', () => {
  if (!chosen().editing) forgetDraft();
  failed = undefined;
  draw();
  void load().then(() => byId('office').focus());
});
startPage({ title: 'rulesTitle', skipTo: 'office', draw });
void load();
