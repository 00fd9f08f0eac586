/** What every command shares: the program's common options, and writing to the screen. */
import { Option, type Command } from 'commander';
import { Client } from './client.ts';
import type { Lang } from './format.ts';
import { readSettings } from './settings.ts';

export interface GatewayOptions { key?: string; json?: boolean }

export const print = (text: string): void => { process.stdout.write(`${text}\n`); };
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
export const note = (text: string): void => { process.stderr.write(`${text}\n`); };

/** A command that talks to the running gateway. */
export function gatewayCommand(parent: Command, name: string, summary: string, examples: string[]): Command {
  return withExamples(parent.command(name).description(summary), examples)
    .addOption(new Option('--key <key>', 'access key (else FENGHUO_KEY, else $FENGHUO_DATA/keys/admin.key)'))
    .option('--json', 'print JSON, for scripts');
}

export const withExamples = (command: Command, examples: string[]): Command => command.addHelpText('after', `\nExamples:\n${examples.map((e) => `  $ npx fenghuo ${e}`).join('\n')}`);

export const connect = (options: GatewayOptions): Client => new Client(readSettings(), options.key);

export const langOption = (): Option => new Option('--lang <lang>', 'language of reasons').choices(['en', 'zh']).default((process.env.LANG ?? '').startsWith('zh') ? 'zh' : 'en');
export const langOf = (lang: string | undefined): Lang => (lang === 'zh' ? 'zh' : 'en');
