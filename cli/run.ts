/** `fenghuo run STAGE…`: processes of a scaled-out system, any number of each, over Kafka and ClickHouse. */
import { flushCompileCache } from 'node:module';
import { Argument, type Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { untilStopped } from './exit-signals.ts';
import { withExamples } from './output.ts';
import { readSettings } from './settings.ts';

export const ROLES = ['intake', 'screening', 'assessment', 'warning', 'sink', 'gateway'] as const;
export type Role = (typeof ROLES)[number];

const ENVIRONMENT = `
Environment: KAFKA_BROKERS (host:port, by commas), SCHEMA_REGISTRY_URL, CLICKHOUSE_URL, FENGHUO_LINKAGE_KEY and FENGHUO_SEAL_KEY (the same in every process that runs intake or a gateway),
FENGHUO_PORT (the gateway's; else of /healthz, /readyz and /metrics), FENGHUO_DATA (keys of the gateway, trusted certificates). docs/operations.md tells all.
Without CLICKHOUSE_URL the sink fills a local store in FENGHUO_DATA, which only a gateway in the same process can ask: for trying it out.`;

export function runCommand(program: Command): void {
  withExamples(program.command('run').description('run stages of a scaled-out system on Kafka in this process').addArgument(new Argument('<stage...>', 'what this process runs').choices(ROLES)).addHelpText('after', ENVIRONMENT),
    ['run screening assessment warning', 'run sink gateway'])
    .action(async (given: Role[]) => {
      const roles = ROLES.filter((role) => given.includes(role));
      const settings = readSettings();
      const { startRun } = await import('./scaled.ts');
      flushCompileCache(); // a process that is killed would leave nothing for the next
      const tell = (line: string) => void process.stderr.write(`${line}\n`);
      const run = await startRun(roles, settings, process.env, tell);
      process.stdout.write(`  烽火 Fenghuo runs ${roles.join(', ')}: ${run.address}\n`);
      const failure = await Promise.race([untilStopped(), run.failed]);
      process.stdout.write('Stopping: writing state …\n');
      await run.stop();
      if (failure) throw new CommandError(EXIT.refused, failure.message);
      process.stdout.write('Stopped. Nothing is lost.\n');
      process.exit(0);
    });
}
