import type { Observable } from 'rxjs';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { WatcherEvent } from '../watch/watcher-event.js';

/**
 * Where a kubelet learns which pods are its own. The API server is one source; files, URLs and HTTP pushes may be others.
 *
 * Each source speaks for its own pods alone: what it does not put between `init` and `ready` is gone, whatever others say.
 */
export interface PodSource {
  /** As in the annotation `kubernetes.io/config.source`: `api`, `file`, `http`. */
  readonly name: string;
  /** Whether pods of this source have an object in the API: statuses are written and final deletes sent only then. */
  readonly writable: boolean;
  /** Cold; never errors and never completes by itself. */
  watch(): Observable<WatcherEvent<Pod>>;
}
