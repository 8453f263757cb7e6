import { Observable } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { retryWithBackoff } from '../../base/streams/retry-with-backoff.js';
import type { RuntimeEvent } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import type { DockerEngine } from './docker-engine.js';
import { jsonLines } from './json-lines.js';
import type { Labels } from './labels.js';
import { filterFor, readLabels } from './labels.js';

/** What {@link watchEvents} takes. */
export interface EventOptions {
  readonly engine: DockerEngine;
  readonly planeId: string;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Told of the container before its event is given. */
  readonly onChange: (id: string) => void;
  /** Told each time the engine has accepted. */
  readonly onOpen: () => void;
  /** Told of each error; it is tried again all the same. */
  readonly onError: (error: unknown) => void;
}

/** The engine's own event, as far as it is used. */
interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Labels };
  /** Nanoseconds since 1970. */
  readonly timeNano: number;
}

/**
 * What happens to containers of a plane, without end. Opens the engine's stream again when it breaks, and then gets what it missed, as far as
 * the engine remembers.
 */
export function watchEvents(options: EventOptions): Observable<RuntimeEvent> {
  const { environment, logger, onError } = options;
  const position = { last: 0 };
  const retry = retryWithBackoff<RuntimeEvent>({
    ...{ environment, first: 200, max: 10_000, jitter: 0.2 },
    onError: (error, delay) => {
      logger.warn('the stream of events from the Docker engine broke', { error, retryInMilliseconds: delay });
      onError(error);
    },
  });
  return eventsAfter(position, options).pipe(retry);
}

/** Cold. Errors when the connection breaks, also when the engine closes it politely. */
function eventsAfter(position: { last: number }, { engine, planeId, onChange, onOpen }: EventOptions): Observable<RuntimeEvent> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    const read = async () => {
      const filters = JSON.stringify({ type: ['container'], event: ['start', 'die', 'destroy'], ...filterFor(planeId) });
      const since = position.last > 0 ? { since: (position.last / 1e9).toFixed(9) } : {};
      const source = await engine.stream({ path: '/events', options: { filters, ...since }, signal: abort.signal });
      onOpen();
      for await (const line of jsonLines(source)) {
        const event = line as EngineEvent;
        if (event.timeNano <= position.last) continue;
        position.last = event.timeNano;
        onChange(event.Actor.ID);
        const ours = runtimeEventOf(event);
        if (ours) subscriber.next(ours);
      }
      throw new RuntimeError('Unavailable', 'the Docker engine closed the stream of events');
    };
    read().catch((error: unknown) => {
      if (!abort.signal.aborted) subscriber.error(error);
    });
    return () => abort.abort();
  });
}

const TYPES: Readonly<Record<string, RuntimeEvent['type']>> = { start: 'started', die: 'exited', destroy: 'removed' };

function runtimeEventOf({ Action, Actor }: EngineEvent): RuntimeEvent | undefined {
  const { kind, pod, name } = readLabels(Actor.Attributes);
  if (kind === 'sandbox') return Action === 'die' ? { type: 'sandboxDied', pod } : undefined;
  const type = TYPES[Action];
  return type && { type, pod, container: name };
}
