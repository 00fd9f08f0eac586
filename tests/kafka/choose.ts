/** Which Kafka tests and developers get: the one at KAFKA_BROKERS, else Docker's, else one from Apache's jars. */
import { startJavaBroker, type Broker, type OwnBroker } from './broker.ts';
import { startDockerBroker, whyNoDocker } from './docker.ts';
import { whyNoJars } from './jars.ts';

export interface Missing { missing: string }

/** A broker of one's own, to be hurt. */
export async function startBroker(): Promise<OwnBroker | Missing> {
  const noDocker = await whyNoDocker();
  if (noDocker === undefined) return startDockerBroker();
  const noJars = await whyNoJars();
  if (noJars === undefined) return startJavaBroker();
  return { missing: `no Kafka: ${noDocker}, and ${noJars}` };
}

export async function findBroker(): Promise<Broker | Missing> {
  const brokers = process.env.KAFKA_BROKERS;
  if (brokers) return { brokers, what: 'Kafka at KAFKA_BROKERS', stop: async () => {} };
  const found = await startBroker();
  return 'missing' in found ? { missing: `${found.missing}; KAFKA_BROKERS is not set` } : found;
}

/** What cannot be had is skipped and told, unless FENGHUO_REQUIRE_KAFKA=1 makes that a failure. */
export function orRefuse<Found extends object>(found: Found): Found {
  if ('missing' in found && process.env.FENGHUO_REQUIRE_KAFKA === '1') throw new Error(`FENGHUO_REQUIRE_KAFKA=1, but there is ${String(found.missing)}`);
  return found;
}
