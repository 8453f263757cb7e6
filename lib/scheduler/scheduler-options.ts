import { parseDuration } from '../base/duration.js';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import type { EventRecorder } from '../controller/event-recorder.js';
import type { Duration } from '../controller/reconciler.js';
import type { Registries } from '../registry/registry.js';
import type { Caches } from '../watch/cache.js';
import { defaultPredicates } from './predicates/index.js';
import type { Predicate } from './predicates/predicate.js';
import { defaultPriorities } from './priorities/index.js';
import type { WeightedPriority } from './priorities/priority.js';

/** What a scheduler is made with. */
export interface SchedulerOptions {
  readonly registries: Registries;
  /** Must be started before the scheduler is, or together with it. */
  readonly caches: Caches;
  readonly environment: Environment;
  readonly events: EventRecorder;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Only pods with this `spec.schedulerName` are looked at. Default `default-scheduler`. */
  readonly schedulerName?: string | undefined;
  /** All must let a node pass, asked in this order. Default {@link defaultPredicates}. */
  readonly predicates?: readonly Predicate[] | undefined;
  /** Their weighted sum ranks the nodes that pass. Default {@link defaultPriorities}; none: a node at random. */
  readonly priorities?: readonly WeightedPriority[] | undefined;
  /** Part of the nodes, 1 to 100, that must be found to fit before the search ends (never under 100 nodes). Default: 50 % falling to 5 % as the cluster grows. */
  readonly percentageOfNodesToScore?: number | undefined;
  /** Bindings, and reports of failures, under way at once. Default 64; more helps only where a write takes long. */
  readonly parallelBindings?: number | undefined;
  /** From a failed try to the next, after the first failure; doubles up to `maxBackoff`. Default 1 s. */
  readonly backoff?: Duration | undefined;
  /** Default 10 s. */
  readonly maxBackoff?: Duration | undefined;
  /** After this time an unschedulable pod is tried again though nothing has changed. Default 5 min. */
  readonly patience?: Duration | undefined;
}

/** The same with every default filled in; durations in milliseconds. */
export interface ResolvedSchedulerOptions {
  readonly registries: Registries;
  readonly caches: Caches;
  readonly environment: Environment;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly schedulerName: string;
  readonly predicates: readonly Predicate[];
  readonly priorities: readonly WeightedPriority[];
  readonly percentageOfNodesToScore: number;
  readonly parallelBindings: number;
  readonly backoff: number;
  readonly maxBackoff: number;
  readonly patience: number;
}

/** Fills in the defaults. */
export function resolveSchedulerOptions(options: SchedulerOptions): ResolvedSchedulerOptions {
  const { registries, caches, environment, events } = options;
  return {
    registries,
    caches,
    environment,
    events,
    log: options.logger ?? silentLogger,
    schedulerName: options.schedulerName ?? 'default-scheduler',
    predicates: options.predicates ?? defaultPredicates,
    priorities: options.priorities ?? defaultPriorities,
    percentageOfNodesToScore: options.percentageOfNodesToScore ?? 0,
    parallelBindings: options.parallelBindings ?? 64,
    backoff: parseDuration(options.backoff ?? '1s'),
    maxBackoff: parseDuration(options.maxBackoff ?? '10s'),
    patience: parseDuration(options.patience ?? '5m'),
  };
}
