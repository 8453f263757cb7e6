import type { Service } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { Registries } from '../../registry/registry.js';
import type { ContainerRuntime } from '../../runtime/container-runtime.js';
import type { Allocatable } from '../env/resource-field-ref.js';
import type { ImageKeeper } from '../images/image-keeper.js';
import type { ObjectWatches } from '../objects/object-watches.js';
import type { PodEvents } from '../pod-events.js';
import type { Prober } from '../probes/prober.js';
import type { RuntimeView } from '../runtime-view.js';
import type { ServiceAccountTokens } from '../service-account-tokens.js';
import type { StatusWriter } from '../status/status-writer.js';
import type { PodDisk } from '../volumes/pod-disk.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';
import type { CrashBackoffOptions } from './crash-backoff.js';

/** What all pod workers of a kubelet share. */
export interface PodContext {
  readonly registries: Registries;
  readonly runtime: ContainerRuntime;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly events: PodEvents;
  readonly view: RuntimeView;
  readonly statuses: StatusWriter;
  readonly objects: ObjectWatches;
  readonly images: ImageKeeper;
  readonly volumes: PodVolumes;
  readonly disk: PodDisk;
  readonly prober: Prober;
  readonly tokens: ServiceAccountTokens;
  /** Addresses of the node. */
  readonly hostIPs: readonly string[];
  readonly allocatable: Allocatable;
  /** As in container ids: `docker`. */
  readonly runtimeName: string;
  readonly crashBackoff: CrashBackoffOptions;
  /** Milliseconds between the tries of what failed: images, containers. */
  readonly retryBackoff: CrashBackoffOptions;
  /** Bytes of output kept of each container. */
  readonly logLimit: number | undefined;
  /** All services; resolves when they are known. */
  services(): Promise<readonly Service[]>;
  /** Has the pod's worker look again, now or after so many milliseconds. */
  wake(uid: string, after?: number): void;
}
