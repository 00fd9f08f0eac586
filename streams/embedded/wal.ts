/**
 * Brings what is committed to the disk while the pipeline's thread goes on: SQLite only writes a transaction into its write-ahead file (synchronous=NORMAL), a thread of the system syncs
 * that file. What a power cut takes before the sync is whole transactions, the last ones: a reading of the file ends at the first that is not there to the bit. SQLite itself syncs the
 * write-ahead file before it moves anything of it into the database, so the database is never ahead of it.
 */
import { closeSync, fdatasync, openSync, realpathSync } from 'node:fs';
import { promisify } from 'node:util';

export type Sync = (fd: number) => Promise<void>;

const datasync: Sync = promisify(fdatasync);

export class Wal {
  readonly #file: string;
  readonly #sync: Sync;
  /** Kept open: a failure to write back is told once to each descriptor that was open then. SQLite keeps the file while a connection is open. */
  #fd: number | undefined;

  /** Of a database that has been read or written by now: its write-ahead file is there. */
  constructor(database: string, sync: Sync = datasync) {
    this.#file = `${realpathSync(database)}-wal`;
    this.#sync = sync;
  }

  /** Resolves when all is durable that any connection of any process has committed before the call. */
  async sync(): Promise<void> {
    this.#fd ??= openSync(this.#file, 'r+');
    await this.#sync(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
