/** Reasons for officers: templates with the values filled in, in both languages. */
import type { Bilingual, Grade } from '../schemas/risk/alert.ts';
import type { SubjectType } from '../schemas/risk/signal.ts';
import { didYouMean } from './findings.ts';
import type { Findings } from './findings.ts';
import type { Doc, Path } from './parse.ts';

type Tongue = keyof Bilingual;

/** Not toLocaleString: it builds a formatter per call, and reasons are written on the hot path. */
export function grouped(value: number, digits: number, least = 0): string {
  const [whole = '0', fraction = ''] = value.toFixed(digits).split('.');
  const kept = fraction.replace(/0+$/, '').padEnd(least, '0');
  return (whole.length <= 3 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',')) + (kept === '' ? '' : `.${kept}`);
}

/** Named formats. Without one a number is shown with at most two decimals. */
const FORMATS: Record<string, (value: number, tongue: Tongue) => string> = {
  number: (v) => grouped(v, 2),
  count: (v) => grouped(Math.round(v), 0),
  cny: (v, tongue) => (tongue === 'en' ? `CNY ${grouped(v, 2, 2)}` : `${grouped(v, 2, 2)} 元`),
  percent: (v) => `${grouped(v * 100, 2)}%`,
  times: (v, tongue) => (tongue === 'en' ? `${grouped(v, 2)} times` : `${grouped(v, 2)} 倍`),
  minutes: (v, tongue) => (tongue === 'en' ? `${grouped(v, 1)} minutes` : `${grouped(v, 1)} 分钟`),
  kg: (v, tongue) => (tongue === 'en' ? `${grouped(v, 3)} kg` : `${grouped(v, 3)} 千克`),
};
export const GRADE_WORDS: Record<Grade, Bilingual> = {
  blue: { en: 'blue (IV)', zh: '蓝色（IV级）' },
  yellow: { en: 'yellow (III)', zh: '黄色（III级）' },
  orange: { en: 'orange (II)', zh: '橙色（II级）' },
  red: { en: 'red (I)', zh: '红色（I级）' },
};

export interface Filling {
  values: ReadonlyMap<string, number>;
  value: number;
  threshold: number;
  grade: Grade | undefined;
  subject: { type: SubjectType; id: string };
  parameters: Record<string, number>;
}
type Piece = (filling: Filling) => string;
export type Template = (filling: Filling) => string;

/** A template, with a finding for each placeholder that could not be filled. */
export function readTemplate(
  doc: Doc,
  path: Path,
  text: string,
  tongue: Tongue,
  features: readonly string[],
  parameters: readonly string[],
  findings: Findings,
): Template {
  const known = ['value', 'threshold', 'grade', 'subject', ...features];
  const pieces: Piece[] = [];
  let copied = 0;
  for (const match of text.matchAll(/\{([^{}]*)\}/g)) {
    const before = text.slice(copied, match.index);
    copied = match.index + match[0].length;
    const [name = '', format = 'number'] = match[1]!.split('|').map((part) => part.trim());
    const parameter = name.startsWith('parameters.') ? name.slice(11) : '';
    if (parameter === '' ? !known.includes(name) : !parameters.includes(parameter)) {
      const near = parameter === '' ? didYouMean(name, known) : didYouMean(parameter, parameters);
      findings.add(
        'placeholder',
        doc,
        path,
        `unknown placeholder {${match[1]}}`,
        near || `known: ${known.join(', ')}, parameters.NAME`,
        'value',
        match.index,
      );
    }
    const render = FORMATS[format];
    if (!render)
      findings.add(
        'placeholder',
        doc,
        path,
        `unknown format \`${format}\` in {${match[1]}}`,
        didYouMean(format, Object.keys(FORMATS)) || `known: ${Object.keys(FORMATS).join(', ')}`,
        'value',
        match.index,
      );
    pieces.push(() => before, piece(name, parameter, render ?? FORMATS.number!, tongue));
  }
  const rest = text.slice(copied);
  if (/[{}]/.test(text.replaceAll(/\{[^{}]*\}/g, ''))) findings.add('placeholder', doc, path, 'a brace is not closed or not opened');
  return (filling) => pieces.map((p) => p(filling)).join('') + rest;
}

function piece(name: string, parameter: string, render: (value: number, tongue: Tongue) => string, tongue: Tongue): Piece {
  if (name === 'subject') return (f) => f.subject.id;
  if (name === 'grade') return (f) => (f.grade ? GRADE_WORDS[f.grade][tongue] : '');
  if (parameter !== '') return (f) => render(f.parameters[parameter] ?? 0, tongue);
  if (name === 'value' || name === 'threshold') return (f) => render(f[name], tongue);
  return (f) => {
    const value = f.values.get(name);
    return value === undefined ? '–' : render(value, tongue);
  };
}
