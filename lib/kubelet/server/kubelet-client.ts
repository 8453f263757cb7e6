import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { WebSocket } from 'ws';
import type { Stored } from '../../api/object.js';
import type { Status } from '../../api/status-error.js';
import { StatusError } from '../../api/status-error.js';
import { CHANNEL_PROTOCOLS } from '../../api/wire/channels.js';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import { chosenContainer } from '../streams/container-choice.js';
import { clientConnection } from './client-connection.js';
import { clientSession } from './client-session.js';
import type { StreamVerb } from './stream-address.js';
import { addressPath, execQuery, logQuery } from './stream-address.js';

/** What a {@link KubeletClient} takes. */
export interface KubeletClientOptions {
  /** As the Node says. */
  readonly address: string;
  readonly port: number;
  /** PEM of the client certificate. */
  readonly certificate?: string | undefined;
  /** PEM of its key. */
  readonly key?: string | undefined;
  /** Bearer token, instead of a certificate. */
  readonly token?: string | undefined;
  /** PEM of the authority of the kubelet's own certificate. Default: it is not checked, as kubelets sign theirs themselves. */
  readonly authority?: string | undefined;
}

interface Target {
  readonly path: string;
  readonly query: readonly [string, string][];
}

/** Asks the server of a kubelet in another process, see `KubeletServer`. All methods throw StatusError. */
export class KubeletClient {
  readonly #options: KubeletClientOptions;

  constructor(options: KubeletClientOptions) {
    this.#options = options;
  }

  async logs(pod: Stored<Pod>, options: PodLogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#get(target('containerLogs', pod, chosenContainer(pod, options.container), logQuery(options)), signal);
    if (answer.statusCode === 200) return output(answer, signal);
    throw await refusal(answer);
  }

  exec(pod: Stored<Pod>, options: PodExecOptions): Promise<ExecSession> {
    return this.#open(target('exec', pod, chosenContainer(pod, options.container), execQuery(options)), clientSession);
  }

  attach(pod: Stored<Pod>, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession> {
    const query = execQuery({ ...options, command: [] });
    return this.#open(target('attach', pod, chosenContainer(pod, options.container), query), clientSession);
  }

  portForward(pod: Stored<Pod>, port: number): Promise<Duplex> {
    return this.#open(target('portForward', pod, undefined, [['port', String(port)]]), clientConnection);
  }

  #get({ path, query }: Target, signal: AbortSignal): Promise<IncomingMessage> {
    const { address, port } = this.#options;
    return new Promise((resolve, reject) => {
      request(
        { host: address, port, path: `${path}?${new URLSearchParams([...query]).toString()}`, agent: false, signal, ...this.#credentials },
        resolve,
      )
        .on('error', (error) => reject(this.#unreachable(error)))
        .end();
    });
  }

  /** `wrap` is called before the first message is read. */
  #open<T>({ path, query }: Target, wrap: (socket: WebSocket) => T): Promise<T> {
    const { address, port } = this.#options;
    const host = address.includes(':') ? `[${address}]` : address;
    const socket = new WebSocket(`wss://${host}:${port}${path}?${new URLSearchParams([...query]).toString()}`, [...CHANNEL_PROTOCOLS], {
      ...this.#credentials,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        socket.on('error', () => socket.terminate());
        resolve(wrap(socket));
      });
      socket.once('unexpected-response', (_request, answer) => void refusal(answer).then(reject, reject));
      socket.once('error', (error) => reject(this.#unreachable(error)));
    });
  }

  get #credentials() {
    const { certificate, key, token, authority } = this.#options;
    return {
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(authority === undefined ? { rejectUnauthorized: false } : { ca: authority }),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    };
  }

  #unreachable(error: unknown): StatusError {
    const { address, port } = this.#options;
    const why = error instanceof Error ? error.message : String(error);
    return new StatusError('ServiceUnavailable', `the kubelet at ${address}:${port} cannot be reached: ${why}`, { cause: error });
  }
}

function target(verb: StreamVerb, { metadata }: Stored<Pod>, container: string | undefined, query: readonly [string, string][]): Target {
  const { namespace = '', name, uid } = metadata;
  return { path: addressPath({ verb, namespace, pod: name, uid, container }), query: [...query, ['uid', uid]] };
}

async function* output(answer: IncomingMessage, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* answer as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!signal.aborted) throw new StatusError('ServiceUnavailable', 'the connection to the kubelet was lost', { cause: error });
  }
}

/** Bytes of an error answer that are read. */
const LONGEST_REFUSAL = 64 * 1024;

async function refusal(answer: IncomingMessage): Promise<StatusError> {
  let text = '';
  for await (const chunk of answer as AsyncIterable<Buffer>) if ((text += chunk.toString()).length > LONGEST_REFUSAL) break;
  try {
    return StatusError.from(JSON.parse(text) as Partial<Status>);
  } catch {
    return new StatusError('InternalError', `the kubelet answered ${answer.statusCode}: ${text.slice(0, 200)}`);
  }
}
