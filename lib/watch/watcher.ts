import { Observable } from 'rxjs';
import type { BackoffOptions } from '../base/backoff.js';
import { Backoff } from '../base/backoff.js';
import type { Environment, Timer } from '../base/environment.js';
import type { KubeObject } from '../api/object.js';
import type { Reader, Selection } from '../registry/registry.js';
import { StatusError } from '../api/status-error.js';
import type { WatcherEvent } from './watcher-event.js';
import type { WatcherState } from './watcher-steps.js';
import { afterFailure, EMPTY, listPage, watchFrom } from './watcher-steps.js';

/** Something that went wrong on the way; the watcher is already going to try again. */
export interface WatcherError {
  readonly phase: 'list' | 'watch';
  readonly error: unknown;
  /** Milliseconds until the next try. */
  readonly retryIn: number;
}

/** What {@link watcher} takes. */
export interface WatcherOptions {
  readonly environment: Environment;
  /** Which objects. Default: all of the kind. */
  readonly selection?: Selection | undefined;
  /** Objects a page of a list. Default 500. */
  readonly pageSize?: number | undefined;
  /** How long to wait before trying again. Default 200 ms, doubling up to 30 s, half of it left to chance. */
  readonly backoff?: BackoffOptions | undefined;
  /** Milliseconds without an error after which the back-off begins anew. Default one minute. */
  readonly resetAfter?: number | undefined;
  /** Milliseconds without event or bookmark (these come once a minute) after which a watch counts as dead and is resumed. Default 5 minutes. */
  readonly silence?: number | undefined;
  /** Each value asks for a bookmark, as in {@link WatchOptions.progressRequests}. Default: nobody asks. */
  readonly progressRequests?: Observable<unknown> | undefined;
  /** Told of each bookmark: all changes up to this version have been emitted. Default: nobody is told. */
  readonly onProgress?: ((resourceVersion: string) => void) | undefined;
  /** Told of each error, `Expired` included. Default: nobody is told. */
  readonly onError?: ((error: WatcherError) => void) | undefined;
}

/**
 * Mirrors a kind: all objects in brackets (`init`, `put`…, `ready`), then each change, while subscribed.
 *
 * Never errors and never completes by itself. A list that fails is repeated; a watch that ends is resumed after the last
 * version seen; when that has left the history (410), everything comes again, in brackets. Between tries it waits, longer
 * each time; only quiet time makes the waits short again.
 *
 * ```ts
 * watcher(registries.registry(pods), { environment }).subscribe((event) => …)
 * // init put(a) put(b) ready put(c) ─ connection lost, resumed ─ delete(a) ─ 410 ─ init put(b) put(c) ready …
 * ```
 *
 * Cold: each subscriber has a watch of its own; share a cache instead. Unsubscribing aborts a list under way.
 */
export function watcher<T extends KubeObject>(reader: Reader<T>, options: WatcherOptions): Observable<WatcherEvent<T>> {
  return new Observable((subscriber) => {
    const machine = new WatcherMachine(reader, options, (event) => subscriber.next(event));
    machine.run();
    return () => machine.stop();
  });
}

const BACKOFF: BackoffOptions = { first: 200, max: 30_000, jitter: 0.5 };

/** Runs one step after the other; what each does, and which state follows, stands in `watcher-steps.ts`. */
class WatcherMachine<T extends KubeObject> {
  readonly #reader: Reader<T>;
  readonly #options: WatcherOptions;
  readonly #emit: (event: WatcherEvent<T>) => void;
  readonly #backoff: Backoff;
  readonly #resetAfter: number;
  #state: WatcherState = EMPTY;
  #step: { unsubscribe(): void } | undefined;
  #retry: Timer | undefined;
  #stopped = false;

  constructor(reader: Reader<T>, options: WatcherOptions, emit: (event: WatcherEvent<T>) => void) {
    this.#reader = reader;
    this.#options = options;
    this.#emit = emit;
    this.#resetAfter = options.resetAfter ?? 60_000;
    this.#backoff = new Backoff({ ...(options.backoff ?? BACKOFF), resetAfter: this.#resetAfter, environment: options.environment });
  }

  run(): void {
    const { environment } = this.#options;
    const phase = this.#state.name === 'synced' ? 'watch' : 'list';
    const begun = environment.monotonic();
    const step =
      this.#state.name === 'synced'
        ? watchFrom(this.#reader, this.#state, {
            environment,
            selection: this.#options.selection,
            silence: this.#options.silence ?? 300_000,
            progressRequests: this.#options.progressRequests,
            onProgress: this.#options.onProgress,
          })
        : listPage(this.#reader, this.#state, { selection: this.#options.selection, pageSize: this.#options.pageSize ?? 500 });
    this.#step = step.subscribe({
      next: ({ state, events }) => {
        this.#state = state;
        for (const event of events) this.#emit(event);
      },
      error: (error: unknown) => this.#failed(phase, error),
      complete: () => this.#ended(phase, environment.monotonic() - begun),
    });
    // The step may have failed within `subscribe`, or its subscriber have gone: then it is closed already, or must be.
    if (this.#stopped) this.#step.unsubscribe();
  }

  stop(): void {
    this.#stopped = true;
    this.#step?.unsubscribe();
    this.#retry?.cancel();
  }

  #ended(phase: WatcherError['phase'], lived: number): void {
    if (this.#stopped) return;
    if (phase === 'list') this.run();
    // Servers end watches politely now and then; one that does so at once must not be asked at full speed.
    else this.#again(lived >= this.#resetAfter ? 0 : this.#backoff.next());
  }

  #failed(phase: WatcherError['phase'], error: unknown): void {
    this.#state = afterFailure(this.#state, error);
    const retryIn = Math.max(this.#backoff.next(), retryAfter(error));
    this.#options.onError?.({ phase, error, retryIn });
    this.#again(retryIn);
  }

  #again(delay: number): void {
    if (this.#stopped) return;
    this.#retry = this.#options.environment.timer(delay, () => this.run());
  }
}

const retryAfter = (error: unknown) => (StatusError.is(error) ? (error.details?.retryAfterSeconds ?? 0) * 1000 : 0);
