/** `ingest --dry-run`: the first documents as they would be read, and all that is wrong in the whole file. Judged by the contract itself, as intake does. */
import { shapeOf } from '../../schemas/reasons.ts';
import { problemOf, read, type Contract, type Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { plain, table } from '../format.ts';
import { textOf, type Cell } from './cells.ts';
import type { Bound } from './columns.ts';
import { isPersonal } from './fields.ts';
import type { Mapping } from './form.ts';
import { inRow, placeOf, type Mapped } from './rows.ts';

const SHOWN = 3;
const PROBLEMS = 20;

interface Line { field: string; column: string; given: string; read: string; wrong: string }
interface Problem { place: string; path: string; message: string }
/** `wrong`: documents with something wrong. */
export interface Preview { file: string; documents: number; wrong: number; problems: Problem[]; shown: { row: number; lines: Line[] }[] }

export async function preview(file: string, documents: AsyncIterable<Mapped>, mapping: Mapping): Promise<Preview> {
  const seen: Preview = { file, documents: 0, wrong: 0, problems: [], shown: [] };
  for await (const mapped of documents) {
    seen.documents++;
    const problems = problemsOf(mapped, mapping);
    if (problems.length > 0) seen.wrong++;
    if (seen.problems.length < PROBLEMS) seen.problems.push(...problems.slice(0, PROBLEMS - seen.problems.length));
    if (seen.shown.length < SHOWN) seen.shown.push({ row: mapped.row, lines: linesOf(mapped, problems) });
  }
  return seen;
}

/** A cell that could not be read leaves its field empty: the contract would only say once more that it is missing. */
function problemsOf(mapped: Mapped, { type }: Mapping): Problem[] {
  const faults = mapped.faults.map(({ row, column, path, message }) => ({ place: inRow(row, column), path, message }));
  const contract = CONTRACTS[type] as Contract<unknown>;
  const { document } = mapped;
  if (faults.length === 0 && read(contract, document, undefined).ok) return [];
  const known = new Set(faults.map(({ path }) => path));
  const result = (document.appType === '3' ? contract.deletion : contract.whole).safeParse(document);
  const broken = (result.error?.issues ?? []).map((issue) => problemOf([issue])).filter(({ path }) => !known.has(path));
  return [...faults, ...broken.map(({ path, message }) => ({ place: placeOf(mapped, path), path, message: message.slice(path.length + 2) }))];
}

function linesOf({ document, columns, groups, cells }: Mapped, problems: readonly Problem[]): Line[] {
  const line = (prefix: string, { field, indexes, column }: Bound, wire: Wire, row: readonly Cell[]): Line[] => {
    const wrong = problems.filter(({ path }) => path === prefix + field.name).map(({ message }) => message).join('; ');
    const given = indexes.map((i) => (typeof row[i] === 'string' ? row[i] : textOf(row[i]))).join(' + ');
    const value = String(wire[field.name] ?? '');
    return given === '' && value === '' && wrong === '' ? [] : [{ field: prefix + field.name, column: column || '(constant)', given: shown(field.name, given), read: shown(field.name, value), wrong }];
  };
  const items = (document.items ?? []) as Wire[];
  return [...columns.head.flatMap((bound) => line('', bound, document, cells[0] ?? [])),
    ...items.flatMap((item, at) => (columns.lines[groups[at] ?? 0] ?? []).flatMap((bound) => line(`items[${at}].`, bound, item, cells[at] ?? [])))];
}

/** A terminal's scrollback is no place for personal data either (law 6). */
const shown = (name: string, text: string): string => (text === '' ? '' : isPersonal(name) ? `〈${shapeOf(text).replace(/^text of /, '')}〉` : plain(text));

export function previewLines({ file, documents, wrong, problems, shown: first }: Preview): string[] {
  return [
    ...first.flatMap(({ row, lines }) => [`${file}, row ${row}:`, table(lines.map(({ field, column, given, read: value, wrong: said }) => ({ field, column, given, read: value, 'what is wrong': said && plain(said) }))), '']),
    ...problems.map(({ place, path, message }) => `  ✗ ${place}: ${path || 'whole row'}: ${plain(message)}`),
    ...(problems.length === PROBLEMS ? ['  … only the first of what is wrong is shown'] : []),
    `${file}: ${documents} documents read, ${wrong} with something wrong; nothing was sent`,
  ];
}
