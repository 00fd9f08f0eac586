/**
 * What the match would say of documents that were handed in together: the screening stage itself, over a journal of these documents alone, in memory.
 * So a checker can never disagree with what happens once they are sent.
 */
import type { Match } from '../schemas/risk/fact.ts';
import type { Alias, Control } from '../schemas/risk/journal.ts';
import type { RecordType } from '../schemas/registry.ts';
import type { LogRecord } from '../streams/log.ts';
import type { Stage } from '../streams/stage.ts';
import { MapState } from '../streams/state.ts';
import type { Taken } from './intake/intake.ts';

type Draft = Pick<LogRecord, 'type' | 'key' | 'eventTime' | 'arrival' | 'body'>;

/** The last match of each order, in the order of its first. `rules`: the rule set's artifact. */
export function matchTogether(screening: Stage, rules: string, taken: readonly Taken[], now: number): Match[] {
  const matches = new Map<string, Match>();
  const waiting: Draft[] = [];
  const step = screening.open({
    partition: 0, state: new MapState(), partitions: () => 1, artifact: () => rules, count: () => undefined,
    emit({ topic, type, key, eventTime, arrival, body }) {
      if (type === 'match') matches.set(key, body as Match);
      // Forwarded documents come back, as through the journal.
      if (topic === 'journal.v1') waiting.push({ type, key, eventTime, arrival, body });
    },
  });
  let offset = 0;
  const apply = (type: RecordType, key: string, body: unknown, eventTime = now): void => step.apply({
    topic: 'journal.v1', partition: 0, offset: offset++, appendedAt: now, incarnation: '', type, key, eventTime, arrival: now, body, bytes: new Uint8Array(0),
    source: { topic: 'http', partition: 0, offset, index: 0 },
  });
  apply('control', 'rule-set', { name: 'rule-set', version: '', hash: '', by: 'check' } satisfies Control);
  for (const { type, key, body, eventTime, aliases } of taken) {
    apply(type, key, body, eventTime);
    for (const alias of aliases) apply('alias', alias.foreignKey, alias satisfies Alias);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) apply(next.type, next.key, next.body, next.eventTime);
  }
  return [...matches.values()];
}
