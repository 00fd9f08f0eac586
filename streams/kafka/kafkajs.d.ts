/** What is used of kafkajs beside its public face: connections, metadata, request codecs and its transaction requests. The version is pinned, and tests run on a real broker. */
declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number);
    readonly buffer: Buffer;
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: number | bigint): this;
    writeString(value: string | null): this;
    writeBytes(value: Buffer): this;
    writeBuffer(value: Buffer): this;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readString(): string | null;
    readBytes(): Buffer | null;
    readArray<T>(read: (decoder: Decoder) => T): T[];
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  export function createErrorFromCode(code: number): import('kafkajs').KafkaJSProtocolError;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function defaultSocketFactory(): import('kafkajs').ISocketFactory;
}

declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  export const MemberMetadata: { encode(metadata: { version: number; topics: string[]; userData: Buffer }): Buffer; decode(buffer: Buffer): { version: number; topics: string[]; userData: Buffer } };
  export const MemberAssignment: { encode(assignment: { version: number; assignment: Record<string, number[]>; userData?: Buffer }): Buffer; decode(buffer: Buffer): { assignment: Record<string, number[]> } | null };
}

declare module 'kafkajs/src/cluster/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  export interface ProtocolRequest<T> {
    request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoder> };
    response: { decode(raw: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
    requestTimeout?: number;
    logResponseError?: boolean;
  }
  export interface JoinedGroup { generationId: number; leaderId: string; memberId: string; members: { memberId: string; memberMetadata: Buffer }[] }
  export interface Broker {
    readonly nodeId: number;
    readonly connectionPool: { host: string; port: number; send<T>(request: ProtocolRequest<T>): Promise<T> };
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    listOffsets(request: { replicaId: number; isolationLevel: number; topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[] }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>;
    joinGroup(request: { groupId: string; sessionTimeout: number; rebalanceTimeout: number; memberId: string; groupProtocols: { name: string; metadata: Buffer }[] }): Promise<JoinedGroup>;
    syncGroup(request: { groupId: string; generationId: number; memberId: string; groupAssignment: { memberId: string; memberAssignment: Buffer }[] }): Promise<{ memberAssignment: Buffer }>;
    heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  }
  export interface PartitionMetadata { partitionId: number; leader: number; replicas: number[] }

  export default class Cluster {
    retry?: import('kafkajs').RetryOptions;
    constructor(options: Record<string, unknown>);
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    removeBroker(address: { host: string; port: number }): void;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    getNodeIds(): string[];
    findBroker(node: { nodeId: number }): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): PartitionMetadata[];
    findGroupCoordinator(group: { groupId: string; coordinatorType?: number }): Promise<Broker>;
  }
}

declare module 'kafkajs/src/producer/eosManager/index.js' {
  import type Cluster from 'kafkajs/src/cluster/index.js';

  export interface Session {
    getProducerId(): bigint | string;
    getProducerEpoch(): number;
    initProducerId(): Promise<void>;
    beginTransaction(): void;
    addPartitionsToTransaction(topics: { topic: string; partitions: { partition: number }[] }[]): Promise<void>;
    sendOffsets(offsets: { consumerGroupId: string; topics: { topic: string; partitions: { partition: number; offset: string }[] }[] }): Promise<void>;
    commit(): Promise<void>;
    abort(): Promise<void>;
  }
  export default function createSession(options: { logger: unknown; cluster: Cluster; transactional: boolean; transactionalId?: string; transactionTimeout?: number }): Session;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  export default function crc32C(buffer: Buffer): number;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  export default function encodeRecord(record: { offsetDelta: number; timestampDelta: number; key: Buffer | null; value: Buffer | null; headers: Record<string, Buffer> }): Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  export function RecordBatch(batch: { compression: number; firstTimestamp: number; maxTimestamp: number; lastOffsetDelta: number; records: Encoder[] }): Promise<Encoder>;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';
  export default function decode(decoder: Decoder): Promise<Record<string, unknown> & { records: { key: Buffer | null; value: Buffer | null; headers: Record<string, Buffer> }[] }>;
}
