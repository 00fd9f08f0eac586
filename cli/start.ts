/** `npm start`: the pipeline, the desk and, unless FENGHUO_SIMULATE=0, simulated traffic. Prints the desk's address and alerts as they are raised. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Alert } from '../schemas/risk/alert.ts';
import { TOPICS } from '../streams/topics.ts';
import { startApp, type App } from './app.ts';
import { untilStopped } from './exit-signals.ts';
import { alertLine, type Lang } from './format.ts';
import type { Settings } from './settings.ts';

const ALERT_TOPICS = TOPICS.map((t) => t.name).filter((name) => name.startsWith('alerts.'));
/** The terminal is for people: at most this many alert lines a second; the desk shows all. */
const LINES_PER_SECOND = 3;

export async function start(settings: Settings & { lang: Lang }): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const app = await startApp(settings, (line) => void process.stderr.write(`${line}\n`));
  const simulator = settings.simulate > 0 ? startSimulator(app, settings.simulate) : undefined;
  say('');
  say(`  烽火 Fenghuo is ready: ${app.address}/?token=${app.keys.oneTimeToken()}   (good once, ten minutes)`);
  say(`  Admin key: ${app.keys.adminKeyFile}   Data: ${settings.data}`);
  say(settings.simulate > 0 ? `  ${settings.simulate} simulated orders a second; FENGHUO_SIMULATE=0 starts without.` : '  Waiting for events: POST /v1/events, or npx fenghuo ingest FILE');
  say('  Ctrl-C stops.');
  say('');
  printAlerts(app, settings.lang, say);
  await untilStopped();
  say('Stopping: taking in what has been sent, writing state …');
  simulator?.kill('SIGTERM');
  await app.stop();
  say('Stopped. Nothing is lost.');
  process.exit(0);
}

function printAlerts(app: App, lang: Lang, say: (line: string) => void): void {
  let second = 0;
  let lines = 0;
  let hidden = 0;
  app.pipeline.subscribe(ALERT_TOPICS, (records) => {
    for (const record of records) {
      const now = Math.floor(Date.now() / 1000);
      if (now !== second) {
        if (hidden > 0) say(`  … and ${hidden} more`);
        second = now;
        lines = 0;
        hidden = 0;
      }
      const alert = record.body as Alert;
      if (alert.change === 'updated') continue;
      if (lines++ < LINES_PER_SECOND) say(alertLine(alert, lang));
      else hidden++;
    }
  });
}

/** The simulator is a sender like any other: it posts over HTTP under a key of its own, made anew at each start. */
function startSimulator(app: App, rate: number): ChildProcess {
  for (const key of app.keys.list()) if (key.role === 'simulator' && key.revokedAt === undefined) app.keys.revoke(key.id);
  const { key } = app.keys.add('simulator', 'simulator');
  return fork(fileURLToPath(new URL('../simulator/process.ts', import.meta.url)), [], {
    env: { ...process.env, FENGHUO_KEY: key, FENGHUO_URL: app.address, FENGHUO_SIMULATE: String(rate) }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
