import fc from 'fast-check';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import decodeTheirs from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32c } from '../../streams/kafka/crc32c.ts';
import { BATCH_BYTES, cut, decodeBatches, encodeBatch, type AbortedTransaction, type RawRecord, type ReadRecord } from '../../streams/kafka/batch.ts';
import { SchemaIds } from '../../streams/kafka/schema-ids.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b));
const record: fc.Arbitrary<RawRecord> = fc.record({ key: fc.option(bytes), value: fc.option(bytes), header: fc.string({ maxLength: 200, unit: 'grapheme-ascii' }) });
const PLAIN = { id: -1n, epoch: -1, transactional: false };

const read = (set: Buffer, from = 0, aborted: AbortedTransaction[] = []): ReadRecord[] => {
  const records: ReadRecord[] = [];
  decodeBatches(set, from, aborted, records);
  return records;
};

test('the checksum is that of kafkajs', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (b) => {
  expect(crc32c(b, 0, b.length)).toBe(crc32C(Buffer.from(b)) >>> 0);
})));

test('kafkajs reads what is written', async () => fc.assert(fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 150 }), fc.nat(2 ** 31 - 1), async (records, sequence) => {
  const batch = await decodeTheirs(new Decoder(encodeBatch(records, { id: 77n, epoch: 3, transactional: true }, sequence, 1_700_000_000_123)));
  expect(batch).toMatchObject({ producerId: '77', producerEpoch: 3, inTransaction: true, firstSequence: sequence, maxTimestamp: '1700000000123', lastOffsetDelta: records.length - 1 });
  expect(batch.records.map(({ key, value, headers }) => ({ key, value, header: headers['fenghuo']?.toString('latin1') ?? '' }))).toEqual(records);
}), { numRuns: 60 }));

test('what kafkajs writes is read, gzip too, and other headers are passed over', async () => fc.assert(fc.asyncProperty(
  fc.array(fc.record({ key: fc.option(bytes), value: fc.option(bytes), header: fc.string({ maxLength: 60, unit: 'grapheme-ascii' }), sender: fc.string({ maxLength: 9 }), delta: fc.nat(2 ** 40) }), { minLength: 1, maxLength: 40 }), fc.constantFrom(0, 1), fc.nat(5),
  async (records, compression, from) => {
    const encoded = await RecordBatch({
      compression, firstTimestamp: 1_000, maxTimestamp: 2_000, lastOffsetDelta: records.length - 1,
      records: records.map(({ key, value, header, sender, delta }, i) => encodeRecord({ offsetDelta: i, timestampDelta: delta, key, value, headers: { trace: Buffer.from('x'), fenghuo: Buffer.from(header), sender: Buffer.from(sender) } })),
    });
    expect(read(encoded.buffer, from)).toEqual(records.map(({ delta, ...rest }, i) => ({ offset: i, time: 1_000 + delta, ...rest })).slice(from));
  }), { numRuns: 60 }));

test('batches that the broker compressed with zstd are read; lz4 is named with what to do', () => {
  const batch = encodeBatch([{ key: null, value: Buffer.from('a'), header: '' }], PLAIN, 0, 5);
  const compressed = (codec: number): Buffer => {
    const packed = Buffer.concat([batch.subarray(0, 61), zstdCompressSync(batch.subarray(61))]);
    packed.writeInt32BE(packed.length - 12, 8);
    packed.writeInt16BE(codec, 21);
    packed.writeUInt32BE(crc32c(packed, 21, packed.length), 17);
    return packed;
  };
  expect(read(compressed(4)).map(({ value }) => String(value))).toEqual(['a']);
  expect(() => read(compressed(3))).toThrow(/lz4; none, gzip and zstd are read\. Set compression\.type=zstd on the topic/);
});

test('a damaged batch is refused, a cut one is left for the next fetch', () => {
  const batch = encodeBatch([{ key: null, value: Buffer.from('abc'), header: '' }], PLAIN, 0, 5);
  expect(read(batch.subarray(0, batch.length - 1))).toEqual([]);
  const damaged = Buffer.from(batch);
  damaged[damaged.length - 2] = (damaged[damaged.length - 2] as number) ^ 1;
  expect(() => read(damaged)).toThrow(/does not match its checksum/);
});

/** What producers do on one partition, one after the other: a plain record, one in a transaction, its end. */
const deeds = fc.array(fc.record({ producer: fc.nat(3), deed: fc.constantFrom('plain', 'send', 'send', 'commit', 'abort') }), { maxLength: 60 });

test('whatever transactions run through each other, exactly what was committed or plain is read, from any offset', () => fc.assert(fc.property(deeds, fc.nat(60), (all, from) => {
  const batches: Buffer[] = [];
  const expected: number[] = [];
  const open = new Map<number, number[]>();
  const aborted: (AbortedTransaction & { end: number })[] = [];
  for (const [offset, { producer, deed }] of [...all, ...[0, 1, 2, 3].map((p) => ({ producer: p, deed: 'abort' }))].entries()) {
    const transactional = deed !== 'plain';
    const batch = Buffer.from(encodeBatch([{ key: Buffer.from([0, 0, 0, 0]), value: Buffer.from(String(offset)), header: '' }], { id: BigInt(producer), epoch: 0, transactional }, 0, 1));
    batch.writeBigInt64BE(BigInt(offset), 0);
    const begun = open.get(producer);
    if (deed === 'plain') expected.push(offset);
    else if (deed === 'send') open.set(producer, [...begun ?? [], offset]);
    else {
      batch.writeInt16BE(0x30, 21); // control
      batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
      if (begun && deed === 'commit') expected.push(...begun);
      else if (begun) aborted.push({ producerId: BigInt(producer), firstOffset: begun[0] as number, end: offset });
      open.delete(producer);
    }
    batches.push(batch);
  }
  const seen = aborted.filter(({ end }) => end >= from); // A broker names those that reach into what it gives.
  expect(read(Buffer.concat(batches.slice(from)), from, seen).map(({ offset }) => offset)).toEqual(expected.sort((a, b) => a - b).filter((offset) => offset >= from));
}), { numRuns: 500 }));

test('records are cut into batches that topics take, none lost, in order', () => fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1_200_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
  const records = sizes.map((size, i): RawRecord => ({ key: Buffer.from(String(i)), value: Buffer.alloc(size), header: '' }));
  const pieces = [...cut(records)];
  expect(pieces.flatMap((piece) => piece.records)).toEqual(records);
  for (const piece of pieces) expect(piece.records.length === 1 || piece.bytes <= BATCH_BYTES).toBe(true);
}), { numRuns: 20 }));

test('records of a piece are made when it is asked for, not before', () => {
  let made = 0;
  const records = function* (): Generator<RawRecord> {
    for (; made < 5_000; made++) yield { key: null, value: Buffer.alloc(1_000), header: '' };
  };
  const pieces = cut(records());
  const first = pieces.next().value?.records.length ?? 0;
  expect(first).toBe(made);
  expect(made).toBeLessThan(1_000);
  expect(first + [...pieces].reduce((sum, { records: { length } }) => sum + length, 0)).toBe(5_000);
});

test('a registry\'s ids stand on the wire, ours within; of the registry\'s others none is taken for ours', () => {
  const ids = new SchemaIds([101, 7, 1]);
  const value = Buffer.from([0, 0, 0, 0, 2, 99]);
  const sent = ids.toRegistry(value, true);
  expect([...sent]).toEqual([0, 0, 0, 0, 7, 99]);
  expect([...value], 'bytes that others hold are left alone').toEqual([0, 0, 0, 0, 2, 99]);
  expect([...ids.fromRegistry(Buffer.from(sent))]).toEqual([...value]);
  expect([...ids.fromRegistry(Buffer.from([0, 0, 0, 0, 3, 9]))]).toEqual([0, 0, 0, 0, 0, 9]);
});
