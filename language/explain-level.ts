/** Why a level changed, in English and Chinese, with every number that the grade follows from. */
import type { Bilingual, Level } from '../schemas/risk/alert.ts';
import { GRADE_WORDS, grouped } from './explain.ts';

interface Bounds { levels: readonly number[]; easeFactor: number; levelEaseMs: number; escalateRules: number; escalateCategories: number; escalateMs: number }

const NONE: Bilingual = { en: 'no grade', zh: '无等级' };
const RANKS = ['', 'blue', 'yellow', 'orange', 'red'];
const HOUR = 3_600_000;

export function explainLevel({ grade, before, score, parts, escalated }: Omit<Level, 'reason'>, bounds: Bounds): Bilingual {
  const rises = RANKS.indexOf(grade) > RANKS.indexOf(before);
  const word = (name: Level['grade']): Bilingual => (name === '' ? NONE : GRADE_WORDS[name]);
  const sum = (open: string, closed: string): string => parts.map((part) => `${part.rule} ${grouped(part.weight, 2)} × ${grouped(part.score, 3)}${part.open ? open : closed}`).join(', ');
  const minutes = grouped(bounds.levelEaseMs / 60_000, 1);
  const eased = grouped(bounds.easeFactor, 2);
  const from = bounds.levels.map((level) => grouped(level, 2)).join('/');
  const hours = grouped(bounds.escalateMs / HOUR, 1);
  return {
    en: `${rises ? 'Raised' : 'Lowered'} from ${word(before).en} to ${word(grade).en}: R = ${grouped(score, 3)} (grades from ${from})${parts.length === 0 ? ', nothing is open' : ` of weight × score: ${sum('', ' (closed, fading)')}`}.`
      + (escalated ? ` One grade worse, since at least ${bounds.escalateRules} rules of ${bounds.escalateCategories} categories met within ${hours} hours.` : '')
      + (rises ? '' : ` R stayed below ${eased} × the threshold of the former grade for ${minutes} minutes.`),
    zh: `等级由${word(before).zh}${rises ? '升至' : '降至'}${word(grade).zh}：R = ${grouped(score, 3)}（分级起点 ${from}）${parts.length === 0 ? '，无未结预警' : `，由权重 × 分值合成：${sum('', '（已结，衰减中）')}`}。`
      + (escalated ? `${hours} 小时内至少 ${bounds.escalateRules} 条规则、${bounds.escalateCategories} 类风险并发，上调一级。` : '')
      + (rises ? '' : `R 低于原等级阈值的 ${eased} 倍已持续 ${minutes} 分钟。`),
  };
}
