/** `fenghuo COMMAND`: one file a command. Started by cli/fenghuo.mjs on the pinned Node. */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import { alertsCommand } from './alerts.ts';
import { backtestCommand } from './backtest.ts';
import { checkCommand } from './check.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { doctorCommand } from './doctor.ts';
import { CommandError, EXIT, EXIT_HELP } from './exit.ts';
import { ingestCommand } from './ingest.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { langOf, langOption, withExamples } from './output.ts';
import { queryCommand } from './query.ts';
import { referenceCommand } from './reference.ts';
import { rulesCommand } from './rules.ts';
import { runCommand } from './run.ts';
import { readSecretFiles } from './secret-files.ts';
import { secretsCommand } from './secrets.ts';
import { readSettings } from './settings.ts';
import { simulateCommand } from './simulate.ts';
import { standardsCommand } from './standards.ts';
import { suppressionsCommand } from './suppressions.ts';
import { verdictCommand } from './verdicts.ts';

function startCommand(program: Command): void {
  withExamples(program.command('start').description('start everything on this machine, with simulated traffic, until Ctrl-C'), ['start', 'FENGHUO_SIMULATE=0 npx fenghuo start'])
    .addOption(langOption())
    .action(async ({ lang }: { lang?: string }) => {
      const settings = readSettings();
      // Only this command needs the pipeline: the others start faster without it.
      const { start } = await import('./start.ts');
      flushCompileCache(); // a process that is killed would leave nothing for the next
      await start({ ...settings, lang: langOf(lang) });
    });
}

function build(): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string; description: string };
  // Before any command is added: they inherit it.
  const program = new Command('fenghuo').exitOverride().description(description).version(version).addHelpText('after', EXIT_HELP).showHelpAfterError('(--help tells more)');
  for (const add of [startCommand, runCommand, migrateCommand, ingestCommand, checkCommand, simulateCommand, rulesCommand, backtestCommand, referenceCommand, alertsCommand, verdictCommand, suppressionsCommand, queryCommand, deadLettersCommand, keysCommand, doctorCommand, secretsCommand, standardsCommand]) add(program);
  return program;
}

function endWith(error: unknown): number {
  // Commander has already said what is wrong, or shown the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CommandError)) {
    process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
    return EXIT.gateway;
  }
  if (error.message) process.stderr.write(`${error.message}\n`);
  return error.code;
}

// `fenghuo alerts | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.gateway));

try {
  readSecretFiles(process.env);
  await build().parseAsync();
} catch (error) {
  // A failed start may leave a child or a timer behind: they must not keep the process.
  process.exit(endWith(error));
}
