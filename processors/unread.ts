/** Since when the first record waits that a partition has still to read: asked of the log only when somebody looks, so that reading goes on undisturbed. */
import type { Log } from '../streams/log.ts';
import type { StageStatus } from './pipeline.ts';

/** What the log does not tell stays out: why it does not answer is told elsewhere. */
export const withUnread = (log: Pick<Log, 'read'>, stages: readonly StageStatus[]): Promise<StageStatus[]> => Promise.all(stages.map(async (stage): Promise<StageStatus> => {
  if (stage.end <= stage.position) return stage;
  const [first] = await log.read(stage.topic, stage.partition, stage.position, 1).catch(() => []);
  return first ? { ...stage, waitingSince: first.appendedAt } : stage;
}));
