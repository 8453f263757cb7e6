import type { Event } from 'kubernetes-types/core/v1.js';
import { parseDuration } from '../../base/duration.js';
import { EVENT_TIME_TO_LIVE, events } from '../../api/core/events.js';
import { parseTime } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { Duration, ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { patient } from '../patient.js';

/** How long events are kept. */
export interface EventExpiryOptions {
  /** An event that was not written for this long is deleted. Bounds what events take of the store. Default 1 h. */
  readonly ttl?: Duration | undefined;
  /** How much longer it is left to a storage that deletes such events itself (`Storage.expires`). Default 0: there is none. */
  readonly patience?: Duration | undefined;
}

/**
 * Deletes old events, so that they do not fill the store.
 *
 * Over a storage that does it itself, it deletes those alone that the storage has left: of times when they were written without an end,
 * and those whose time etcd began to count anew.
 */
export function eventExpiryController({
  ttl = EVENT_TIME_TO_LIVE * 1000,
  patience = 0,
}: EventExpiryOptions = {}): ControllerDefinition<Event> {
  const milliseconds = parseDuration(ttl) + parseDuration(patience);
  return builtInController(events)
    .named('event-expiry-controller')
    .options({ managedFields: true })
    .reconcileWith(() => patient(new EventExpiryReconciler(milliseconds)));
}

class EventExpiryReconciler implements Reconciler<Event> {
  readonly #ttl: number;

  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  async reconcile(event: Stored<Event>, context: ReconcileContext<Event>): Promise<Verdict> {
    const left = lastWritten(event) + this.#ttl - context.environment.now();
    if (left > 0) return { after: left };
    try {
      const { uid, resourceVersion } = event.metadata;
      await context.registry(events).delete(context.name, { preconditions: { uid, resourceVersion }, signal: context.signal });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
}

/** When it was last written or has happened; whoever writes an event may fill in any of these. */
function lastWritten({ metadata, lastTimestamp, eventTime, series }: Stored<Event>): number {
  const written = metadata.managedFields?.map(({ time }) => time) ?? [];
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime, ...written].map(parseTime);
  return Math.max(...times.filter((time) => !Number.isNaN(time)));
}
