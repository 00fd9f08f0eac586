/** A gateway whose reference tables are the seeds, with two later editions of the positive list and one of the words. */
import { readRuleSource } from '../../cli/rule-source.ts';
import { bench, type Bench } from '../gateway/doubles.ts';

const list = (version: string, rows: string): string => `# version: ${version}, complete: true, source: list of the ministries\nhs_prefix,status,valid_from,valid_to,note\n${rows}`;
const CREAM = '33049900,allowed,2022-03-01,,face cream\n';

export async function referenceScene(): Promise<Bench & { base: string }> {
  const b = bench();
  const { files, tables } = readRuleSource('');
  await b.reference.start(files, tables, {});
  await b.reference.load('positive-list', list('2022', `${CREAM}04021000,allowed,2022-03-01,,milk powder\n93,excluded,,,arms\n`), 'office', false);
  await b.reference.load('positive-list', list('2026-12', `${CREAM}04021000,allowed,2022-03-01,2026-11-30,milk powder\n04021000,excluded,2026-12-01,,milk powder\n22042100,allowed,2026-12-01,,wine\n`), 'office', false);
  await b.reference.load('words', '# version: w2, complete: false, source: office\nword,score,category\nivory,1,animals\n', 'topic-key', false);
  return { ...b, base: await b.gateway.start() };
}
