/** What `fenghuo check` does: asks of each file what would become of it, and tells it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckAnswer, CheckedDocument, WrittenMessage } from '../../processors/check.ts';
import { readMessage, type Client } from '../client.ts';
import type { CheckOptions } from '../check.ts';
import { CommandError, EXIT } from '../exit.ts';
import { findingLine, plain, type Lang } from '../format.ts';
import { loadMapping } from '../mapping/load.ts';
import { connect, langOf, note, print, printJson } from '../output.ts';
import { findFiles } from './find.ts';
import { CONTENT_TYPE, openSource, type Batch, type How, type Rejection } from './source.ts';
import { partsOf } from './unpack.ts';

/** `refused`: rows of a table of which no document could be made. */
interface Checked { file: string; refused: Rejection[]; answer: CheckAnswer }

export async function check(files: string[], options: CheckOptions): Promise<void> {
  const client = connect(options);
  const results: Checked[] = [];
  const mapping = options.map === undefined ? undefined : await loadMapping(options.map);
  const how: How = { warn: note, ...(options.as && { as: options.as }), ...(mapping && { mapping }) };
  for (const { name } of (await findFiles(files, mapping !== undefined)).files) {
    for await (const part of partsOf(name, { read: () => undefined, skipped: (inner, why) => note(`${inner}: left out, ${why}`) })) {
      for await (const batch of (await openSource(part, how)).batches) results.push(await checkBatch(client, part.name, batch, options.write));
    }
  }
  if (options.json) printJson({ files: results });
  else for (const checked of results) for (const line of linesOf(checked, langOf(options.lang))) print(line);
  const written = results.flatMap(({ answer }) => answer.written);
  if (options.to !== undefined) save(options.to, written);
  else if (!options.json) for (const { text } of written) print(text);
  if (results.some(({ refused, answer }) => refused.length > 0 || !answer.ok)) throw new CommandError(EXIT.refused, '');
}

const NOTHING: CheckAnswer = { ok: true, documents: [], matches: [], written: [] };

const checkBatch = async (client: Client, file: string, batch: Batch, write: string | undefined): Promise<Checked> =>
  ({ file, refused: batch.refused, answer: batch.body.length > 0 || batch.refused.length === 0 ? placed(await ask(client, batch, write), batch) : NOTHING });

/** The gateway counts from the start of its request; people from the start of the file. */
const placed = (answer: CheckAnswer, { firstIndex }: Batch): CheckAnswer => ({ ...answer, documents: answer.documents.map((one) => ({ ...one, index: one.index + firstIndex })) });

async function ask(client: Client, batch: Batch, write: string | undefined): Promise<CheckAnswer> {
  const response = await client.patient(`/v1/check${write === undefined ? '' : `?as=${write}`}`, { method: 'POST', body: batch.body, contentType: CONTENT_TYPE[batch.form] });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as CheckAnswer;
  throw new CommandError(response.status >= 500 ? EXIT.gateway : EXIT.refused, `The gateway answered ${response.status}: ${readMessage(text)}`);
}

function linesOf({ file, refused, answer: { documents, matches } }: Checked, lang: Lang): string[] {
  return [
    ...refused.map((r) => `${file} [${r.index}] ✗ ${r.code}${r.path === '' ? '' : ` ${plain(r.path)}`}: ${plain(r.message)}`),
    ...documents.flatMap((one) => documentLines(file, one, lang)),
    ...matches.flatMap(({ orderKey, state, documents: present, findings }) => [
      `order ${plain(orderKey)}: ${state}${present.length > 0 ? ` (${present.join(', ')})` : ''}`,
      ...findings.map((f) => findingLine(f, lang)),
    ]),
  ];
}

function documentLines(file: string, { index, type, title, ok, documentKey, signature, signatureText, problems, unknown, doubts }: CheckedDocument, lang: Lang): string[] {
  return [
    `${file} [${index}] ${title[lang] || type || '?'}${documentKey === '' ? '' : ` ${plain(documentKey)}`}: ${ok ? '✓' : `✗ ${problems.length}`}`,
    ...(['', 'none', 'valid'].includes(signature) ? [] : [`  ! ${signature}: ${signatureText[lang]}`]),
    ...problems.flatMap((p) => [`  ${p.code}${p.path === '' ? '' : ` ${plain(p.path)}`}: ${plain(lang === 'zh' ? `${p.what.zh}${p.given === '' ? '' : `(${p.given})`}` : p.message)}`, `    → ${p.fix[lang]}`]),
    ...doubts.map(({ path, what }) => `  ! ${plain(path)}: ${what[lang]}`),
    ...(unknown.length > 0 ? [`  ? ${unknown.map(plain).join(', ')}`] : []),
  ];
}

function save(folder: string, written: readonly WrittenMessage[]): void {
  for (const [i, { type, form, text }] of written.entries()) {
    const path = join(folder, `${String(i + 1).padStart(3, '0')}-${type}.${form}`);
    try {
      writeFileSync(path, text, { flag: 'wx' });
    } catch (error) {
      throw new CommandError(EXIT.usage, `${path} cannot be written: ${(error as Error).message}. Expected an existing folder without a file of that name.`);
    }
    print(path);
  }
}
