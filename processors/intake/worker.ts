/** The thread that takes submissions: reads, checks, tokenises and encodes, so that the pipeline's own thread only decides. Started by thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { encodeInto } from '../../schemas/registry.ts';
import { createIntake, type IntakeConfig, type Submission } from './intake.ts';
import { loadSignatures, type SignatureConfig } from './signature.ts';
import type { IntakeTables } from './tables.ts';
import { answered, toBatch, type Answered, type Batch, type Packed, type Reply } from './service.ts';

export type Call = { id: number; submission: Submission; now: number; answer: boolean } | { id: number; tables: IntakeTables } | { id: number; signatures: SignatureConfig };
export type Answer = { id: number; reply: Reply } | { id: number; answered: Answered } | { id: number; used: true } | { id: number; error: string };

const config = workerData as IntakeConfig;
const signatures = await loadSignatures(config.signatures);
const intake = createIntake(config, signatures);
let scratch = Buffer.allocUnsafe(1 << 20);

parentPort?.on('message', async (call: Call) => {
  const { id } = call;
  try {
    if ('signatures' in call) {
      if (signatures) Object.assign(signatures, await loadSignatures(call.signatures));
      return parentPort?.postMessage({ id, used: true } satisfies Answer);
    }
    if ('tables' in call) {
      intake.use(call.tables);
      return parentPort?.postMessage({ id, used: true } satisfies Answer);
    }
    const batch = toBatch(intake.take(call.submission, call.now));
    if (call.answer) return parentPort?.postMessage({ id, answered: answered(batch) } satisfies Answer);
    const reply = pack(batch);
    return parentPort?.postMessage({ id, reply } satisfies Answer, [reply.buffer]);
  } catch (error) {
    return parentPort?.postMessage({ id, error: (error as Error).message } satisfies Answer);
  }
});

function pack({ accepted, rejected, noted, unreadable }: Batch): Reply {
  let at = 0;
  const packed = accepted.map((a): Packed => {
    const start = at;
    for (at = encodeInto(a.type, a.body, scratch, start); at < 0; at = encodeInto(a.type, a.body, scratch, start)) {
      const grown = Buffer.allocUnsafe(scratch.length * 2 - at);
      scratch.copy(grown, 0, 0, start);
      scratch = grown;
    }
    return [a.type, a.key, a.everyPartition, a.eventTime, a.eventId, a.orderKey, a.aliases, start, at];
  });
  const buffer = new ArrayBuffer(at);
  new Uint8Array(buffer).set(scratch.subarray(0, at));
  return { packed, buffer, rejected, noted, unreadable };
}
