/** `fenghuo ingest`: customs messages, JSON events and tables, from files, archives, folders or standard input. */
import { Option, type Command } from 'commander';
import { MESSAGES, type DocumentMessage } from '../schemas/customs/messages.ts';
import { gatewayCommand, langOption, type GatewayOptions } from './output.ts';

export interface IngestOptions extends GatewayOptions {
  as?: string; map?: string; mapTemplate?: DocumentMessage; dryRun?: boolean; watch?: string; done?: string; failed?: string; backfill?: string; lang?: string; wait: boolean;
}

export function ingestCommand(program: Command): void {
  gatewayCommand(program, 'ingest', 'send customs messages (XML), JSON events, or tables through a mapping', [
    'ingest examples/order.xml examples/payment.xml examples/waybill.xml', 'ingest events.ndjson.gz march.zip folder/ --json', 'cat message.xml | npx fenghuo ingest -',
    'ingest --map-template order > map.yaml', 'ingest orders.csv --map map.yaml --dry-run', 'ingest --watch inbox --done sent --failed refused --map map.yaml', 'ingest 2025.zip --backfill year-2025'])
    .argument('[file...]', '.xml, .json, .ndjson, .jsonl, .csv, .tsv, .xlsx; .gz of these, .zip, or a folder; - is standard input')
    .addOption(new Option('--as <form>', 'what the files hold, where extension and first bytes do not tell').choices(['ceb', 'json', 'csv', 'xlsx']))
    .option('--map <file>', 'mapping of columns to fields, for tables')
    .addOption(new Option('--map-template <type>', 'print a mapping to start from').choices(MESSAGES.map((m) => m.type)))
    .option('--dry-run', 'show the first rows as they would be read and all that is wrong; send nothing')
    .option('--watch <dir>', 'send what is put into this folder, until Ctrl-C')
    .option('--done <dir>', 'with --watch: move files there that were taken whole')
    .option('--failed <dir>', 'with --watch: move other files there, each with its reasons')
    .option('--backfill <id>', 'declare the events as older data under this id: own windows, no published alerts (admin key)')
    .option('--no-wait', 'do not wait for match state and alerts')
    .addOption(langOption())
    // Readers of tables and archives are many modules: only this command waits for them.
    .action(async (files: string[], options: IngestOptions) => (await import('./ingest/run.ts')).ingest(files, options));
}
