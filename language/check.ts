/** One rule file to a draft: keys, types, texts, features, bands, reasons. Everything that is wrong is told; the draft is used only when nothing was. */
import { TABLE_NAMES } from '../reference/tables.ts';
import type { Category } from '../schemas/risk/alert.ts';
import { CATEGORIES } from '../schemas/risk/alert.ts';
import { SUBJECT_TYPES } from '../schemas/risk/signal.ts';
import type { SubjectType } from '../schemas/risk/signal.ts';
import { DOCUMENT_TYPES } from '../schemas/trade/envelope.ts';
import type { DocumentType } from '../schemas/trade/envelope.ts';
import { readBands } from './bands.ts';
import type { Bands } from './bands.ts';
import type { Context } from './compile.ts';
import { readExamples } from './examples.ts';
import { readTemplate } from './explain.ts';
import type { Template } from './explain.ts';
import { readEvents, readFeatures, readNumber } from './features.ts';
import type { FeatureDraft } from './features.ts';
import { readFormulas } from './formulas.ts';
import type { Formula } from './formulas.ts';
import type { Expression } from './expressions.ts';
import { didYouMean } from './findings.ts';
import { both, checkKeys, textOf, texts } from './keys.ts';
import { isRecord } from './parse.ts';
import type { Doc } from './parse.ts';
import type { Example, Rule } from './ruleset.ts';
import { TABLE_OF, tablesBehind } from './tables.ts';
import { duration } from './windows.ts';

export interface RuleDraft
  extends Pick<
    Rule,
    | 'id'
    | 'indicator'
    | 'version'
    | 'status'
    | 'category'
    | 'title'
    | 'description'
    | 'owner'
    | 'basis'
    | 'references'
    | 'falsePositives'
    | 'action'
    | 'subjects'
    | 'support'
    | 'cooldownMs'
    | 'easeAfterMs'
    | 'dependsOnFeeds'
    | 'affectsFeed'
    | 'weight'
    | 'tables'
  > {
  features: FeatureDraft[];
  /** Each can be computed from features and those before it. */
  formulas: Formula[];
  value: Expression | undefined;
  bands: Bands;
  /** Bands after overrides, by zone. */
  zones: ReadonlyMap<string, Bands> | undefined;
  reason: { en: Template; zh: Template };
  examples: Example[];
}

const STATUSES = ['draft', 'shadow', 'live', 'retired'] as const;
const HOUR = 3_600_000;

/** What an override by mode or chapter makes of a rule: the same rule under an id of its own, over the events that `narrow` lets through. */
export interface Variant { suffix: string; narrow: string; bands: Bands | undefined; zones: ReadonlyMap<string, Bands> | undefined }
const WHOLE: Variant = { suffix: '', narrow: '', bands: undefined, zones: undefined };

export function readRule(doc: Doc, context: Context, { suffix, narrow, bands, zones }: Variant = WHOLE): RuleDraft {
  const { findings } = context;
  const raw = doc.value as Record<string, unknown>;
  checkKeys(doc, raw, context);
  const id = doc.file.replace(/\.yaml$/, '');
  checkIdentity(doc, raw, id, context);
  const on = raw.on === undefined ? [] : readEvents(doc, ['on'], raw.on, context);
  if (raw.each !== undefined && raw.each !== 'line') findings.add('each', doc, ['each'], `expected \`line\`, given \`${String(raw.each)}\``);
  const features = readFeatures({ doc, on, where: typeof raw.where === 'string' ? raw.where : '', each: raw.each === 'line', narrow }, raw.features, context);
  const measured = features.map((f) => f.name);
  const formulas = readFormulas(doc, raw.features, measured, context);
  const names = [...measured, ...formulas.map((f) => f.name)];
  const template = (tongue: 'en' | 'zh'): Template =>
    readTemplate(doc, ['reason', tongue], textOf(raw.reason, tongue), tongue, names, context.parameters.names, findings);
  const value = readValue(doc, raw, names, context);
  return {
    id: id + suffix,
    category: id.split('/')[0] as Category,
    indicator: String(raw.indicator),
    version: Number(raw.version),
    status: raw.status as Rule['status'],
    title: both(raw.title),
    description: both(raw.description),
    owner: both(raw.owner),
    basis: String(raw.basis),
    references: texts(raw.references),
    falsePositives: both(raw.falsePositives),
    action: both(raw.action),
    subjects: readSubjects(doc, raw.subject, context),
    features,
    formulas,
    value,
    support: readSupport(doc, raw.support, names, context),
    bands: bands ?? readBands(doc, ['bands'], raw.bands, findings),
    zones,
    cooldownMs: readDuration(doc, 'cooldown', raw.cooldown, HOUR, context),
    easeAfterMs: readDuration(
      doc,
      'easeAfter',
      raw.easeAfter,
      2 * Math.max(24 * HOUR * Number(features.every((f) => f.window.ms === 0)), ...features.map((f) => f.window.ms)),
      context,
    ),
    dependsOnFeeds: readFeeds(doc, raw.dependsOnFeeds, context),
    affectsFeed: raw.affectsFeed === true,
    weight: readNumber(
      doc,
      ['weight'],
      raw.weight,
      context.parameters.names.includes('ruleWeight') ? context.parameters.latest('ruleWeight') : 0,
      0,
      1,
      context,
    ),
    tables: readTables(doc, raw.tables, features, value === undefined ? formulas.map((f) => f.of) : [value, ...formulas.map((f) => f.of)], context),
    reason: { en: template('en'), zh: template('zh') },
    // They show what the rule's own bands do.
    examples: suffix === '' ? readExamples(doc, raw.examples, raw.status !== 'retired', measured, context) : [],
  };
}

function checkIdentity(doc: Doc, raw: Record<string, unknown>, id: string, { findings }: Context): void {
  const [category = ''] = id.split('/');
  if (!CATEGORIES.includes(category as Category))
    findings.add(
      'unknown-file',
      doc,
      [],
      `rules lie in a folder named after their category, found \`${doc.file}\``,
      didYouMean(category, CATEGORIES),
    );
  if (raw.id !== undefined && raw.id !== id)
    findings.add('rule-id', doc, ['id'], `id \`${String(raw.id)}\` differs from the file's path`, `write \`${id}\``);
  else if (!/^[a-z-]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) findings.add('rule-id', doc, ['id'], `\`${id}\` is not category/kebab-name`);
  if (raw.indicator !== undefined && !/^[MTFKSC]\d{1,2}$/.test(String(raw.indicator)))
    findings.add('indicator', doc, ['indicator'], `expected an indicator such as T6, given \`${String(raw.indicator)}\``);
  if (raw.status !== undefined && !STATUSES.includes(raw.status as Rule['status']))
    findings.add(
      'status',
      doc,
      ['status'],
      `unknown status \`${String(raw.status)}\``,
      didYouMean(String(raw.status), STATUSES) || STATUSES.join(', '),
    );
}

function readSubjects(doc: Doc, value: unknown, { findings }: Context): SubjectType[] {
  const list: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && value.length === 0)
    findings.add('subject', doc, ['subject'], 'at least one subject is needed', `subjects: ${SUBJECT_TYPES.join(', ')}`);
  return list.filter((type): type is SubjectType => {
    const known = SUBJECT_TYPES.includes(type as SubjectType);
    if (!known)
      findings.add(
        'subject',
        doc,
        ['subject'],
        `unknown subject \`${String(type)}\``,
        didYouMean(String(type), SUBJECT_TYPES) || `subjects: ${SUBJECT_TYPES.join(', ')}`,
      );
    return known;
  });
}

/** undefined where the rule's value is its only feature. */
function readValue(doc: Doc, raw: Record<string, unknown>, names: string[], context: Context): Expression | undefined {
  if (typeof raw.value === 'string') return context.valueExpression(doc, ['value'], raw.value, names);
  if (names.length > 1)
    context.findings.add(
      'value',
      doc,
      ['features'],
      `the rule has ${names.length} features: \`value\` must say which number is graded`,
      `e.g. value: ${names[0]}`,
      'key',
    );
  return undefined;
}

function readSupport(doc: Doc, value: unknown, names: string[], context: Context): Rule['support'] {
  if (!isRecord(value)) return undefined;
  const feature = String(value.feature);
  if (!names.includes(feature))
    context.findings.add(
      'support',
      doc,
      ['support', 'feature'],
      `\`${feature}\` is no feature of this rule`,
      didYouMean(feature, names) || `features: ${names.join(', ')}`,
    );
  return { feature, min: readNumber(doc, ['support', 'min'], value.min, undefined, 0, 1e9, context) };
}

function readDuration(doc: Doc, key: string, value: unknown, standard: number, { findings }: Context): number {
  const ms = value === undefined ? standard : duration(value);
  if (ms === undefined) findings.add('window', doc, [key], `${key}: expected a length such as 15m, 1h, 2d, given \`${String(value)}\``);
  return ms ?? standard;
}

function readFeeds(doc: Doc, value: unknown, { findings }: Context): string[] {
  return texts(value).filter((feed, i) => {
    const known = DOCUMENT_TYPES.includes(feed as DocumentType);
    if (!known)
      findings.add(
        'feed',
        doc,
        ['dependsOnFeeds', i],
        `unknown message type \`${feed}\``,
        didYouMean(feed, DOCUMENT_TYPES) || `types: ${DOCUMENT_TYPES.join(', ')}`,
      );
    return known;
  });
}

/** What the rule's expressions read goes into the evidence. A function's table must be named; what stands behind a field or a match code is found. */
function readTables(doc: Doc, value: unknown, features: FeatureDraft[], of: readonly Expression[], { findings }: Context): string[] {
  const named = texts(value);
  for (const [i, name] of named.entries()) {
    if (!(TABLE_NAMES as string[]).includes(name))
      findings.add('table', doc, ['tables', i], `unknown table \`${name}\``, didYouMean(name, TABLE_NAMES) || `tables: ${TABLE_NAMES.join(', ')}`);
  }
  const expressions = [...of, ...features.flatMap((f) => f.feeds.flatMap((feed) => [...feed.gates, feed.of, feed.item]))].filter((e) => e !== undefined);
  const read = new Set(expressions.flatMap((e) => [...e.calls].flatMap((name) => TABLE_OF[name] ?? [])));
  for (const name of read)
    if (!named.includes(name))
      findings.add('table', doc, ['tables'], `the rule reads ${name} but does not name it`, `add it: tables: [${[...named, name].join(', ')}]`);
  return [...new Set([...named, ...expressions.flatMap((e) => tablesBehind(e.ast))])];
}
