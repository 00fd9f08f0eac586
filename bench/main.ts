/**
 * `npm run bench`: events a second from the gateway's door to alert and to ClickHouse row, latency at a fixed offered load, memory, time to ready.
 *   -- --json            one JSON object on standard output
 *   -- --input FILE      NDJSON events instead of the simulator's
 *   -- --seed N --events N --rate N --seconds N --repeat N
 *   -- --forms           only how fast each form is read (forms.ts)
 *   -- --rules           only what the rules cost, together and each alone (rules.ts)
 *   -- --kafka           embedded and, beside it, on a local Kafka (kafka.ts)
 *   -- --size [--open 1000000 --closed 10000000 --links 2 --events N --data FOLDER]   starts on that many orders (size.ts)
 *   -- --soak [--kafka --minutes 30 --rate 5000]                          steady load, samples, a verdict, recovery after kill -9 (soak.ts)
 *   -- --recovery [--kafka --minutes 60 --rate 5000 --repeat 3]           recovery after kill -9 over that much, loaded as fast as it goes (recovery.ts)
 */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem, type as osType } from 'node:os';
import { parseArgs } from 'node:util';
import { createRequire } from 'node:module';
import { formLines, formSpeeds } from './forms.ts';
import { besideKafka, besideLines, onKafka } from './kafka.ts';
import { measured, type Round, type Rounds } from './round.ts';
import { recovery, type RecoveryResult, recoveryLines } from './recovery.ts';
import { ruleLines, rulesCost } from './rules.ts';
import { size } from './size.ts';
import { soak, type SoakResult, verdictLines } from './soak.ts';
import { startSystem } from './system.ts';
import { simulated } from './traffic.ts';

const { values } = parseArgs({ options: {
  json: { type: 'boolean', default: false }, input: { type: 'string' }, seed: { type: 'string', default: '1' }, events: { type: 'string' }, rate: { type: 'string' },
  seconds: { type: 'string', default: '30' }, repeat: { type: 'string', default: '1' }, connections: { type: 'string', default: '8' }, profile: { type: 'boolean', default: false },
  size: { type: 'boolean', default: false }, open: { type: 'string', default: '1000000' }, closed: { type: 'string', default: '10000000' }, links: { type: 'string', default: '2' }, data: { type: 'string', default: '' },
  soak: { type: 'boolean', default: false }, recovery: { type: 'boolean', default: false }, minutes: { type: 'string' }, forms: { type: 'boolean', default: false }, rules: { type: 'boolean', default: false }, kafka: { type: 'boolean', default: false },
} });
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seed = Number(values.seed);
const events = Number(values.events ?? (values.size ? 50_000 : 200_000));
const rate = Number(values.rate ?? (values.soak || values.recovery ? 5_000 : 2_000));
const PER_BATCH = 250;
const FORM_DOCUMENTS = 20_000;
const RULE_EVENTS = 20_000;

function middle(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const rounds: Rounds = { input: values.input, seed, events, rate, seconds: Number(values.seconds), connections: Number(values.connections), perBatch: PER_BATCH, say };
const nodeArguments = values.profile ? ['--cpu-prof', '--cpu-prof-dir=profiles'] : [];
const once = (round: number): Promise<Round> => measured(rounds, round, () => startSystem(nodeArguments));

async function ordinary(): Promise<void> {
  const done: Round[] = [];
  for (let round = 0; round < Number(values.repeat); round++) done.push(await once(round));
  const last = done.at(-1) as Round;
  const require = createRequire(import.meta.url);
  const version = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;
  const commit = (() => { try { return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(); } catch { return 'none'; } })();
  const rates = done.map((r) => r.flow.eventsPerSecond);
  const result = {
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), os: osType() },
    versions: { node: process.version, chdb: version('chdb'), commit },
    seed,
    throughput: { eventsPerSecond: Math.round(middle(rates)), min: Math.round(Math.min(...rates)), max: Math.round(Math.max(...rates)), events: last.flow.events, rejected: last.flow.rejected, toAcceptSeconds: last.flow.toAcceptSeconds, toRowSeconds: last.flow.toRowSeconds },
    latency: { offeredPerSecond: last.measured.offeredPerSecond, p50: middle(done.map((r) => r.measured.p50)), p99: middle(done.map((r) => r.measured.p99)), p999: middle(done.map((r) => r.measured.p999)), unit: 'ms, event to alert', probes: last.measured.probes, missing: last.measured.missing, answerP50: last.measured.answerP50, answerP99: last.measured.answerP99 },
    cpuMicrosPerEvent: last.cpuMicros,
    memory: { rssBytes: Math.max(...done.map((r) => r.rssBytes)) },
    readySeconds: middle(done.map((r) => r.readySeconds)),
    forms: forms(),
    rules: rulesCost(seed, RULE_EVENTS, say),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    say('');
    say(`${result.machine.cpu}, ${result.machine.cores} cores; Node ${result.versions.node}, chDB ${result.versions.chdb}, commit ${commit}, seed ${seed}`);
    say(`door to ClickHouse row   ${result.throughput.eventsPerSecond} events/s (min ${result.throughput.min}, max ${result.throughput.max}; ${result.throughput.events} events)`);
    say(`event to alert           p50 ${result.latency.p50.toFixed(1)} ms, p99 ${result.latency.p99.toFixed(1)} ms, p99.9 ${result.latency.p999.toFixed(1)} ms at ${result.latency.offeredPerSecond} events/s (${result.latency.probes} probes, ${result.latency.missing} missing, ${last.measured.refused} posts refused)`);
    say(`event to durable answer  p50 ${result.latency.answerP50.toFixed(1)} ms, p99 ${result.latency.answerP99.toFixed(1)} ms`);
    say(`CPU per event            ${Object.entries(result.cpuMicrosPerEvent).map(([name, micros]) => `${name} ${micros.toFixed(0)} µs`).join(', ')}`);
    say(`memory                   ${(result.memory.rssBytes / 1e6).toFixed(0)} MB in all processes`);
    say(`ready after              ${result.readySeconds.toFixed(1)} s`);
    for (const text of formLines(result.forms)) say(text);
    for (const text of ruleLines(result.rules)) say(text);
  }
}

/** Of the same traffic, while nothing else runs. */
function forms() {
  say('Reading each form …');
  return formSpeeds(simulated(seed, FORM_DOCUMENTS, PER_BATCH, Date.now() - 1_000).flatMap(({ body }) => body.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)));
}

const steady = (): Promise<SoakResult> => {
  const plan = { rate, minutes: Number(values.minutes ?? 30), seed, say };
  return values.kafka ? onKafka(say, nodeArguments, (start) => soak(start, plan)) : soak((data) => startSystem(nodeArguments, data), plan);
};

const recovered = (): Promise<RecoveryResult> => {
  const plan = { rate, minutes: Number(values.minutes ?? 60), seed, repeat: Math.max(3, Number(values.repeat)), say };
  return values.kafka ? onKafka(say, nodeArguments, (start) => recovery(start, plan)) : recovery((data) => startSystem(nodeArguments, data), plan);
};

/** Prints one object, or lines. */
async function told<R>(result: R, lines: (result: R) => string[]): Promise<void> {
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const text of lines(result)) say(text);
}

const megabytes = (parts: Record<string, number>): string => `${Object.entries(parts).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`).join(', ')}, ${(Object.values(parts).reduce((a, b) => a + b, 0) / 1e6).toFixed(0)} MB together`;

if (values.recovery) await told(await recovered(), recoveryLines);
else if (values.soak) await told(await steady(), verdictLines);
else if (values.kafka) await told(await besideKafka(rounds, nodeArguments), besideLines);
else if (values.rules) await told(rulesCost(seed, Number(values.events ?? RULE_EVENTS), say), ruleLines);
else if (values.forms) await told(forms(), formLines);
else if (values.size) await told(await size({ open: Number(values.open), closed: Number(values.closed), links: Number(values.links), events, seed, keep: values.data, say }), (r) => [
  `${r.open} open and ${r.closed} closed orders, ${r.links} links each; built in ${r.buildSeconds.toFixed(0)} s`,
  `ready after              ${r.readySeconds.toFixed(1)} s; after the load and a stop ${r.restartSeconds.toFixed(1)} s`,
  `memory at ready          ${megabytes(r.rssAtReady)}`,
  `memory after the load    ${megabytes(r.rssAfter)}`,
  `log and state on disk    ${(r.fileBytes / 1e6).toFixed(0)} MB`,
  `door to ClickHouse row   ${r.flow.eventsPerSecond.toFixed(0)} events/s (${r.flow.events} events, one in six for an old order; ${r.flow.rejected} rejected)`,
]);
else await ordinary();
