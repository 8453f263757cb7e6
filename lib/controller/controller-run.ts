import type { Subscription } from 'rxjs';
import { parseDuration } from '../base/duration.js';
import { RateLimitedQueue } from '../queue/rate-limited-queue.js';
import { Workers } from '../queue/workers.js';
import type { ControllerServices } from './controller-definition.js';
import type { ControllerTask } from './controller-task.js';
import { applyFailure, applyVerdict } from './verdicts.js';

/** A controller from its start to its stop: watches fill a queue, workers empty it into the reconciler. */
export class ControllerRun {
  readonly #task: ControllerTask;
  readonly #services: Pick<ControllerServices, 'environment' | 'log'>;
  readonly #queue: RateLimitedQueue;
  readonly #timeout: number;
  readonly #stop = new AbortController();
  /** By key, what runs now. */
  readonly #running = new Map<string, AbortController>();
  readonly #sources: Subscription;
  #workers: Promise<void> = Promise.resolve();

  constructor(task: ControllerTask, services: Pick<ControllerServices, 'environment' | 'log'>) {
    const { backoff = 50, maxBackoff = '5m', timeout = '60s' } = task.options;
    this.#task = task;
    this.#services = services;
    this.#timeout = parseDuration(timeout);
    this.#queue = new RateLimitedQueue({
      environment: services.environment,
      backoff: { first: parseDuration(backoff), max: parseDuration(maxBackoff) },
    });
    this.#sources = task.watch((key) => this.#queue.add(key));
  }

  /** Keys that are being reconciled. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Resolves when the caches of all declared kinds are full. */
  synced(): Promise<void> {
    return this.#task.synced();
  }

  /** Begins to reconcile. */
  work(): void {
    const { environment } = this.#services;
    const count = this.#task.options.workers ?? 4;
    this.#workers = new Workers({ queue: this.#queue, environment, count, handle: (key) => this.#reconcile(key) }).run();
  }

  /** Takes no more keys and aborts what runs; resolves when that has ended. */
  async stop(): Promise<void> {
    this.#sources.unsubscribe();
    this.#queue.close();
    this.#stop.abort(new Error(`controller ${this.#task.name} stops`));
    for (const abort of this.#running.values()) abort.abort(this.#stop.signal.reason);
    await this.#workers;
  }

  async #reconcile(key: string): Promise<void> {
    const { environment, log } = this.#services;
    // What this run says about the key replaces what an earlier one said.
    this.#queue.cancelDelay(key);
    const abort = new AbortController();
    this.#running.set(key, abort);
    const timer = environment.timer(this.#timeout, () => this.#timedOut(key, abort));
    try {
      const verdict = await this.#task.reconcile(key, abort.signal);
      applyVerdict(this.#queue, key, verdict, log);
    } catch (error) {
      if (this.#stop.signal.aborted) log.debug('reconcile was ended by the stop', { key, error });
      else applyFailure(this.#queue, key, error, log);
    } finally {
      timer.cancel();
      this.#running.delete(key);
    }
  }

  /** The key stays taken until the reconciler has really ended: never two of one key at once. */
  #timedOut(key: string, abort: AbortController): void {
    this.#services.log.warn('reconcile takes too long and has been told to end', { key, timeout: this.#timeout });
    abort.abort(new DOMException(`reconcile took longer than ${this.#timeout} ms`, 'TimeoutError'));
  }
}
