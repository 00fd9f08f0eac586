/** Bands to grades, and a grade to a score. */
import type { Grade } from '../schemas/risk/alert.ts';
import { GRADES } from '../schemas/risk/alert.ts';
import { didYouMean } from './findings.ts';
import type { Findings } from './findings.ts';
import { isRecord } from './parse.ts';
import type { Doc, Path } from './parse.ts';

export interface Band {
  grade: Grade;
  from: number;
}
/** Ascending, at least one. */
export type Bands = readonly Band[];

const BASE: Record<Grade, number> = { blue: 0.25, yellow: 0.5, orange: 0.75, red: 1 };

export function readBands(doc: Doc, path: Path, value: unknown, findings: Findings): Bands {
  if (!isRecord(value)) {
    findings.add('bands', doc, path, 'expected bands such as {blue: 1, yellow: 2, orange: 3, red: 5}');
    return [];
  }
  for (const key of Object.keys(value)) {
    if (!GRADES.includes(key as Grade)) findings.add('bands', doc, [...path, key], `unknown grade \`${key}\``, didYouMean(key, GRADES), 'key');
  }
  const bands: Band[] = [];
  for (const grade of GRADES) {
    const from = value[grade];
    if (from === undefined) continue;
    const last = bands.at(-1);
    if (typeof from !== 'number' || !Number.isFinite(from))
      findings.add('bands', doc, [...path, grade], `expected a number, given \`${String(from)}\``);
    else if (last && from <= last.from)
      findings.add('bands-overlap', doc, [...path, grade], `bands ascend from blue to red: ${grade} ${from} is not above ${last.grade} ${last.from}`);
    else bands.push({ grade, from });
  }
  if (bands.length === 0) findings.add('bands', doc, path, 'at least one band is needed');
  return bands;
}

/** The highest band at or below the value, its threshold, and the score raised within the band towards the next one. */
export function gradeOf(bands: Bands, value: number): { grade: Grade | undefined; threshold: number; score: number } {
  let i = bands.length - 1;
  while (i >= 0 && value < bands[i]!.from) i--;
  if (i < 0) return { grade: undefined, threshold: bands[0]!.from, score: 0 };
  const band = bands[i]!;
  const next = bands[i + 1];
  const base = BASE[band.grade];
  const share = next ? (value - band.from) / (next.from - band.from) : 0;
  return { grade: band.grade, threshold: band.from, score: next ? base + (BASE[next.grade] - base) * share : base };
}
