/** What is wrong with the command line is said before anything is read or sent, all of it together. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommandError, EXIT } from '../../../cli/exit.ts';
import { ingest } from '../../../cli/ingest/run.ts';
import type { IngestOptions } from '../../../cli/ingest.ts';

const faulty = join(mkdtempSync(join(tmpdir(), 'fenghuo-usage-')), 'faulty.yaml');
writeFileSync(faulty, 'type: payment\nfields:\n  payCode: a\n  amountPaidd: b\n');

test.each<[string, string[], Partial<IngestOptions>, RegExp]>([
  ['a table without a mapping', ['x.csv'], {}, /x.csv is a table: expected --map FILE.*--map-template order/],
  ['a mapping that is not there', ['x.csv'], { map: 'nowhere.yaml' }, /--map nowhere.yaml cannot be read.*--map-template order > nowhere.yaml/],
  ['a mapping with faults: all of them, by line', ['x.csv'], { map: faulty }, /faulty.yaml:2 `payTransactionId` is needed[\s\S]*faulty.yaml:4 `amountPaidd` is no field.*did you mean `amountPaid`/],
  ['a dry run without a mapping', ['x.xml'], { dryRun: true }, /give --map FILE/],
  ['nothing named', [], {}, /missing required argument 'file'/],
  ['files beside --watch', ['x.xml'], { watch: '.' }, /leave out x.xml/],
  ['--done alone', ['x.xml'], { done: 'd' }, /give --watch DIR/],
  ['an id that is none', ['x.xml'], { backfill: 'a b' }, /--backfill: expected 1–60 letters.*given 3 characters/],
  ['--as csv without a mapping', ['-'], { as: 'csv' }, /--as csv is a table/],
  ['two at once', ['x.csv'], { done: 'd' }, /--watch DIR[\s\S]*--map FILE/],
  ['a file that is not there', ['no-such-file.xml'], {}, /no-such-file.xml cannot be read/],
])('%s', async (_name, files, options, said) => {
  const error = await ingest(files, { wait: false, ...options }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(CommandError);
  expect([(error as CommandError).code, (error as CommandError).message]).toEqual([EXIT.usage, expect.stringMatching(said)]);
});
