/**
 * How rules come to change while the system runs: an author's key proposes, another key approves, and the set is put in force as an edition at a place in every journal
 * partition. What is refused changes nothing; what was in force can be read back to the first.
 */
import { setImmediate } from 'node:timers/promises';
import { GRADE_WORDS } from '../language/explain.ts';
import { exampleAt, type ExampleResult, exampleSteps } from '../language/examples.ts';
import { wholeRule } from '../language/overrides.ts';
import type { Compiled, Finding, RuleSource } from '../language/ruleset.ts';
import { headOf, isRuleFile } from '../language/versions.ts';
import { type Approval, hashOf, type Part } from '../schemas/risk/edition.ts';
import type { Steps } from '../seeds/steps.ts';
import { stageJudge } from './examples.ts';
import type { Reference } from './reference.ts';
import type { Proposed, Register, RuleChange, Who } from './register.ts';
import { differences, differenceSteps, type FileChange, laidOver } from './rule-differences.ts';
import { type Files, type Past, rulesOf, START, versionFindings } from './rule-versions.ts';
import { inTurns } from './turns.ts';

/** What would become of files: `findings` hinder a proposal, `advice` does not. Examples of the rules concerned, those that pass too. */
export interface RuleCheck { findings: Finding[]; advice: Finding[]; changes: FileChange[]; examples: ExampleResult[] }
export interface Proposal {
  id: string;
  by: string;
  /** Id of the author's key. */
  key: string;
  at: number;
  why: string;
  state: 'open' | 'approved' | 'rejected';
  decision: { by: string; at: number; why: string } | null;
  changes: FileChange[];
  /** What the approver should look at: it hinders nothing. */
  advice: Finding[];
}
/** Each change with its diff where that was asked for. */
export interface RuleHistory { by: string; since: number; hash: string; version: string; approval: Approval | null; changes: (Omit<FileChange, 'diff' | 'text'> & Partial<Pick<FileChange, 'diff'>>)[] }
export type ChangeRefusal = { ok: false; code: 'RULES_REFUSED' | 'NOTHING_CHANGED' | 'UNKNOWN_FILE' | 'NO_PROPOSAL' | 'DECIDED' | 'SAME_KEY' | 'STALE'; message: string; findings: Finding[] };
export type ChangeResult = { ok: true; proposal: Proposal } | ChangeRefusal;

/** What a gateway asks. */
export type RuleDesk = Pick<RuleChanges, 'check' | 'propose' | 'approve' | 'reject' | 'proposals' | 'proposal' | 'history' | 'text' | 'parameters'>;

type RuleProposed = Proposed<RuleChange>;
const refuse = (code: ChangeRefusal['code'], message: string, findings: Finding[] = []): ChangeRefusal => ({ ok: false, code, message, findings });
/** Where a file of a rule set may lie. */
const FILE = /^(parameters|(overrides|[a-z-]+)\/[a-z0-9-]{1,80})\.yaml$/;

export class RuleChanges {
  readonly #past: Past;
  readonly #reference: Pick<Reference, 'turn' | 'publish'>;
  readonly #register: Register;
  readonly #compile: (source: RuleSource) => Steps<Compiled>;

  constructor(past: Past, reference: Pick<Reference, 'turn' | 'publish'>, register: Register, compile: (source: RuleSource) => Steps<Compiled>) {
    this.#past = past;
    this.#reference = reference;
    this.#register = register;
    this.#compile = compile;
  }

  /** `files`: the new text of each, null where it goes. `dry`: says what stands against it, and what would change. */
  propose(files: Record<string, string | null>, who: Who, why: string, dry: boolean): Promise<ChangeResult> {
    return this.#reference.turn(async (source) => {
      const unknown = unknownFile(files, source.files);
      if (unknown !== undefined) return refuse('UNKNOWN_FILE', unknown);
      const differing = Object.entries(files).filter(([file, text]) => source.files[file] !== (text ?? undefined));
      if (differing.length === 0) return refuse('NOTHING_CHANGED', 'these files are in force as they are');
      const change: RuleChange = { kind: 'rules', files: Object.fromEntries(differing), base: Object.fromEntries(differing.map(([file]) => [file, baseOf(source.files[file])])) };
      const next = laidOver(source.files, change.files);
      const { findings, advice } = await this.#check({ ...source, files: next }, change.files);
      if (findings.length > 0) return refuse('RULES_REFUSED', REFUSED, findings);
      const proposed = dry ? { id: '', by: who, at: 0, why, change } : ((await this.#register.propose(who, why, change)) as RuleProposed);
      return { ok: true, proposal: show(proposed, source.files, next, undefined, advice) };
    });
  }

  /** What stands against files as they are being written, and how the examples of the rules concerned come out. Keeps nothing. */
  check(files: Record<string, string | null>): Promise<RuleCheck> {
    return this.#reference.turn(async (source) => {
      const unknown = unknownFile(files, source.files);
      if (unknown !== undefined) return { findings: [{ check: 'unknown-file', file: Object.keys(files)[0] ?? '', line: 1, column: 1, message: unknown, suggestion: '' }], advice: [], changes: [], examples: [] };
      const next = laidOver(source.files, files);
      return { ...(await this.#check({ ...source, files: next }, files)), changes: differences(source.files, next, Object.keys(files)) };
    });
  }

  /** Puts it in force at once. Never by the key that proposed it. */
  approve(id: string, who: Who, why: string): Promise<ChangeResult> {
    return this.#reference.turn(async (source) => {
      const found = await this.#open(id);
      if (!found.ok) return found;
      const { proposed } = found;
      if (proposed.by.id === who.id) return refuse('SAME_KEY', `proposal ${id} was made with this key: another one must approve it`);
      const stale = Object.keys(proposed.change.files).filter((file) => proposed.change.base[file] !== baseOf(source.files[file]));
      if (stale.length > 0) return refuse('STALE', `${stale.join(', ')} changed since proposal ${id} was made: make it anew upon what is in force`);
      const next = laidOver(source.files, proposed.change.files);
      const { findings, advice } = await this.#check({ ...source, files: next }, proposed.change.files);
      if (findings.length > 0) return refuse('RULES_REFUSED', REFUSED, findings);
      const published = await this.#reference.publish({ ...source, files: next }, named(proposed.by), { approval: { approver: named(who), why: why || proposed.why, proposal: id } });
      if (published.length > 0) return refuse('RULES_REFUSED', REFUSED, published);
      return { ok: true, proposal: show(proposed, source.files, next, (await this.#approvals()).get(id), advice) };
    });
  }

  reject(id: string, who: Who, why: string): Promise<ChangeResult> {
    return this.#reference.turn(async (source) => {
      const found = await this.#open(id);
      if (!found.ok) return found;
      const proposed = (await this.#register.decide(who, why, 'rejected', id)) as RuleProposed;
      return { ok: true, proposal: show(proposed, source.files, laidOver(source.files, proposed.change.files), undefined, []) };
    });
  }

  async #ofRules(): Promise<Map<string, RuleProposed>> {
    return new Map([...(await this.#register.proposals())].filter((entry): entry is [string, RuleProposed] => entry[1].change.kind === 'rules'));
  }

  async #open(id: string): Promise<{ ok: true; proposed: RuleProposed } | ChangeRefusal> {
    const proposed = (await this.#ofRules()).get(id);
    if (!proposed) return refuse('NO_PROPOSAL', `there is no proposal ${id.slice(0, 40)}`);
    const { state } = stateOf(proposed, (await this.#approvals()).get(id));
    return state === 'open' ? { ok: true, proposed } : refuse('DECIDED', `proposal ${id} is ${state} already`);
  }

  /** Newest first. */
  async proposals(limit: number): Promise<Omit<Proposal, 'changes' | 'advice'>[]> {
    const approvals = await this.#approvals();
    return [...(await this.#ofRules()).values()].reverse().slice(0, limit).map((proposed) => ({ ...headOfProposal(proposed), ...stateOf(proposed, approvals.get(proposed.id)) }));
  }

  /** With its differences to what was in force when it was made, or is now where it is open. */
  proposal(id: string): Promise<Proposal | undefined> {
    return this.#reference.turn(async (source) => {
      const proposed = (await this.#ofRules()).get(id);
      if (!proposed) return undefined;
      const approval = (await this.#approvals()).get(id);
      const before = approval ? await this.#before(id) : source.files;
      const next = laidOver(before, proposed.change.files);
      const { findings, advice } = approval || proposed.rejected ? { findings: [], advice: [] } : await this.#check({ ...source, files: next }, proposed.change.files);
      return show(proposed, before, next, approval, [...findings, ...advice]);
    });
  }

  /** Parts of rules that were put in force by a proposal. */
  async #approvals(): Promise<Map<string, Part>> {
    const parts = new Map<string, Part>();
    for await (const { part } of rulesOf(this.#past)) if (part.approval) parts.set(part.approval.proposal, part);
    return parts;
  }

  async #before(proposal: string): Promise<Files> {
    let found = false;
    for await (const { part, files } of rulesOf(this.#past)) {
      if (found) return files;
      found = part.approval?.proposal === proposal;
    }
    return {};
  }

  /** Newest first: who put which rules in force, who approved, why. `rule`: one alone. `diffs`: what each changed, line by line. */
  async history(rule: string | undefined, limit: number, diffs = false): Promise<RuleHistory[]> {
    const entries: RuleHistory[] = [];
    let later: { part: Part; files: Files } | undefined;
    const among = rule === undefined ? {} : { among: [`${rule}.yaml`] };
    const take = async (before: Files): Promise<void> => {
      if (!later) return;
      const { by, since, hash, version, approval } = later.part;
      const changes = await inTurns(differenceSteps(before, later.files, { ...among, diffs }));
      if (changes.length > 0) entries.push({ by, since, hash, version, approval: approval ?? null, changes: changes.map(({ diff, text: _text, ...change }) => (diffs ? { ...change, diff } : change)) });
    };
    for await (const one of rulesOf(this.#past)) {
      await take(one.files);
      later = one;
      if (entries.length >= limit) return entries;
    }
    await take({});
    return entries;
  }

  /** The text of a rule as it is in force, or as it was under a version; with the parameters that held beside it last. */
  async text(rule: string, version: number | undefined): Promise<{ text: string; version: number; status: string; by: string; since: number; approval: Approval | null; parameters: string } | undefined> {
    const file = `${rule}.yaml`;
    let found: { part: Part; text: string; parameters: string } | undefined;
    for await (const { part, files } of rulesOf(this.#past)) {
      const text = files[file];
      const head = text === undefined ? undefined : headOf(file, text);
      if (found && text !== found.text) break;
      if (text !== undefined && head && (version === undefined || head.version === version)) found = { part, text, parameters: found?.parameters ?? files['parameters.yaml'] ?? '' };
      else if (version === undefined) break;
    }
    const head = found && headOf(file, found.text);
    return found && head && { text: found.text, version: head.version, status: head.status, by: found.part.by, since: found.part.since, approval: found.part.approval ?? null, parameters: found.parameters };
  }

  /** The text of the parameters in force, with who put it so and when. */
  async parameters(): Promise<{ text: string; by: string; since: number; approval: Approval | null } | undefined> {
    let found: { part: Part; text: string } | undefined;
    for await (const { part, files } of rulesOf(this.#past)) {
      const text = files['parameters.yaml'];
      if (text === undefined || (found && text !== found.text)) break;
      found = { part, text };
    }
    return found && { text: found.text, by: found.part.by, since: found.part.since, approval: found.part.approval ?? null };
  }

  /** What stands against a set: it does not compile, a number stood for something else, or a rule that the change concerns fails its own examples. */
  async #check(source: RuleSource, files: Record<string, string | null>): Promise<Omit<RuleCheck, 'changes'>> {
    const compiled = await inTurns(this.#compile(source));
    if (!compiled.ok) return { findings: compiled.findings, advice: [], examples: [] };
    const changed = Object.keys(files).filter((file) => files[file] !== null);
    const findings = await versionFindings(this.#past, source.files, changed);
    const judge = stageJudge(compiled.tables);
    // Parameters and overrides concern every rule.
    const concerned = changed.every(isRuleFile) ? compiled.ruleSet.rules.filter(({ id }) => changed.includes(`${id}.yaml`)) : compiled.ruleSet.rules;
    const examples: ExampleResult[] = [];
    for (const rule of concerned) {
      examples.push(...(await inTurns(exampleSteps(compiled.ruleSet, rule, judge))));
      await setImmediate(); // the pipeline's turn
    }
    findings.push(...examples.filter(({ ok }) => !ok).map((one) => failing(one, source.files)));
    return { findings, advice: compiled.advice.filter(({ file }) => changed.includes(file)), examples };
  }
}

/** Where the example stands, so that its author finds it. */
function failing({ rule, example, expected, actual, errors }: ExampleResult, files: Files): Finding {
  const file = `${wholeRule(rule)}.yaml`;
  const message = `example \`${example}\`: expected ${expected ?? 'none'}, got ${actual ?? 'none'}${errors.length > 0 ? ` (${errors.join('; ')})` : ''}`;
  const zh = `样例 \`${example}\`：应为${expected ? GRADE_WORDS[expected].zh : '无'}，实得${actual ? GRADE_WORDS[actual].zh : '无'}${errors.length > 0 ? `（${errors.join('; ')}）` : ''}`;
  return { check: 'examples', file, ...exampleAt(file, files[file] ?? '', example), message, suggestion: 'npx fenghuo rules test', zh: { message: zh, suggestion: 'npx fenghuo rules test' } };
}

function unknownFile(files: Record<string, string | null>, inForce: Files): string | undefined {
  const unknown = Object.keys(files).find((file) => !FILE.test(file) || (files[file] === null && inForce[file] === undefined));
  if (unknown === undefined) return undefined;
  return `${unknown} is no file of a rule set${FILE.test(unknown) ? ' in force, so it cannot be removed' : ': expected category/name.yaml, overrides/name.yaml or parameters.yaml'}`;
}

const REFUSED = 'the rule set with this change is refused whole';
const named = ({ name }: Who): string => (name === '' || name === START ? `(${name})` : name);
const headOfProposal = ({ id, by, at, why }: RuleProposed) => ({ id, by: named(by), key: by.id, at, why });
const baseOf = (text: string | undefined): string => (text === undefined ? '' : hashOf(text));

function stateOf({ rejected }: RuleProposed, approval: Part | undefined): Pick<Proposal, 'state' | 'decision'> {
  if (approval?.approval) return { state: 'approved', decision: { by: approval.approval.approver, at: approval.since, why: approval.approval.why } };
  return rejected ? { state: 'rejected', decision: { by: named(rejected.by), at: rejected.at, why: rejected.why } } : { state: 'open', decision: null };
}

function show(proposed: RuleProposed, before: Files, after: Files, approval: Part | undefined, advice: Finding[]): Proposal {
  const changes = differences(before, after, Object.keys(proposed.change.files));
  const straight = changes.filter(({ status, version }) => status[1] === 'live' && status[0] !== 'shadow' && version[0] !== version[1]).map(({ file, version }): Finding => (
    { check: 'no-shadow', file, line: 1, column: 1, message: `version ${version[1]} goes live without having run in shadow`, suggestion: 'propose it with status: shadow first, and look at what it finds',
      zh: { message: `版本 ${version[1]} 未经试运行即生效`, suggestion: '先以 status: shadow 提议，观察其结果' } }));
  return { ...headOfProposal(proposed), ...stateOf(proposed, approval), changes, advice: [...straight, ...advice] };
}
