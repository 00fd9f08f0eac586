/** `fenghuo check`: what would become of files of customs messages and JSON events, before they are declared. Nothing is taken. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { CheckAnswer, CheckedDocument, WrittenMessage } from '../processors/check.ts';
import { readMessage, type Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { plain, type Lang } from './format.ts';
import { CONTENT_TYPE, openSource, type Batch } from './ingest-source.ts';
import { connect, gatewayCommand, langOf, langOption, print, printJson, type GatewayOptions } from './output.ts';

interface CheckOptions extends GatewayOptions { as?: string; write?: string; to?: string; lang?: string }
interface Checked { file: string; answer: CheckAnswer }

export function checkCommand(program: Command): void {
  gatewayCommand(program, 'check', 'say what is wrong with messages before they are declared; nothing is taken', [
    'check examples/order.xml examples/payment.xml', 'check order.json --write xml', 'check orders.ndjson --write xml --to declared/', 'cat message.xml | npx fenghuo check -'])
    .argument('<file...>', '.xml, .json, .ndjson or .jsonl; - is standard input')
    .addOption(new Option('--as <form>', 'what the files hold, where extension and first bytes do not tell').choices(['ceb', 'json']))
    .addOption(new Option('--write <form>', 'write the documents that are in order back as official XML or nested JSON').choices(['xml', 'json']))
    .option('--to <folder>', 'with --write: into files of this folder instead of the screen')
    .addOption(langOption())
    .action(check);
}

async function check(files: string[], options: CheckOptions): Promise<void> {
  const client = connect(options);
  const results: Checked[] = [];
  for (const name of files) {
    const source = await openSource(name, options.as);
    for await (const batch of source.batches) results.push({ file: name, answer: placed(await ask(client, batch, options.write), batch) });
  }
  if (options.json) printJson({ files: results });
  else for (const { file, answer } of results) for (const line of linesOf(file, answer, langOf(options.lang))) print(line);
  const written = results.flatMap(({ answer }) => answer.written);
  if (options.to !== undefined) save(options.to, written);
  else if (!options.json) for (const { text } of written) print(text);
  if (results.some(({ answer }) => !answer.ok)) throw new CommandError(EXIT.refused, '');
}

/** The gateway counts from the start of its request; people from the start of the file. */
const placed = (answer: CheckAnswer, { firstIndex }: Batch): CheckAnswer => ({ ...answer, documents: answer.documents.map((one) => ({ ...one, index: one.index + firstIndex })) });

async function ask(client: Client, batch: Batch, write: string | undefined): Promise<CheckAnswer> {
  const response = await client.patient(`/v1/check${write === undefined ? '' : `?as=${write}`}`, { method: 'POST', body: batch.body, contentType: CONTENT_TYPE[batch.form] });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as CheckAnswer;
  throw new CommandError(response.status >= 500 ? EXIT.gateway : EXIT.refused, `The gateway answered ${response.status}: ${readMessage(text)}`);
}

function linesOf(file: string, { documents, matches }: CheckAnswer, lang: Lang): string[] {
  return [
    ...documents.flatMap((one) => documentLines(file, one, lang)),
    ...matches.flatMap(({ orderKey, state, documents: present, findings }) => [
      `order ${plain(orderKey)}: ${state}${present.length > 0 ? ` (${present.join(', ')})` : ''}`,
      ...findings.map((f) => `  ${f.outcome === 'fail' ? '✗' : f.outcome === 'soft' ? '!' : '?'} ${f.code}: ${plain(f.detail)}${f.left || f.right ? ` (${plain(f.left)} / ${plain(f.right)})` : ''}`),
    ]),
  ];
}

function documentLines(file: string, { index, type, title, ok, documentKey, problems, unknown }: CheckedDocument, lang: Lang): string[] {
  return [
    `${file} [${index}] ${title[lang] || type || '?'}${documentKey === '' ? '' : ` ${plain(documentKey)}`}: ${ok ? '✓' : `✗ ${problems.length}`}`,
    ...problems.flatMap((p) => [`  ${p.code}${p.path === '' ? '' : ` ${plain(p.path)}`}: ${plain(lang === 'zh' ? `${p.what.zh}${p.given === '' ? '' : `(${p.given})`}` : p.message)}`, `    → ${p.fix[lang]}`]),
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
