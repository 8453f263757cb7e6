import { ContainerModule } from 'inversify';
import { ApiEventRecorder } from '../../controller/api-event-recorder.js';
import { Manager } from '../../controller/manager.js';
import { SharedCaches } from '../../watch/shared-caches.js';
import { builtInControllers } from '../built-in-controllers.js';
import { TOKENS } from '../tokens.js';

/** Binds `caches`, `events`, `manager`. Needs: registries. Controllers are a set of their own, see {@link controllersModule}. */
export const managerModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.caches)
    .toResolvedValue(
      (registries, environment, logger) => new SharedCaches({ registries, environment, logger: logger.child({ component: 'caches' }) }),
      [TOKENS.registries, TOKENS.environment, TOKENS.logger],
    )
    .inSingletonScope();
  bind(TOKENS.events)
    .toResolvedValue(
      (registries, environment, logger) => new ApiEventRecorder({ registries, environment, component: 'kubelib', logger: logger.child({ component: 'events' }) }),
      [TOKENS.registries, TOKENS.environment, TOKENS.logger],
    )
    .inSingletonScope();
  bind(TOKENS.manager)
    .toResolvedValue(
      (registries, caches, environment, logger, controllers) =>
        new Manager({ registries, caches, environment, logger: logger.child({ component: 'manager' }), controllers }),
      [TOKENS.registries, TOKENS.caches, TOKENS.environment, TOKENS.logger, { serviceIdentifier: TOKENS.controllers, isMultiple: true }],
    )
    .inSingletonScope();
});

/** Adds the built-in controllers to `controllers`. Needs: options, identity. */
export const controllersModule = new ContainerModule(({ bind }) => {
  for (const [name, make] of Object.entries(builtInControllers)) {
    bind(TOKENS.controllers).toResolvedValue(make, [TOKENS.options, TOKENS.identity]).inSingletonScope().whenNamed(name);
  }
});
