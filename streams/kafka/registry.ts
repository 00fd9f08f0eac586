/** Every released schema in a Confluent-compatible registry, under the name of its record, before the first byte is written. The registry itself judges whether a new one can read what its elders wrote. */
import { RELEASES } from '../../schemas/registry.ts';
import { LogError } from '../errors.ts';
import type { RegistrySettings } from './settings.ts';

/** Any release is read into today's shape, not only the last one. */
const COMPATIBILITY = 'BACKWARD_TRANSITIVE';

/** The registry's id of each release, in order. What is there already keeps its id. */
export async function registerSchemas({ url, auth }: RegistrySettings): Promise<number[]> {
  const { SchemaRegistry, SchemaType } = await import('@kafkajs/confluent-schema-registry'); // Only who uses one loads it.
  const registry = new SchemaRegistry({ host: url, clientId: 'fenghuo', ...(auth && { auth }), retry: { maxRetryTimeInSecs: 5, initialRetryTimeInSecs: 0.1, factor: 0.2, multiplier: 2, retries: 5 } });
  const ids: number[] = [];
  for (const { type, version, schema } of RELEASES) {
    const { namespace, name } = schema as { namespace: string; name: string };
    try {
      const { id } = await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(schema) }, { subject: `${namespace}.${name}`, compatibility: COMPATIBILITY as never });
      ids.push(id);
    } catch (error) {
      throw new LogError('OTHER_VERSION', `the schema registry at ${url} does not take ${type} version ${version} as subject ${namespace}.${name}: ${(error as Error).message}. Expected: a registry that is empty or knows these subjects from Fenghuo with compatibility ${COMPATIBILITY}. Look there who has registered what, or at SCHEMA_REGISTRY_URL and its credentials.`, error);
    }
  }
  return ids;
}
