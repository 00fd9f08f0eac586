/** What a backtest says: as data (`--json`) and in lines. Pure. */
import type { Rule, RuleSet } from '../../language/ruleset.ts';
import type { JournalSpan } from '../../processors/recorded.ts';
import type { Replayed } from '../../processors/replay.ts';
import { GRADES } from '../../schemas/risk/alert.ts';
import { clock, gradeMark, type Lang, plain, type Row, say, shorten, table } from '../format.ts';
import { byDay, byGrade, compare, type Counts, dayOf, type Difference, type Kind, type Precision, precisionOf, shared, type Telling, telling, type Told, type VerdictOf, worst } from './compare.ts';
import type { Series } from './plot.ts';

interface Given {
  from: number; until: number; span: JournalSpan; replayed: Replayed; rules: readonly Rule[];
  /** How far the rules look back, ms. */
  lookBack: number;
  /** Old side first, where there is one. */
  sides: readonly { name: string; ruleSet: RuleSet; alerts: Told[] }[];
  examples: number; verdictOf: VerdictOf;
}

export interface SideReport { name: string; alerts: number; byGrade: Counts; verdicts: Precision; byDay: { day: string; counts: Counts }[] }
export interface RuleReport { id: string; version: number; before: Counts | undefined; after: Counts; both: number; onlyBefore: number; onlyAfter: number; regraded: number; precisionBefore: number | null; precisionAfter: number | null }
export interface Report {
  title: string;
  from: string; until: string;
  /** `cold`: the replay begins with empty windows later than the rules look back from `from`. */
  journal: { first: string; last: string; warmSince: string; lookBackHours: number; cold: boolean; partitions: number };
  speed: { records: number; documents: number; seconds: number; documentsPerSecond: number };
  before: SideReport | undefined;
  after: SideReport;
  overlap: { both: number; onlyBefore: number; onlyAfter: number; regraded: number } | undefined;
  rules: RuleReport[];
  examples: Telling[];
}

const HOUR = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();
const regraded = ({ both }: Difference): number => both.filter(({ before, after }) => before.grade !== after.grade).length;

export function report({ from, until, span, lookBack, replayed, rules, sides, examples, verdictOf: said }: Given): Report {
  const [first, second] = sides as [Given['sides'][number], Given['sides'][number] | undefined];
  const [old, now] = second ? [first, second] : [undefined, first];
  const difference = compare(old?.alerts ?? [], now.alerts);
  const verdictOf = shared(difference, said);
  const side = ({ name, alerts }: Given['sides'][number]): SideReport => ({ name, alerts: alerts.length, byGrade: byGrade(alerts), verdicts: precisionOf(alerts, verdictOf), byDay: byDay(alerts, from, until) });
  return {
    title: `${rules.length === 1 ? rules[0]?.id : `${rules.length} rules`} · ${dayOf(from)} – ${dayOf(until - 1)} · Alerts by day and grade 预警按日分级`, from: iso(from), until: iso(until),
    journal: { first: iso(span.first), last: iso(span.last), warmSince: iso(span.since), lookBackHours: lookBack / HOUR, cold: span.cold && span.since > from - lookBack, partitions: span.start.length },
    speed: { ...replayed, documentsPerSecond: Math.round(replayed.documents / Math.max(0.001, replayed.seconds)) },
    before: old && side(old), after: side(now),
    overlap: old && { both: difference.both.length, onlyBefore: difference.onlyBefore.length, onlyAfter: difference.onlyAfter.length, regraded: regraded(difference) },
    rules: rules.map(({ id, version }) => ruleReport(id, version, old?.alerts, now.alerts, difference, verdictOf)),
    examples: old ? telling(difference, examples, verdictOf) : worst(now.alerts, examples, verdictOf),
  };
}

function ruleReport(id: string, version: number, old: Told[] | undefined, now: Told[], all: Difference, verdictOf: VerdictOf): RuleReport {
  const mine = ({ ruleId }: Told): boolean => ruleId === id;
  const difference: Difference = { both: all.both.filter(({ after }) => mine(after)), onlyBefore: all.onlyBefore.filter(mine), onlyAfter: all.onlyAfter.filter(mine) };
  const [before, after] = [old?.filter(mine), now.filter(mine)];
  return {
    id, version, before: before && byGrade(before), after: byGrade(after), both: difference.both.length, onlyBefore: difference.onlyBefore.length, onlyAfter: difference.onlyAfter.length, regraded: regraded(difference),
    precisionBefore: before ? precisionOf(before, verdictOf).precision : null, precisionAfter: precisionOf(after, verdictOf).precision,
  };
}

export const plotOf = ({ before, after }: Pick<Report, 'before' | 'after'>): Series[] => [before, after].flatMap((side) => (side ? [{ name: side.name, days: side.byDay }] : []));

const WORDS = {
  en: {
    read: 'documents in', speed: 'documents/s', cold: 'The journal reaches back to {first}; the replay begins {since}, with empty windows and no open orders. These rules look back {hours} h: until then it may tell less than live processing did, or wait for history.',
    mixed: 'Of several partitions: live processing took them as they came, the replay takes them in canonical order. Where two partitions touch one subject within a moment, opening event (hence alert id), count and evidence may differ from live.',
    old: 'old', new: 'new', rule: 'rule', both: 'both', onlyOld: 'only old', onlyNew: 'only new', regraded: 'other grade', total: 'all', precision: 'precision', none: 'No alert in this range.', examples: 'Most telling', plot: 'Plot', noVerdicts: 'No verdicts of officers on these alerts: precision is not known.',
    kind: { lost: 'LOST although confirmed', new: 'only new', regraded: 'other grade', gone: 'only old', same: 'in both', told: '' } satisfies Record<Kind, string>, documents: 'documents', was: 'was',
  },
  zh: {
    read: '条单证，用时', speed: '条/秒', cold: '日志最早至 {first}；回放自 {since} 开始，窗口为空且无未结订单。这些规则回看 {hours} 小时：此前的预警可能少于实时处理，或等待历史。',
    mixed: '日志有多个分区：实时处理按到达批次读取，回放按规范顺序（到达时间、分区、位移）。两个分区在同一时刻涉及同一主体时，起始事件（及预警编号）、计数与证据可能与实时不同。',
    old: '旧', new: '新', rule: '规则', both: '共有', onlyOld: '仅旧', onlyNew: '仅新', regraded: '等级不同', total: '合计', precision: '准确率', none: '该区间没有预警。', examples: '最具代表性', plot: '图', noVerdicts: '这些预警尚无处置结论，准确率未知。',
    kind: { lost: '已确认却不再预警', new: '仅新', regraded: '等级不同', gone: '仅旧', same: '共有', told: '' } satisfies Record<Kind, string>, documents: '单证', was: '原为',
  },
} as const;

const percent = (share: number | null): string => (share === null ? '–' : share.toFixed(3));
const total = (counts: Counts): number => GRADES.reduce((n, grade) => n + counts[grade], 0);

export function reportLines(made: Report, plotFile: string, lang: Lang): string[] {
  const w = WORDS[lang];
  const { speed, journal, before, after } = made;
  const lines = [`${made.title}`, `${clock(made.from)} – ${clock(made.until)} · ${speed.documents} ${w.read} ${speed.seconds.toFixed(1)} s, ${speed.documentsPerSecond} ${w.speed}`];
  if (journal.cold) lines.push(w.cold.replace('{first}', clock(journal.first)).replace('{since}', clock(journal.warmSince)).replace('{hours}', String(Math.round(journal.lookBackHours))));
  if (journal.partitions > 1) lines.push(w.mixed);
  if (before) lines.push(`${w.old}: ${before.name}`, `${w.new}: ${after.name}`);
  lines.push('', table(made.rules.flatMap((rule) => rows(rule, w))));
  if (after.alerts + (before?.alerts ?? 0) === 0) lines.push('', w.none);
  else if (after.verdicts.precision === null && (before?.verdicts.precision ?? null) === null) lines.push('', w.noVerdicts);
  if (made.examples.length > 0) lines.push('', `${w.examples} (${made.examples.length}):`, ...made.examples.flatMap((telling) => exampleLines(telling, w, lang)));
  if (plotFile) lines.push('', `${w.plot}: ${plotFile}`);
  return lines;
}

/** Compared, a rule has two rows; what only the comparison knows stands in the second. */
function rows(rule: RuleReport, w: (typeof WORDS)[Lang]): Row[] {
  const counted = (counts: Counts, precision: number | null): Row => ({ ...counts, [w.total]: total(counts), ...((rule.precisionBefore ?? rule.precisionAfter) !== null && { [w.precision]: percent(precision) }) });
  const name = `${rule.id} v${rule.version}`;
  if (!rule.before) return [{ [w.rule]: name, ...counted(rule.after, rule.precisionAfter) }];
  return [
    { [w.rule]: name, '': w.old, ...counted(rule.before, rule.precisionBefore), [w.both]: '', [w.onlyOld]: '', [w.onlyNew]: '', [w.regraded]: '' },
    { [w.rule]: '', '': w.new, ...counted(rule.after, rule.precisionAfter), [w.both]: String(rule.both), [w.onlyOld]: String(rule.onlyBefore), [w.onlyNew]: String(rule.onlyAfter), [w.regraded]: String(rule.regraded) },
  ];
}

function exampleLines({ kind, alert, before, verdict }: Telling, w: (typeof WORDS)[Lang], lang: Lang): string[] {
  const values = Object.entries(alert.evidence.values).map(([name, value]) => `${name} ${Number(value.toFixed(4))}`).join(', ');
  return [
    `  ${gradeMark(alert.grade, lang)} ${w.kind[kind]}${before === undefined ? '' : ` (${w.was} ${before})`}${kind === 'told' ? '' : '  '}${clock(alert.detectedAt)}  ${alert.ruleId}  ${alert.subject.type} ${plain(shorten(alert.subject.id))}  ${alert.zone}${verdict ? `  ${verdict}` : ''}`,
    `      ${say(alert.reason, lang)}`, `      ${values} ≥ ${alert.evidence.threshold} (${alert.window}); ${w.documents}: ${alert.documents.slice(-5).map(plain).join(', ') || '–'}`,
  ];
}
