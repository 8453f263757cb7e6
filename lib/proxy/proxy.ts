import { Subscription } from 'rxjs';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import { endpoints } from '../api/core/endpoints.js';
import { services } from '../api/core/services.js';
import { type KubeObject, keyOf } from '../api/object.js';
import type { CacheEvent, Caches } from '../watch/cache.js';
import type { BalancerFactory } from './balancers/balancer.js';
import { roundRobin } from './balancers/round-robin.js';
import { newCounters, type Portal, type PortalProblem, type PortalServices, type ProxyCounters } from './portal.js';
import type { PortalSpec } from './service-ports.js';
import { portalsOf } from './service-ports.js';
import { TcpPortal } from './tcp-portal.js';
import { UdpPortal } from './udp-portal.js';

/** What {@link Proxy} takes. */
export interface ProxyOptions {
  /** Where Services and Endpoints are read; the owner starts and stops them. */
  readonly caches: Caches;
  readonly environment: Environment;
  readonly logger?: Logger | undefined;
  /** Makes the balancer of each Service port. Default round robin. */
  readonly balancer?: BalancerFactory | undefined;
  /** Called when a portal cannot listen; it is logged, and tried again, in any case. */
  readonly onProblem?: ((problem: PortalProblem) => void) | undefined;
  /** Milliseconds that a connect to an endpoint may take before another one is tried. Default 2,000. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds after which a silent UDP client is forgotten. Default 60,000. */
  readonly udpIdleTimeout?: number | undefined;
  /** UDP clients of one Service port at most; beyond it the idlest is forgotten. Default 4,096. */
  readonly udpSessions?: number | undefined;
}

/**
 * The service proxy: listens on the cluster IP and port of each Service (its portal) and balances connections over the ready
 * endpoints. Ports below 1024 need the right to bind them, on Linux root or `net.ipv4.ip_unprivileged_port_start`. A Service that
 * goes, or moves, leaves its live connections alone; `stop()` ends them. Start here: `portalsOf` says which portals a Service needs, `TcpPortal` and `UdpPortal` hold the sockets,
 * `EndpointPool` chooses.
 */
export class Proxy implements Lifecycle {
  readonly counters: ProxyCounters = newCounters();
  readonly #caches: Caches;
  readonly #portalServices: PortalServices;
  readonly #lifecycle = new OnceLifecycle({ start: () => this.#start(), stop: () => this.#stop() });
  /** By portal key and listening address, so that a moved port is another portal. */
  readonly #portals = new Map<string, Portal>();
  /** Portals of Services that are gone, with connections that still live. */
  readonly #retired = new Set<Portal>();
  /** Keys of the portals of each Service. */
  readonly #byService = new Map<string, ReadonlySet<string>>();
  #subscription = new Subscription();

  constructor({ caches, environment, logger = silentLogger, balancer = roundRobin, onProblem = () => {}, ...limits }: ProxyOptions) {
    this.#caches = caches;
    this.#portalServices = {
      environment,
      logger,
      balancer,
      onProblem,
      counters: this.counters,
      connectTimeout: limits.connectTimeout ?? 2_000,
      udpIdleTimeout: limits.udpIdleTimeout ?? 60_000,
      udpSessions: limits.udpSessions ?? 4_096,
    };
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  #start(): void {
    const serviceCache = this.#caches.cache(services);
    const endpointsCache = this.#caches.cache(endpoints);
    const changed = ({ old, object }: CacheEvent<KubeObject>) => {
      const subject = object ?? old;
      if (subject) this.#sync(keyOf(subject));
    };
    this.#subscription = new Subscription();
    this.#subscription.add(serviceCache.changes.subscribe(changed));
    this.#subscription.add(endpointsCache.changes.subscribe(changed));
    serviceCache.list().forEach((service) => this.#sync(keyOf(service)));
  }

  async #stop(): Promise<void> {
    this.#subscription.unsubscribe();
    const open = [...this.#portals.values(), ...this.#retired];
    this.#portals.clear();
    this.#byService.clear();
    await Promise.all(open.map((portal) => portal.close()));
  }

  /** Makes the portals of one Service what its Service and Endpoints say now. */
  #sync(service: string): void {
    const object = this.#caches.cache(services).getByKey(service);
    const specs = object ? portalsOf(object, this.#caches.cache(endpoints).getByKey(service)) : [];
    const wanted = new Map(specs.map((spec) => [`${spec.key} ${spec.protocol} ${spec.address}:${spec.port}`, spec]));
    for (const id of this.#byService.get(service) ?? []) if (!wanted.has(id)) this.#retire(id);
    for (const [id, spec] of wanted) this.#portal(id, spec).update(spec);
    if (wanted.size === 0) this.#byService.delete(service);
    else this.#byService.set(service, new Set(wanted.keys()));
  }

  #portal(id: string, spec: PortalSpec): Portal {
    let portal = this.#portals.get(id);
    if (!portal) {
      portal = spec.protocol === 'TCP' ? new TcpPortal(spec, this.#portalServices) : new UdpPortal(spec, this.#portalServices);
      this.#portals.set(id, portal);
    }
    return portal;
  }

  #retire(id: string): void {
    const portal = this.#portals.get(id);
    if (portal === undefined) return;
    this.#portals.delete(id);
    this.#retired.add(portal);
    void portal.retire().then(() => this.#retired.delete(portal));
  }
}
