/** How far it is, and what came of it. */
import { SingleBar } from 'cli-progress';
import { plain, table } from '../format.ts';
import type { PartResult } from './send.ts';

export interface Progress { read(bytes: number): void; heard(events: number): void; at(name: string): void; /** Before a line is printed amid it. */ clear(): void; stop(): void }

const SILENT: Progress = { read() {}, heard() {}, at() {}, clear() {}, stop() {} };
const REDRAW_BYTES = 1 << 16;

/** One bar over all files, by bytes taken from disk: how many events a file holds, nobody knows before. */
export function progressOf(totalBytes: number, shown: boolean): Progress {
  if (!shown || totalBytes < REDRAW_BYTES) return SILENT;
  const bar = new SingleBar({ format: '{bar} {percentage} % · {events} events · {rate}/s · {eta_formatted} left · {file}', stream: process.stderr, clearOnComplete: true, etaBuffer: 50 });
  const began = performance.now();
  let events = 0;
  let file = '';
  const told = () => ({ events, file, rate: Math.round(events / Math.max(0.001, (performance.now() - began) / 1000)) });
  bar.start(totalBytes, 0, told());
  return {
    read: (bytes) => bar.increment(bytes, told()),
    heard(more) {
      events += more;
      bar.update(told());
    },
    at(name) { file = plain(name.length > 40 ? `…${name.slice(-39)}` : name); },
    clear: () => void process.stderr.write('\r\x1b[K'),
    stop: () => bar.stop(),
  };
}

export function resultLines(result: PartResult): string[] {
  const lines = [`${result.file}: accepted ${result.accepted}, rejected ${result.rejected}`];
  for (const r of result.rejections) lines.push(`  [${r.index}] ${r.code}${r.path ? ` at ${plain(r.path)}` : ''}: ${plain(r.message)}`);
  if (result.rejected > result.rejections.length) lines.push(`  … and ${result.rejected - result.rejections.length} more: --json lists all; what the gateway has refused: npx fenghuo dead-letters list`);
  return lines;
}

/** The gateway takes a repeat without a word, so that no answer tells how many there were. */
export function summaryLines(results: readonly PartResult[], skipped: readonly { name: string; why: string }[]): string[] {
  const lines: string[] = [];
  if (results.length > 1) {
    const rows = results.map((r) => ({ file: plain(r.file), taken: r.accepted, rejected: r.rejected, '': r.error === undefined ? '' : 'not read to its end' }));
    const sum = (pick: (r: PartResult) => number): number => results.reduce((n, r) => n + pick(r), 0);
    lines.push('', table([...rows, { file: `${results.length} files`, taken: sum((r) => r.accepted), rejected: sum((r) => r.rejected), '': '' }]), 'Repeats are among the taken: the gateway counts them once and does not tell them apart.');
  }
  if (skipped.length > 0) lines.push(`${skipped.length} files left out:`, ...[...Map.groupBy(skipped, ({ why }) => why)].map(([why, files]) => `  ${files.length} × ${why}: ${files.slice(0, 3).map((f) => plain(f.name)).join(', ')}${files.length > 3 ? ', …' : ''}`));
  return lines;
}
