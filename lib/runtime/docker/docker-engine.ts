import type Dockerode from 'dockerode';
import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { RuntimeError } from '../runtime-error.js';
import { runtimeErrorOf, statusOf } from './docker-error.js';

/** Where an engine is reached. */
export interface DockerConnection {
  /** Unix socket. */
  readonly socketPath?: string | undefined;
  /** As in `tcp://10.0.0.7`. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** PEM texts, for an engine that asks for certificates. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** A request that dockerode has no method for, or whose method reads the answer as JSON when it is not. */
export interface StreamRequest {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

/** A connection to a Docker engine by dockerode, which is loaded when it is needed. All errors are RuntimeErrors. */
export class DockerEngine {
  readonly #docker: Dockerode;
  readonly #agent: Agent | undefined;

  private constructor(docker: Dockerode, agent: Agent | undefined) {
    this.#docker = docker;
    this.#agent = agent;
  }

  /** Makes the client; connects to nothing yet. Throws Unsupported when dockerode is not installed. */
  static async load(connection: DockerConnection = {}): Promise<DockerEngine> {
    const Docker = await loadDockerode();
    // dockerode takes the common agent of the process otherwise, whose idle sockets nobody closes at stop().
    const encrypted = connection.ca !== undefined || process.env.DOCKER_TLS_VERIFY === '1' || /^ssh:/.test(process.env.DOCKER_HOST ?? '');
    const agent = encrypted ? undefined : new Agent({ keepAlive: true });
    return new DockerEngine(new Docker({ ...connection, ...(agent && { agent }) }), agent);
  }

  /** Closes what is open. */
  close(): void {
    this.#agent?.destroy();
  }

  /** Calls dockerode. */
  async ask<T>(request: (docker: Dockerode) => Promise<T>): Promise<T> {
    try {
      return await request(this.#docker);
    } catch (error) {
      throw runtimeErrorOf(error);
    }
  }

  /** Calls dockerode; undefined when the engine answers with one of `statuses`, such as 404 for what need not be there. */
  async askUnless<T>(statuses: readonly number[], request: (docker: Dockerode) => Promise<T>): Promise<T | undefined> {
    try {
      return await request(this.#docker);
    } catch (error) {
      if (statuses.includes(statusOf(error) ?? 0)) return undefined;
      throw runtimeErrorOf(error);
    }
  }

  /** A GET whose answer is a stream of bytes. */
  stream({ path, options, signal }: StreamRequest): Promise<Readable> {
    return this.ask(
      ({ modem }) =>
        new Promise((resolve, reject) => {
          const request = { path: `${path}?`, method: 'GET', isStream: true, statusCodes: { 200: true }, options, abortSignal: signal };
          // dockerode's types leave its modem untyped.
          (modem as Modem).dial(request, (error, answer) => (error instanceof Error ? reject(error) : resolve(answer as Readable)));
        }),
    );
  }
}

interface Modem {
  dial(request: object, callback: (error: unknown, answer: unknown) => void): void;
}

async function loadDockerode(): Promise<typeof Dockerode> {
  try {
    return (await import('dockerode')).default;
  } catch (error) {
    throw new RuntimeError('Unsupported', 'the docker runtime needs the package dockerode (npm install dockerode)', { cause: error });
  }
}
