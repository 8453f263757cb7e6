import { Observable } from 'rxjs';
import type { Environment } from '../base/environment.js';
import { KeyLoop } from './key-loop.js';
import type { KeyRun } from './key-run.js';
import type { KeysState } from './keys-state.js';
import type { Outcome } from './outcome.js';
import type { Duration, Verdict } from './reconciler.js';
import type { Wake } from './wake.js';

/** What {@link reconcileKeys} takes. */
export interface ReconcileKeysOptions {
  readonly environment: Environment;
  /** Works on a key; what its answers and errors mean stands at {@link Verdict}. Never called for a key that it works on already. */
  readonly reconcile: (key: string, run: KeyRun) => Promise<Verdict>;
  /** Keys at once. Default 4. */
  readonly workers?: number | undefined;
  /** The run's signal aborts after this time. Default 60 s. */
  readonly timeout?: Duration | undefined;
  /** First delay after a failure. Default 50 ms; doubles up to `maxBackoff`. */
  readonly backoff?: Duration | undefined;
  /** Default 5 min. */
  readonly maxBackoff?: Duration | undefined;
  /** Nothing is worked on before it resolves; keys are collected meanwhile. Default: at once. */
  readonly after?: Promise<unknown> | undefined;
  /** When it aborts, no more keys are taken, what runs is told to end, and the outcomes complete once it has. Default: never. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether a wake is only the echo of what the reconcile of that key has written, and needs no answer. Asked when the run is over for
   * what came while it ran, and at once otherwise. Default: nothing is.
   */
  readonly isEcho?: ((wake: Wake) => boolean) | undefined;
  /** Whether a wake makes what runs for its key useless: the run is then told to end, by a signal whose reason is {@link Superseded}. Default: nothing does. */
  readonly supersedes?: ((wake: Wake, run: KeyRun) => boolean) | undefined;
  /** Told of a run whose time is over. It goes on until it ends by itself. */
  readonly onTimeout?: ((run: KeyRun) => void) | undefined;
  /** Given, once, what tells how the keys stand. */
  readonly onState?: ((state: KeysState) => void) | undefined;
  /** Told of a wake that was dropped as an echo outside of a run. */
  readonly onEcho?: ((wake: Wake) => void) | undefined;
}

/**
 * The primitive under every controller: a stream of keys in, a stream of outcomes out. Between the two, what a work queue guarantees:
 * never two runs of one key at once, wakes of a key that waits are one run, a key that is asked for while it runs runs again, failures
 * are repeated with a back-off of their own.
 *
 * `controllerFor(…)` is sugar over it: its keys are those of objects in caches, its outcomes become logs, metrics and explanations.
 *
 * ```ts
 * const sweeps = reconcileKeys(interval(60_000).pipe(map(() => 'sweep')), { environment, reconcile: async () => sweep() });
 * sweeps.subscribe(({ key, result, ran }) => console.log(`${key}: ${result} after ${ran} ms`));
 * ```
 *
 * Cold. Never errors for a reconcile that throws: that is an outcome. Errors when the keys do; completes when they have completed and
 * nothing waits, runs or is delayed, or when `signal` has aborted and all has ended. Unsubscribing stops all at once.
 */
export function reconcileKeys(wakes: Observable<Wake | string>, options: ReconcileKeysOptions): Observable<Outcome> {
  return new Observable((subscriber) => {
    const loop = new KeyLoop(options, subscriber);
    subscriber.add(() => loop.stop(new Error('nobody listens to the outcomes any more')));
    loop.run(wakes);
  });
}
