/** The system with one guarantee taken away: what the proof must notice. Nothing of it is in production code; each wraps what the system is given. */
import type { Alert } from '../../schemas/risk/alert.ts';
import type { Place, Stored, TableStore } from '../../processors/sink/table-store.ts';
import { Random } from '../../simulator/random.ts';
import type { Commit, Log, LogRecord, Output } from '../../streams/log.ts';
import type { Stage } from '../../streams/stage.ts';
import { rowsOf } from './model-store.ts';
import { AS_BUILT, type Wiring } from './plant.ts';
import { ConnectionLost } from './world.ts';

/** The log with some of its calls replaced. */
function over(log: Log, calls: Partial<Log>): Log {
  return new Proxy(log, {
    get(target, name) {
      const call = calls[name as keyof Log] ?? Reflect.get(target, name);
      return typeof call === 'function' ? call.bind(target) : call;
    },
  });
}

/** Outputs wait for the flush that covers them, and go behind it. */
function positionFirst(log: Log): Log {
  const waiting = new Map<string, Output[]>();
  const nameOf = ({ group, topic, partition }: Pick<Commit, 'group' | 'topic' | 'partition'>): string => `${group} ${topic}/${partition}`;
  return over(log, {
    claim(group, topic, partition) {
      waiting.delete(nameOf({ group, topic, partition }));
      return log.claim(group, topic, partition);
    },
    async commit({ outputs, state, ...owner }) {
      const late = [...waiting.get(nameOf(owner)) ?? [], ...outputs];
      waiting.set(nameOf(owner), state ? [] : late);
      if (!state) return;
      await log.commit({ ...owner, outputs: [], state });
      await log.commit({ ...owner, outputs: late });
    },
  });
}

const unansweredIsDone = (log: Log): Log => over(log, {
  commit: (commit) => log.commit(commit).catch((error: unknown) => {
    if (!(error instanceof ConnectionLost)) throw error;
  }),
});

/** Each record comes from a source of its own, so none is a repeat. */
const noFilter = (log: Log): Log => over(log, {
  read: async (...asked) => (await log.read(...asked)).map((record): LogRecord => new Proxy(record, {
    get: (target, name) => (name === 'source' ? { ...target.source, offset: target.offset, index: 0 } : Reflect.get(target, name)),
  })),
});

/** Other chance at each opening, as a restarted process would have. */
function randomIds(stage: Stage): Stage {
  if (stage.name !== 'assessment') return stage;
  let opened = 0;
  return {
    ...stage,
    open(context) {
      const random = new Random(++opened);
      return stage.open({ ...context, emit: (output) => context.emit(output.type === 'alert' ? { ...output, body: { ...(output.body as Alert), alertId: random.next().toString(16).slice(2) } } : output) });
    },
  };
}

/** Asks its tables once; from then on it believes what it was told of its inserts. */
function trustsMemory(store: TableStore): TableStore {
  const held = new Map<string, Stored>();
  const asked = new Set<string>();
  const at = ({ topic, partition }: Place): string => `${topic}/${partition}`;
  const name = (row: Stored): string => `${row.table} ${at(row)}`;
  return {
    shards: store.shards, types: () => store.types(), claim: (...of) => store.claim(...of), marks: (...of) => store.marks(...of), hint: (...of) => store.hint(...of),
    async insert(piece) {
      // Read before it is sent: the sink uses the block's memory again.
      const rows = rowsOf(piece);
      await store.insert(piece);
      for (const row of rows) {
        const stored: Stored = { table: piece.table, incarnation: String(row.incarnation), topic: String(row.logTopic), partition: Number(row.logPartition), last: Number(row.logOffset) };
        held.set(name(stored), stored);
      }
    },
    async stored(places) {
      const { rows, hints } = await store.stored(places);
      for (const row of rows) if (!asked.has(at(row))) held.set(name(row), row);
      for (const place of places) asked.add(at(place));
      return { rows: [...held.values()].filter((row) => places.some((place) => at(place) === at(row))), hints };
    },
  };
}

const MINUTE = 60_000;

export const MUTATIONS: Readonly<Record<string, Wiring>> = {
  'position committed before outputs': { ...AS_BUILT, log: positionFirst },
  'a send without answer taken for done': { ...AS_BUILT, log: unansweredIsDone },
  'random alert ids': { ...AS_BUILT, stage: randomIds },
  'repeat filter dropped': { ...AS_BUILT, stageLog: noFilter },
  'a sink that trusts its memory instead of the table': { ...AS_BUILT, store: trustsMemory },
  'inserts across two partition values': { ...AS_BUILT, tables: { partitionMs: MINUTE } },
  'published topics not read back on a claim': { ...AS_BUILT, broker: { readsBack: false } },
  'no claim: a zombie may flush': { ...AS_BUILT, broker: { fenced: false } },
};
