import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type SenderOptions, send } from '../../simulator/process.ts';

interface Received { body: string; authorization: string | undefined; type: string | undefined }
let server: Server | undefined;
afterEach(() => new Promise((done) => { server ? server.close(done) : done(undefined); }));

/** A door that answers as told: a status, or 'cut' to drop the connection. */
async function door(answers: (number | 'cut')[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ body: Buffer.concat(chunks).toString(), authorization: request.headers.authorization, type: request.headers['content-type'] });
      const answer = answers.shift() ?? 202;
      if (answer === 'cut') return void request.socket.destroy();
      response.writeHead(answer, { 'content-type': 'application/json' }).end(JSON.stringify({ accepted: 1, rejected: [] }));
    });
  });
  await new Promise<void>((done) => { server?.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const options = (url: string, more: Partial<SenderOptions> = {}): SenderOptions =>
  ({ url, key: 'k1', ordersPerSecond: 50, seed: 1, episodes: false, baselines: false, seconds: 0.5, signal: new AbortController().signal, tell: () => undefined, ...more });

describe('the sender', () => {
  test('posts NDJSON under its key, baselines first', async () => {
    const { url, received } = await door([]);
    const sent = await send(options(url, { baselines: true }));
    const types = received.map(({ body }) => body.split('\n').map((line) => (JSON.parse(line) as { type: string }).type));
    expect(types[0]).toEqual(Array.from({ length: 165 }, () => 'baseline'));
    expect(types.slice(1).flat()).toContain('order');
    expect(types.flat()).toHaveLength(sent.events);
    expect(new Set(received.map(({ authorization, type }) => `${authorization} ${type}`))).toEqual(new Set(['Bearer k1 application/x-ndjson']));
  });

  test('sends the same bytes again after 503 and after a lost connection', async () => {
    const { url, received } = await door([503, 'cut', 202]);
    const sent = await send(options(url));
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(received[2]?.body).toBe(received[0]?.body);
    expect(received[3]?.body).not.toBe(received[0]?.body);
    expect(sent.retries).toBe(2);
  });

  test('gives up where the key is refused, and says what to do', async () => {
    const { url } = await door([403]);
    await expect(send(options(url))).rejects.toThrow(/answered 403, expected 202.*FENGHUO_KEY/);
  });

  test('stops when told, also while nobody answers', async () => {
    const stop = new AbortController();
    const running = send(options('http://127.0.0.1:9', { seconds: 0, signal: stop.signal, baselines: true }));
    setTimeout(() => stop.abort(), 150);
    expect((await running).accepted).toBe(0);
  });
});
