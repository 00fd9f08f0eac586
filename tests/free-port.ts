import { once } from 'node:events';
import { createServer } from 'node:net';

/** One that is free, and below those that the system gives to outgoing connections: else a client could take it while whoever listens there is away, by connecting to itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    await new Promise((closed) => server.close(closed));
    if (free) return port;
  }
}
