import { ContainerModule } from 'inversify';
import { defaultPredicates } from '../../scheduler/predicates/index.js';
import { defaultPriorities } from '../../scheduler/priorities/index.js';
import { Scheduler } from '../../scheduler/scheduler.js';
import { TOKENS } from '../tokens.js';

/** Binds `scheduler`; adds the default plug-ins to `predicates` and `priorities`. Needs: registries, caches, events. */
export const schedulerModule = new ContainerModule(({ bind }) => {
  for (const predicate of defaultPredicates) bind(TOKENS.predicates).toConstantValue(predicate);
  for (const priority of defaultPriorities) bind(TOKENS.priorities).toConstantValue(priority);
  bind(TOKENS.scheduler)
    .toResolvedValue(
      (registries, caches, environment, logger, events, predicates, priorities) =>
        new Scheduler({ registries, caches, environment, logger: logger.child({ component: 'scheduler' }), events, predicates, priorities }),
      [
        TOKENS.registries, TOKENS.caches, TOKENS.environment, TOKENS.logger, TOKENS.events,
        { serviceIdentifier: TOKENS.predicates, isMultiple: true }, { serviceIdentifier: TOKENS.priorities, isMultiple: true },
      ],
    )
    .inSingletonScope();
});
