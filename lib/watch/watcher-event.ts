import type { KubeObject, Stored } from '../api/object.js';

/**
 * What a watcher emits; it never errors and never completes by itself. A restart is bracketed (`init` … `ready`), so that
 * caches swap atomically and see what was deleted meanwhile: after `init` every present object comes once as an initial
 * `put`, then `ready`; what was not put between the two is gone.
 */
export type WatcherEvent<T extends KubeObject> =
  | { readonly type: 'init' }
  | { readonly type: 'put'; readonly object: Stored<T>; readonly initial: boolean }
  | { readonly type: 'delete'; readonly object: Stored<T> }
  | { readonly type: 'ready'; readonly resourceVersion: string };
