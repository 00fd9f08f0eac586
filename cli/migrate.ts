/** `fenghuo migrate`: a data folder that outgrew its machine goes on as a scaled-out system. */
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { clickHouseSettings } from '../processors/sink/settings.ts';
import { CommandError, EXIT } from './exit.ts';
import type { Carried, Step } from './migrate/run.ts';
import { note, print, printJson, withExamples } from './output.ts';
import { readSettings } from './settings.ts';

interface Options { dryRun?: boolean; tables: boolean; json?: boolean }

const ENVIRONMENT = `
Environment: FENGHUO_DATA (the folder, stopped with Ctrl-C), KAFKA_BROKERS, SCHEMA_REGISTRY_URL and CLICKHOUSE_URL as for \`fenghuo run\`. The target must be empty. Offsets, positions and state stay what they are, and so do
partition counts: two of the journal. A run that was broken off is run again and goes on. The folder is only read, and refuses to start once it was carried over. docs/operations.md tells all.`;

export function migrateCommand(program: Command): void {
  withExamples(program.command('migrate').description('carry a stopped data folder to Kafka and ClickHouse').addHelpText('after', ENVIRONMENT), ['migrate --dry-run', 'FENGHUO_DATA=/var/fenghuo npx fenghuo migrate'])
    .option('--dry-run', 'only say what would be carried over')
    .option('--no-tables', 'leave the tables: the sink fills new ones from what the log still holds')
    .option('--json', 'print JSON, for scripts')
    .action(carry);
}

async function carry({ dryRun = false, tables, json }: Options): Promise<void> {
  const settings = readSettings();
  const { readKafkaSettings } = await import('../streams/kafka/settings.ts');
  const problems: string[] = [];
  const kafka = readKafkaSettings(process.env, problems);
  if (!kafka) problems.push('KAFKA_BROKERS: is needed, host:port of one or more brokers, by commas');
  const clickHouse = tables ? clickHouseSettings(process.env, problems) : undefined;
  if (tables && !clickHouse) problems.push('CLICKHOUSE_URL: is needed for the tables, e.g. https://clickhouse:8443; --no-tables leaves them');
  if (problems.length > 0 || !kafka) throw new CommandError(EXIT.usage, `The environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  const { migrateFolder } = await import('./migrate/run.ts');
  const { inWords } = await import('./wiring.ts');
  const bar = progressBar();
  const carried = await inWords(() => migrateFolder({ data: settings.data, kafka, clickHouse, dryRun, progress: bar.at })).finally(bar.stop);
  if (json) return printJson(carried);
  for (const line of lines(carried, settings.data, dryRun)) print(line);
}

function lines({ incarnation, records, notes, tables, partitions, before }: Carried, data: string, dryRun: boolean): string[] {
  const what = `${records.toLocaleString('en')} records, state and positions of every stage, ${notes.length} notes${tables ? `, ${tables.rows.toLocaleString('en')} rows of tables (${(tables.bytes / 1e6).toFixed(1)} MB)` : ', no tables'}`;
  if (dryRun) return [`${data} (log ${incarnation}): ${what} would be carried over. Nothing was written.`];
  return [
    before ? `${data} was carried over before (log ${incarnation}); nothing was done.` : `${data} (log ${incarnation}) is carried over: ${what}. Compared record by record.`,
    `Not copied, to be handed to the new processes: ${join(data, 'keys', 'linkage.key')} and seal.key (FENGHUO_LINKAGE_KEY_FILE, FENGHUO_SEAL_KEY_FILE of intake and gateway; or what those variables were), the access keys in ${join(data, 'keys')} (the gateway's FENGHUO_DATA), ${join(data, 'trust')} and ${join(data, 'reference')} (FENGHUO_DATA of intake).`,
    `Next: fenghuo run intake screening assessment warning, and fenghuo run sink gateway. The journal keeps its ${partitions} partitions. Keep ${data} until you have seen it work; it does not start any more.`,
  ];
}

const WORDS: Record<Step, string> = { records: 'records', state: 'keys of state', tables: 'rows', compare: 'records compared' };

function progressBar(): { at: (step: Step, done: number, of: number) => void; stop: () => void } {
  if (!process.stderr.isTTY) {
    let last: Step | undefined;
    return { at: (step, _done, of) => { if (step !== last) note(`${WORDS[last = step]}${of ? `: ${of}` : ''} …`); }, stop: () => undefined };
  }
  const bar = new SingleBar({ format: '{bar} {percentage} % · {value} {what}', stream: process.stderr, clearOnComplete: true });
  let current: Step | undefined;
  return {
    at(step, done, of) {
      if (step !== current) bar.start(of || done, done, { what: WORDS[current = step] });
      if (of === 0) bar.setTotal(done);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
