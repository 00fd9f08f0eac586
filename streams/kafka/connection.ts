/** Connections to the brokers through kafkajs. Each `cluster()` has connections of its own: a broker answers the requests of one connection in turn, so a long fetch must not stand before a send. */
import { Kafka, logLevel, type Admin, type KafkaConfig } from 'kafkajs';
import Cluster, { type Broker } from 'kafkajs/src/cluster/index.js';
import defaultSocketFactory from 'kafkajs/src/network/socketFactory.js';
import type { KafkaSettings } from './settings.ts';

/** kafkajs tries again by itself on lost connections and moved leaders; beyond that the error is the caller's. */
const RETRY = { initialRetryTime: 50, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 10 };

const SHARED = 4;

export class Connection {
  readonly settings: KafkaSettings;
  readonly logger: unknown;
  readonly #kafka: Kafka;
  readonly #shared: (Promise<Cluster> | undefined)[] = [];
  #turn = 0;
  readonly #config: KafkaConfig;

  constructor(settings: KafkaSettings) {
    this.settings = settings;
    this.#config = {
      brokers: [...settings.brokers],
      clientId: 'fenghuo',
      connectionTimeout: 3_000,
      authenticationTimeout: 10_000,
      requestTimeout: 30_000,
      retry: RETRY,
      logLevel: logLevel.NOTHING, // What fails is thrown, and told by whoever catches it.
      ...(settings.ssl && { ssl: settings.ssl }),
      ...(settings.sasl && { sasl: settings.sasl }),
    };
    this.#kafka = new Kafka(this.#config);
    this.logger = this.#kafka.logger();
  }

  /** One of a few that claimed producers share: hundreds of partitions need no connections each, and their requests are short. */
  shared(): Promise<Cluster> {
    const place = this.#turn++ % SHARED;
    return (this.#shared[place] ??= this.cluster().catch((error) => {
      this.#shared[place] = undefined;
      throw error;
    }));
  }

  async close(): Promise<void> {
    for (const cluster of this.#shared) await (await cluster?.catch(() => undefined))?.disconnect();
  }

  admin(): Admin {
    return this.#kafka.admin();
  }

  async cluster(): Promise<Cluster> {
    const cluster = new Cluster({
      ...this.#config, logger: this.logger, socketFactory: defaultSocketFactory(), reauthenticationThreshold: 10_000, enforceRequestTimeout: true,
      metadataMaxAge: 60_000, allowAutoTopicCreation: false, maxInFlightRequests: null,
    });
    cluster.retry = RETRY; // Read by its transaction requests, but set by nobody.
    await cluster.connect();
    return cluster;
  }
}

/** The broker that leads a partition. Throws where none does at the moment. */
export async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  const found = cluster.findTopicPartitionMetadata(topic).find((p) => p.partitionId === partition);
  if (!found || found.leader < 0) {
    await cluster.refreshMetadata();
    throw Object.assign(new Error(`topic ${topic} partition ${partition} has no leader at the moment`), { retriable: true });
  }
  const broker = await cluster.findBroker({ nodeId: found.leader });
  if (!broker.isConnected()) await broker.connect();
  return broker;
}

/** The same as far as it is known without asking; -1 = not known. */
export function leaderIn(cluster: Cluster, topic: string, partition: number): number {
  try {
    return cluster.findTopicPartitionMetadata(topic).find((p) => p.partitionId === partition)?.leader ?? -1;
  } catch {
    return -1; // No metadata at all yet.
  }
}

export interface Refused { type?: string; name?: string; code?: string | number; retriable?: boolean; message: string; host?: string; port?: number }

const LOST = new Set(['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError', 'KafkaJSBrokerNotFound', 'KafkaJSMetadataNotLoaded', 'KafkaJSTopicMetadataNotLoaded', 'KafkaJSLockTimeout', 'KafkaJSNumberOfRetriesExceeded']);

/** A connection that was lost, or a broker's word that it may go better later. */
export const mayPass = (error: unknown): boolean => LOST.has((error as Refused).name ?? '') || (error as Refused).retriable === true || (error as Refused).type === 'CONCURRENT_TRANSACTIONS';

/** Runs `work` until it passes or the time is over; the last error is thrown then. Metadata is read anew between. */
export async function persist<T>(cluster: Cluster, forMs: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + forMs;
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    try {
      if (!cluster.isConnected()) await cluster.connect();
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() + wait > end) throw error;
      const { name, host, port } = error as Refused;
      if (name === 'KafkaJSConnectionClosedError' && host !== undefined && port !== undefined) cluster.removeBroker({ host, port });
      await new Promise((resolve) => setTimeout(resolve, wait));
      await cluster.refreshMetadata().catch(() => {}); // Not to be had yet: the next try says so itself.
    }
  }
}
