/**
 * The reference tables in force, and the one way by which another version comes in force, whatever door it came by: read, checked whole with the rules that read
 * it, compared, published as an edition at a place in every journal partition. What is refused changes nothing. A large table takes a while to read and a rule set
 * to compile, so all of it goes in turns with the pipeline.
 */
import type { Compiled, Finding, RuleSet, RuleSource } from '../language/ruleset.ts';
import { type Difference, diffSteps } from '../reference/diff.ts';
import { type Read, type Table, tableSteps } from '../reference/read.ts';
import { isTable, specOf, TABLE_NAMES, type TableName } from '../reference/tables.ts';
import { type Approval, type Edition, hashOf, type Part } from '../schemas/risk/edition.ts';
import type { Steps } from '../seeds/steps.ts';
import { editionsOf, type Publishing } from './editions.ts';
import { folderRead, type Past, rulesAtStart, START } from './rule-versions.ts';
import { inTurns } from './turns.ts';

/** What of the pipeline it needs. */
export interface Publisher extends Past {
  publishRules(source: RuleSource, version: string, by: string, publishing?: Publishing): Promise<void>;
}

export interface TableState extends Part { table: TableName; title: { en: string; zh: string }; complete: boolean; source: string; rows: number; miss: 'counts' | 'nothing' }
export interface HistoryEntry extends Part { table: string; added: number; changed: number; removed: number; from: string | null }
export interface Loaded extends Omit<Difference, 'changes'> { table: TableName; version: string; before: string; inForce: boolean; changes: Difference['changes'] }
export type Refusal = { ok: false; code: 'UNKNOWN_TABLE' | 'TABLE_REFUSED' | 'VERSION_TAKEN'; findings: Finding[] };
export type LoadResult = { ok: true; loaded: Loaded } | Refusal;

/** What a gateway asks. */
export type ReferenceDesk = Pick<Reference, 'list' | 'text' | 'history' | 'changes' | 'load'>;

type CompileSteps = (source: RuleSource) => Steps<Compiled>;

/** Who, beside START: files of the reference folder. Everything else is the name of a key. */
const FOLDER = 'folder';
/** One person's installation needs no second key: whoever may write the rules folder may start it. */
const OWN_WORD: Approval = { approver: START, why: "the rules folder at a start is the operator's own approval", proposal: '' };

const finding = (file: string, line: number, message: string, suggestion = ''): Finding => ({ check: 'table', file, line, column: 1, message, suggestion });

export class Reference {
  readonly #pipeline: Publisher;
  readonly #compile: CompileSteps;
  #source: RuleSource = { files: {}, tables: {} };
  #ruleSet: RuleSet | undefined;
  /** Of the edition that `#source` is. */
  #hash: string | undefined;
  /** The edition that `#ruleSet` is of. */
  #compiled: string | undefined;
  readonly #heads = new Map<string, Pick<TableState, 'complete' | 'source' | 'rows'>>();
  #working: Promise<unknown> = Promise.resolve();

  constructor(pipeline: Publisher, compile: CompileSteps) {
    this.#pipeline = pipeline;
    this.#compile = compile;
  }

  /** Rules and tables in force: another object once another edition is. */
  get source(): RuleSource {
    return this.#source;
  }

  /** Of the edition in force. */
  get ruleSet(): RuleSet | undefined {
    return this.#ruleSet;
  }

  /**
   * Puts rules and tables in force where the log holds no newer word: a rule's file where the folder has changed it since the last start, a seed only where the table
   * in force is a seed, a file of the folder where it has changed since it was last loaded. Gives what stands against it, in findings.
   */
  async start(given: Record<string, string>, seeds: Record<string, string>, folder: Record<string, string>): Promise<Finding[]> {
    const { files, findings: against } = await rulesAtStart(this.#pipeline, given);
    if (against.length > 0) return against;
    const tables = { ...seeds };
    for (const [name, part] of Object.entries(this.#pipeline.edition?.edition.tables ?? {})) {
      const file = `${name}.csv`;
      if (part.by !== START || seeds[file] === undefined) tables[file] = await this.#pipeline.artifact(part.hash);
    }
    const refused = await this.publish({ files, tables }, START, { approval: OWN_WORD });
    if (refused.length > 0) return refused;
    await folderRead(this.#pipeline, given);
    const fresh = await this.#fresh(folder);
    const names = Object.keys(fresh);
    const findings = (await Promise.all(names.map((file) => this.#readable(file.replace(/\.csv$/, '') as TableName, fresh[file] as string)))).flat();
    if (findings.length > 0 || names.length === 0) return findings;
    return this.publish({ files, tables: { ...tables, ...fresh } }, FOLDER);
  }

  /** `by`: the key's name. `dry`: says what would change. `upTo`: how far the reader of operations is with it, durable with the edition. */
  load(table: string, text: string, by: string, dry: boolean, upTo?: number): Promise<LoadResult> {
    // The installation's own names are nobody else's: a seed would replace what came under one.
    const who = ['', START, FOLDER].includes(by) ? `(${by})` : by;
    const done = this.#working.then(() => this.#load(table, text, who, dry, upTo));
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #load(table: string, text: string, by: string, dry: boolean, upTo?: number): Promise<LoadResult> {
    const file = `${table}.csv`;
    if (!isTable(table)) return { ok: false, code: 'UNKNOWN_TABLE', findings: [finding(file, 1, `no table is called \`${table}\``, `tables: ${TABLE_NAMES.join(', ')}`)] };
    const read = await this.#table(table, text);
    if (!read.ok) return { ok: false, code: 'TABLE_REFUSED', findings: read.problems.map(({ line, message, suggestion }) => finding(file, line, message, suggestion)) };
    await this.#sync();
    const taken = await this.#stands(table, read.table.version, hashOf(text));
    if (taken.length > 0) return { ok: false, code: 'VERSION_TAKEN', findings: taken };
    const source = { ...this.#source, tables: { ...this.#source.tables, [file]: text } };
    const before = await this.#read(table, this.#source.tables[file]);
    const difference = await inTurns(diffSteps(before, read.table));
    if (dry) {
      const compiled = await inTurns(this.#compile(source));
      if (!compiled.ok) return { ok: false, code: 'TABLE_REFUSED', findings: compiled.findings };
    } else {
      const findings = await this.publish(source, by, { upTo });
      if (findings.length > 0) return { ok: false, code: 'TABLE_REFUSED', findings };
    }
    return { ok: true, loaded: { table, version: read.table.version, before: before?.version ?? '', inForce: !dry, ...difference } };
  }

  async list(): Promise<TableState[]> {
    const { tables = {} } = this.#pipeline.edition?.edition ?? {};
    const states: TableState[] = [];
    for (const table of TABLE_NAMES) {
      const part = tables[table];
      const head = part && (await this.#head(table, part.hash));
      if (!part || !head) continue;
      const { title, miss } = specOf(table);
      states.push({ table, ...part, title, miss, ...head });
    }
    return states;
  }

  /** Read once a version: a large table takes a while. */
  async #head(table: TableName, hash: string): Promise<Pick<TableState, 'complete' | 'source' | 'rows'> | undefined> {
    let head = this.#heads.get(hash);
    const read = head ? undefined : await this.#read(table, await this.#pipeline.artifact(hash));
    if (read) {
      head = { complete: read.complete, source: read.source, rows: read.cells.length };
      if (this.#heads.size > 4 * TABLE_NAMES.length) this.#heads.clear();
      this.#heads.set(hash, head);
    }
    return head;
  }

  /** The text of a version, or of the one in force. */
  async text(table: TableName, version: string | undefined): Promise<{ part: Part; text: string } | undefined> {
    for await (const edition of editionsOf(this.#pipeline)) {
      const part = edition.tables[table];
      if (part && (version === undefined || part.version === version)) return { part, text: await this.#pipeline.artifact(part.hash) };
      if (version === undefined) return undefined;
    }
    return undefined;
  }

  /** Newest first: when which table changed, by whom, and how much of it. */
  async history(only: TableName | undefined, limit: number): Promise<HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    let later: Edition | undefined;
    for await (const edition of editionsOf(this.#pipeline)) {
      if (later) await this.#compare(edition, later, only, entries, limit);
      if (entries.length >= limit) return entries;
      later = edition;
    }
    if (later) await this.#compare(undefined, later, only, entries, limit);
    return entries;
  }

  /** What the version that came in force at `since` changed, row by row; undefined where none did. */
  async changes(table: TableName, since: number): Promise<(Difference & { version: string; before: string; by: string; since: number }) | undefined> {
    let later: Part | undefined;
    for await (const edition of editionsOf(this.#pipeline)) {
      const part = edition.tables[table];
      if (later && later.hash !== part?.hash && later.since === since) return this.#changed(table, part, later);
      later = part;
    }
    return later?.since === since ? this.#changed(table, undefined, later) : undefined;
  }

  async #changed(table: TableName, before: Part | undefined, { hash, version, by, since }: Part) {
    const [old, made] = [before && (await this.#read(table, await this.#pipeline.artifact(before.hash))), await this.#read(table, await this.#pipeline.artifact(hash))];
    return made && { version, before: before?.version ?? '', by, since, ...(await inTurns(diffSteps(old, made))) };
  }

  async #compare(before: Edition | undefined, after: Edition, only: TableName | undefined, entries: HistoryEntry[], limit: number): Promise<void> {
    for (const [name, part] of Object.entries(after.tables)) {
      if (before?.tables[name]?.hash === part.hash || (only !== undefined && name !== only) || !isTable(name) || entries.length >= limit) continue;
      const old = before?.tables[name];
      const made = await this.#read(name, await this.#pipeline.artifact(part.hash));
      // A version of old may not fit the declaration of today: it is listed without its numbers.
      const counts = made ? await inTurns(diffSteps(old ? await this.#read(name, await this.#pipeline.artifact(old.hash)) : undefined, made)) : { added: 0, changed: 0, removed: 0, from: null };
      entries.push({ table: name, ...part, added: counts.added, changed: counts.changed, removed: counts.removed, from: counts.from });
    }
  }

  /** One change after the other, of whatever is in force: `act` has it to itself until it ends. */
  turn<T>(act: (source: RuleSource) => Promise<T>): Promise<T> {
    const done = this.#working.then(async () => {
      await this.#sync();
      return act(this.#source);
    });
    this.#working = done.catch(() => undefined);
    return done;
  }

  /** Where another process publishes: takes over what is in force by now. */
  follow(): Promise<void> {
    return this.turn(async (source) => {
      if (this.#compiled === this.#hash) return;
      const compiled = await inTurns(this.#compile(source));
      if (compiled.ok) this.#ruleSet = compiled.ruleSet;
      this.#compiled = this.#hash;
    });
  }

  /** Within a turn. What stands against it, in findings. */
  async publish(source: RuleSource, by: string, publishing: Publishing = {}): Promise<Finding[]> {
    const compiled = await inTurns(this.#compile(source));
    if (!compiled.ok) return compiled.findings;
    await this.#pipeline.publishRules(source, compiled.ruleSet.version, by, publishing);
    this.#source = source;
    this.#hash = this.#pipeline.edition?.hash;
    this.#ruleSet = compiled.ruleSet;
    this.#compiled = this.#hash;
    return [];
  }

  /** A publication that was told to have failed may have become durable all the same: what the log says counts. */
  async #sync(): Promise<void> {
    const standing = this.#pipeline.edition;
    if (!standing || standing.hash === this.#hash) return;
    const { rules, tables } = standing.edition;
    const texts = await Promise.all(Object.entries(tables).map(async ([name, part]) => [`${name}.csv`, await this.#pipeline.artifact(part.hash)] as const));
    this.#source = { files: JSON.parse(await this.#pipeline.artifact(rules.hash)) as Record<string, string>, tables: Object.fromEntries(texts) };
    this.#hash = standing.hash;
  }

  async #readable(table: TableName, text: string): Promise<Finding[]> {
    const read = await this.#table(table, text);
    if (!read.ok) return read.problems.map(({ line, message, suggestion }) => finding(`${table}.csv`, line, message, suggestion));
    return this.#stands(table, read.table.version, hashOf(text));
  }

  /** Alerts name versions: one name must not stand for two contents. Seeds are exempt; a sample may be mended. */
  async #stands(table: TableName, version: string, hash: string): Promise<Finding[]> {
    for await (const edition of editionsOf(this.#pipeline)) {
      const part = edition.tables[table];
      if (part && part.version === version && part.hash !== hash) return [finding(`${table}.csv`, 1, `version ${version} was put in force before with other rows (by ${part.by}, ${new Date(part.since).toISOString()})`, 'name this one otherwise in its first line: alerts tell versions apart by their names')];
    }
    return [];
  }

  /** Files of the folder that are not what was last loaded from it. */
  async #fresh(folder: Record<string, string>): Promise<Record<string, string>> {
    const last = new Map<string, string>();
    for await (const edition of editionsOf(this.#pipeline)) {
      for (const [name, part] of Object.entries(edition.tables)) if (part.by === FOLDER && !last.has(name)) last.set(name, part.hash);
    }
    return Object.fromEntries(Object.entries(folder).filter(([file, text]) => last.get(file.replace(/\.csv$/, '')) !== hashOf(text)));
  }

  async #read(table: TableName, text: string | undefined): Promise<Table | undefined> {
    const read = text === undefined ? undefined : await this.#table(table, text);
    return read?.ok ? read.table : undefined;
  }

  #table(table: TableName, text: string): Promise<Read> {
    return inTurns(tableSteps(table, text));
  }
}
