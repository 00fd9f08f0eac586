/**
 * A real Kafka broker on this machine from Apache's jars: one JVM that is broker and controller, on ports that are free, with data of its own. For tests and developers, never for service.
 * A second process watches the pipe to ours: however ours ends, the broker ends with it.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { fetchJars } from './jars.ts';

export interface Broker {
  /** As KAFKA_BROKERS takes it. */
  readonly brokers: string;
  /** What kind of broker it is, to be printed. */
  readonly what: string;
  /** Ends it; data that it made for itself goes. */
  stop(): Promise<void>;
}

/** One that may be hurt. */
export interface OwnBroker extends Broker {
  /** Resolves once the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** It stands still, its connections stay open. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Starts again on the same ports and data, after a kill or from running. Resolves once it answers. */
  restart(): Promise<void>;
}

export interface BrokerOptions {
  /** Where its data stays; omitted: in a temporary folder that goes with it. */
  folder?: string;
  /** Omitted: one that is free. */
  port?: number;
  /** Over the ones that it has by itself. */
  properties?: Record<string, string>;
  /** Further arguments of Kafka's format tool, such as `--add-scram`. */
  format?: string[];
}

const run = promisify(execFile);
const JAVA = ['-Xms64m', '-Xmx400m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info'];
const START_MS = 180_000;

/** A process's threads stop one after the other; where that cannot be seen (it is Linux's /proc that tells), after a moment. */
async function stopped(pid: number | undefined): Promise<void> {
  const running = (): boolean => {
    try {
      return readdirSync(`/proc/${pid}/task`).some((task) => readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8').split(') ')[1]?.[0] !== 'T');
    } catch {
      return false;
    }
  };
  for (let looks = 0; looks < 100 && running(); looks++) await new Promise((resolve) => { setTimeout(resolve, 10); });
}

/** Of a broker that is a cluster of its own. */
export const PROPERTIES: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'auto.create.topics.enable': 'false',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  // A group of tests need not wait for members that may come, nor long for one that was killed.
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '500',
  // After a kill the controller waits this long before it believes in the broker's new life.
  'broker.session.timeout.ms': '1000',
  'broker.heartbeat.interval.ms': '250',
  // Hundreds of small partitions: their indexes are made at full size.
  'log.index.size.max.bytes': '1048576',
  'num.network.threads': '2',
  'num.io.threads': '4',
  'log.cleaner.dedupe.buffer.size': '4194304',
};

class JavaBroker implements OwnBroker {
  readonly brokers: string;
  readonly what: string;
  readonly #jars: string;
  readonly #folder: string;
  readonly #passing: boolean;
  #java: ChildProcess | undefined;
  #gone: Promise<unknown> = Promise.resolve();

  constructor(jars: string, folder: string, passing: boolean, port: number) {
    this.#jars = jars;
    this.#folder = folder;
    this.#passing = passing;
    this.brokers = `127.0.0.1:${port}`;
    this.what = `Kafka from Apache's jars (${jars})`;
  }

  async start(): Promise<void> {
    const java = spawn('java', [...JAVA, '-cp', join(this.#jars, '*'), 'kafka.Kafka', join(this.#folder, 'server.properties')], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#java = java;
    const watch = spawn('sh', ['-c', `cat; kill -9 ${java.pid}${this.#passing ? `; sleep 1; rm -rf "${this.#folder}"` : ''}`], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    watch.stdin?.on('error', () => {}); // It was quicker to go than we to close the pipe.
    this.#gone = once(java, 'exit').then(() => watch.kill('SIGKILL'));
    const log = createWriteStream(join(this.#folder, 'broker.log'), { flags: 'a' });
    java.stdout?.pipe(log, { end: false });
    java.stderr?.pipe(log, { end: false });
    await this.#started(java);
  }

  async #started(java: ChildProcess): Promise<void> {
    let text = '';
    const up = new Promise<void>((resolve, reject) => {
      java.stderr?.on('data', (chunk) => {
        if (text.length < 1e6 && (text += chunk).includes('Kafka Server started')) resolve();
      });
      java.once('exit', () => reject(new Error(`the local Kafka ended at once: ${tail(text)}. All of it: ${join(this.#folder, 'broker.log')}`)));
      java.once('error', reject);
      setTimeout(() => reject(new Error(`the local Kafka did not start within ${START_MS / 1000} s: ${tail(text)}`)), START_MS).unref();
    });
    await up.catch(async (error) => {
      await this.kill('SIGKILL');
      throw error;
    });
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#java?.kill(signal);
    await this.#gone;
  }

  async pause(): Promise<void> {
    this.#java?.kill('SIGSTOP');
    await stopped(this.#java?.pid);
  }

  async resume(): Promise<void> {
    this.#java?.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.kill('SIGKILL');
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill(this.#passing ? 'SIGKILL' : 'SIGTERM');
    if (this.#passing) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const tail = (text: string): string => text.trim().split('\n').slice(-3).join(' · ').slice(0, 600);

export async function startJavaBroker(options: BrokerOptions = {}): Promise<OwnBroker> {
  const jars = await fetchJars();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'fenghuo-kafka-'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'server.properties');
  const known = existsSync(file) ? Number(/PLAINTEXT:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) : undefined;
  const port = options.port ?? known ?? await freePort();
  const controller = await freePort();
  const all = {
    ...PROPERTIES, 'controller.quorum.voters': `1@127.0.0.1:${controller}`, listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`, 'log.dirs': join(folder, 'data'),
    ...options.properties,
  };
  writeFileSync(file, Object.entries(all).map(([name, value]) => `${name}=${value}\n`).join(''));
  await run('java', [...JAVA, '-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', 'fenghuo-local-kafka-xx', '-c', file, ...(options.format ?? [])]);
  const broker = new JavaBroker(jars, folder, options.folder === undefined, port);
  await broker.start();
  return broker;
}
