/** The whole embedded system, wired by hand: the one file that knows every part. Inert until `start`. */
import { join } from 'node:path';
import { compileOnce, compileOnceSteps } from '../language/compile-once.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { openKeys, type Keys } from '../gateway/keys.ts';
import { assessment } from '../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../processors/embedded.ts';
import { createSeal } from '../processors/intake/seal.ts';
import { createIntake } from '../processors/intake/intake.ts';
import { intakeThread } from '../processors/intake/thread.ts';
import { loadSignatures } from '../processors/intake/signature.ts';
import { DeadLetters } from '../processors/letters/letters.ts';
import { Operations } from '../processors/operations.ts';
import { Reference } from '../processors/reference.ts';
import { Register } from '../processors/register.ts';
import { RuleChanges } from '../processors/rule-changes.ts';
import { bindToLog, loadSecrets } from '../processors/secrets.ts';
import { screening } from '../processors/screening/stage.ts';
import { SUNK_TOPICS } from '../processors/sink/rows.ts';
import { startStore } from '../processors/sink/spawn.ts';
import type { Store } from '../processors/sink/store.ts';
import { Suppressions } from '../processors/suppressions.ts';
import { followTrust, loadTrust } from '../processors/trust.ts';
import { warning } from '../processors/warning/stage.ts';
import { startCheckpointer } from '../streams/embedded/checkpointer.ts';
import { lockDataFolder, type Lock } from '../streams/lock.ts';
import { LogError } from '../streams/errors.ts';
import { CommandError, EXIT } from './exit.ts';
import { MOVED } from './migrate/mark.ts';
import type { Settings } from './settings.ts';
import { VERSION } from './version.ts';
import { currentCheck, intakeConfig, inWords, listen, readGiven, refusal, sensitiveRead } from './wiring.ts';

export interface App { pipeline: EmbeddedPipeline; store: Store; keys: Keys; gateway: Gateway; address: string; stop(): Promise<void> }

/** Starts everything on one data folder. Rejects with an error that says what is wrong and what to do; what had been started is stopped again. */
export async function startApp(settings: Settings, tell: (line: string) => void): Promise<App> {
  const { source, folder, tables } = readGiven(settings);
  const lock = own(settings.data);
  const undo: (() => Promise<void> | void)[] = [() => lock.release()];
  const stop = async () => { for (const step of undo.splice(0).reverse()) await step(); };
  try {
    const secrets = await inWords(() => loadSecrets(settings.data, process.env));
    const keys = await inWords(() => openKeys(join(settings.data, 'keys')));
    const config = intakeConfig(secrets, await inWords(() => loadTrust(settings.data, process.env)));
    // Beside the pipeline's own thread of intake: for checks, and to open dead letters.
    const signatures = await loadSignatures(config.signatures);
    const intake = createIntake(config, signatures);
    const thread = intakeThread(config);
    const onTrouble = (error: Error) => tell(`pipeline: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`);
    const pipeline = new EmbeddedPipeline({
      file: join(settings.data, 'log', 'log.sqlite'), intake: thread, stages: [screening(compileOnce), assessment(compileOnce), warning(compileOnce)],
      maxQueued: 50_000, maxIntakeBytes: 64 << 20, maxBatch: 2_000, flushEveryMs: 5_000, flushKeys: 16_000, logBytes: settings.logBytes, readers: { store: SUNK_TOPICS }, onTrouble,
    });
    undo.push(() => pipeline.log.close());
    const moved = await pipeline.log.note(MOVED);
    if (moved !== undefined) throw new CommandError(EXIT.refused, `${settings.data} was carried to Kafka (${moved}) by \`fenghuo migrate\` and goes on there: what came here as well would part the two. Use \`fenghuo run\` there, or set FENGHUO_DATA to another folder.`);
    await inWords(() => bindToLog(pipeline.log, secrets));
    // Beside what the stages replay, which takes as long.
    const failed = new AbortController();
    const opening = inWords(() => startStore({ signal: failed.signal, dataFolder: settings.data, maxBytes: settings.storeBytes, onKept: (topic, partition, position) => pipeline.log.reads('store', topic, partition, position) }));
    opening.catch(() => undefined); // told where it is awaited
    const stopStore = (): Promise<void> => {
      failed.abort();
      return opening.then((opened) => opened.stop(), () => undefined);
    };
    undo.push(stopStore);
    await pipeline.start();
    undo.push(() => pipeline.stop());
    // First of all: who closes the log last leaves it in one file.
    undo.push(stopStore);
    if (signatures) {
      undo.push(followTrust(settings.data, process.env, async (trusted) => {
        await thread.trust(trusted);
        Object.assign(signatures, await loadSignatures(trusted));
      }, tell));
    }
    const checkpointer = startCheckpointer(pipeline.file);
    undo.push(() => checkpointer.stop());
    const reference = new Reference(pipeline, compileOnceSteps);
    const findings = await reference.start(source.files, source.tables, tables);
    if (findings.length > 0) throw refusal(findings, Object.keys(tables), folder);
    tellRules(reference.source.files, source.files, tell);
    const register = new Register(pipeline, Date.now);
    const changes = new RuleChanges(pipeline, reference, register, compileOnceSteps);
    const operations = new Operations(pipeline, reference, createSeal(secrets.sealKey, secrets.sealKeyId), onTrouble);
    await operations.start();
    undo.push(() => operations.stop());
    const store = await opening;
    const letters = new DeadLetters({ store, unseal: intake.unseal, submit: (submission) => pipeline.submit(submission), check: intake.check, note: (operation) => pipeline.note(operation), now: Date.now });
    const gateway = createGateway({
      pipeline, store, keys, host: settings.host, port: settings.port, names: settings.names, dataFolder: settings.data, version: VERSION, reference, operations, changes, suppressions: new Suppressions(register, Date.now), rules: () => reference.ruleSet, sensitiveRead: (operator) => pipeline.note(sensitiveRead(operator)), check: currentCheck(reference, intake), letters, log: tell,
    });
    const address = await listen(gateway, settings);
    undo.push(() => gateway.stop());
    return { pipeline, store, keys, gateway, address, stop };
  } catch (error) {
    await stop();
    throw error instanceof LogError ? new CommandError(EXIT.refused, error.message) : error;
  }
}

/** What two keys have agreed on stays in force over a folder that has not changed; the operator must know that it differs. */
function tellRules(inForce: Record<string, string>, folder: Record<string, string>, tell: (line: string) => void): void {
  const other = [...new Set([...Object.keys(inForce), ...Object.keys(folder)])].filter((file) => inForce[file] !== folder[file]).sort();
  if (other.length > 0) tell(`rules: ${other.length} file(s) in force differ from the folder by approved changes (${other.slice(0, 5).join(', ')}${other.length > 5 ? ', …' : ''}); npx fenghuo rules history`);
}

/** The folder's lock comes first: nothing of it is read or written while another process owns it. */
function own(folder: string): Lock {
  try {
    return lockDataFolder(folder);
  } catch (error) {
    if (error instanceof LogError) throw new CommandError(EXIT.refused, error.message);
    throw new CommandError(EXIT.refused, `The data folder ${folder} cannot be used (${(error as Error).message}). Expected a folder that this user may write: set FENGHUO_DATA to one.`);
  }
}
