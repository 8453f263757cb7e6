import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { BalancerFactory } from './balancers/balancer.js';
import type { PortalSpec } from './service-ports.js';

/** What portals are made with. */
export interface PortalServices {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly balancer: BalancerFactory;
  readonly onProblem: (problem: PortalProblem) => void;
  readonly counters: ProxyCounters;
  /** Milliseconds that a connect to an endpoint may take. */
  readonly connectTimeout: number;
  /** Milliseconds that a UDP client may be silent. */
  readonly udpIdleTimeout: number;
  /** UDP clients of one port at most. */
  readonly udpSessions: number;
}

/** A portal cannot listen; it is tried again with back-off. */
export interface PortalProblem {
  /** `namespace/name:port name`. */
  readonly portal: string;
  readonly address: string;
  readonly port: number;
  readonly error: Error;
}

/** What a proxy did since its start. */
export interface ProxyCounters {
  /** TCP connections and UDP sessions that reached an endpoint. */
  accepted: number;
  /** Those that found none. */
  refused: number;
  /** Connects to an endpoint that failed; another one was tried. */
  connectFailures: number;
  bytesToEndpoints: number;
  bytesToClients: number;
}

/** One Service port that listens. */
export interface Portal {
  /** Same address, port and protocol: only endpoints and affinity may differ. */
  update(spec: PortalSpec): void;
  /** Resolves once no socket is left. */
  close(): Promise<void>;
}
