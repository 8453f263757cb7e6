import type { Container, ContainerModule } from 'inversify';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import type { UserInfo } from '../registry/registry.js';
import type { Storage } from '../storage/storage.js';
import type { AnyControllerDefinition } from '../controller/controller.js';
import type { RuntimeFactory } from './node.js';

/** What {@link ControlPlane.start} takes; every field is optional. */
export interface ControlPlaneOptions {
  /** Where the cluster lives on disk: objects (unless `storage` is given), certificates, pods. Default: memory, and a temporary directory that goes with the plane. */
  readonly dataDir?: string | undefined;
  /** Default: the durable embedded store under `dataDir`, or memory without one. Started and stopped with the plane. */
  readonly storage?: Storage | undefined;
  /**
   * Whether other control planes may use the same storage at the same time. They are one cluster then: one of them, the holder of the
   * Lease `kube-system/kubelib-control-plane`, schedules and runs controllers, and names of nodes are shared out among them.
   * Default: what the storage says, `true` for etcd.
   */
  readonly shared?: boolean | undefined;
  /** Where the API server listens. Default `{ host: '127.0.0.1', port: 0 }`: any free port. */
  readonly listen?: { readonly host?: string; readonly port?: number } | undefined;
  /** How pods run. `process`: as host processes (default). `docker`: by the dockerd of this machine. `simulated`: not at all, for tests. Or your own. */
  readonly runtime?: 'process' | 'docker' | 'simulated' | RuntimeFactory | undefined;
  /** How many nodes run in this process, `node-1`, `node-2`, …; in a shared cluster, the first names that no other plane has. Default 1; 0 for a bare API server. */
  readonly nodes?: number | undefined;
  /** Kinds of your own. */
  readonly resources?: readonly ResourceDefinition[] | undefined;
  /** Reconcilers of your own, made with `controllerFor` or `controllerForKinds`. */
  readonly controllers?: readonly AnyControllerDefinition[] | undefined;
  /** Whether Services get portals. Default true when there are nodes. */
  readonly proxy?: boolean | undefined;
  /** Whether the built-in controllers run. Default true. */
  readonly builtInControllers?: boolean | undefined;
  /** Milliseconds between the heartbeats of the nodes in this process. Default 10,000, as in Kubernetes. */
  readonly nodeHeartbeatPeriod?: number | undefined;
  /** Milliseconds without a heartbeat after which a node is NotReady. Default 40,000, as in Kubernetes. */
  readonly nodeMonitorGracePeriod?: number | undefined;
  /** Milliseconds that pods stay on a node that is NotReady. Default 5,000. */
  readonly podEvictionTimeout?: number | undefined;
  /** Bearer tokens that the API server accepts, each with its user, besides client certificates. Default none. */
  readonly tokens?: Readonly<Record<string, UserInfo>> | undefined;
  /** Clock, timers, randomness and ids. Default: the system's. */
  readonly environment?: Environment | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** More inversify modules, loaded after kubelib's own. */
  readonly modules?: readonly ContainerModule[] | undefined;
  /** Last word on the wiring, before anything starts: `(container) => container.rebind(TOKENS.balancer)…`. */
  readonly configure?: ((container: Container) => void) | undefined;
}

/** The options with what follows from them. */
export interface ResolvedOptions extends ControlPlaneOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** `dataDir`, or the temporary directory. */
  readonly directory: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly nodes: number;
}
