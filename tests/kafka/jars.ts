/** Apache Kafka's jars from Maven Central, 54 MB, fetched once for all checkouts of this user. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exclusively, ROOT } from '../../cli/setup.mjs';

const run = promisify(execFile);
const POM = join(import.meta.dirname, 'pom.xml');
export const KAFKA_VERSION = /<version>([\d.]+)<\/version>\s*<packaging>/.exec(readFileSync(POM, 'utf8'))?.[1] as string;
const LEAST_JAVA = 17;

const caches = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fenghuo');
const jars = (): string => join(caches(), `kafka-${KAFKA_VERSION}`);

/** Why the jars cannot be had or run on this machine; undefined where they can. */
export async function whyNoJars(): Promise<string | undefined> {
  const java = await run('java', ['-version']).then(({ stderr }) => Number(/version "(\d+)/.exec(stderr)?.[1]), () => undefined);
  if (java === undefined) return `java is not installed (${LEAST_JAVA} or newer is needed)`;
  if (!(java >= LEAST_JAVA)) return `java is of version ${java} (${LEAST_JAVA} or newer is needed)`;
  if (existsSync(jars())) return undefined;
  return run('mvn', ['-v']).then(() => undefined, () => `mvn is not installed, which would fetch Kafka's jars into ${jars()}`);
}

/** The folder that holds them. What another checkout fetches at the same time does no harm: the folder appears whole, and the first one stays. */
export async function fetchJars(): Promise<string> {
  if (existsSync(jars())) return jars();
  return exclusively(ROOT, async () => {
    if (existsSync(jars())) return jars();
    process.stderr.write(`Fetching Kafka ${KAFKA_VERSION} from Maven Central (54 MB, once) into ${jars()}\n`);
    mkdirSync(caches(), { recursive: true });
    const folder = mkdtempSync(join(caches(), 'fetch-'));
    try {
      cpSync(POM, join(folder, 'pom.xml'));
      await run('mvn', ['-q', '-B', '-f', folder, 'dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'libs')}`]);
      renameSync(join(folder, 'libs'), jars());
    } catch (error) {
      if (!existsSync(jars())) throw new Error(`Kafka's jars could not be fetched through mvn: ${said(error)}. Likely no way to Maven Central; or set KAFKA_BROKERS to a broker that runs.`, { cause: error });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return jars();
  });
}

const said = (error: unknown): string => {
  const { stdout = '', message } = error as { stdout?: string; message: string };
  return (stdout.trim() || message).split('\n').slice(0, 3).join(' · ');
};
