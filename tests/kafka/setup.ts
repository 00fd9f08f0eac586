/**
 * One broker for all test files of a run. It is started when the first of them asks, so that a run without Kafka pays nothing, and by the process that outlives them all:
 * they ask through a socket in the run's temporary folder.
 */
import { createServer } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from './broker.ts';
import { findBroker, type Missing } from './choose.ts';

export default async function kafkaOnDemand(): Promise<() => Promise<void>> {
  let broker: Promise<Broker | Missing> | undefined;
  const path = join(mkdtempSync(join(tmpdir(), 'kafka-')), 'ask');
  const server = createServer((socket) => {
    socket.on('error', () => {}); // The asker may be gone by now.
    broker ??= findBroker().then((found) => {
      process.stdout.write('missing' in found ? `\nKafka tests are skipped: ${found.missing}\n` : `\nKafka tests run on ${found.what}, ${found.brokers}\n`);
      return found;
    });
    broker.then((found) => ('missing' in found ? found : { brokers: found.brokers, what: found.what }), (error: Error) => ({ failed: error.message })).then((answer) => socket.end(JSON.stringify(answer)));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  process.env.FENGHUO_TEST_KAFKA = path;
  return async () => {
    server.close();
    const found = await broker?.catch(() => undefined);
    if (found && !('missing' in found)) await found.stop();
  };
}
