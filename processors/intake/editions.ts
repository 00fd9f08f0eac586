/** Intake by the tables of an edition. Partitions of one process may be at different editions for a moment, so each has its own function; editions with the same tables share one. */
import { readEdition, RULE_SET } from '../../schemas/risk/edition.ts';
import type { Artifacts } from '../../streams/artifacts.ts';
import type { Log } from '../../streams/log.ts';
import { createIntake, type Intake, type IntakeConfig } from './intake.ts';
import type { Signatures } from './signature.ts';
import { INTAKE_TABLES, intakeTables } from './tables.ts';

const KEPT = 2;
/** Which edition is in force is asked so often, once for all partitions of the process. */
const FOLLOW_MS = 1_000;

export class IntakeEditions {
  readonly #log: Pick<Log, 'note'>;
  readonly #clock: () => number;
  readonly #artifacts: Pick<Artifacts, 'read'>;
  readonly #config: IntakeConfig;
  readonly #signatures: Signatures | undefined;
  /** By the hashes of their tables, newest last. */
  readonly #made = new Map<string, Promise<Intake>>();
  #asked: Promise<string | undefined> = Promise.resolve(undefined);
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Pick<Log, 'note'>, clock: () => number, artifacts: Pick<Artifacts, 'read'>, config: IntakeConfig, signatures: Signatures | undefined) {
    this.#log = log;
    this.#clock = clock;
    this.#artifacts = artifacts;
    this.#config = config;
    this.#signatures = signatures;
  }

  /** The hash of the edition in force, at most a second old. */
  inForce(): Promise<string | undefined> {
    const now = this.#clock();
    if (now < this.#askedAt + FOLLOW_MS) return this.#asked;
    this.#askedAt = now;
    this.#asked = this.#log.note(RULE_SET);
    this.#asked.catch(() => { this.#askedAt = Number.NEGATIVE_INFINITY; });
    return this.#asked;
  }

  async of(hash: string): Promise<Intake> {
    const edition = readEdition(await this.#artifacts.read(hash));
    if (!edition) throw new Error(`${hash} is no edition: scaled out, rules and tables are put in force as one`);
    const parts = INTAKE_TABLES.flatMap((name): [string, string][] => (edition.tables[name] ? [[`${name}.csv`, edition.tables[name].hash]] : []));
    const key = JSON.stringify(parts);
    const made = this.#made.get(key) ?? this.#make(parts);
    this.#made.delete(key);
    this.#made.set(key, made);
    made.catch(() => this.#made.delete(key));
    for (const old of [...this.#made.keys()].slice(0, -KEPT)) this.#made.delete(old);
    return made;
  }

  async #make(parts: readonly [file: string, hash: string][]): Promise<Intake> {
    const texts: Record<string, string> = {};
    for (const [file, hash] of parts) texts[file] = await this.#artifacts.read(hash);
    return createIntake({ ...this.#config, ...intakeTables(texts) }, this.#signatures);
  }
}
