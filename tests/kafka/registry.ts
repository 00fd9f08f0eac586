/**
 * A schema registry for tests: no free one comes as a package. It speaks the few calls of Confluent's API that are used, keeps schemas under ids that begin at `firstId`, and refuses with 409 what cannot read
 * the subject's earlier versions, judged by avsc.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import avro from 'avsc';

export class TestRegistry {
  readonly subjects = new Map<string, { id: number; schema: string }[]>();
  readonly compatibility = new Map<string, string>();
  /** What a subject without a level of its own is answered: nothing, as Confluent's registry does, or NONE, as Apicurio. */
  unset: 404 | 'NONE' = 404;
  readonly #server: Server;
  #nextId: number;

  constructor(firstId: number) {
    this.#nextId = firstId;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind, subject] = /^\/(\w+)\/(ids\/\d+|[^/]+)/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const body = request.method === 'GET' ? undefined : JSON.parse(await text(request)) as Record<string, string>;
    const [status, answer] = this.#decide(kind, subject as string, request.method as string, body);
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(answer));
  }

  #decide(kind: string | undefined, subject: string, method: string, body: Record<string, string> | undefined): [number, unknown] {
    if (kind === 'schemas') {
      const found = [...this.subjects.values()].flat().find(({ id }) => String(id) === subject.replace('ids/', ''));
      return found ? [200, { schema: found.schema }] : [404, { error_code: 40403, message: 'Schema not found' }];
    }
    const level = this.compatibility.get(subject);
    if (kind === 'config' && method === 'GET' && !level && this.unset === 'NONE' && this.subjects.has(subject)) return [200, { compatibilityLevel: 'NONE' }];
    if (kind === 'config' && method === 'GET') return level ? [200, { compatibilityLevel: level }] : [404, { error_code: 40408, message: 'no subject-level config' }];
    if (kind === 'config') {
      this.compatibility.set(subject, body?.['compatibility'] as string);
      return [200, { compatibility: body?.['compatibility'] }];
    }
    const versions = this.subjects.get(subject) ?? [];
    const schema = body?.['schema'] as string;
    const known = versions.find((version) => version.schema === schema);
    if (known) return [200, { id: known.id }];
    if (!versions.every((version) => reads(schema, version.schema))) return [409, { error_code: 409, message: 'Schema being registered is incompatible with an earlier schema' }];
    const id = this.#nextId++;
    this.subjects.set(subject, [...versions, { id, schema }]);
    return [200, { id }];
  }
}

function reads(reader: string, writer: string): boolean {
  try {
    avro.Type.forSchema(JSON.parse(reader)).createResolver(avro.Type.forSchema(JSON.parse(writer)));
    return true;
  } catch {
    return false;
  }
}
