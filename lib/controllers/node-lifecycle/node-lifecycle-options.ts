import { parseDuration } from '../../base/duration.js';
import type { Duration } from '../../controller/reconciler.js';

/** How patient the node controller is. */
export interface NodeLifecycleOptions {
  /** A node that gives no sign of life for this long becomes Unknown. Must be several times the kubelets' lease interval. Default 40 s. */
  readonly gracePeriod?: Duration | undefined;
  /** A new node that has not reported once yet gets this long. Default 60 s. */
  readonly startupGracePeriod?: Duration | undefined;
  /**
   * Pods stay this long on a node that does not answer before they are deleted and so replaced elsewhere. Stands in for the
   * `tolerationSeconds` of 300 that pods have by default; other values in a pod are kept. Default 10 s; Kubernetes: 300 s.
   */
  readonly podEvictionTimeout?: Duration | undefined;
  /** A pod that is being deleted on such a node is removed without its confirmation this long after its own grace period. Default 5 s. */
  readonly forceRemovalAfter?: Duration | undefined;
  /** Pods bound to a node that does not exist are removed after this time. Default 40 s. */
  readonly orphanedPodsAfter?: Duration | undefined;
}

/** The same in milliseconds. */
export interface ResolvedNodeLifecycleOptions {
  readonly gracePeriod: number;
  readonly startupGracePeriod: number;
  readonly podEvictionTimeout: number;
  readonly forceRemovalAfter: number;
  readonly orphanedPodsAfter: number;
}

/** Fills in the defaults. */
export function resolveNodeLifecycleOptions(options: NodeLifecycleOptions): ResolvedNodeLifecycleOptions {
  return {
    gracePeriod: parseDuration(options.gracePeriod ?? '40s'),
    startupGracePeriod: parseDuration(options.startupGracePeriod ?? '60s'),
    podEvictionTimeout: parseDuration(options.podEvictionTimeout ?? '10s'),
    forceRemovalAfter: parseDuration(options.forceRemovalAfter ?? '5s'),
    orphanedPodsAfter: parseDuration(options.orphanedPodsAfter ?? '40s'),
  };
}
