/** In-memory pipeline and store with the real interfaces, so that the gateway can be tried without log and ClickHouse. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileOnceSteps } from '../../language/compile-once.ts';
import { Reference } from '../../processors/reference.ts';
import { Register } from '../../processors/register.ts';
import { RuleChanges } from '../../processors/rule-changes.ts';
import { MemoryPublisher } from '../reference/publisher.ts';
import { createGateway, type Gateway, type Limits } from '../../gateway/gateway.ts';
import { openKeys, ROLES, type Keys, type Role } from '../../gateway/keys.ts';
import type { Row } from '../../gateway/rows.ts';
import type { RuleSet } from '../../language/ruleset.ts';
import type { Check, CheckAnswer } from '../../processors/check.ts';
import { createIntake, type Submission, type SubmissionResult } from '../../processors/intake/intake.ts';
import { createSeal } from '../../processors/intake/seal.ts';
import { DeadLetters } from '../../processors/letters/letters.ts';
import type { Journalled, Pipeline } from '../../processors/pipeline.ts';
import { Suppressions } from '../../processors/suppressions.ts';
import { statsSql } from '../../processors/sink/stats.ts';
import type { Store } from '../../processors/sink/store.ts';
import { type Alert, NO_GROUNDS } from '../../schemas/risk/alert.ts';
import type { LogRecord } from '../../streams/log.ts';

export const INCARNATION = 'aaaa1111';

export class FakePipeline implements Pipeline {
  readonly submissions: Submission[] = [];
  answer: () => SubmissionResult = () => ({
    accepted: 1,
    rejected: [],
    events: [{ eventId: 'e1', type: 'order', key: 'k', orderKey: 'k' }],
    unreadable: false,
  });
  private listeners = new Map<(records: LogRecord[]) => void, readonly string[]>();
  private ends = new Map<string, number>();

  async submit(submission: Submission): Promise<SubmissionResult> {
    this.submissions.push(submission);
    return this.answer();
  }
  subscribe(topics: readonly string[], listener: (records: LogRecord[]) => void): () => void {
    this.listeners.set(listener, topics);
    return () => this.listeners.delete(listener);
  }
  /** Appends a revision to its topic as warning would; `silent`: the gateway is not told (it was down). */
  publish(alert: Alert, silent = false): LogRecord<Alert> {
    const topic = `alerts.${alert.category}.v1`;
    const offset = this.ends.get(topic) ?? 0;
    this.ends.set(topic, offset + 1);
    const source = { topic: 'assessments.v1', partition: 0, offset, index: 0 };
    const record: LogRecord<Alert> = {
      topic,
      partition: 0,
      offset,
      appendedAt: alert.detectedAt,
      incarnation: INCARNATION,
      type: 'alert',
      key: alert.alertId,
      eventTime: alert.eventTime,
      arrival: alert.eventTime,
      source,
      body: alert,
      bytes: new Uint8Array(0),
    };
    if (!silent) for (const [listener, topics] of this.listeners) if (topics.includes(topic)) listener([record]);
    return record;
  }
  readonly journalled: Journalled[] = [];
  async journal(one: Journalled): Promise<void> {
    this.journalled.push(one);
  }
  readonly notes: unknown[] = [];
  trouble: Error | undefined;

  note(operation: unknown): void {
    this.notes.push(operation);
  }

  status() {
    return [{ stage: 'screening', topic: 'journal.v1', partition: 0, position: 5, end: 7, lastProgressAt: Date.now(), time: Date.now() }];
  }
  partitions(): number {
    return 1;
  }
  async stop(): Promise<void> {}
}

/** Knows just enough SQL to answer what the gateway asks; the statements themselves are tried on ClickHouse elsewhere. */
export class FakeStore implements Store {
  tables: Record<string, Row[]> = {};
  asked: { sql: string; params: Record<string, unknown> }[] = [];
  behind: Record<string, number> = {};

  add(table: string, row: Row): void {
    (this.tables[table] ??= []).push(row);
  }
  addAlert(record: LogRecord<Alert>): void {
    const { subject, reason, action, evidence, explanation, ...rest } = record.body;
    this.add('alert_revisions', {
      ...rest,
      subjectType: subject.type,
      subjectId: subject.id,
      reasonEn: reason.en,
      reasonZh: reason.zh,
      actionEn: action.en,
      actionZh: action.zh,
      explanationEn: explanation.en,
      explanationZh: explanation.zh,
      evidence: JSON.stringify(evidence),
      incarnation: record.incarnation,
      logTopic: record.topic,
      logPartition: record.partition,
      logOffset: record.offset,
      appendedAt: record.appendedAt,
    });
  }
  async query<T>(sql: string, params: Record<string, unknown> = {}): Promise<T[]> {
    this.asked.push({ sql, params });
    if (/broken/.test(sql)) throw new Error('Code: 62. Syntax error');
    if (sql === statsSql) return (this.tables['rule_stats'] ?? []) as T[];
    const table = /FROM (?:fenghuo\.)?(\w+)/.exec(sql)?.[1] ?? '';
    const rows = this.select(table, this.tables[table] ?? [], sql, params);
    return (sql.startsWith('SELECT count() AS total') ? [{ total: rows.length }] : rows) as T[];
  }
  private select(table: string, rows: Row[], sql: string, p: Record<string, unknown>): Row[] {
    if (table !== 'alert_revisions')
      return rows
        .filter((r) => p.orderKey === undefined || r.orderKey === p.orderKey)
        .filter((r) => p.alertId === undefined || r.alertId === p.alertId)
        .filter((r) => p.ids === undefined || (p.ids as unknown[]).includes(r.id ?? r.eventId))
        .filter((r) => p.eventId === undefined || r.eventId === p.eventId)
        .filter((r) => p.eventIds === undefined || (p.eventIds as unknown[]).includes(r.eventId))
        .filter((r) => !sql.includes("status = 'open'") || r.status === 'open')
        .filter((r) => p.id === undefined || (sql.includes('replayOf = ') ? r.replayOf === p.id : r.letter === p.id))
        .filter((r) => p.reason === undefined || r.reason === p.reason)
        .filter((r) => p.type === undefined || r.subjectType === p.type);
    if (sql.includes('max(logOffset)')) return lasts(rows);
    if (p.incarnation !== undefined) return rows.filter((r) => after(r, p));
    const newest = new Map<unknown, Row>();
    for (const r of rows) if (Number(r.revision) >= Number(newest.get(r.alertId)?.revision ?? 0)) newest.set(r.alertId, r);
    const within = (r: Row) =>
      (p.orderKey === undefined || (r.documents as string[]).includes(String(p.orderKey))) &&
      (!p.category || (p.category as string[]).includes(String(r.category))) &&
      (!p.grade || (p.grade as string[]).includes(String(r.grade))) &&
      (p.zone === undefined || r.zone === p.zone) &&
      (p.status === undefined || r.status === p.status) &&
      (p.subjectId === undefined || r.subjectId === p.subjectId) &&
      (p.alertId === undefined || r.alertId === p.alertId) &&
      (p.cursorAt === undefined ||
        Number(r.detectedAt) < Number(p.cursorAt) ||
        (r.detectedAt === p.cursorAt && String(r.alertId) < String(p.cursorId)));
    return [...newest.values()]
      .filter(within)
      .sort((a, b) => Number(b.detectedAt) - Number(a.detectedAt))
      .slice(0, Number(p.limit ?? 1000));
  }
  async lag() {
    return this.behind;
  }
  async stop(): Promise<void> {}
}

function lasts(rows: Row[]): Row[] {
  const found = new Map<string, Row>();
  for (const r of rows)
    found.set(`${r.logTopic}/${r.logPartition}`, {
      incarnation: r.incarnation,
      logTopic: r.logTopic,
      logPartition: r.logPartition,
      last: r.logOffset,
    });
  return [...found.values()];
}

function after(r: Row, p: Record<string, unknown>): boolean {
  for (let i = 0; p[`t${i}`] !== undefined; i++) {
    if (r.incarnation === p.incarnation && r.logTopic === p[`t${i}`] && r.logPartition === p[`p${i}`] && Number(r.logOffset) > Number(p[`o${i}`]))
      return true;
  }
  return false;
}

const NOW = Date.UTC(2026, 5, 1, 4);
export function anAlert(over: Partial<Alert> = {}): Alert {
  return {
    alertId: 'a1',
    revision: 1,
    change: 'raised',
    ruleId: 'transaction/split-orders',
    ruleVersion: 3,
    ruleSet: 'h',
    category: 'transaction',
    grade: 'orange',
    score: 0.8,
    subject: { type: 'buyer', id: 'tok_9f86d081884c7d659a2feaa0c55ad015' },
    zone: '3302',
    window: '24h',
    eventTime: NOW,
    detectedAt: NOW,
    firstSeen: NOW,
    lastSeen: NOW,
    count: 4,
    documents: ['SIMEBP0001|ORD-1'],
    reason: { en: 'Orders of one buyer add up to 2.4 × the single limit', zh: '同一买家订单合计为单次限值的2.4倍' },
    evidence: { values: { value: 2.4, orders: 4, total: 12000 }, threshold: 2, events: ['e1'], lowerBound: false, approximation: '', tables: [], ...NO_GROUNDS },
    action: { en: 'Merge and review', zh: '合并复核' },
    status: 'live',
    origin: 'simulated',
    heldBy: '', explanation: { en: '', zh: '' },
    ...over,
  };
}

const SEAL = createSeal(new Uint8Array(32).fill(9), 'test');
/** A row of dead_letters. `text`: what was sent. */
export const aLetter = ({ text = '{"type":"order"}', ...over }: Row & { text?: string } = {}): Row => ({
  id: 'd1', reason: 'FIELD_MISSING', path: 'orderNo', message: 'orderNo: expected a text; given: nothing', feed: 'p/order', messageType: 'order', form: 'json', sealed: SEAL.seal(text).toString('base64'), sealKeyId: 'test',
  replayOf: '', origin: 'live', at: NOW, backfill: '', status: 'open', ...over,
});

export const NOTHING_CHECKED: CheckAnswer = { ok: true, documents: [], matches: [], written: [] };

export interface Bench {
  gateway: Gateway;
  pipeline: FakePipeline;
  store: FakeStore;
  keys: Keys;
  key: Record<Role, string>;
  bearer(role: Role): Record<string, string>;
  replayed: string[][];
  /** Not started: holds no table yet. */
  reference: Reference;
}

export function bench(limits: Partial<Limits> = {}, rules: () => RuleSet | undefined = () => undefined, check: Check = () => NOTHING_CHECKED): Bench {

  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-gateway-'));
  const keys = openKeys(join(folder, 'keys'));
  const pipeline = new FakePipeline();
  const store = new FakeStore();
  const replayed: string[][] = [];
  const intake = createIntake({ linkageKey: new Uint8Array(32).fill(7), sealKey: new Uint8Array(32).fill(9), sealKeyId: 'test', words: [], sanctions: { complete: false, names: [] } });
  const letters = new DeadLetters({
    store, unseal: SEAL.unseal, check: intake.check, note: (operation) => pipeline.note(operation), now: Date.now,
    submit: (submission) => {
      replayed.push([submission.replayOf]);
      return pipeline.submit(submission);
    },
  });
  const publisher = new MemoryPublisher();
  const reference = new Reference(publisher, compileOnceSteps);
  const register = new Register(publisher, () => publisher.clock++);
  const changes = new RuleChanges(publisher, reference, register, compileOnceSteps);
  const suppressions = new Suppressions(register, Date.now);
  const gateway = createGateway({
    changes,
    suppressions,
    reference,
    operations: { put: async () => ({ topic: 'intake.operations.v1', partition: 0, offset: 7 }) },
    pipeline,
    store,
    keys,
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    version: '0.1.0',
    rules,
    check,
    letters,
    limits: { catchUpMs: 5, ...limits },
    log: () => {},
  });
  const roles: Role[] = [...ROLES];
  const key = Object.fromEntries(roles.map((role) => [role, keys.add(`the-${role}`, role).key])) as Record<Role, string>;
  return { gateway, pipeline, store, keys, key, bearer: (role) => ({ authorization: `Bearer ${key[role]}` }), replayed, reference };
}
