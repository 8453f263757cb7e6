import { ContainerModule } from 'inversify';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { EventRecorder } from '../../controller/event-recorder.js';
import type { Registries } from '../../registry/registry.js';
import { defaultPredicates } from '../../scheduler/predicates/index.js';
import type { Predicate } from '../../scheduler/predicates/predicate.js';
import { defaultPriorities } from '../../scheduler/priorities/index.js';
import type { WeightedPriority } from '../../scheduler/priorities/priority.js';
import { Scheduler } from '../../scheduler/scheduler.js';
import type { Caches } from '../../watch/cache.js';
import { TOKENS } from '../tokens.js';

/** Binds `scheduler`; adds the default plug-ins to `predicates` and `priorities`. Needs: registries, caches, events. */
export const schedulerModule = new ContainerModule(({ bind }) => {
  for (const predicate of defaultPredicates) bind(TOKENS.predicates).toConstantValue(predicate);
  for (const priority of defaultPriorities) bind(TOKENS.priorities).toConstantValue(priority);
  bind(TOKENS.scheduler)
    .toResolvedValue(scheduler, [
      TOKENS.registries,
      TOKENS.caches,
      TOKENS.environment,
      TOKENS.logger,
      TOKENS.events,
      { serviceIdentifier: TOKENS.predicates, isMultiple: true },
      { serviceIdentifier: TOKENS.priorities, isMultiple: true },
    ])
    .inSingletonScope();
});

function scheduler(
  registries: Registries,
  caches: Caches,
  environment: Environment,
  logger: Logger,
  events: EventRecorder,
  predicates: Predicate[],
  priorities: WeightedPriority[],
): Scheduler {
  return new Scheduler({
    registries,
    caches,
    environment,
    logger: logger.child({ component: 'scheduler' }),
    events,
    predicates,
    priorities,
  });
}
