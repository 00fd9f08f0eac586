/** Whether the system does what it promises, and if not: which part, why, since when. Pure: what was measured comes in, words go out in both languages. */
import type { Bilingual } from '../schemas/risk/alert.ts';
import type { StageStatus } from './pipeline.ts';

/** What a part can be. */
export const HINDRANCES = ['restoring', 'catching-up', 'stuck', 'trouble', 'no-answer', 'behind', 'waiting', 'nearly-full'] as const;
export type Hindered = (typeof HINDRANCES)[number];
export interface Hindrance {
  part: 'stage' | 'pipeline' | 'store' | 'operations' | 'intake' | 'disk';
  state: Hindered;
  /** '' and −1 where the part has none. */
  stage: string;
  topic: string;
  partition: number;
  /** Records that are still to be read, 0 where that is not the matter. */
  lag: number;
  /** ms since it last went on (or: that the oldest waits), 0 where that is not the matter. */
  sinceMs: number;
  /** False: it still works, but will not for long, or shows old data. */
  blocks: boolean;
  words: Bilingual;
}
export interface Readiness { ready: boolean; hindrances: Hindrance[]; stages: { stage: string; topic: string; partition: number; state: 'running' | Hindered; lag: number; sinceMs: number; waitingMs: number }[] }

export interface Measured {
  now: number;
  stages: readonly StageStatus[];
  trouble: Error | undefined;
  /** Records by topic that are not in the tables; undefined: the store does not answer. */
  storeLag: Readonly<Record<string, number>> | undefined;
  /** Why rows do not get in, though it answers. */
  storeTrouble: Error | undefined;
  /** Of the reader of intake.operations.v1. */
  operationsLag: number;
  /** Arrival of the oldest submission without an answer. */
  oldestWaiting: number | undefined;
  /** Of the data folder, in bytes; undefined where there is none. */
  disk: { free: number; size: number } | undefined;
}

/** Records to read, but no step for so long. */
export const STUCK_MS = 60_000;
/** Behind by so many it is not the traffic of the moment. */
export const CATCHING_UP = 10_000;
export const STORE_BEHIND = 100_000;
export const WAITING_MS = 10_000;
/** Below this the log may soon refuse events. */
export const FREE_BYTES = 2e9;

const NOTHING = { stage: '', topic: '', partition: -1, lag: 0, sinceMs: 0, blocks: true };
const seconds = (ms: number): string => (ms / 1000).toFixed(0);

/** How long the first record waits that is still to be read. */
export const waitingMs = ({ waitingSince }: StageStatus, now: number): number => (waitingSince === undefined ? 0 : Math.max(0, now - waitingSince));

function stageState(s: StageStatus, now: number): Readiness['stages'][number] {
  const lag = Math.max(0, s.end - s.position);
  const sinceMs = lag === 0 || s.lastProgressAt === 0 ? 0 : Math.max(0, now - s.lastProgressAt);
  const state = s.phase === 'restoring' ? 'restoring' : s.phase === 'waiting' || s.trouble ? 'trouble' : lag > 0 && sinceMs > STUCK_MS ? 'stuck' : lag >= CATCHING_UP ? 'catching-up' : 'running';
  return { stage: s.stage, topic: s.topic, partition: s.partition, state, lag, sinceMs: state === 'restoring' ? 0 : sinceMs, waitingMs: waitingMs(s, now) };
}

function stageWords({ stage, partition, state, lag, sinceMs }: Readiness['stages'][number], why: string): Bilingual {
  const [en, zh] = [`${stage}, partition ${partition}`, `${stage} 第 ${partition} 分区`];
  switch (state) {
    case 'restoring': return { en: `${en}: its state is being restored`, zh: `${zh}：正在恢复状态` };
    case 'trouble': return { en: `${en}: it failed and is tried again${why && `: ${why}`}`, zh: `${zh}：出现故障，正在重试${why && `：${why}`}` };
    case 'stuck': return { en: `${en}: no progress for ${seconds(sinceMs)} s, ${lag} records to read`, zh: `${zh}：已 ${seconds(sinceMs)} 秒没有进展，尚有 ${lag} 条记录未读` };
    default: return { en: `${en}: catching up, ${lag} records to read`, zh: `${zh}：正在追赶，尚有 ${lag} 条记录未读` };
  }
}

export function readiness({ now, stages, trouble, storeLag, storeTrouble, operationsLag, oldestWaiting, disk }: Measured): Readiness {
  const states = stages.map((s) => stageState(s, now));
  const hindrances: Hindrance[] = states.flatMap((s, i) => (s.state === 'running' ? [] : [{ ...s, part: 'stage', state: s.state, blocks: true, words: stageWords(s, stages[i]?.trouble?.message ?? '') }]));
  const add = (one: Pick<Hindrance, 'part' | 'state' | 'words'> & Partial<Hindrance>): void => void hindrances.push({ ...NOTHING, ...one });
  if (trouble) add({ part: 'pipeline', state: 'trouble', words: { en: trouble.message, zh: `流水线出现故障，正在重试：${trouble.message}` } });
  if (storeTrouble) add({ part: 'store', state: 'trouble', words: { en: `the store is not filled: ${storeTrouble.message}; accepted records wait in the log`, zh: `存储未能写入，正在重试：${storeTrouble.message}；已接收的记录保留在日志中` } });
  if (storeLag === undefined) add({ part: 'store', state: 'no-answer', words: { en: 'the store does not answer; accepted records wait in the log', zh: '存储未应答；已接收的记录保留在日志中' } });
  else {
    const lag = Object.values(storeLag).reduce((sum, n) => sum + n, 0);
    if (lag >= STORE_BEHIND) add({ part: 'store', state: 'behind', lag, blocks: false, words: { en: `the store is ${lag} records behind: the desk and queries show less than was taken`, zh: `存储落后 ${lag} 条记录：预警台和查询显示的数据不是最新` } });
  }
  if (operationsLag > 0) add({ part: 'operations', state: 'behind', topic: 'intake.operations.v1', partition: 0, lag: operationsLag, blocks: false, words: { en: `${operationsLag} record(s) of intake.operations.v1 (reference tables, commands) are not in force yet`, zh: `intake.operations.v1 有 ${operationsLag} 条记录（参考数据、指令）尚未生效` } });
  const waited = oldestWaiting === undefined ? 0 : now - oldestWaiting;
  if (waited > WAITING_MS) add({ part: 'intake', state: 'waiting', sinceMs: waited, words: { en: `the oldest submission has waited ${seconds(waited)} s for its answer`, zh: `最早的提交已等待 ${seconds(waited)} 秒未得到应答` } });
  if (disk && disk.free < FREE_BYTES) add({ part: 'disk', state: 'nearly-full', blocks: false, words: { en: `only ${(disk.free / 1e9).toFixed(1)} GB are free on the disk of the data folder; on a full disk new events are refused`, zh: `数据目录所在磁盘仅剩 ${(disk.free / 1e9).toFixed(1)} GB；磁盘写满后将拒收新报文` } });
  return { ready: !hindrances.some(({ blocks }) => blocks), hindrances, stages: states };
}
