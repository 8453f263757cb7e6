import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';

/** What a runtime is made for. */
export interface NodeSpec {
  readonly name: string;
  /** Number of the node in its process, from 0. */
  readonly index: number;
  /** Where the node may keep files; its own. */
  readonly directory: string;
  /** Addresses for its pods, such as `127.64.1.0/24`; for runtimes that give pods addresses of this machine. */
  readonly podRange: string;
  /** Marks what belongs to this cluster on a shared machine. */
  readonly planeId: string;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** Makes the container runtime of a node. */
export type RuntimeFactory = (spec: NodeSpec) => ContainerRuntime | Promise<ContainerRuntime>;
