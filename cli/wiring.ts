/** What both ways to run wire alike. */
import { join } from 'node:path';
import type { Gateway } from '../gateway/gateway.ts';
import { compileOnce } from '../language/compile-once.ts';
import type { Finding, RuleSource } from '../language/ruleset.ts';
import { createCheck, type Check } from '../processors/check.ts';
import type { Intake, IntakeConfig } from '../processors/intake/intake.ts';
import type { SignatureConfig } from '../processors/intake/signature.ts';
import { intakeTables } from '../processors/intake/tables.ts';
import type { Reference } from '../processors/reference.ts';
import { screening } from '../processors/screening/stage.ts';
import type { Secrets } from '../processors/secrets.ts';
import type { Operation } from '../schemas/risk/journal.ts';
import { CommandError, EXIT } from './exit.ts';
import { readReferenceFolder, readRuleSource } from './rule-source.ts';
import type { Settings } from './settings.ts';

/** Rules and tables of this start. What is wrong with the files is told before anything is opened; the log may hold newer tables, with which the set is checked again. */
export function readGiven(settings: Settings): { source: RuleSource; folder: string; tables: Record<string, string> } {
  const source = readRuleSource(settings.rules);
  const { folder, tables } = readReferenceFolder(settings);
  const compiled = compileOnce({ files: source.files, tables: { ...source.tables, ...tables } });
  if (!compiled.ok) throw refusal(compiled.findings, Object.keys(tables), folder);
  return { source, folder, tables };
}

export const intakeConfig = ({ linkageKey, sealKey, sealKeyId }: Secrets, signatures: SignatureConfig | undefined): IntakeConfig =>
  ({ linkageKey, sealKey, sealKeyId, words: [], sanctions: { complete: false, names: [] }, signatures });

/** A check judges by what is in force, as the pipeline does. */
export function currentCheck(reference: Reference, intake: Intake): Check {
  let of: RuleSource | undefined;
  let check: Check | undefined;
  return (submission, as, now) => {
    if (check === undefined || of !== reference.source) {
      of = reference.source;
      const compiled = compileOnce(of);
      intake.use(intakeTables(of.tables));
      check = createCheck(intake, screening(() => compiled), JSON.stringify(of), compiled);
    }
    return check(submission, as, now);
  };
}

export function refusal(findings: Finding[], own: string[], folder: string): CommandError {
  const [first] = findings;
  const file = first && own.includes(first.file) ? join(folder, first.file) : first?.file;
  return new CommandError(EXIT.refused, `The rule set has ${findings.length} finding(s), so it is refused whole; \`npx fenghuo rules check\` shows them. The first: ${file}:${first?.line} ${first?.message}`);
}

/** What keeps keys, log or store from being opened is told by its message; a stack would only bury it. */
export async function inWords<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new CommandError(EXIT.refused, (error as Error).message);
  }
}

export async function listen(gateway: Gateway, { host, port }: Settings): Promise<string> {
  try {
    return await gateway.start();
  } catch (error) {
    await gateway.stop();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw new CommandError(EXIT.refused, `Port ${port} on ${host} is in use by another program. Stop it, or choose another: FENGHUO_PORT=${port + 1} npm start`);
    if (code === 'EACCES') throw new CommandError(EXIT.refused, `Port ${port} on ${host} may not be opened by this user. Choose one above 1024: FENGHUO_PORT=8080 npm start`);
    throw error;
  }
}

export const sensitiveRead = (operator: string): Operation => ({ kind: 'sensitive-read', feed: '', messageType: 'dossier', code: '', operator, origin: 'live', at: Date.now() });
