import { ContainerModule } from 'inversify';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { ApiEventRecorder } from '../../controller/api-event-recorder.js';
import type { AnyControllerDefinition } from '../../controller/controller.js';
import { Manager } from '../../controller/manager.js';
import { CustomKinds } from '../../controllers/custom-resources/custom-kinds.js';
import type { Registries } from '../../registry/registry.js';
import type { Caches } from '../../watch/cache.js';
import { SharedCaches } from '../../watch/shared-caches.js';
import { builtInControllers } from '../built-in-controllers.js';
import type { ResolvedOptions } from '../options.js';
import { TOKENS } from '../tokens.js';

/** Binds `caches`, `customKinds`, `events`, `manager`. Needs: registries, environment, logger, and the set `controllers`. */
export const managerModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.caches)
    .toResolvedValue(
      (registries, environment, logger) => new SharedCaches({ registries, environment, logger: logger.child({ component: 'caches' }) }),
      [TOKENS.registries, TOKENS.environment, TOKENS.logger],
    )
    .inSingletonScope();
  bind(TOKENS.customKinds)
    .toResolvedValue(
      (registries, caches, logger) => new CustomKinds({ registries, caches, logger: logger.child({ component: 'custom-kinds' }) }),
      [TOKENS.registries, TOKENS.caches, TOKENS.logger],
    )
    .inSingletonScope();
  bind(TOKENS.events)
    .toResolvedValue(
      (registries, environment, logger) =>
        new ApiEventRecorder({ registries, environment, component: 'default-scheduler', logger: logger.child({ component: 'events' }) }),
      [TOKENS.registries, TOKENS.environment, TOKENS.logger],
    )
    .inSingletonScope();
  bind(TOKENS.manager)
    .toResolvedValue(manager, [
      TOKENS.registries,
      TOKENS.caches,
      TOKENS.environment,
      TOKENS.logger,
      { serviceIdentifier: TOKENS.controllers, isMultiple: true },
    ])
    .inSingletonScope();
});

function manager(
  registries: Registries,
  caches: Caches,
  environment: Environment,
  logger: Logger,
  controllers: AnyControllerDefinition[],
): Manager {
  return new Manager({ registries, caches, environment, logger: logger.child({ component: 'manager' }), controllers });
}

/** The built-in controllers as members of the set `controllers`. `ca` gives the authority of the API server once it is known. */
export function controllersModule(options: ResolvedOptions, ca: () => string): ContainerModule {
  return new ContainerModule(({ bind }) => {
    for (const controller of builtInControllers(options, ca)) bind(TOKENS.controllers).toConstantValue(controller);
  });
}
