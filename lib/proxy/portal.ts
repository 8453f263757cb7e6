import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { BalancerFactory } from './balancers/balancer.js';
import { EndpointPool } from './endpoint-pool.js';
import { Listening, type ListeningHooks } from './listening.js';
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

/** What a proxy did since its start. All but `open` only grow. */
export interface ProxyCounters {
  /** TCP connections and UDP sessions that reached an endpoint. */
  accepted: number;
  /** Those that found none. */
  refused: number;
  /** Those that are open now. */
  open: number;
  /** Connects to an endpoint that failed; another one was tried. */
  connectFailures: number;
  /** Bytes to endpoints; those of a TCP connection are added when it ends. */
  bytesToEndpoints: number;
  /** Bytes to clients; those of a TCP connection are added when it ends. */
  bytesToClients: number;
  /** UDP datagrams that were dropped because too many waited. */
  dropped: number;
}

/** One Service port that listens. */
export interface Portal {
  /** Same address, port and protocol: only endpoints and affinity may differ. */
  update(spec: PortalSpec): void;
  /** Accepts no more; live TCP connections go on. Resolves once the last one has ended. */
  retire(): Promise<void>;
  /** Ends everything. Resolves once no socket is left. */
  close(): Promise<void>;
}

/** Counters at the beginning. */
export function newCounters(): ProxyCounters {
  return { accepted: 0, refused: 0, open: 0, connectFailures: 0, bytesToEndpoints: 0, bytesToClients: 0, dropped: 0 };
}

/** The endpoints of a portal, none yet. */
export function poolOf({ balancer, environment, logger }: PortalServices): EndpointPool {
  return new EndpointPool({ balancer: balancer(), environment, logger });
}

/** The listening side of a portal; what goes wrong is logged and reported. */
export function listeningOf(spec: PortalSpec, services: PortalServices, hooks: Pick<ListeningHooks, 'open' | 'close'>): Listening {
  const { environment, logger, onProblem } = services;
  const { key: portal, address, port } = spec;
  const onFailure = (error: Error, retryIn: number) => {
    logger.warn('a portal cannot listen', { portal, address, port, retryIn, error });
    try {
      onProblem({ portal, address, port, error });
    } catch (failure) {
      logger.error('onProblem failed', { portal, error: failure });
    }
  };
  return new Listening(environment, { ...hooks, onFailure });
}

/** Tells of failures to listen: each to `onProblem`, the first of a kind as a warning, repeats for those who debug. */
export function reportProblem({ key, address, port }: PortalSpec, { logger, onProblem }: PortalServices) {
  let told: string | undefined;
  return (error: NodeJS.ErrnoException, retryIn: number): void => {
    const fields = { portal: key, address, port, retryIn, error };
    if (error.code === told) logger.debug('a portal still cannot listen', fields);
    else logger.warn('a portal cannot listen', fields);
    told = error.code;
    onProblem({ portal: key, address, port, error });
  };
}
