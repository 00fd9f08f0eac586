/** Rule files and tables to a rule set, whole or not at all. Pure: the same source gives the same set and the same hash. */
import { createHash } from 'node:crypto';
import { readRule } from './check.ts';
import type { RuleDraft } from './check.ts';
import { eventVariables, isProblem, Language, shapeOf } from './expressions.ts';
import type { Expression, Scope, Shape } from './expressions.ts';
import { Findings } from './findings.ts';
import { lint } from './lint.ts';
import { Overrides } from './overrides.ts';
import { readParameters } from './parameters.ts';
import type { ParameterSet, Snapshot } from './parameters.ts';
import { parseYaml } from './parse.ts';
import type { Doc, Path } from './parse.ts';
import { makeRule, quietAtZero } from './rule.ts';
import { WEIGHTS } from '../reference/recalls.ts';
import { atOnce, type Steps } from '../seeds/steps.ts';
import type { Compile, Compiled, EventName, Feature, Rule, RuleSet, RuleSource } from './ruleset.ts';
import { makeScreen } from './screen.ts';
import { tablesSteps, type WeightsAt } from './tables.ts';

/** What the reading of rules has at hand. */
export interface Context {
  findings: Findings;
  parameters: ParameterSet;
  /** Compiles for the variables of an event; undefined where it was refused, with a finding. */
  expression(doc: Doc, path: Path, source: unknown, event: EventName, each: boolean, type: 'bool' | 'double' | 'string'): Expression | undefined;
  /** Compiles over features and parameters. */
  valueExpression(doc: Doc, path: Path, source: string, features: readonly string[]): Expression | undefined;
}

export const compile: Compile = (source) => atOnce(compileSteps(source));

export function* compileSteps(source: RuleSource): Steps<Compiled> {
  const findings = new Findings();
  const docs = yield* readDocs(source, findings);
  const { parameters, shape } = readShapedParameters(docs, findings);
  const tables = yield* tablesSteps(source.tables, findings, recallWeights(parameters));
  const scope: Scope = { at: 0, tables };
  const context = makeContext(findings, parameters, shape, scope);

  const ruleDocs = docs.filter((doc) => doc.file !== 'parameters.yaml' && !doc.file.startsWith('overrides/'));
  const overrides = new Overrides(findings);
  const ids = new Set(ruleDocs.map((doc) => doc.file.replace(/\.yaml$/, '')));
  for (const doc of docs) if (doc.file.startsWith('overrides/')) overrides.read(doc, ids);
  const drafts: RuleDraft[] = [];
  for (const doc of ruleDocs) {
    drafts.push(...readWithVariants(doc, context, overrides));
    yield;
  }
  if (!Object.keys(source.files).some((file) => file.includes('/') && !file.startsWith('overrides/')))
    findings.addAt('unknown-file', 'rules', 1, 1, 'the rules folder holds no rules', 'expected files such as transaction/split-orders.yaml');
  checkDuplicates(ruleDocs, findings);

  if (findings.list.length > 0) return { ok: false, findings: findings.sorted() };
  const advice = lint(drafts, docs);
  return { ok: true, ruleSet: yield* assemble(source, drafts, parameters, scope), tables, advice };
}

/** A rule, and what overrides by mode or chapter make of it. What is wrong with the rule is told once. */
function readWithVariants(doc: Doc, context: Context, overrides: Overrides): RuleDraft[] {
  const id = doc.file.replace(/\.yaml$/, '');
  const before = context.findings.list.length;
  const whole = readRule(doc, context, { suffix: '', narrow: '', bands: undefined, zones: overrides.zones(id) });
  const leaves = overrides.leaves(id);
  if (leaves === '' || context.findings.list.length > before) return [whole];
  const variants = overrides.variants(whole);
  if (context.findings.list.length > before) return [whole];
  return [readRule(doc, context, { suffix: '', narrow: leaves, bands: undefined, zones: overrides.zones(id) }), ...variants.map((variant) => readRule(doc, context, variant))];
}

/** An id is its file's path; one that stands in two files is likely a copy that was not renamed. */
function checkDuplicates(docs: Doc[], findings: Findings): void {
  const first = new Map<string, string>();
  for (const doc of docs) {
    const id = String((doc.value as Record<string, unknown>).id ?? '');
    const other = first.get(id);
    if (id === '') continue;
    if (other === undefined) first.set(id, doc.file);
    else findings.add('duplicate-id', doc, ['id'], `id \`${id}\` stands in ${other} too`, `write \`${doc.file.replace(/\.yaml$/, '')}\``);
  }
}

/** Files in the order of their paths, so that nothing depends on how a folder was listed. */
function* readDocs(source: RuleSource, findings: Findings): Steps<Doc[]> {
  const docs: Doc[] = [];
  for (const file of Object.keys(source.files).sort()) {
    const doc = file.endsWith('.yaml') ? parseYaml(file, source.files[file]!, findings) : undefined;
    if (doc) docs.push(doc);
    yield;
  }
  return docs;
}

/** Made once for each of the parameters' days. */
function recallWeights({ snapshot }: ParameterSet): WeightsAt {
  let of: Snapshot | undefined;
  let weights = WEIGHTS;
  return (at) => {
    const now = snapshot(at);
    if (of === now) return weights;
    of = now;
    const named = (name: string, otherwise: number): number => now[name] ?? otherwise;
    return (weights = {
      brand: named('recallBrand', WEIGHTS.brand), model: named('recallModel', WEIGHTS.model), name: named('recallName', WEIGHTS.name), most: named('recallMost', WEIGHTS.most),
      gtin: named('recallGtinOnly', WEIGHTS.gtin), kind: named('recallKind', WEIGHTS.kind),
    });
  };
}

function readShapedParameters(docs: Doc[], findings: Findings): { parameters: ParameterSet; shape: Shape } {
  let shape: Shape = shapeOf({});
  const parameters = readParameters(
    docs.find((doc) => doc.file === 'parameters.yaml'),
    findings,
    (names) => {
      if (Object.keys(shape.fields).length !== names.length) shape = shapeOf(Object.fromEntries(names.map((name) => [name, 'double' as const])));
      return new shape.ctor() as Snapshot;
    },
  );
  return { parameters, shape };
}

function makeContext(findings: Findings, parameters: ParameterSet, shape: Shape, scope: Scope): Context {
  const languages = new Map<string, Language>();
  const language = (key: string, make: () => Language): Language => {
    let known = languages.get(key);
    if (!known) languages.set(key, (known = make()));
    return known;
  };
  const compileIn = (lang: Language, doc: Doc, path: Path, source: unknown, type: string): Expression | undefined => {
    // YAML reads a bare 1 or true as no text: as an expression it is one.
    const text = typeof source === 'string' || typeof source === 'number' || typeof source === 'boolean' ? String(source) : '';
    const result = lang.compile(text);
    if (isProblem(result)) return void findings.add(result.check, doc, path, result.message, result.suggestion, 'value', result.offset);
    if (result.type === type) return result;
    return void findings.add(
      'expression-type',
      doc,
      path,
      `\`${text}\` gives ${result.type}, expected ${type}`,
      type === 'bool' ? 'a gate is a condition, e.g. order.paid > 100' : '',
    );
  };
  return {
    findings,
    parameters,
    expression: (doc, path, source, event, each, type) =>
      compileIn(
        language(`${event}|${each}`, () => new Language({ ...eventVariables(event, shape, each) }, scope)),
        doc,
        path,
        source,
        type,
      ),
    valueExpression: (doc, path, source, features) => {
      const known = features.filter((name) => /^[a-z]\w*$/.test(name) && name !== 'parameters');
      const make = () => new Language({ parameters: shape, ...Object.fromEntries(known.map((name) => [name, 'double' as const])) }, scope);
      return compileIn(language(`value|${[...known].sort().join()}`, make), doc, path, source, 'double');
    },
  };
}

function* assemble(
  source: RuleSource,
  drafts: RuleDraft[],
  parameters: ParameterSet,
  scope: Scope,
): Steps<RuleSet> {
  const hash = hashOf(source);
  yield;
  const { versions } = scope.tables;
  const rules: Rule[] = [];
  for (const draft of drafts) {
    rules.push(makeRule({ ...draft, tables: draft.tables.map((name) => versions[name] ?? name) }, parameters));
    yield;
  }
  const running = rules.map((rule, i) => ({ rule, draft: drafts[i]! })).filter(({ rule }) => rule.status === 'live' || rule.status === 'shadow');
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const features = new Map<string, Feature>();
  const readers = new Map<string, Rule[]>();
  for (const { rule } of running) {
    for (const feature of rule.subjects.flatMap((type) => [...rule.features[type]!.values()])) {
      if (!features.has(feature.id)) features.set(feature.id, feature);
      const known = readers.get(feature.id) ?? [];
      if (!known.includes(rule)) known.push(rule);
      readers.set(feature.id, known);
    }
  }
  const heardAtZero = new Set(running.filter(({ draft }) => !quietAtZero(draft)).flatMap(({ rule }) => rule.subjects.flatMap((type) => [...rule.features[type]!.values()].map(({ id }) => id))));
  const screened = running.flatMap(({ rule, draft }) =>
    draft.features.map((f) => ({ ruleId: rule.id, draft: f, features: rule.subjects.map((type) => rule.features[type]!.get(f.name)!) })),
  );
  const none: readonly Rule[] = [];
  return {
    hash,
    version: hash.slice(0, 12),
    rules,
    parameters,
    rule: (id) => byId.get(id),
    feature: (id) => features.get(id),
    rulesOf: (id) => readers.get(id) ?? none,
    timed: [...features.values()].filter((f) => f.kind === 'silence'),
    screen: makeScreen(screened, (feature) => !heardAtZero.has(feature.id), parameters, scope),
  };
}

export function hashOf(source: RuleSource): string {
  const hash = createHash('sha256');
  const part = (kind: string, texts: Record<string, string>) => {
    for (const name of Object.keys(texts).sort()) hash.update(JSON.stringify([kind, name, texts[name]]));
  };
  part('file', Object.fromEntries(Object.entries(source.files).filter(([name]) => name.endsWith('.yaml'))));
  part('table', source.tables);
  return hash.digest('hex');
}
