/** A form of a window that is neither entries nor buckets of one aggregate: it keeps what its kind needs, event-exact, up to the limit. */
import type { TextWriter } from './text.ts';

export interface Form {
  /** What is kept: 0 = the window is empty. */
  readonly n: number;
  give(at: number, value: number, item: string, id: string): void;
  /** What was never given, or is kept no more, changes nothing. */
  takeBack(at: number, value: number, item: string, id: string): void;
  /** The window now ends at `end`, and what is before `from` counts no more. */
  advance(end: number, from: number): void;
  value(): number;
  /** How the value differs from an exact one, or ''. */
  said(): string;
  write(out: TextWriter): void;
}
