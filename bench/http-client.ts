import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import type { ControlPlane } from '../lib/index.js';

/** HTTPS with keep-alive as the plane's administrator, with as little work of its own as can be. */
export class HttpClient {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(plane: ControlPlane, sockets = 64) {
    const config = parse(plane.kubeconfig) as {
      clusters: [{ cluster: { 'certificate-authority-data': string } }];
      users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
    };
    const pem = (text: string) => Buffer.from(text, 'base64');
    this.#url = plane.url;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: sockets,
      ca: pem(config.clusters[0].cluster['certificate-authority-data']),
      cert: pem(config.users[0].user['client-certificate-data']),
      key: pem(config.users[0].user['client-key-data']),
    });
  }

  /** The answer's size in bytes; throws when it is not a 2xx. */
  async send(method: string, path: string, body?: string): Promise<number> {
    const answer = await this.open(method, path, body);
    let size = 0;
    for await (const chunk of answer) size += (chunk as Buffer).length;
    return size;
  }

  /** The answer as a stream. */
  open(method: string, path: string, body?: string): Promise<IncomingMessage> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.#url), { method, agent: this.#agent, headers }, (answer) => {
        const { statusCode = 0 } = answer;
        if (statusCode < 300) resolve(answer);
        else answer.resume().once('end', () => reject(new Error(`${method} ${path}: ${statusCode}`)));
      });
      sent.once('error', reject).end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
