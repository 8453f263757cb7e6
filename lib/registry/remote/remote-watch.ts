import { StringDecoder } from 'node:string_decoder';
import { Observable } from 'rxjs';
import { deepFreeze } from '../../api/encode.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { Status } from '../../api/status-error.js';
import { StatusError } from '../../api/status-error.js';
import type { WatchEvent, WatchOptions } from '../registry.js';
import type { HttpTransport } from './http-transport.js';
import { resourcePath, selectionQuery } from './resource-path.js';

/** One line of a watch. */
interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & Partial<Status>;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** A watch over HTTP: lines are read as they come, an event at a time. Unsubscribing closes the connection. */
export function remoteWatch<T extends KubeObject>(
  transport: HttpTransport,
  definition: ResourceDefinition<T>,
  options: WatchOptions,
): Observable<WatchEvent<T>> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort(new Error('unsubscribed')));
    const read = async () => {
      const query = { ...selectionQuery(options), ...watchQuery(options) };
      const answer = await transport.open({
        method: 'GET',
        path: resourcePath(definition, { namespace: options.namespace }),
        query,
        signal: abort.signal,
      });
      for await (const line of linesOf(answer)) {
        if (subscriber.closed) return;
        subscriber.next(eventOf<T>(JSON.parse(line) as WatchLine));
      }
      subscriber.complete();
    };
    read().catch((error: unknown) => {
      if (!subscriber.closed)
        subscriber.error(
          StatusError.is(error)
            ? error
            : new StatusError('ServiceUnavailable', `the watch broke: ${(error as Error).message}`, { cause: error }),
        );
    });
  });
}

function watchQuery({ resourceVersion, allowBookmarks, sendInitialEvents }: WatchOptions): Record<string, string | undefined> {
  return {
    watch: 'true',
    resourceVersion,
    allowWatchBookmarks: allowBookmarks ? 'true' : undefined,
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents: String(sendInitialEvents), resourceVersionMatch: 'NotOlderThan' }),
  };
}

function eventOf<T extends KubeObject>({ type, object }: WatchLine): WatchEvent<T> {
  if (type === 'ERROR') throw StatusError.from(object);
  if (type !== 'BOOKMARK') return { type, object: deepFreeze(object) as unknown as Stored<T> }; // the server's word for what it watches
  const { resourceVersion = '', annotations } = object.metadata ?? {};
  return { type, resourceVersion, ...(annotations?.[INITIAL_EVENTS_END] === 'true' ? { initialEventsEnd: true } : {}) };
}

async function* linesOf(chunks: AsyncIterable<unknown>): AsyncIterable<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}
