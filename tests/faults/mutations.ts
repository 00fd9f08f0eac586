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

/** To the filter each record comes from a source of its own, so none is a repeat; it is the first that asks. The step sees the true one. */
const noFilter = (log: Log): Log => over(log, {
  read: async (...asked) => (await log.read(...asked)).map((record): LogRecord => {
    let filtered = false;
    return new Proxy(record, {
      get(target, name) {
        if (name !== 'source' || filtered) return Reflect.get(target, name);
        filtered = true;
        return { ...target.source, offset: target.offset, index: 0 };
      },
    });
  }),
});

/** Other chance at each opening, as a restarted process would have. */
let opened = 0;
function randomIds(stage: Stage): Stage {
  if (stage.name !== 'assessment') return stage;
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

export interface Mutation {
  wiring: Wiring;
  /** What the proof says of it. */
  noticed: RegExp;
  /** It breaks the result by itself; all others do no harm until something goes wrong. */
  always?: true;
}

const NOT_AS_FOLDED = /: expected .* given /;

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'position committed before outputs': { wiring: { ...AS_BUILT, log: positionFirst }, noticed: NOT_AS_FOLDED },
  'a send without answer taken for done': { wiring: { ...AS_BUILT, log: unansweredIsDone }, noticed: NOT_AS_FOLDED },
  'random alert ids': { wiring: { ...AS_BUILT, stage: randomIds }, noticed: /with other content/, always: true },
  'repeat filter dropped': { wiring: { ...AS_BUILT, stageLog: noFilter }, noticed: NOT_AS_FOLDED },
  'a sink that trusts its memory instead of the table': { wiring: { ...AS_BUILT, store: trustsMemory }, noticed: /table \w+: (twice|no row)/ },
  'inserts across two partition values': { wiring: { ...AS_BUILT, tables: { partitionMs: MINUTE } }, noticed: /table \w+: (twice|no row)/ },
  'published topics not read back on a claim': { wiring: { ...AS_BUILT, broker: { readsBack: false } }, noticed: /is published and holds \d+ records twice/ },
  'no claim: a zombie may flush': { wiring: { ...AS_BUILT, broker: { fenced: false } }, noticed: /holds \d+ records twice|: expected .* given / },
};
