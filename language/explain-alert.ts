/** The whole of an alert in words, English and Chinese: what was seen, which threshold it crossed and by how much, over which window, which documents, which version, what usually to do next. */
import { type Alert, type Bilingual, GRADES } from '../schemas/risk/alert.ts';
import { GRADE_WORDS, grouped } from './explain.ts';

const SHANGHAI = 8 * 3_600_000;
const time = (ms: number): string => new Date(ms + SHANGHAI).toISOString().slice(0, 16).replace('T', ' ');
/** Small rates need more digits than sums of money. */
const figure = (value: number): string => grouped(value, Math.abs(value) < 1 ? 4 : 2);
const list = (numbers: Record<string, number>): string => Object.entries(numbers).map(([name, value]) => `${name} = ${figure(value)}`).join(', ');

export function explainAlert(alert: Alert): Bilingual {
  const parts = [seen(alert), crossed(alert), over(alert), by(alert), next(alert)];
  return { en: parts.map(({ en }) => en).filter(Boolean).join('\n'), zh: parts.map(({ zh }) => zh).filter(Boolean).join('\n') };
}

function seen({ reason, evidence: { values, formula, formulas, parameters } }: Alert): Bilingual {
  const { value = 0, ...features } = values;
  const given = [list(features), list(Object.fromEntries(Object.entries(parameters).map(([name, of]) => [`parameters.${name}`, of])))].filter(Boolean).join('; ');
  const reckoned = [`${figure(value)} = ${formula}`, ...Object.entries(formulas).map(([name, of]) => `${name} = ${of}`)].join('; ');
  return { en: `Seen: ${reason.en}\nValue: ${reckoned}, with ${given}.`, zh: `所见：${reason.zh}\n数值：${reckoned}，其中 ${given}。` };
}

/** A grade may be above that of the value: it is left only after the value stayed low for some time. */
function crossed({ change, grade, score, evidence: { values, threshold, bands, support } }: Alert): Bilingual {
  const value = values.value ?? 0;
  const gap = value - threshold;
  const times = threshold > 0 ? figure(value / threshold) : undefined;
  const name = GRADE_WORDS[grade];
  const scale = GRADES.filter((g) => bands[g] !== undefined).map((g) => {
    const from = figure(bands[g] as number);
    return { en: `${g} ${from}`, zh: `${GRADE_WORDS[g].zh.slice(0, 2)} ${from}` };
  });
  const from = figure(threshold);
  const least = support.feature === '' ? { en: '', zh: '' } : { en: ` Graded from ${support.feature} = ${figure(support.min)} on.`, zh: `${support.feature} 达到 ${figure(support.min)} 方予分级。` };
  const ended: Bilingual = score > 0 ? { en: '', zh: '' } : change === 'withdrawn' ? { en: 'Withdrawn: what it rested on was taken back, or its rule is no longer in force. ', zh: '已撤回：所据内容已被更正，或规则已不再生效。' } : { en: 'Closed: the value has stayed low for long enough. ', zh: '已结案：数值持续回落。' };
  const apart = figure(Math.abs(gap));
  const far: Bilingual = { en: gap === 0 ? 'reached exactly' : `${gap > 0 ? 'passed' : 'now missed'} by ${apart}`, zh: gap === 0 ? '恰好达到' : `${gap > 0 ? '超出' : '现低于阈值'} ${apart}` };
  return {
    en: `Threshold: ${ended.en}${name.en} from ${from}, ${far.en}${times === undefined ? '' : ` (${times} times the threshold)`}. Bands in force: ${scale.map(({ en }) => en).join(', ')}.${least.en}`,
    zh: `阈值：${ended.zh}${name.zh}起点 ${from}，${far.zh}${times === undefined ? '' : `（为阈值的 ${times} 倍）`}。现行分级：${scale.map(({ zh }) => zh).join('，')}。${least.zh}`,
  };
}

function over({ window, firstSeen, lastSeen, count, documents, evidence: { events, lowerBound, approximation } }: Alert): Bilingual {
  const newest = documents.at(-1);
  const [from, to] = [time(firstSeen), time(lastSeen)];
  const exact: Bilingual = approximation === '' ? { en: '', zh: '' } : { en: ` Not exact: ${approximation}.`, zh: `非精确值：${approximation}。` };
  const least: Bilingual = lowerBound ? { en: ' Earlier records may be missing: the value is a lower bound.', zh: '更早的记录可能缺失，数值为下限。' } : { en: '', zh: '' };
  return {
    en: `Window: ${window}; seen ${often(count)} from ${from} to ${to} (Beijing time).${least.en}${exact.en}\nDocuments: orders ${documents.length}, events ${events.length} in the evidence${newest === undefined ? '' : `; newest order ${newest}`}.`,
    zh: `窗口：${window}；${from} 至 ${to}（北京时间）共 ${count} 次。${least.zh}${exact.zh}\n单证：证据含 ${documents.length} 个订单、${events.length} 个事件${newest === undefined ? '' : `，最新订单 ${newest}`}。`,
  };
}

const often = (count: number): string => (count === 1 ? 'once' : `${count} times`);

function by({ ruleId, ruleVersion, ruleSet, evidence: { tables } }: Alert): Bilingual {
  return {
    en: `Rule: ${ruleId}, version ${ruleVersion}, edition ${ruleSet}${tables.length === 0 ? '' : `; tables: ${tables.join(', ')}`}.`,
    zh: `规则：${ruleId}，版本 ${ruleVersion}，版次 ${ruleSet}${tables.length === 0 ? '' : `；参考表：${tables.join('、')}`}。`,
  };
}

const next = ({ action }: Alert): Bilingual => ({ en: `Usually next: ${action.en}`, zh: `通常处置：${action.zh}` });
