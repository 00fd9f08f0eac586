/** The read API of a Confluent schema registry, so that usual consumers decode the topics without us. Subjects are record names (RecordNameStrategy). */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { RELEASES } from '../schemas/registry.ts';

interface Registered {
  id: number;
  subject: string;
  version: number;
  schema: string;
}

const TYPE = 'application/vnd.schemaregistry.v1+json';
const all = (): Registered[] =>
  RELEASES.map(({ id, version, schema }) => {
    const { name, namespace } = schema as { name: string; namespace: string };
    return { id, subject: `${namespace}.${name}`, version, schema: JSON.stringify(schema) };
  });

/** A registry's clients read `error_code`; `error` is the gateway's own shape. */
function missing(reply: FastifyReply, code: number, message: string): FastifyReply {
  const error = { code: 'NOT_FOUND', message, expected: '', given: '', next: 'GET /registry/subjects lists the subjects.' };
  return reply.code(404).type(TYPE).send({ error_code: code, message, error });
}

export function registryRoutes(app: FastifyInstance): void {
  const registered = all();
  const bySubject = Map.groupBy(registered, (r) => r.subject);
  const config = { access: 'read' as const };
  type Named = { Params: { subject: string; version: string } };

  app.get('/registry/subjects', { config }, async (_request, reply) => reply.type(TYPE).send([...bySubject.keys()]));
  app.get<Named>('/registry/subjects/:subject/versions', { config }, async (request, reply) => {
    const versions = bySubject.get(request.params.subject);
    return versions ? reply.type(TYPE).send(versions.map((r) => r.version)) : missing(reply, 40401, 'Subject not found.');
  });
  app.get<Named>('/registry/subjects/:subject/versions/:version', { config }, async (request, reply) => {
    const versions = bySubject.get(request.params.subject);
    if (!versions) return missing(reply, 40401, 'Subject not found.');
    // `latest` and -1 are how clients ask for the newest.
    const found = ['latest', '-1'].includes(request.params.version) ? versions.at(-1) : versions.find((r) => String(r.version) === request.params.version);
    if (!found) return missing(reply, 40402, 'Version not found.');
    return reply.type(TYPE).send({ subject: found.subject, version: found.version, id: found.id, schemaType: 'AVRO', schema: found.schema });
  });
  app.get<{ Params: { id: string } }>('/registry/schemas/ids/:id', { config }, async (request, reply) => {
    const found = registered.find((r) => String(r.id) === request.params.id);
    return found ? reply.type(TYPE).send({ schemaType: 'AVRO', schema: found.schema }) : missing(reply, 40403, 'Schema not found.');
  });
}
