/** `fenghuo simulate --out`: the traffic as files. No gateway, no wall clock: the same options give the same bytes. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { loadUniverse } from '../simulator/parties.ts';
import { createTraffic } from '../simulator/traffic.ts';
import { createWriter, type Format, FORMATS, isFolder, type Put } from '../simulator/write.ts';
import { CommandError, EXIT } from './exit.ts';
import { note } from './output.ts';

export interface OutOptions { out: string; format?: Format; seed: number; rate: number; start: number; seconds?: number; events?: number; episodes: boolean }

/** What is written where neither --seconds nor --events says. */
const SECONDS = 60;
/** Virtual time that is made at once: what waits in memory stays small. An XML message holds at most so much. */
const CHUNK_MS = 60_000;

export function formatOf(out: string, given: Format | undefined): Format {
  const extension = extname(out).slice(1).toLowerCase().replace('jsonl', 'ndjson');
  const format = given ?? FORMATS.find((f) => f === extension);
  if (!format) throw new CommandError(EXIT.usage, `--out ${out}: cannot tell the format. Expected a name that ends in .${FORMATS.join(', .')}, or --format ${FORMATS.join('|')}.`);
  if (out === '-' && isFolder(format)) throw new CommandError(EXIT.usage, `--format ${format} writes a folder of files, one for each ${format === 'xml' ? 'message' : 'type of document'}, and cannot go to standard output. Expected a folder's name behind --out, or --format ndjson.`);
  return format;
}

export function writeTraffic({ out, format: given, seed, rate, start, seconds, events = Number.POSITIVE_INFINITY, episodes }: OutOptions): void {
  const format = formatOf(out, given);
  const writer = createWriter(format, putInto(out, format));
  const traffic = createTraffic({ seed, start, ordersPerSecond: rate, episodes, further: true }, loadUniverse());
  const end = seconds !== undefined ? start + seconds * 1000 : Number.isFinite(events) ? Number.POSITIVE_INFINITY : start + SECONDS * 1000;
  let written = 0;
  for (let reached = start; reached < end && written < events;) {
    reached = Math.min(end, reached + CHUNK_MS);
    const due = traffic.next(reached).slice(0, events - written);
    written += due.length;
    writer.add(due);
  }
  writer.end();
  note(`${written - writer.leftOut} documents written${out === '-' ? '' : ` to ${out}`}.${writer.leftOut > 0 ? ` ${writer.leftOut} left out: broken ones and those that customs has no message for have no ${format} form.` : ''}`);
}

function putInto(out: string, format: Format): Put {
  if (out === '-') return (_file, text) => { process.stdout.write(text); };
  const begun = new Set<string>();
  try {
    if (isFolder(format)) mkdirSync(out, { recursive: true });
    else writeFileSync(out, '');
  } catch (error) {
    throw new CommandError(EXIT.usage, `--out ${out} cannot be written: ${(error as Error).message}`);
  }
  return (file, text) => {
    const path = file === '' ? out : join(out, file);
    // A file of an earlier run is replaced, not added to.
    if (begun.has(file) || file === '') appendFileSync(path, text);
    else writeFileSync(path, text);
    begun.add(file);
  };
}
