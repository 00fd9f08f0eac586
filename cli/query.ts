/** `fenghuo query`: read-only SQL over the published tables. */
import { Option, type Command } from 'commander';
import { limitOf } from './alerts.ts';
import { csv, table, type Row } from './format.ts';
import { connect, gatewayCommand, note, print, printJson, type GatewayOptions } from './output.ts';

interface QueryOptions extends GatewayOptions { format: 'table' | 'json' | 'csv'; maxRows: number }
const MAX_ROWS = 10_000;

export function queryCommand(program: Command): void {
  gatewayCommand(program, 'query', 'run one read-only SQL statement (ClickHouse dialect) over the tables', [
    'query "SELECT zone, count() AS orders FROM orders GROUP BY zone ORDER BY orders DESC LIMIT 10"',
    'query "SELECT ruleId, grade, count() FROM alert_revisions GROUP BY ALL" --format csv > alerts.csv'])
    .argument('<sql>', 'the statement')
    .addOption(new Option('--format <format>', 'how rows are printed').choices(['table', 'json', 'csv']).default('table'))
    .option('--max-rows <n>', `at most so many rows (default ${MAX_ROWS}, at most 100000)`, limitOf, MAX_ROWS)
    .action(runQuery);
}

async function runQuery(sql: string, options: QueryOptions): Promise<void> {
  const { rows } = await connect(options).send<{ rows: Row[] }>('POST', '/v1/query', { sql, maxRows: options.maxRows });
  if (options.json || options.format === 'json') printJson(rows);
  else if (options.format === 'csv') print(csv(rows));
  else print(rows.length === 0 ? '(no rows)' : table(rows));
  if (rows.length === options.maxRows) note(`Only the first ${options.maxRows} rows are shown: narrow the query or raise --max-rows.`);
}
