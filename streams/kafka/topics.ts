/** The topics on Kafka: those of streams/topics.ts and two kinds of this adapter's own, created as declared. What exists otherwise is an error that names both. */
import type { Admin } from 'kafkajs';
import { LogError } from '../errors.ts';
import { TOPICS, type TopicSpec } from '../topics.ts';

/** Notes (`Log.note`). */
export const NOTES = 'notes.v1';
/** State and position of a group over one topic: same partitions. By topic too, since intake reads several, whose partitions may have different owners. */
export const stateTopic = (group: string, topic: string): string => `state.${group}.${topic}`;

export interface Declared { name: string; partitions: number; config: Record<string, string> }

/** Every batch of ours is smaller (batch.ts), but an artifact is one record. */
const LARGEST_BATCH = 16 * 1024 * 1024;
const REPLICAS = 3;
const LEADERS_MS = 30_000;
const CHECKED = ['cleanup.policy', 'retention.ms', 'message.timestamp.type'];

export const partitionsOf = (spec: TopicSpec, most: number): number => (most > 0 ? Math.min(most, spec.partitions.kafka) : spec.partitions.kafka);

const declared = (spec: TopicSpec, partitions: number): Declared => ({ name: spec.name, partitions, config: config(spec) });

export const compacted = (name: string, partitions: number): Declared => ({ name, partitions, config: { ...config({ retentionHours: 0, compacted: true }), ...SOON_COMPACTED } });

/** A segment that is still written to is never compacted. With Kafka's defaults (1 GiB, half of it dirty) a start would read back every flush of hours. */
const SOON_COMPACTED = { 'segment.bytes': String(32 << 20), 'min.cleanable.dirty.ratio': '0.1', /** Kafka's own default; state-copy.ts counts on it. */ 'delete.retention.ms': '86400000' };

const config = ({ name = '', retentionHours, compacted: compact = false }: Partial<TopicSpec>): Record<string, string> => ({
  'cleanup.policy': compact ? 'compact' : 'delete',
  'retention.ms': retentionHours ? String(retentionHours * 3_600_000) : '-1',
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': String(LARGEST_BATCH),
  // Parties write these themselves: whatever they compress with, the broker stores what is read here (batch.ts).
  ...(name.startsWith('intake.') && { 'compression.type': 'zstd' }),
});

export const allDeclared = (partitions: (topic: string) => number): Declared[] => [...TOPICS.map((spec) => declared(spec, partitions(spec.name))), compacted(NOTES, 1)];

/** Creates what is missing and compares the rest. Safe beside another process that does the same. */
export async function ensure(admin: Admin, prefix: string, wanted: readonly Declared[]): Promise<void> {
  const replicas = Math.min(REPLICAS, (await admin.describeCluster()).brokers.length);
  const existing = new Set(await admin.listTopics());
  const missing = wanted.filter(({ name }) => !existing.has(prefix + name));
  if (missing.length > 0) await create(admin, prefix, missing, replicas);
  const found = wanted.filter(({ name }) => existing.has(prefix + name));
  if (found.length > 0) await compare(admin, prefix, found);
}

async function create(admin: Admin, prefix: string, missing: readonly Declared[], replicas: number): Promise<void> {
  const topics = missing.map(({ name, partitions, config: entries }) => ({
    topic: prefix + name, numPartitions: partitions, replicationFactor: replicas,
    configEntries: Object.entries({ ...entries, 'min.insync.replicas': String(Math.max(1, replicas - 1)) }).map(([key, value]) => ({ name: key, value })),
  }));
  // kafkajs answers false where one exists by now, made by another process: compared below.
  const made = await admin.createTopics({ topics, waitForLeaders: false }).catch((error: { type?: string; errors?: { type?: string }[] }) => {
    const types = error.errors?.map(({ type }) => type) ?? [error.type];
    if (types.every((type) => type === 'TOPIC_ALREADY_EXISTS')) return false;
    throw error;
  });
  await led(admin, topics.map(({ topic }) => topic));
  if (!made) await compare(admin, prefix, missing);
}

/** Metadata spreads: for a while a broker knows nothing of a new topic, or of no leader. */
async function led(admin: Admin, names: string[]): Promise<void> {
  let trouble: unknown;
  for (const end = Date.now() + LEADERS_MS; Date.now() < end;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      if (topics.every((topic) => topic.partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      trouble = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new LogError('FAILED', `topics ${names.join(', ')} were created, but after ${LEADERS_MS / 1000} s some partition still has no leader${trouble ? ` (${(trouble as Error).message})` : ''}. Look at the brokers' logs.`, trouble);
}

async function compare(admin: Admin, prefix: string, wanted: readonly Declared[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => prefix + name) });
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: wanted.map(({ name }) => ({ type: 2, name: prefix + name, configNames: CHECKED })) });
  const problems: string[] = [];
  for (const { name, partitions, config: entries } of wanted) {
    const has = topics.find((topic) => topic.name === prefix + name)?.partitions.length;
    if (has !== partitions) problems.push(`${prefix}${name} has ${has} partitions, but ${partitions} are asked for (the count is fixed for the life of a topic version: set FENGHUO_PARTITIONS to what it was created with, or use another KAFKA_PREFIX)`);
    const given = new Map(resources.find((resource) => resource.resourceName === prefix + name)?.configEntries.map((entry) => [entry.configName, entry.configValue]));
    for (const key of CHECKED) if (given.get(key) !== entries[key]) problems.push(`${prefix}${name} has ${key}=${given.get(key)}, but ${entries[key]} is declared (kafka-configs --alter --entity-type topics --entity-name ${prefix}${name} --add-config ${key}=${entries[key]})`);
  }
  if (problems.length > 0) throw new LogError('OTHER_VERSION', `topics on Kafka are not as streams/topics.ts declares them:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
}
