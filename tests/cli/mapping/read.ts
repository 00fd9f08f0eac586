/** Reads a table as `ingest` does, without a gateway. */
import { peek } from '../../../cli/ingest/bytes.ts';
import { openTable } from '../../../cli/ingest/source.ts';
import { readMapping, type Mapping } from '../../../cli/mapping/form.ts';
import type { Mapped } from '../../../cli/mapping/rows.ts';

export function mappingOf(yaml: string): Mapping {
  const read = readMapping('map.yaml', yaml);
  if (!read.ok) throw new Error(read.findings.map((f) => `${f.line} ${f.message} ${f.suggestion}`).join('\n'));
  return read.mapping;
}

/** In pieces of `size`, as a disk or a pipe hands them over. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface Result { documents: Mapped[]; warnings: string[] }

export async function readAll(given: string | Uint8Array, mapping: Mapping, { name = 'orders.csv', size = 100_000 }: { name?: string; size?: number } = {}): Promise<Result> {
  const warnings: string[] = [];
  const documents: Mapped[] = [];
  const peeked = await peek(pieces(typeof given === 'string' ? Buffer.from(given) : given, size), 64 << 10);
  for await (const mapped of openTable(name, peeked, name.endsWith('.xlsx') ? 'xlsx' : 'csv', mapping, (message) => warnings.push(message))) documents.push(mapped);
  return { documents, warnings };
}
