/** `fenghuo check`: what would become of files of customs messages and JSON events, before they are declared. Nothing is taken. */
import { Option, type Command } from 'commander';
import { gatewayCommand, langOption, type GatewayOptions } from './output.ts';

export interface CheckOptions extends GatewayOptions { as?: string; map?: string; write?: string; to?: string; lang?: string }

export function checkCommand(program: Command): void {
  gatewayCommand(program, 'check', 'say what is wrong with messages before they are declared; nothing is taken', [
    'check examples/order.xml examples/payment.xml', 'check order.json --write xml', 'check orders.ndjson --write xml --to declared/', 'check orders.csv --map map.yaml', 'cat message.xml | npx fenghuo check -'])
    .argument('<file...>', 'files or folders, as `ingest` takes them; - is standard input')
    .addOption(new Option('--as <form>', 'what the files hold, where extension and first bytes do not tell').choices(['ceb', 'json', 'csv', 'xlsx']))
    .option('--map <file>', 'how columns of CSV and Excel become fields, as for `ingest`')
    .addOption(new Option('--write <form>', 'write the documents that are in order back as official XML or nested JSON').choices(['xml', 'json']))
    .option('--to <folder>', 'with --write: into files of this folder instead of the screen')
    .addOption(langOption())
    .action(async (files: string[], options: CheckOptions) => (await import('./ingest/check.ts')).check(files, options));
}
