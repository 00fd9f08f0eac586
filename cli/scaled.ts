/** A process of a scaled-out system, wired by hand. Inert until `startRun`. */
import { join } from 'node:path';
import { createGateway } from '../gateway/gateway.ts';
import { openKeys } from '../gateway/keys.ts';
import { compileOnceSteps } from '../language/compile-once.ts';
import type { ArgsOf } from '../processors/commands/commands.ts';
import { deskOf } from '../processors/commands/desk.ts';
import { Door } from '../processors/door.ts';
import { createIntake, type IntakeConfig } from '../processors/intake/intake.ts';
import { createSeal } from '../processors/intake/seal.ts';
import { loadSignatures, type Signatures } from '../processors/intake/signature.ts';
import { intakeThread } from '../processors/intake/thread.ts';
import { DeadLetters } from '../processors/letters/letters.ts';
import { OPERATIONS } from '../processors/operations.ts';
import { Reference } from '../processors/reference.ts';
import { Register } from '../processors/register.ts';
import { RuleChanges } from '../processors/rule-changes.ts';
import { bindToLog, loadSecrets } from '../processors/secrets.ts';
import { serverStore } from '../processors/sink/server-store.ts';
import { type ClickHouseSettings, clickHouseSettings } from '../processors/sink/settings.ts';
import { startStore } from '../processors/sink/spawn.ts';
import type { Store } from '../processors/sink/store.ts';
import { Suppressions } from '../processors/suppressions.ts';
import { followTrust, loadTrust } from '../processors/trust.ts';
import { Artifacts } from '../streams/artifacts.ts';
import { MACHINE } from '../streams/clock.ts';
import type { StageHost } from '../streams/host.ts';
import { KafkaLog } from '../streams/kafka/log.ts';
import { MemberIds } from '../streams/kafka/member-ids.ts';
import { KafkaMembership } from '../streams/kafka/membership.ts';
import { type KafkaSettings, readKafkaSettings } from '../streams/kafka/settings.ts';
import type { Log } from '../streams/log.ts';
import type { Membership } from '../streams/membership.ts';
import { CommandError, EXIT } from './exit.ts';
import { serveHealth } from './health.ts';
import { membersOf, STAGES, type StageName } from './members.ts';
import { LOG_ANSWERS_MS, MeasuredStages } from './measured.ts';
import { refuseHalf } from './migrate/mark.ts';
import type { Role } from './run.ts';
import type { Settings } from './settings.ts';
import { stopInTime } from './stop.ts';
import { VERSION } from './version.ts';
import { currentCheck, intakeConfig, inWords, listen, readGiven, sensitiveRead } from './wiring.ts';

export interface Run {
  address: string;
  /** Resolves where it can't go on: another start may, this one does not. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

/** A member that says nothing for so long is given up: the least that brokers allow by default, so that the partitions of one that does not come back go on inside ten seconds. */
const SESSION_MS = 6_000;

interface Outside { kafka: KafkaSettings; clickHouse: ClickHouseSettings | undefined }

/** Everything that is wrong with the environment at once. */
function readOutside(roles: readonly Role[], env: NodeJS.ProcessEnv): Outside {
  const problems: string[] = [];
  const kafka = readKafkaSettings(env, problems);
  const clickHouse = clickHouseSettings(env, problems);
  if (!env.KAFKA_BROKERS) problems.push('KAFKA_BROKERS: is needed, host:port of one or more brokers, by commas. On one machine without Kafka: npm start');
  if (sealed(roles)) {
    for (const name of ['FENGHUO_LINKAGE_KEY', 'FENGHUO_SEAL_KEY']) {
      if (!env[name]) problems.push(`${name}: is needed by intake and gateway, the same in every process: 64 hexadecimal digits, e.g. of \`openssl rand -hex 32\`; keep them as you keep backups`);
    }
  }
  if (roles.includes('gateway') && !roles.includes('sink') && !env.CLICKHOUSE_URL) problems.push('CLICKHOUSE_URL: is needed by a gateway, e.g. https://clickhouse:8443. To try it without a server run sink and gateway in one process: fenghuo run sink gateway');
  if (problems.length > 0 || !kafka) throw new CommandError(EXIT.usage, `The environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  return { kafka, clickHouse };
}

const sealed = (roles: readonly Role[]): boolean => roles.includes('intake') || roles.includes('gateway');

export async function startRun(roles: readonly Role[], settings: Settings, env: NodeJS.ProcessEnv, tell: (line: string) => void): Promise<Run> {
  const { kafka, clickHouse } = readOutside(roles, env);
  // Only who runs intake puts the folders in force.
  const given = roles.includes('intake') ? readGiven(settings) : undefined;
  const undo: (() => Promise<void> | void)[] = [];
  const stop = () => stopInTime(undo.splice(0).reverse(), tell);
  try {
    const ids = MemberIds.open(join(settings.data, 'members'), roles.join('+'));
    if (ids) undo.push(() => ids.release());
    else tell(`state: ${settings.data} cannot be written, so all state is in memory, and each start reads it whole. Set FENGHUO_DATA to a folder of this process.`);
    const log = await inWords(() => KafkaLog.open(kafka, ids && { copies: join(ids.folder, 'state') }));
    undo.push(() => log.close());
    await refuseHalf(log);
    await inWords(() => log.ensureTopics());
    const membership = new KafkaMembership(kafka, { partitions: (topic) => log.partitions(topic), sessionMs: SESSION_MS, ids });
    const around: Around = { roles, settings, env, tell, log, membership, artifacts: new Artifacts(log), measured: new MeasuredStages(log), undo, ...(await keysOf(roles, settings, env, log)) };
    followCertificates(around);
    const hosts = await startStages(around, given && { files: given.source.files, seeds: given.source.tables, folder: given.tables });
    around.measured.hosts = hosts;
    const failed = Promise.withResolvers<Error>();
    const { store, fill } = await openStore(around, clickHouse, (error) => failed.resolve(error));
    const address = roles.includes('gateway') ? await startGateway(around, store as Store) : await startHealth(around, store);
    // Not awaited: it waits for a server that is away, and this process must be able to say so, and to be stopped, meanwhile.
    fill?.().catch((error: Error) => failed.resolve(error));
    return { address, failed: failed.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Sealed { config: IntakeConfig; signatures: Signatures | undefined }
interface Around extends Sealed {
  roles: readonly Role[];
  settings: Settings;
  env: NodeJS.ProcessEnv;
  tell: (line: string) => void;
  log: Log;
  membership: Membership;
  artifacts: Artifacts;
  measured: MeasuredStages;
  /** What a stop does, last first. */
  undo: (() => Promise<void> | void)[];
}

/** Stages behind intake see no personal data and need no key. */
async function keysOf(roles: readonly Role[], settings: Settings, env: NodeJS.ProcessEnv, log: Log): Promise<Sealed> {
  if (!sealed(roles)) return { config: intakeConfig({ linkageKey: Buffer.alloc(32), linkageKeyId: '', sealKey: Buffer.alloc(32), sealKeyId: '' }, undefined), signatures: undefined };
  const secrets = await inWords(() => loadSecrets(settings.data, env));
  // Of two first starts with different keys one must see that it is the second.
  for (let look = 0; look < 2; look++) await inWords(() => bindToLog(log, secrets));
  const trusted = await inWords(() => loadTrust(settings.data, env));
  return { config: intakeConfig(secrets, trusted), signatures: await loadSignatures(trusted) };
}

function followCertificates({ signatures, settings, env, tell, undo }: Around): void {
  if (!signatures) return;
  undo.push(followTrust(settings.data, env, async (trusted) => void Object.assign(signatures, await loadSignatures(trusted)), tell));
}

async function startStages({ roles, log, membership, artifacts, config, signatures, measured: { count, flushed }, tell, undo }: Around, given: ArgsOf<'start'> = { files: {}, seeds: {}, folder: {} }): Promise<StageHost[]> {
  const names = STAGES.filter((name): name is StageName => roles.includes(name));
  const hosts = membersOf(names, { log, membership, artifacts, config, signatures, given, now: Date.now, clock: MACHINE.now, sleep: MACHINE.sleep, tell, count, flushed });
  undo.push(async () => void (await Promise.all(hosts.map((host) => host.stop()))));
  await inWords(() => Promise.all(hosts.map((host) => host.start())));
  return hosts;
}

/** The sink and what a gateway asks; `fill` starts the sink. Without a server: both in a child process, in FENGHUO_DATA. */
async function openStore({ roles, settings, log, membership, tell, undo }: Around, clickHouse: ClickHouseSettings | undefined, fail: (error: Error) => void): Promise<{ store?: Store; fill?: () => Promise<void> }> {
  const sinks = roles.includes('sink');
  if (!sinks && !roles.includes('gateway')) return {};
  if (!clickHouse) {
    tell(`store: no CLICKHOUSE_URL, so the tables are filled in ${join(settings.data, 'store')} and only this process can ask them: for trying it out, not for service`);
    const store = await inWords(() => startStore({ dataFolder: settings.data, maxBytes: settings.storeBytes, logPlace: 'kafka', log: (level, message) => tell(`${level}: store: ${message}`) }));
    undo.push(() => store.stop());
    return { store };
  }
  const { store, sink } = serverStore({ settings: clickHouse, log, membership, maxBytes: settings.storeBytes, report: (level, message) => tell(`${level}: sink: ${message}`) });
  undo.push(() => store.stop());
  if (!sinks) return { store };
  undo.push(() => sink.stop());
  sink.stopped.catch(fail);
  return { store, fill: () => inWords(() => sink.start()) };
}

async function startGateway({ settings, env, log, artifacts, config, signatures, measured, tell, undo }: Around, store: Store): Promise<string> {
  const keys = await inWords(() => openKeys(join(settings.data, 'keys')));
  const intake = createIntake(config, signatures);
  const thread = intakeThread(config);
  if (signatures) undo.push(followTrust(settings.data, env, (trusted) => thread.trust(trusted), () => undefined));
  const onTrouble = (error: Error) => tell(`gateway: ${error.message}`);
  const door = new Door({ log, artifacts, intake: thread, seal: createSeal(config.sealKey, config.sealKeyId), maxBytes: 64 << 20, now: Date.now, clock: MACHINE.now, sleep: MACHINE.sleep, stages: measured, onTrouble });
  const reference = new Reference(door, compileOnceSteps);
  const register = new Register(door, Date.now);
  const desk = deskOf(door, reference, new RuleChanges(door, reference, register, compileOnceSteps), new Suppressions(register, Date.now));
  door.onEdition = () => reference.follow();
  await door.start();
  undo.push(() => door.stop());
  const letters = new DeadLetters({ store, unseal: intake.unseal, submit: (submission) => door.submit(submission), check: intake.check, note: (operation) => door.note(operation), now: Date.now });
  const gateway = createGateway({
    pipeline: door, store, keys, host: settings.host, port: settings.port, names: settings.names ?? [], dataFolder: settings.data, version: VERSION, ...desk, rules: () => reference.ruleSet, sensitiveRead: (operator) => door.note(sensitiveRead(operator)),
    check: currentCheck(reference, intake), letters, log: tell,
  });
  const address = await listen(gateway, settings);
  undo.push(() => gateway.stop());
  return address;
}

async function startHealth({ log, settings, measured, undo }: Around, store: Store | undefined): Promise<string> {
  const logTrouble = (): Promise<Error | undefined> => Promise.race([log.bounds(OPERATIONS, 0).then(() => undefined, (error: Error) => error), MACHINE.sleep(LOG_ANSWERS_MS).then(() => new Error('Kafka does not answer; what was taken waits there'))]);
  const health = await serveHealth({ status: () => measured.status(), unread: () => measured.unread(), counts: measured.counts, onFlush: (hear) => measured.onFlush(hear), storeLag: async () => (store ? store.lag() : {}), storeTrouble: () => store?.trouble, logTrouble }, { host: settings.host, port: settings.port, version: VERSION }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(EXIT.refused, `Port ${settings.port} on ${settings.host} cannot be opened (${error.code}). Each process needs one of its own for /healthz, /readyz and /metrics: set FENGHUO_PORT`);
  });
  undo.push(() => health.stop());
  return health.address;
}
