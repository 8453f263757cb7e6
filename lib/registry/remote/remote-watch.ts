import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';
import { parseExact } from '../../api/exact-json.js';
import type { Timer } from '../../base/environment.js';
import { deepFreeze } from '../../api/encode.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Status } from '../../api/status-error.js';
import { StatusError } from '../../api/status-error.js';
import type { WatchEvent, WatchOptions } from '../registry.js';
import type { HttpTransport } from './http-transport.js';
import { linesOf } from './lines.js';
import { collectionPath, selectionQuery } from './resource-path.js';

/** One line of a watch. */
interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & Partial<Status>;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Milliseconds of silence after which a watch counts as broken: servers send a bookmark about once a minute. */
const SILENCE = 180_000;

/**
 * A watch over HTTP: lines are read as they come, an event at a time, so the connection is as slow as the subscriber.
 * Unsubscribing closes it. Bookmarks are always asked for, and tell a quiet watch from one whose server is out of reach.
 */
export function remoteWatch<T extends KubeObject>(
  transport: HttpTransport,
  definition: ResourceDefinition<T>,
  options: WatchOptions,
): Observable<WatchEvent<T>> {
  return new Observable((subscriber) => {
    const watch = new RemoteWatch<T>(transport, subscriber);
    subscriber.add(() => watch.end());
    void watch.run(definition, options);
  });
}

class RemoteWatch<T extends KubeObject> {
  readonly #transport: HttpTransport;
  readonly #subscriber: Subscriber<WatchEvent<T>>;
  readonly #abort = new AbortController();
  #silence: Timer | undefined;
  /** When the last line came. */
  #heard = 0;

  constructor(transport: HttpTransport, subscriber: Subscriber<WatchEvent<T>>) {
    this.#transport = transport;
    this.#subscriber = subscriber;
  }

  async run(definition: ResourceDefinition<T>, options: WatchOptions): Promise<void> {
    this.#heard = this.#transport.environment.monotonic();
    this.#listen(SILENCE);
    try {
      await this.#read(definition, options);
      this.#subscriber.complete();
    } catch (caught) {
      const { signal } = this.#abort;
      const error: unknown = signal.aborted ? signal.reason : caught;
      this.#subscriber.error(StatusError.is(error) ? error : broken(error));
    } finally {
      this.#silence?.cancel();
    }
  }

  end(): void {
    this.#silence?.cancel();
    this.#abort.abort(new Error('unsubscribed'));
  }

  async #read(definition: ResourceDefinition<T>, options: WatchOptions): Promise<void> {
    const subscriber = this.#subscriber;
    const answer = await this.#transport.stream({
      method: 'GET',
      path: collectionPath(definition, options.namespace),
      query: { ...selectionQuery(options), ...watchQuery(options) },
      signal: this.#abort.signal,
    });
    for await (const line of linesOf(answer)) {
      if (subscriber.closed) return;
      this.#heard = this.#transport.environment.monotonic();
      const event = eventOf<T>(parsed(line));
      if (event.type !== 'BOOKMARK' || options.allowBookmarks) subscriber.next(event);
    }
  }

  /** Looks again once the silence would have been too long. */
  #listen(milliseconds: number): void {
    const { environment } = this.#transport;
    const look = () => {
      const left = SILENCE - (environment.monotonic() - this.#heard);
      if (left > 0) this.#listen(left);
      else this.#abort.abort(broken(new Error(`the server has said nothing for ${SILENCE / 1000} s`)));
    };
    this.#silence = environment.timer(milliseconds, look, { unref: true });
  }
}

function watchQuery({ resourceVersion, sendInitialEvents }: WatchOptions): Record<string, string | undefined> {
  return {
    watch: 'true',
    resourceVersion,
    allowWatchBookmarks: 'true',
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents: String(sendInitialEvents), resourceVersionMatch: 'NotOlderThan' }),
  };
}

function parsed(line: string): WatchLine {
  try {
    return parseExact(line) as WatchLine;
  } catch (error) {
    throw broken(error);
  }
}

function eventOf<T extends KubeObject>({ type, object }: WatchLine): WatchEvent<T> {
  if (type === 'ERROR') throw StatusError.from(object);
  if (type !== 'BOOKMARK') return { type, object: deepFreeze(object) as unknown as Stored<T> }; // the server's word for what it watches
  const { resourceVersion = '', annotations } = object.metadata ?? {};
  return { type, resourceVersion, ...(annotations?.[INITIAL_EVENTS_END] === 'true' ? { initialEventsEnd: true } : {}) };
}

function broken(cause: unknown): StatusError {
  return new StatusError('ServiceUnavailable', `the watch broke: ${(cause as Error).message}`, { cause });
}
