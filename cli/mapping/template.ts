/** `ingest --map-template TYPE`: a mapping to start from, made from the contract, with the headers that tables usually have. */
import { stringify } from 'yaml';
import { MESSAGES, type DocumentMessage } from '../../schemas/customs/messages.ts';
import { fieldsOf, type FieldInfo } from './fields.ts';
import { GUESSES } from './guesses.ts';

const HEADER = (type: string, en: string, zh: string, key: string): string => `# Which column fills which field of the message ${type} (${en}, ${zh}). Try it:
#   npx fenghuo ingest FILE --map THIS --dry-run
# field: Column            this column, which must be there
# field: [A, B]            the first of these that is there
# field: { constant: x }   the same in every row
# More: { join: [A, B], with: ' ' }, { column: A, values: { 男: M }, otherwise: '' }, { column: A, blank: '0' }, { column: A, optional: true },
#   times { column: A, date: 'D/M/YYYY H:mm', zone: Europe/Berlin }, amounts { column: A, unit: fen } (or g), { column: A, decimal: ',' }.
type: ${type}
file:
  encoding: auto        # auto, utf-8, gb18030, gbk, utf-16le, utf-16be
  delimiter: auto       # auto, tab, or one character
  sheet: 1              # of a workbook: number or name
  header: auto          # the row with the column names, auto, or none (then columns are A, B, C …)
  zone: Asia/Shanghai   # of times that name none
  decimal: '.'          # or ','
ignore: []              # columns that are known and not wanted
${key}`;

export function templateOf(type: DocumentMessage): string {
  const { title } = MESSAGES.find((m) => m.type === type) as { title: { en: string; zh: string } };
  const { head, line } = fieldsOf(type);
  const fields = (infos: readonly FieldInfo[], indent: string): string => infos.map((info) => indent + fieldLine(info)).join('\n');
  const items = line.length === 0 ? '' : `items:
  # One document of several rows: they stand together and are the same in these fields. For numbered columns instead: \`columns: 3\`, and names such as 商品{n}名称.
  rows: [${keysOf(head).join(', ')}]
  fields:
${fields(line, '    ')}
`;
  return `${HEADER(type, title.en, title.zh, 'fields:')}\n${fields(head, '  ')}\n${items}`;
}

/** What numbers a document: its required numbers. */
const keysOf = (head: readonly FieldInfo[]): string[] => head.filter((f) => f.needed && f.name.endsWith('No')).map((f) => f.name);

/** One name alone would have to be there. */
function fieldLine({ name, needed, expected }: FieldInfo): string {
  const names = [...new Set([...(GUESSES[name] ?? []), name])];
  const from = names.length > 1 || needed ? names : { column: name, optional: true };
  return `${name}: ${stringify(from, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim()}   # ${needed ? 'required · ' : ''}${expected}`;
}
