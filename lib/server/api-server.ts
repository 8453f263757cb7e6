import { setMaxListeners } from 'node:events';
import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import { pause } from '../base/pause.js';
import type { Registries } from '../registry/registry.js';
import type { TokenIssuer } from '../registry/stored/service-accounts/token-issuer.js';
import type { ApiRequest, ServerContext } from './api-request.js';
import type { Authenticator } from './authentication.js';
import type { Authorizer } from './authorization.js';
import { systemAuthorizer } from './authorization.js';
import { Discovery } from './discovery/discovery.js';
import { versionInfo } from './discovery/version.js';
import type { HealthCheck } from './health.js';
import { healthReply } from './health.js';
import { Exchange } from './http/exchange.js';
import type { ServerLimits } from './http/limits.js';
import { DEFAULT_LIMITS } from './http/limits.js';
import type { ListenAddress, ServerTls } from './http/listener.js';
import { Listener } from './http/listener.js';
import { ISSUER_PATHS, issuerReply } from './issuer-documents.js';
import { OpenApi } from './openapi/open-api.js';
import type { PodConnector } from './pod-connector.js';
import type { Reply } from './reply.js';
import { json, pageNotFound } from './reply.js';
import { RequestPipeline } from './request-pipeline.js';
import { RouteTable } from './route-table.js';
import type { UpgradeHandler } from './streams/upgrade-handler.js';
import { WatchTurns } from './watch/watch-turns.js';

/** What an {@link ApiServer} is made of. */
export interface ApiServerOptions {
  /** What it serves. */
  readonly registries: Registries;
  readonly environment: Environment;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Default: any free port of 127.0.0.1. */
  readonly listen?: ListenAddress | undefined;
  readonly tls: ServerTls;
  /** Who a client is; who brings no credentials is anonymous. */
  readonly authenticator: Authenticator;
  /** Default: {@link systemAuthorizer}. */
  readonly authorizer?: Authorizer | undefined;
  /** The way to the kubelets, for logs, exec, attach and port-forward. Default: none; those answer 503. */
  readonly podConnector?: PodConnector | undefined;
  /** What must be well for `/readyz` to say `ok`, by name. Default: nothing besides the server itself. */
  readonly checks?: Readonly<Record<string, HealthCheck>> | undefined;
  /** What `kubectl get componentstatuses` shows, by name. Default: nothing. */
  readonly components?: Readonly<Record<string, HealthCheck>> | undefined;
  /** Whose keys it publishes, for those who check service account tokens by themselves. Default: none. */
  readonly tokenIssuer?: TokenIssuer | undefined;
  /** Default: {@link DEFAULT_LIMITS}, one by one. */
  readonly limits?: Partial<ServerLimits> | undefined;
}

/** Milliseconds that requests get to finish when the server stops. */
const DRAIN = 1000;

/**
 * The Kubernetes API over HTTPS: what registries do, on paths that kubectl and other clients know.
 *
 * Every path below `/api` and `/apis` is derived from the catalog of its registries and follows its changes. One port speaks
 * HTTP/2 and HTTP/1.1, and WebSocket and SPDY for streams to pods.
 */
export class ApiServer implements Lifecycle {
  readonly #options: ApiServerOptions;
  readonly #context: ServerContext;
  readonly #lifecycle: OnceLifecycle;
  readonly #pipeline: RequestPipeline;
  readonly #routes: RouteTable;
  readonly #discovery: Discovery;
  readonly #openApi: OpenApi;
  #upgrades: Promise<UpgradeHandler> | undefined;
  #listener: Listener | undefined;
  #stopping = stoppingSignal();

  constructor(options: ApiServerOptions) {
    const {
      registries,
      environment,
      logger = silentLogger,
      authenticator,
      authorizer = systemAuthorizer,
      podConnector,
      components = {},
    } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#options = options;
    this.#context = { registries, environment, logger, limits, podConnector, authenticator, authorizer, components };
    this.#routes = new RouteTable(this.#context, new WatchTurns(environment));
    this.#discovery = new Discovery(registries.catalog);
    this.#openApi = new OpenApi(registries.catalog, environment);
    this.#pipeline = new RequestPipeline({
      environment,
      logger,
      limits,
      authenticator,
      authorizer,
      handle: (request) => this.#handle(request),
    });
    this.#lifecycle = new OnceLifecycle({ start: () => this.#start(), stop: () => this.#stop() });
  }

  /** Where it listens; throws before `start()`. */
  get address(): { readonly host: string; readonly port: number } {
    if (!this.#listener) throw new Error('the API server has not been started');
    return this.#listener.address;
  }

  /** Such as `https://127.0.0.1:6443`. */
  get url(): string {
    const { host, port } = this.address;
    return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#listener?.connections ?? 0;
  }

  /** Rejects with a sentence for people and the system's `code` (`EADDRINUSE`, …) when the address cannot be had. */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Ends watches cleanly, lets requests finish for a second, closes every connection. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async #start(): Promise<void> {
    const listener = new Listener(this.#options.tls, this.#context.limits, {
      request: (request, response) => void this.#pipeline.run(new Exchange(request, response, this.#stopping.signal)),
      upgrade: (request, socket, head) => void this.#upgradeHandler().then((handler) => handler.run(request, socket, head)),
    });
    this.#stopping = stoppingSignal();
    await listener.listen(this.#options.listen ?? {});
    this.#listener = listener;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the server stops'));
    await this.#listener?.close(() => this.#drained());
    this.#pipeline.stop();
    this.#listener = undefined;
  }

  /** Resolves when every request is answered, or has had its time. */
  async #drained(): Promise<void> {
    const answered = new AbortController();
    const late = pause(this.#context.environment, DRAIN, answered.signal);
    await Promise.race([this.#pipeline.idle(), late]);
    answered.abort();
  }

  /** Loaded with the first upgrade, and the WebSocket library with it. */
  #upgradeHandler(): Promise<UpgradeHandler> {
    this.#upgrades ??= import('./streams/upgrade-handler.js').then(
      (room) => new room.UpgradeHandler(this.#pipeline, this.#routes, this.#context),
    );
    return this.#upgrades;
  }

  #handle(request: ApiRequest): Reply | Promise<Reply> {
    const { info, method } = request;
    return info.isResource ? this.#routes.handler(info, method)(request) : this.#other(request);
  }

  async #other(request: ApiRequest): Promise<Reply> {
    const { info, method } = request;
    const health = await healthReply(request, this.#options.checks ?? {});
    if (health) return health;
    if (method !== 'GET' && method !== 'HEAD') return pageNotFound;
    if (info.path === '/version') return { ...json(200, versionInfo), indented: true };
    const { tokenIssuer } = this.#options;
    const issued = tokenIssuer && issuerReply(request, tokenIssuer);
    return issued ?? this.#discovery.reply(request) ?? (await this.#openApi.reply(request)) ?? this.#rootReply(request);
  }

  /** `/` lists what there is. */
  #rootReply({ info }: ApiRequest): Reply {
    if (info.path !== '/') return pageNotFound;
    const groups = this.#discovery.groups.flatMap(({ name, versions }) =>
      name === ''
        ? versions.map(({ version }) => `/api/${version}`)
        : [`/apis/${name}`, ...versions.map(({ groupVersion }) => `/apis/${groupVersion}`)],
    );
    const issuer = this.#options.tokenIssuer ? ISSUER_PATHS : [];
    const paths = [...issuer, '/api', ...groups, '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'].sort();
    return { ...json(200, { paths }), indented: true };
  }
}

/** Every open watch listens to it. */
function stoppingSignal(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
