import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { pods } from '../../api/core/pods.js';
import type { Registries } from '../../registry/registry.js';
import { watcher } from '../../watch/watcher.js';
import type { PodSource } from '../pod-source.js';

/** What {@link apiPodSource} takes. */
export interface ApiPodSourceOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeName: string;
}

/** The pods that are bound to this node. */
export function apiPodSource({ registries, environment, logger, nodeName }: ApiPodSourceOptions): PodSource {
  return {
    name: 'api',
    writable: true,
    watch: () =>
      watcher(registries.registry(pods), {
        environment,
        selection: { fieldSelector: `spec.nodeName=${nodeName}` },
        onError: (failure) => logger.warn('cannot watch the pods of this node', { ...failure }),
      }),
  };
}
