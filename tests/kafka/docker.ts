/** The broker as Apache's own image, through testcontainers, which also clears it away if this process dies. No machine of the project's own tests has Docker: not run there. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StartedTestContainer } from 'testcontainers';
import { freePort } from '../free-port.ts';
import { PROPERTIES, type OwnBroker } from './broker.ts';
import { KAFKA_VERSION } from './jars.ts';

const IMAGE = `apache/kafka:${KAFKA_VERSION}`;

/** Why no container can be run; undefined where a daemon answers. */
export const whyNoDocker = (): Promise<string | undefined> => promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5_000 })
  .then(() => undefined, () => 'no Docker daemon answers');

/** The image reads its settings from the environment: `a.b` as KAFKA_A_B. */
const environment = (properties: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]));

class DockerBroker implements OwnBroker {
  readonly brokers: string;
  readonly what = `Kafka in Docker (${IMAGE})`;
  readonly #container: StartedTestContainer;

  constructor(container: StartedTestContainer, port: number) {
    this.#container = container;
    this.brokers = `127.0.0.1:${port}`;
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const container = await this.#handle();
    await container.kill({ signal });
    await container.wait();
  }

  async pause(): Promise<void> {
    await (await this.#handle()).pause();
  }

  async resume(): Promise<void> {
    await (await this.#handle()).unpause();
  }

  async restart(): Promise<void> {
    await this.#container.restart({ timeout: 0 });
  }

  async stop(): Promise<void> {
    await this.#container.stop();
  }

  async #handle() {
    const { getContainerRuntimeClient } = await import('testcontainers');
    return (await getContainerRuntimeClient()).container.getById(this.#container.getId());
  }
}

export async function startDockerBroker(): Promise<OwnBroker> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  const listeners = `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:9093`;
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({ ...environment({ ...PROPERTIES, listeners, 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`, 'controller.quorum.voters': '1@localhost:9093' }), KAFKA_HEAP_OPTS: '-Xmx400m' })
    .withWaitStrategy(Wait.forLogMessage('Kafka Server started'))
    .start();
  return new DockerBroker(container, port);
}
