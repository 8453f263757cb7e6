import type { Observable, Subscriber } from 'rxjs';
import { backoffDelay } from '../base/backoff.js';
import { Deadlines } from '../base/deadlines.js';
import { parseDuration } from '../base/duration.js';
import { RateLimitedQueue } from '../queue/rate-limited-queue.js';
import { Workers } from '../queue/workers.js';
import { ActiveRun, Superseded } from './key-run.js';
import type { KeysState } from './keys-state.js';
import type { Outcome } from './outcome.js';
import type { ReconcileKeysOptions } from './reconcile-keys.js';
import type { Step } from './verdicts.js';
import { stepAfterError, stepAfterVerdict } from './verdicts.js';
import type { WaitingKey } from './waiting-keys.js';
import { WaitingKeys } from './waiting-keys.js';
import type { Cause, Wake } from './wake.js';

/** First delay after the second conflict in a row; the first is answered at once, since the cache has mostly caught up by then. */
const CONFLICT_BACKOFF = { first: 10, max: 1000 };

/** Keys in, outcomes out: what `reconcileKeys` is when somebody has subscribed. */
export class KeyLoop implements KeysState {
  readonly #options: ReconcileKeysOptions;
  readonly #subscriber: Subscriber<Outcome>;
  readonly #queue: RateLimitedQueue;
  readonly #deadlines: Deadlines;
  readonly #timeout: number;
  readonly #waiting: WaitingKeys;
  readonly #running = new Map<string, ActiveRun>();
  /** Conflicts in a row. */
  readonly #conflicts = new Map<string, number>();
  /** The keys have completed. */
  #drains = false;

  constructor(options: ReconcileKeysOptions, subscriber: Subscriber<Outcome>) {
    const { environment, backoff = 50, maxBackoff = '5m', timeout = '60s' } = options;
    this.#options = options;
    this.#subscriber = subscriber;
    this.#timeout = parseDuration(timeout);
    this.#waiting = new WaitingKeys(environment);
    this.#deadlines = new Deadlines(environment, this.#timeout);
    this.#queue = new RateLimitedQueue({ environment, backoff: { first: parseDuration(backoff), max: parseDuration(maxBackoff) } });
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  get delayed(): number {
    return this.#queue.delayed;
  }

  get failing(): number {
    return this.#queue.failing;
  }

  why(key: string): WaitingKey | undefined {
    return this.#waiting.peek(key);
  }

  idle(): Promise<void> {
    return this.#queue.idle();
  }

  run(wakes: Observable<Wake | string>): void {
    const { signal, after, workers: count = 4, environment } = this.#options;
    const subscriber = this.#subscriber;
    this.#options.onState?.(this);
    const stop = () => this.stop(signal?.reason as Error);
    signal?.addEventListener('abort', stop, { once: true });
    subscriber.add(() => signal?.removeEventListener('abort', stop));
    const source = wakes.subscribe({
      next: (wake) => this.#wake(typeof wake === 'string' ? { key: wake } : wake),
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        this.#drains = true;
        this.#drain();
      },
    });
    subscriber.add(source);
    if (signal?.aborted) stop();
    const workers = new Workers({ queue: this.#queue, environment, count, handle: (key) => this.#reconcile(key) });
    (after ?? Promise.resolve())
      .then(() => workers.run())
      .then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
  }

  /** Takes no more keys, and tells what runs to end. */
  stop(reason: Error): void {
    this.#queue.close();
    this.#deadlines.stop();
    this.#waiting.clear();
    for (const run of this.#running.values()) run.abort(reason);
  }

  #drain(): void {
    if (this.#queue.waiting + this.#queue.running + this.#queue.delayed === 0) this.stop(new Error('there are no more keys'));
  }

  #wake(wake: Wake): void {
    const { isEcho, onEcho, supersedes } = this.#options;
    const run = this.#running.get(wake.key);
    if (run) {
      run.again(wake);
      if (supersedes?.(wake, run)) run.abort(new Superseded('what is reconciled has changed'));
    } else if (isEcho?.(wake)) onEcho?.(wake);
    else this.#add(wake.key, wake.cause ?? ASKED);
  }

  #add(key: string, cause: Cause): void {
    if (this.#queue.closed) return;
    this.#waiting.wake(key, cause);
    this.#queue.add(key);
  }

  #addAfter(key: string, cause: Cause, milliseconds: number): void {
    if (this.#queue.closed) return;
    if (milliseconds <= 0) return this.#add(key, cause);
    this.#waiting.delay(key, cause, milliseconds);
    this.#queue.addAfter(key, milliseconds);
  }

  async #reconcile(key: string): Promise<void> {
    const { environment, reconcile } = this.#options;
    const waiting = this.#waiting.take(key) ?? NOTHING_KNOWN;
    // What this run will say about the key replaces what an earlier one said.
    this.#queue.cancelDelay(key);
    const run = new ActiveRun(key, waiting.causes, waiting.wakes, this.#timedOut);
    this.#running.set(key, run);
    this.#deadlines.add(run);
    const at = environment.now();
    const began = environment.monotonic();
    let step: Step;
    try {
      step = stepAfterVerdict(await reconcile(key, run));
    } catch (error) {
      step = stepAfterError(error, run.reason, this.#queue.closed);
    }
    const ran = environment.monotonic() - began;
    this.#deadlines.delete(run);
    this.#running.delete(key);
    const echoes = this.#later(run);
    const next = this.#follow(key, step);
    const failures = this.#queue.failures(key);
    const { causes, wakes, wrote } = run;
    const { result, verdict, error } = step;
    const waited = Math.max(0, began - waiting.since);
    this.#subscriber.next({ key, result, verdict, error, causes, wakes, at, waited, ran, failures, wrote, echoes, next });
    if (this.#drains) void this.#queue.idle().then(() => this.#drain());
  }

  /** The key stays taken until the run has really ended: never two of one key at once. */
  readonly #timedOut = (run: ActiveRun): void => {
    run.abort(new DOMException(`reconcile took longer than ${this.#timeout} ms`, 'TimeoutError'));
    this.#options.onTimeout?.(run);
  };

  /** What came while it ran, but for echoes of what it wrote; answers with how many those were. */
  #later({ key, later, overflow }: ActiveRun): number {
    let echoes = 0;
    for (const wake of later) {
      if (!overflow && this.#options.isEcho?.(wake)) echoes += 1;
      else this.#add(key, wake.cause ?? ASKED);
    }
    return echoes;
  }

  /** Answers with the milliseconds until the key comes back, where that is known. */
  #follow(key: string, { result, comes, next, forget }: Step): number | undefined {
    if (forget) this.#queue.forget(key);
    if (comes !== 'after a conflict') this.#conflicts.delete(key);
    switch (comes) {
      case 'now':
        this.#add(key, result === 'again' ? AGAIN : SUPERSEDED);
        return undefined;
      case 'later':
        this.#addAfter(key, AFTER, next ?? 0);
        return next;
      case 'after a conflict':
        return this.#afterConflict(key);
      case 'after a failure':
        return this.#afterFailure(key);
      case undefined:
        return undefined;
    }
  }

  #afterConflict(key: string): number {
    const conflicts = this.#conflicts.get(key) ?? 0;
    this.#conflicts.set(key, conflicts + 1);
    const delay = conflicts === 0 ? 0 : backoffDelay(CONFLICT_BACKOFF, conflicts, () => this.#options.environment.random());
    this.#addAfter(key, CONFLICT, delay);
    return delay;
  }

  #afterFailure(key: string): number {
    const delay = this.#queue.retry(key);
    this.#waiting.delay(key, RETRY, delay);
    return delay;
  }
}

const ASKED: Cause = { type: 'asked' };
const AFTER: Cause = { type: 'after' };
const AGAIN: Cause = { type: 'again' };
const SUPERSEDED: Cause = { type: 'superseded' };
const CONFLICT: Cause = { type: 'conflict' };
const RETRY: Cause = { type: 'retry' };
const NOTHING_KNOWN = { causes: [ASKED], wakes: 1, since: Infinity };
