import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Environment } from '../../base/environment.js';
import { StorageError } from '../storage-error.js';
import type { Revision } from '../storage.js';
import { errorOf, Failure, REFUSED, Refusal } from './etcd-v2-error.js';
import { urlPath } from './key-path.js';
import type { Callback, NodeEtcd, NodeEtcdClass, Token } from './node-etcd.js';
import { WatchRequest } from './watch-request.js';

/** A node of etcd's tree: a file, or a directory with those in it. */
export interface EtcdNode {
  /** Its path; absent at the root. */
  readonly key?: string;
  readonly dir?: boolean;
  readonly value?: string;
  readonly nodes?: readonly EtcdNode[];
  readonly modifiedIndex: number;
}

/** An answer of etcd, or a line of a watch. */
export interface EtcdEvent {
  readonly action: string;
  readonly node: EtcdNode;
  readonly prevNode?: EtcdNode;
}

/** An event, and where the store was when it was answered. */
export interface Answer {
  readonly event: EtcdEvent;
  readonly index: Revision;
}

/** A request to one path. */
export interface EtcdRequest {
  readonly method: 'get' | 'set' | 'mkdir' | 'del';
  readonly path: string;
  readonly value?: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
}

/** How etcd is reached. */
export interface EtcdV2Connection {
  /** URLs of the members, the first one preferred. Default `http://127.0.0.1:4001`. */
  readonly endpoints?: readonly string[] | undefined;
  /** PEM texts, for `https` endpoints. Default: the authorities that Node trusts, and no certificate of our own. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  /** A user of etcd who may read everything and write what is stored here. Default: none. */
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
  /** Milliseconds that etcd may take for an answer. Default 5000. */
  readonly requestTimeout?: number | undefined;
}

interface Endpoint {
  readonly url: string;
  readonly etcd: NodeEtcd;
  readonly agent: HttpAgent;
}

const SOCKETS = 64;
/** A path that holds nothing: the refusal to read it tells where the store is, at no cost. */
const NOWHERE = '/%nowhere';

/**
 * Requests to etcd by node-etcd, which is loaded when it is needed.
 *
 * Each goes to one endpoint at a time, and is never repeated by node-etcd itself: reads go on to the next endpoint on any
 * failure, writes only when the last one cannot have received them. An endpoint that has failed is not preferred any more.
 */
export class EtcdV2Client {
  readonly #environment: Environment;
  readonly #endpoints: readonly Endpoint[];
  readonly #timeout: number;
  /** What ends each request under way. */
  readonly #cancels = new Set<() => void>();
  #preferred = 0;
  #closed = false;

  private constructor(endpoints: readonly Endpoint[], timeout: number, environment: Environment) {
    this.#endpoints = endpoints;
    this.#timeout = timeout;
    this.#environment = environment;
  }

  /** Makes the client; connects to nothing yet. Throws Unsupported when node-etcd is not installed. */
  static async load(connection: EtcdV2Connection, environment: Environment): Promise<EtcdV2Client> {
    const { endpoints = ['http://127.0.0.1:4001'], auth, requestTimeout = 5000, ca, cert, key, passphrase } = connection;
    const Etcd = await loadNodeEtcd();
    const tls = Object.fromEntries(Object.entries({ ca, cert, key, passphrase }).filter(([, value]) => value !== undefined));
    const open = (url: string): Endpoint => {
      const pool = { keepAlive: true, maxSockets: SOCKETS };
      const agent = url.startsWith('https:') ? new HttpsAgent({ ...tls, ...pool }) : new HttpAgent(pool);
      return { url, agent, etcd: new Etcd([url], { agent, useQuerystring: true, ...(auth && { auth }) }) };
    };
    return new EtcdV2Client(endpoints.map(open), requestTimeout, environment);
  }

  /** The endpoint that answers, as far as is known. */
  get preferred(): number {
    return this.#preferred;
  }

  /** Reads from the preferred endpoint, or from the next that answers. */
  async read(path: string, query: EtcdRequest['query']): Promise<Answer> {
    return this.#failover({ method: 'get', path, query: { ...query } }, () => true);
  }

  /** Writes once at the most. Throws `Unknown` when the answer is lost. */
  async write(request: EtcdRequest): Promise<Answer> {
    return this.#failover(request, (failure) => !failure.sent);
  }

  /** Where the store is; linearizable. From one endpoint where one is given. */
  async index(endpoint?: number): Promise<Revision> {
    const query = { quorum: true };
    const request = { method: 'get', path: NOWHERE, query } as const;
    try {
      return (await (endpoint === undefined ? this.read(NOWHERE, query) : this.#send(this.#endpoints[endpoint]!, request))).index;
    } catch (error) {
      if (Refusal.is(error, REFUSED.keyNotFound)) return error.index;
      throw error;
    }
  }

  /** Watches everything at one endpoint: from now on, or the first change at `from` or after it. */
  watch(endpoint: number, from?: Revision): WatchRequest {
    const { etcd } = this.#endpoints[endpoint]!;
    const query = { wait: true, recursive: true, maxRetries: 0, ...(from === undefined ? { stream: true } : { waitIndex: from }) };
    const watch = new WatchRequest((callback) => etcd.get('', query, callback), this.#endpoints[endpoint]!.url);
    const cancel = () => watch.close();
    this.#cancels.add(cancel);
    void watch.ended.then(() => this.#cancels.delete(cancel));
    if (this.#closed) watch.close();
    return watch;
  }

  /** Prefers another endpoint than this one. */
  avoid(endpoint: number): void {
    if (this.#preferred === endpoint) this.#preferred = (endpoint + 1) % this.#endpoints.length;
  }

  /** Gives up what is under way, and closes all connections. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels) cancel();
    for (const { agent } of this.#endpoints) agent.destroy();
  }

  async #failover(request: EtcdRequest, mayRepeat: (failure: Failure) => boolean): Promise<Answer> {
    const first = this.#preferred;
    for (let tried = 0; ; tried++) {
      const endpoint = (first + tried) % this.#endpoints.length;
      try {
        return await this.#send(this.#endpoints[endpoint]!, request);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.avoid(endpoint);
        if (!mayRepeat(error)) throw new StorageError('Unknown', `the answer is lost: ${error.message}`, { cause: error });
        if (tried + 1 >= this.#endpoints.length)
          throw new StorageError('Unavailable', `etcd is out of reach: ${error.message}`, { cause: error });
      }
    }
  }

  #send({ etcd, url }: Endpoint, { method, path, value, query }: EtcdRequest): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Failure('the storage has been stopped', false));
    return new Promise((resolve, reject) => {
      const end = () => {
        timer.cancel();
        this.#cancels.delete(cancel);
      };
      const giveUp = (message: string) => {
        token.abort();
        end();
        reject(new Failure(message, true));
      };
      const cancel = () => giveUp('the storage has been stopped');
      const timer = this.#environment.timer(this.#timeout, () => giveUp(`${url} does not answer within ${this.#timeout} ms`));
      this.#cancels.add(cancel);
      const callback: Callback = (error, body, headers) => {
        end();
        if (error !== null) reject(errorOf(url, error));
        else if (!isAnswer(body)) reject(notEtcd(url, body));
        else resolve({ event: body, index: Number(headers?.['x-etcd-index']) });
      };
      const options = { ...query, maxRetries: 0 };
      const token: Token =
        method === 'set' ? etcd.set(urlPath(path), value!, options, callback) : etcd[method](urlPath(path), options, callback);
    });
  }
}

function isAnswer(body: unknown): body is EtcdEvent {
  return typeof body === 'object' && body !== null && 'action' in body;
}

function notEtcd(url: string, body: unknown): StorageError {
  const said = JSON.stringify(body)?.slice(0, 200);
  return new StorageError('Unsupported', `${url} does not serve etcd's v2 API (etcd 3.4 wants --enable-v2=true); it says ${said}`);
}

async function loadNodeEtcd(): Promise<NodeEtcdClass> {
  try {
    return (await import('node-etcd')).default as NodeEtcdClass;
  } catch (error) {
    throw new StorageError('Unsupported', 'the etcd-v2 storage needs the package node-etcd (npm install node-etcd)', { cause: error });
  }
}
