/** Every released schema in a Confluent-compatible registry, under the name of its record, before the first byte is written. The registry itself judges whether a new one can read what its elders wrote. */
import { RELEASES } from '../../schemas/registry.ts';
import { LogError } from '../errors.ts';
import type { RegistrySettings } from './settings.ts';

/** Any release is read into today's shape, not only the last one. */
const COMPATIBILITY = 'BACKWARD_TRANSITIVE';

/** The registry's id of each release, in order. What is there already keeps its id. */
export async function registerSchemas(settings: RegistrySettings): Promise<number[]> {
  const { SchemaRegistry, SchemaType } = await import('@kafkajs/confluent-schema-registry'); // Only who uses one loads it.
  const { url, auth } = settings;
  const registry = new SchemaRegistry({ host: url, clientId: 'fenghuo', ...(auth && { auth }), retry: { maxRetryTimeInSecs: 5, initialRetryTimeInSecs: 0.1, factor: 0.2, multiplier: 2, retries: 5 } });
  const ids: number[] = [];
  for (const { type, version, schema } of RELEASES) {
    const { namespace, name } = schema as { namespace: string; name: string };
    const subject = `${namespace}.${name}`;
    const register = () => registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(schema) }, { subject, compatibility: COMPATIBILITY as never });
    try {
      const { id } = await register().catch(async (error: Error) => {
        if (!UNSET.test(error.message)) throw error;
        await setCompatibility(settings, subject);
        return register();
      });
      ids.push(id);
    } catch (error) {
      throw new LogError('OTHER_VERSION', `the schema registry at ${url} does not take ${type} version ${version} as subject ${subject}: ${(error as Error).message}. Expected: a registry that is empty or knows these subjects from Fenghuo with compatibility ${COMPATIBILITY}. Look there who has registered what, or at SCHEMA_REGISTRY_URL and its credentials.`, error);
    }
  }
  return ids;
}

/** The library registers a new subject and says its compatibility behind that. Who comes between the two, or was killed there, finds a subject without one; some registries say so as NONE (Apicurio). */
const UNSET = /^Compatibility does not match .*!= NONE\)/;

async function setCompatibility({ url, auth }: RegistrySettings, subject: string): Promise<void> {
  const answer = await fetch(`${url}/config/${encodeURIComponent(subject)}`, {
    method: 'PUT', body: JSON.stringify({ compatibility: COMPATIBILITY }),
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json', ...(auth && { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` }) },
  });
  if (!answer.ok) throw new Error(`its compatibility could not be set to ${COMPATIBILITY} (${answer.status})`);
}
