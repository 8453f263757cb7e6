import http2 from 'node:http2';
import https from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import type { Registries } from '../../../lib/registry/registry.js';
import type { Storage } from '../../../lib/storage/storage.js';
import type { ApiServerOptions } from '../../../lib/server/api-server.js';
import { ApiServer } from '../../../lib/server/api-server.js';
import { clientCertificates, firstOf, staticTokens } from '../../../lib/server/authentication.js';
import { serviceAccountTokens } from '../../../lib/server/service-account-authenticator.js';
import type { KeyPair } from '../../../lib/server/pki.js';
import { CertificateAuthority } from '../../../lib/server/pki.js';
import { memoryCluster } from '../../support/memory-cluster.js';

/** The fields that tests look at, of documents of every kind; which are there depends on the kind. */
export interface Doc {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly continue: string;
    readonly remainingItemCount: number;
    readonly deletionTimestamp: string;
    readonly annotations: object;
  };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: { readonly replicas: number; readonly nodeName: string };
  readonly status: { readonly replicas: number };
  readonly items: readonly Doc[];
  /** Of a Status. */
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly details: { readonly causes: readonly { readonly reason: string; readonly field: string; readonly message: string }[] };
  /** Of a Table. */
  readonly columnDefinitions: readonly { readonly name: string }[] | null;
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: Doc }[];
  /** Of discovery and OpenAPI. */
  readonly groups: readonly { readonly name: string }[];
  readonly resources: readonly Resource[];
  readonly versions: readonly { readonly resources: readonly Resource[] }[];
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string; readonly patch: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>> };
}

interface Resource {
  readonly name: string;
  readonly resource: string;
  readonly singularName: string;
  readonly shortNames: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly { readonly subresource: string }[];
}

interface Operation {
  readonly parameters: readonly { readonly name: string }[];
  readonly 'x-kubernetes-group-version-kind': object;
}

/** One line of a watch. */
export interface Line {
  readonly type: string;
  readonly object: Doc;
}

/** A complete answer. */
export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Doc;
}

export interface RequestInput {
  readonly headers?: Record<string, string | string[]>;
  /** An object goes out as JSON. */
  readonly body?: object | string | Buffer;
  /** Default: the administrator's; null: none. */
  readonly token?: string | null;
  readonly identity?: KeyPair;
}

export const ADMIN_TOKEN = 'admin-token';
const TOKENS = {
  [ADMIN_TOKEN]: { name: 'admin', groups: ['system:masters'] },
  'nobody-token': { name: 'nobody', groups: ['people'] },
};

/** A real server over real registries in memory, on a free port. */
export class TestServer {
  readonly #agent: https.Agent;

  private constructor(
    readonly server: ApiServer,
    readonly registries: Registries,
    readonly storage: Storage,
    readonly authority: CertificateAuthority,
    readonly stop: () => Promise<void>,
  ) {
    this.#agent = new https.Agent({ keepAlive: false, ca: authority.pem.certificate });
  }

  static async start(
    options: Partial<ApiServerOptions> & { readonly resources?: readonly ResourceDefinition[] } = {},
  ): Promise<TestServer> {
    const { resources = [], environment = systemEnvironment, ...more } = options;
    const { registries, storage, tokenIssuer, stop } = await memoryCluster({ environment, resources });
    const authority = await CertificateAuthority.create({ environment });
    const server = new ApiServer({
      registries,
      environment,
      tls: { ...(await authority.serverCertificate()), ca: authority.pem.certificate },
      authenticator: firstOf([clientCertificates(), staticTokens(TOKENS), serviceAccountTokens(tokenIssuer, registries)]),
      tokenIssuer,
      ...more,
    });
    await server.start();
    return new TestServer(server, registries, storage, authority, async () => {
      await server.stop();
      await stop();
    });
  }

  /** One request over HTTP/1.1. */
  async request(method: string, path: string, input: RequestInput = {}): Promise<Answer> {
    const response = await this.open(method, path, input);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return answerOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks));
  }

  /** The head of an answer; its body is the caller's to read. */
  async open(method: string, path: string, { headers = {}, body, token = ADMIN_TOKEN, identity }: RequestInput = {}) {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const request = https.request(`${this.server.url}${path}`, {
      method,
      agent: identity
        ? new https.Agent({ ca: this.authority.pem.certificate, cert: identity.certificate, key: identity.key })
        : this.#agent,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
        ...headers,
      },
    });
    request.end(bytes);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  /** A watch, line by line. */
  async watch(path: string, headers: Record<string, string> = {}): Promise<TestWatch> {
    return new TestWatch(await this.open('GET', path, { headers }));
  }

  /** One request over HTTP/2. */
  async http2(method: string, path: string, body?: object): Promise<Answer> {
    const session = http2.connect(this.server.url, { ca: this.authority.pem.certificate });
    try {
      const stream = session.request({
        ':method': method,
        ':path': path,
        authorization: `Bearer ${ADMIN_TOKEN}`,
        'content-type': 'application/json',
      });
      stream.end(body === undefined ? undefined : JSON.stringify(body));
      const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      return answerOf(headers[':status'], headers, Buffer.concat(chunks));
    } finally {
      session.close();
    }
  }
}

/** The events of a watch, in order. */
export class TestWatch {
  readonly code: number;
  #text = '';
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(readonly response: IncomingMessage) {
    this.code = response.statusCode ?? 0;
    this.#chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** The next event; undefined when the server has ended the watch. */
  async next(): Promise<Line | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return JSON.parse(line) as Line;
      }
      const chunk = await this.#chunks.next();
      if (chunk.done) return undefined;
      this.#text += chunk.value.toString();
    }
  }

  /** The next `count` events as `TYPE name`. */
  async names(count: number): Promise<string[]> {
    const names: string[] = [];
    while (names.length < count) {
      const event = await this.next();
      names.push(event === undefined ? 'END' : `${event.type} ${event.object.metadata.name ?? ''}`.trim());
    }
    return names;
  }

  close(): void {
    this.response.destroy();
  }
}

function answerOf(code: number, headers: IncomingHttpHeaders, bytes: Buffer): Answer {
  const text = bytes.toString();
  return {
    code,
    headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text) as Doc;
    },
  };
}
