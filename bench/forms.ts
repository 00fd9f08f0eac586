/** How fast each form is read, in this process and of one core's time: from bytes to the wire contract (parsed), and through all of intake (taken). */
import { randomBytes } from 'node:crypto';
import { createIntake, type Submission } from '../processors/intake/intake.ts';
import { readSubmission } from '../processors/intake/reading.ts';
import { read, type Contract } from '../schemas/trade/contract.ts';
import { CONTRACTS } from '../schemas/trade/contracts.ts';
import { MESSAGES } from '../schemas/customs/messages.ts';
import type { Written } from '../schemas/customs/official.ts';
import { writeJson } from '../schemas/customs/write-json.ts';
import { writeXml } from '../schemas/customs/write-xml.ts';

export interface FormSpeed { form: string; documents: number; bytesPerDocument: number; parsedPerSecond: number; takenPerSecond: number }

const ROUNDS = 5;
const submission = (bytes: Uint8Array, form: Submission['form']): Submission => ({ bytes, form, sender: 'bench', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' });

/** `documents`: flat events, of which those are read that customs has a message for. Medians of five rounds after two to warm up. */
export function formSpeeds(documents: readonly Record<string, unknown>[]): FormSpeed[] {
  const intake = createIntake({ linkageKey: randomBytes(32), sealKey: randomBytes(32), sealKeyId: 'bench', words: [], sanctions: { complete: false, names: [] } });
  const official = new Set<string>(MESSAGES.filter((m) => m.number > 0).map((m) => m.type));
  // Simulated episodes send malformed documents as well.
  const known = documents.filter((d) => official.has(d['type'] as string) && writeXml([d]).ok);
  const inBatches = slices(known, 250);
  const forms: [string, Submission[]][] = [
    ['official XML, one document a message', known.map((d) => submission(xmlOf([d]), 'xml'))],
    ['official XML, 100 documents a message', byType(known).flatMap((same) => slices(same, 100)).map((some) => submission(xmlOf(some), 'xml'))],
    ['nested JSON, one document a body', known.map((d) => submission(written(writeJson([d])), 'json'))],
    ['flat JSON in arrays', inBatches.map((batch) => submission(Buffer.from(JSON.stringify(batch)), 'json'))],
    ['NDJSON', inBatches.map((batch) => submission(Buffer.from(batch.map((d) => JSON.stringify(d)).join('\n')), 'ndjson'))],
  ];
  return forms.map(([form, submissions]) => ({
    form, documents: known.length, bytesPerDocument: Math.round(submissions.reduce((n, s) => n + s.bytes.length, 0) / known.length),
    parsedPerSecond: perSecond(known.length, () => { for (const s of submissions) parse(s); }),
    takenPerSecond: perSecond(known.length, () => { for (const s of submissions) intake.take(s, Date.now()); }),
  }));
}

function parse(s: Submission): void {
  for (const { reduced } of readSubmission(s, undefined, Date.now())) {
    const reading = reduced && reduced.type !== '' && reduced.type !== 'baseline' ? read(CONTRACTS[reduced.type] as Contract<unknown>, reduced.fields, reduced.lines) : undefined;
    if (!reading?.ok) throw new Error(`the bench's own ${reduced?.type ?? 'document'} is not read: ${reading?.problem.message ?? 'no document'}`);
  }
}

/** Parsed: from bytes to the wire contract. Taken: with keys, tokens, masks and sealing. */
export const formLines = (speeds: readonly FormSpeed[]): string[] => speeds.map(({ form, bytesPerDocument, parsedPerSecond, takenPerSecond }) =>
  `${form.padEnd(38)} parsed ${String(parsedPerSecond).padStart(6)}/s, taken ${String(takenPerSecond).padStart(6)}/s a core (${bytesPerDocument} bytes a document)`);

/** By the time that the processor spent, since other processes share the machine. */
function perSecond(count: number, work: () => void): number {
  const rates: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) rates.push(count / ((user + system) / 1e6));
  }
  return Math.round(rates.sort((a, b) => a - b)[ROUNDS >> 1] as number);
}

function slices<T>(list: readonly T[], size: number): T[][] {
  const all: T[][] = [];
  for (let i = 0; i < list.length; i += size) all.push(list.slice(i, i + size));
  return all;
}

const byType = (documents: readonly Record<string, unknown>[]): Record<string, unknown>[][] => Object.values(Object.groupBy(documents, (d) => d['type'] as string)) as Record<string, unknown>[][];

function written(result: Written): Buffer {
  if (!result.ok) throw new Error(`the bench's own document is not written: ${result.problem.message}`);
  return Buffer.from(result.text);
}
const xmlOf = (documents: Record<string, unknown>[]): Buffer => written(writeXml(documents));
