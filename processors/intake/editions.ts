/** Intake by the tables of an edition. Partitions of one process may be at different editions for a moment, so each has its own function; editions with the same tables share one. */
import { readEdition } from '../../schemas/risk/edition.ts';
import type { Artifacts } from '../../streams/artifacts.ts';
import { createIntake, type Intake, type IntakeConfig } from './intake.ts';
import type { Signatures } from './signature.ts';
import { INTAKE_TABLES, intakeTables } from './tables.ts';

const KEPT = 2;

export class IntakeEditions {
  readonly #artifacts: Pick<Artifacts, 'read'>;
  readonly #config: IntakeConfig;
  readonly #signatures: Signatures | undefined;
  /** By the hashes of their tables, newest last. */
  readonly #made = new Map<string, Promise<Intake>>();

  constructor(artifacts: Pick<Artifacts, 'read'>, config: IntakeConfig, signatures: Signatures | undefined) {
    this.#artifacts = artifacts;
    this.#config = config;
    this.#signatures = signatures;
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
