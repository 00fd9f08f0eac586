/** How far a migration is, as notes of both logs: until it is done nobody may work on Kafka's, from then on nobody on the folder's. */
import type { Log } from '../../streams/log.ts';
import { CommandError, EXIT } from '../exit.ts';

export const MIGRATION = 'migration';
/** Note of the folder's own log, once it goes on elsewhere: where. */
export const MOVED = 'moved';

export interface Migration { fingerprint: string; state: 'begun' | 'done' }

export async function migrationOf(log: Pick<Log, 'note'>): Promise<Migration | undefined> {
  const note = await log.note(MIGRATION);
  return note === undefined ? undefined : JSON.parse(note) as Migration;
}

export async function refuseHalf(log: Pick<Log, 'note'>): Promise<void> {
  if ((await migrationOf(log))?.state !== 'begun') return;
  throw new CommandError(EXIT.refused, 'A data folder is being carried to this Kafka, and that is not done. Nothing was read or written. Next: wait for `fenghuo migrate`, or run it again if it was broken off: it goes on where it was.');
}
