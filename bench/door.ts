/** The gateway's door as a sender sees it: keep-alive connections, answers read whole. */
import { Agent, request } from 'node:http';

export interface Answer { status: number; body: string }

export class Door {
  readonly #agent: Agent;
  readonly #url: URL;
  readonly #key: string;

  constructor(url: string, key: string, connections: number) {
    this.#url = new URL(url);
    this.#key = key;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  post(path: string, contentType: string, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ agent: this.#agent, host: this.#url.hostname, port: this.#url.port, path, method: 'POST', headers: { authorization: `Bearer ${this.#key}`, 'content-type': contentType, 'content-length': Buffer.byteLength(body) } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => resolve({ status: answer.statusCode ?? 0, body: text })).on('error', reject);
      });
      sent.on('error', reject).end(body);
    });
  }

  async get(path: string): Promise<string> {
    const answer = await fetch(new URL(path, this.#url), { headers: { authorization: `Bearer ${this.#key}` } });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer.text();
  }

  /** Calls `hear` with each server-sent event's data until the returned function is called. */
  listen(path: string, hear: (data: string) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const open = request({ host: this.#url.hostname, port: this.#url.port, path, headers: { authorization: `Bearer ${this.#key}`, accept: 'text/event-stream' } }, (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`${path} answered ${answer.statusCode}`));
        let rest = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line.startsWith('data:')) hear(line.slice(5).trim());
        }).on('error', () => { /* closed by us, or by the end of the system */ });
        resolve(() => open.destroy());
      });
      open.on('error', reject).end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
