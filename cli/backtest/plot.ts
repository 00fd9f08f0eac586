/** Alerts by day and grade as one SVG file that needs nothing else. Pure. */
import { type Grade, GRADES } from '../../schemas/risk/alert.ts';
import { type Counts, noCounts } from './compare.ts';

export interface Series { name: string; days: { day: string; counts: Counts }[] }

const COLOUR: Record<Grade, string> = { blue: '#2f6fdb', yellow: '#e3b505', orange: '#e8770e', red: '#c9252d' };
const WORD: Record<Grade, string> = { blue: 'blue 蓝', yellow: 'yellow 黄', orange: 'orange 橙', red: 'red 红' };
const [LEFT, TOP, HEIGHT, FOOT] = [56, 72, 260, 64];
const BAR = 18;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const sum = (counts: Counts): number => GRADES.reduce((n, grade) => n + counts[grade], 0);

/** Old and new stand side by side for each day; the old one is paler. */
export function plot(title: string, series: readonly Series[]): string {
  const days = series[0]?.days.map(({ day }) => day) ?? [];
  const group = series.length * (BAR + 2) + 14;
  const width = Math.max(560, LEFT + days.length * group + 24);
  const most = niceTop(Math.max(1, ...series.flatMap(({ days }) => days.map(({ counts }) => sum(counts)))));
  const y = (count: number): number => TOP + HEIGHT - (count / most) * HEIGHT;
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${TOP + HEIGHT + FOOT}" font-family="system-ui, 'Noto Sans CJK SC', sans-serif" font-size="12">`, '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600">${escaped(title)}</text>`, legend(series)];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const at = y(most * share).toFixed(1);
    parts.push(`<line x1="${LEFT}" x2="${width - 16}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end" fill="#555">${Number((most * share).toFixed(2))}</text>`);
  }
  for (const [i, day] of days.entries()) {
    const x = LEFT + 8 + i * group;
    for (const [s, { name, days }] of series.entries()) parts.push(bar(x + s * (BAR + 2), y, days[i]?.counts ?? noCounts(), `${day} ${name}`, series.length > 1 && s === 0));
    parts.push(`<text x="${x + (group - 14) / 2}" y="${TOP + HEIGHT + 14}" text-anchor="end" transform="rotate(-40 ${x + (group - 14) / 2} ${TOP + HEIGHT + 14})" fill="#333">${day.slice(5)}</text>`);
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

function bar(x: number, y: (count: number) => number, counts: Counts, name: string, pale: boolean): string {
  let below = 0;
  return GRADES.filter((grade) => counts[grade] > 0).map((grade) => {
    const [bottom, top] = [y(below), y((below += counts[grade]))];
    return `<rect x="${x}" y="${top.toFixed(1)}" width="${BAR}" height="${(bottom - top).toFixed(1)}" fill="${COLOUR[grade]}"${pale ? ' fill-opacity="0.45"' : ''}><title>${escaped(`${name}: ${counts[grade]} ${WORD[grade]}`)}</title></rect>`;
  }).join('');
}

function legend(series: readonly Series[]): string {
  const grades = GRADES.map((grade, i) => `<rect x="${LEFT + i * 92}" y="36" width="12" height="12" fill="${COLOUR[grade]}"/><text x="${LEFT + 16 + i * 92}" y="46">${WORD[grade]}</text>`);
  const sides = series.length > 1 ? `<text x="${LEFT + 4 * 92}" y="46" fill="#555">${escaped(`left, pale 左（浅色）: ${series[0]?.name} · right 右: ${series[1]?.name}`)}</text>` : '';
  return grades.join('') + sides;
}

/** The next of 1, 2, 4, 8, 10, 20 … */
function niceTop(count: number): number {
  const power = 10 ** Math.floor(Math.log10(count));
  return ([1, 2, 4, 8, 10].find((step) => step * power >= count) as number) * power;
}
