/** `npm run kafka`: a local broker for a developer, until Ctrl-C. `-- --port N` takes a port, `-- --data DIR` keeps its data. */
import { parseArgs } from 'node:util';
import { startJavaBroker } from './broker.ts';
import { startBroker } from './choose.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
const own = values.port !== undefined || values.data !== undefined;
const broker = own ? await startJavaBroker({ ...(values.port && { port: Number(values.port) }), ...(values.data && { folder: values.data }) }) : await startBroker();
if ('missing' in broker) {
  process.stderr.write(`${broker.missing}. Install Java 17 and Maven, or start Docker.\n`);
  process.exit(4);
}
process.stderr.write(`${broker.what}; Ctrl-C ends it\n`);
process.stdout.write(`KAFKA_BROKERS=${broker.brokers}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void broker.stop().then(() => process.exit(0)));
