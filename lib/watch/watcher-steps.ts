import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';
import type { Environment, Timer } from '../base/environment.js';
import { isOlder } from '../api/meta/compare-versions.js';
import type { KubeObject } from '../api/object.js';
import type { StatusReason } from '../api/status-error.js';
import { expired, StatusError } from '../api/status-error.js';
import type { Reader, Selection, WatchEvent } from '../registry/registry.js';
import type { WatcherEvent } from './watcher-event.js';

/**
 * Where a watcher stands between two steps.
 *
 * | state | what is true | next step | then |
 * |---|---|---|---|
 * | `empty` | nothing is known, or what was known is of no use | first page of a list | `listing` or `synced`; on error `empty` |
 * | `listing` | `init` is out, and the pages so far | the page at `continue` | as above |
 * | `synced` | all up to `resourceVersion` is out, `ready` included | watch from there | `synced`, later; on 410 `empty`, on another error the same |
 */
export type WatcherState =
  | { readonly name: 'empty' }
  | { readonly name: 'listing'; readonly continue: string }
  | { readonly name: 'synced'; readonly resourceVersion: string };

export const EMPTY: WatcherState = { name: 'empty' };

/** What a step has found: the events that lead to the new state. */
export interface Transition<T extends KubeObject> {
  readonly state: WatcherState;
  readonly events: readonly WatcherEvent<T>[];
}

type At<N extends WatcherState['name']> = Extract<WatcherState, { name: N }>;

/** The state after a step that failed. */
export function afterFailure(state: WatcherState, error: unknown): WatcherState {
  const useless = state.name !== 'synced' || USELESS_VERSION.some((reason) => StatusError.is(error, reason));
  return useless ? EMPTY : state;
}

/** Answers to a watch that mean: not from this version, now or later. */
const USELESS_VERSION: readonly StatusReason[] = ['Expired', 'Gone', 'BadRequest', 'Invalid'];

/** One page; completes after it. */
export function listPage<T extends KubeObject>(
  reader: Reader<T>,
  state: At<'empty' | 'listing'>,
  { selection, pageSize }: { readonly selection: Selection | undefined; readonly pageSize: number },
): Observable<Transition<T>> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    const more = state.name === 'listing' ? { continue: state.continue } : {};
    reader.list({ ...selection, limit: pageSize, signal: abort.signal, ...more }).then(
      (page) => {
        const events: WatcherEvent<T>[] = page.items.map((object) => ({ type: 'put', object, initial: true }));
        if (state.name === 'empty') events.unshift({ type: 'init' });
        if (!page.continue) events.push({ type: 'ready', resourceVersion: page.resourceVersion });
        subscriber.next({
          state: page.continue ? { name: 'listing', continue: page.continue } : { name: 'synced', resourceVersion: page.resourceVersion },
          events,
        });
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => abort.abort(new Error('the watcher has been stopped'));
  });
}

/** What {@link watchFrom} takes. */
export interface WatchStepOptions {
  readonly environment: Environment;
  readonly selection: Selection | undefined;
  readonly silence: number;
  readonly progressRequests: Observable<unknown> | undefined;
  readonly onProgress: ((resourceVersion: string) => void) | undefined;
}

/** Changes as they come. Completes when the server ends the watch, errors when it breaks or goes silent. */
export function watchFrom<T extends KubeObject>(
  reader: Reader<T>,
  { resourceVersion }: At<'synced'>,
  { environment, selection, silence, progressRequests, onProgress }: WatchStepOptions,
): Observable<Transition<T>> {
  return new Observable((subscriber) => {
    const alive = new SilenceGuard(environment, silence, subscriber);
    subscriber.add(() => alive.stop());
    return reader.watch({ ...selection, resourceVersion, allowBookmarks: true, progressRequests }).subscribe({
      next: (event) => {
        alive.touch();
        if (event.type !== 'BOOKMARK') subscriber.next(changed(event));
        else if (isOlder(event.resourceVersion, resourceVersion)) subscriber.error(restarted(resourceVersion, event.resourceVersion));
        else {
          subscriber.next({ state: { name: 'synced', resourceVersion: event.resourceVersion }, events: [] });
          onProgress?.(event.resourceVersion);
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });
}

function changed<T extends KubeObject>({ type, object }: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>): Transition<T> {
  return {
    state: { name: 'synced', resourceVersion: object.metadata.resourceVersion },
    events: [type === 'DELETED' ? { type: 'delete', object } : { type: 'put', object, initial: false }],
  };
}

/** The server's store began anew (it was in memory, or has been restored): nothing would be heard until it had caught up. */
const restarted = (ours: string, theirs: string) => expired(`the server is at version ${theirs}, before ${ours} that was seen already`);

/** Fails a watch that says nothing any more: a connection can be dead without either end being told. */
class SilenceGuard {
  readonly #environment: Environment;
  readonly #silence: number;
  readonly #watch: Subscriber<never>;
  #heard: number;
  #timer: Timer | undefined;

  constructor(environment: Environment, silence: number, watch: Subscriber<unknown>) {
    this.#environment = environment;
    this.#silence = silence;
    this.#watch = watch;
    this.#heard = environment.monotonic();
    this.#arm(silence);
  }

  /** Costs a clock reading only: the timer is moved when it fires. */
  touch(): void {
    this.#heard = this.#environment.monotonic();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(milliseconds: number): void {
    this.#timer = this.#environment.timer(
      milliseconds,
      () => {
        const left = this.#heard + this.#silence - this.#environment.monotonic();
        if (left > 0) this.#arm(left);
        else this.#watch.error(new Error(`the watch has been silent for ${this.#silence} ms`));
      },
      { unref: true },
    );
  }
}
