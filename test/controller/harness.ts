import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { configMaps } from '../../lib/api/core/config-maps.js';
import type { Stored } from '../../lib/api/object.js';
import type { AnyControllerDefinition } from '../../lib/controller/controller.js';
import type { ControllerDefinition } from '../../lib/controller/controller-definition.js';
import type { ControllerBuilder } from '../../lib/controller/controller-for.js';
import { controllerFor } from '../../lib/controller/controller-for.js';
import { Manager } from '../../lib/controller/manager.js';
import type { ManagerOptions } from '../../lib/controller/manager.js';
import { memoryCluster } from '../support/memory-cluster.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** A config map of the default namespace. */
export const draft = (name: string, data: Record<string, string> = {}): ConfigMap => ({ metadata: { name, namespace: 'default' }, data });

/** A cluster in virtual time with config maps for objects to reconcile. */
export async function harness() {
  const cluster = await memoryCluster();
  const { environment, registries } = cluster;
  const registry = registries.registry(configMaps);
  const logger = new RecordingLogger();
  const manage = (controllers: readonly AnyControllerDefinition[], options: Partial<ManagerOptions> = {}) =>
    new Manager({ registries, environment, logger, controllers, ...options });
  return {
    ...cluster,
    registry,
    logger,
    manage,
    /** Starts a manager with one controller. */
    run: async (
      build: (builder: ControllerBuilder<ConfigMap>) => ControllerDefinition<ConfigMap>,
      options: Partial<ManagerOptions> = {},
    ) => {
      const manager = manage([build(controllerFor(configMaps))], options);
      await manager.start();
      await environment.advance(0);
      return manager;
    },
    create: (name: string, data?: Record<string, string>): Promise<Stored<ConfigMap>> => registry.create(draft(name, data)),
    change: (name: string, data: Record<string, string>): Promise<Stored<ConfigMap>> =>
      registry.modify({ name, namespace: 'default' }, (current) => ({ ...current, data })),
    remove: (name: string): Promise<Stored<ConfigMap>> => registry.delete({ name, namespace: 'default' }),
  };
}
