import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { Registries } from '../registry/registry.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { Caches } from '../watch/cache.js';
import type { PodEvents } from './pod-events.js';
import type { PodSource } from './pod-source.js';
import type { CrashBackoffOptions } from './pods/crash-backoff.js';
import type { Prober } from './probes/prober.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';

/** What a `Kubelet` takes. Periods and delays are in milliseconds. */
export interface KubeletOptions {
  readonly registries: Registries;
  /** Where containers run. Must be started; whoever made it stops it. One kubelet a runtime. */
  readonly runtime: ContainerRuntime;
  readonly environment: Environment;
  /** Name of its Node, unique in the cluster. */
  readonly nodeName: string;
  /**
   * Where it keeps volumes and logs of its pods. Default: nowhere, for runtimes whose containers read no files: what volumes
   * name must exist all the same.
   */
  readonly directory?: string | undefined;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
  /** Where users are told what happens to their pods. Default: nowhere. */
  readonly events?: PodEvents | undefined;
  /** Shared caches of this process, for services. Default: a watch of its own, begun with the first container. */
  readonly caches?: Caches | undefined;
  /** More pods than those that the API binds to the node. Default: none. */
  readonly sources?: readonly PodSource[] | undefined;
  /** Labels of the Node besides those that every node bears. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Addresses of the node. Default `127.0.0.1`. */
  readonly addresses?: readonly string[] | undefined;
  /** Quantities by resource name. Default: the machine's `cpu` and `memory`, and 110 `pods`; given ones replace these one by one. */
  readonly capacity?: Readonly<Record<string, string>> | undefined;
  /** What pods may use of the capacity. Default: all of it. */
  readonly allocatable?: Readonly<Record<string, string>> | undefined;
  /** Version in `nodeInfo`. Default `v1.36.0+kubelib`. */
  readonly version?: string | undefined;
  /** Port of the kubelet's server, as written in the node's status. Default: none. */
  readonly port?: number | undefined;
  /** Between heartbeats; the lease lasts four times as long. Default 10 s. */
  readonly leasePeriod?: number | undefined;
  /** Between two looks at whether the node's status has changed. Default 10 s. */
  readonly nodeStatusUpdatePeriod?: number | undefined;
  /** After which the node's status is written even when nothing has changed. Default 5 min. */
  readonly nodeStatusReportPeriod?: number | undefined;
  /** Between two looks at all containers, for changes that events missed. Default 10 s. */
  readonly relistPeriod?: number | undefined;
  /** Delays before restarts of containers that end again and again. Default 10 s, doubling to 5 min. */
  readonly crashBackoff?: CrashBackoffOptions | undefined;
  /** Delays before the next try of what failed: pulls, containers that cannot be made. Default 10 s, doubling to 5 min. */
  readonly retryBackoff?: CrashBackoffOptions | undefined;
  /** Bytes of output kept of each container. Default: the runtime's. */
  readonly logLimit?: number | undefined;
  /** How many pods are worked on at once. Default 16. */
  readonly concurrency?: number | undefined;
  /** Carries out probes. Default: over the network of this machine, and by commands in containers. */
  readonly prober?: Prober | undefined;
  /** Tokens for projected `serviceAccountToken` volumes. Default: the API server's. */
  readonly serviceAccountTokens?: ServiceAccountTokens | undefined;
}
