/**
 * By what name each group knows this process, in files. A process that was killed belongs to its groups until its session is over, and until then they give its partitions to nobody; its next life
 * finds the names and leaves in the name of the former, so that the groups go on at once. Lost files cost that wait, nothing else: the names are the groups' own and mean no other process.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogError } from '../errors.ts';
import { lockDataFolder, type Lock } from '../lock.ts';

/** Processes of one role over one folder, at most; further ones go without. */
const PLACES = 64;

export class MemberIds {
  /** Of this process alone, while it lives. */
  readonly folder: string;
  readonly #lock: Lock;

  private constructor(folder: string, lock: Lock) {
    this.folder = folder;
    this.#lock = lock;
  }

  /** Takes the first place of `role` below `folder` that no living process has; undefined where there is none or the folder cannot be written. */
  static open(folder: string, role: string): MemberIds | undefined {
    for (let place = 1; place <= PLACES; place++) {
      const own = join(folder, `${role}-${place}`);
      try {
        return new MemberIds(own, lockDataFolder(own, 0));
      } catch (error) {
        if (!(error instanceof LogError && error.code === 'IN_USE')) return undefined;
      }
    }
    return undefined;
  }

  /** The last name that was noted; undefined where there is none. */
  last(groupId: string): string | undefined {
    try {
      return readFileSync(join(this.folder, groupId), 'utf8') || undefined;
    } catch {
      return undefined;
    }
  }

  note(groupId: string, memberId: string): void {
    try {
      writeFileSync(join(this.folder, groupId), memberId);
    } catch {
      // A full disk: the next life waits, as one without a folder does.
    }
  }

  release(): void {
    this.#lock.release();
  }
}
