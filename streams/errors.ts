/** Errors of the log that callers branch on. Each says what was asked, what is there and what to do. */

/** FENCED: another owner has claimed the partition since (`Log.claim`). */
export type LogErrorCode = 'OUT_OF_RANGE' | 'IN_USE' | 'CORRUPT' | 'FULL' | 'OTHER_VERSION' | 'HELD' | 'FENCED' | 'FAILED';

export class LogError extends Error {
  readonly code: LogErrorCode;
  constructor(code: LogErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LogError';
    this.code = code;
  }
}

/** SQLite's own errors in words for whoever runs the machine. */
export function fromSqlite(error: unknown, file: string, doing: string): LogError {
  const text = error instanceof Error ? error.message : String(error);
  if (/database is locked|SQLITE_BUSY/i.test(text)) {
    return new LogError('IN_USE', `${file} is held by another process (${doing}); one Fenghuo runs per data folder. Stop the other one, or set FENGHUO_DATA to another folder.`, error);
  }
  if (/full|SQLITE_FULL|ENOSPC/i.test(text)) {
    return new LogError('FULL', `no room on the disk of ${file} (${doing}). Nothing already accepted is lost; new events are refused until there is room. Free space there; Fenghuo goes on by itself.`, error);
  }
  if (/malformed|not a database|corrupt/i.test(text)) {
    return new LogError('CORRUPT', `${file} is damaged (${doing}: ${text}). Expected a SQLite file written by Fenghuo. Restore the data folder from its backup, or move it away to start empty; \`npx fenghuo doctor\` tells more.`, error);
  }
  return new LogError('FAILED', `${file}: ${doing} failed: ${text.slice(0, 300)}`, error);
}
