import type { Environment } from '../../../base/environment.js';
import type { Logger } from '../../../base/logger.js';
import type { KubeObject } from '../../../api/object.js';
import type { ResourceDefinition } from '../../../api/resource-definition.js';
import type { ServiceAllocator } from '../services/service-allocator.js';
import { customResourceDefinitionStrategy } from './custom-resource-definitions.js';
import { namespaceStrategy } from './namespaces.js';
import { serviceStrategy } from './services.js';
import type { KindStrategy } from './strategy.js';

/** What strategies work with. */
export interface StrategyParts {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly allocator: ServiceAllocator;
  /** Seconds. */
  readonly eventTimeToLive: number;
}

/** By `group/plural`; other kinds need nothing. */
const STRATEGIES: Readonly<Record<string, (parts: StrategyParts) => unknown>> = {
  'apiextensions.k8s.io/customresourcedefinitions': () => customResourceDefinitionStrategy,
  '/namespaces': () => namespaceStrategy,
  '/events': eventStrategy,
  'events.k8s.io/events': eventStrategy, // the same objects
  '/replicationcontrollers': () => ({ propagation: 'Orphan' }) satisfies KindStrategy<KubeObject>,
  'batch/jobs': () => ({ propagation: 'Orphan' }) satisfies KindStrategy<KubeObject>,
  '/services': ({ allocator }) => serviceStrategy(allocator),
};

/** What a kind needs of the store besides its own rules. */
export function strategyOf<T extends KubeObject>(definition: ResourceDefinition<T>, parts: StrategyParts): KindStrategy<T> {
  // The table is keyed by kind, so the strategy found is the one of this kind's type.
  return STRATEGIES[`${definition.group}/${definition.plural}`]?.(parts) ?? {};
}

function eventStrategy({ eventTimeToLive }: StrategyParts): KindStrategy<KubeObject> {
  return { propagation: 'none', timeToLive: eventTimeToLive };
}
