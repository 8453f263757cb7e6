import type { Subscription } from 'rxjs';
import { parseDuration } from '../base/duration.js';
import type { KubeObject } from '../api/object.js';
import { parseKey } from '../api/object.js';
import { RateLimitedQueue } from '../queue/rate-limited-queue.js';
import { Workers } from '../queue/workers.js';
import type { ControllerDefinition, ControllerServices } from './controller-definition.js';
import { enqueueKeys } from './key-sources.js';
import { ReconcileStep } from './reconcile-step.js';
import { declaredKinds, kindKey, RunContext } from './run-context.js';
import { applyFailure, applyVerdict } from './verdicts.js';

/** A controller from its start to its stop: watches fill a queue, workers empty it into the reconciler. */
export class ControllerRun<T extends KubeObject> {
  readonly #definition: ControllerDefinition<T>;
  readonly #services: ControllerServices;
  readonly #queue: RateLimitedQueue;
  readonly #step: ReconcileStep<T>;
  readonly #kinds: ReadonlySet<string>;
  readonly #timeout: number;
  readonly #stop = new AbortController();
  /** By key, what runs now. */
  readonly #running = new Map<string, AbortController>();
  readonly #sources: Subscription;
  #workers: Promise<void> = Promise.resolve();

  constructor(definition: ControllerDefinition<T>, services: ControllerServices) {
    const { backoff = 50, maxBackoff = '5m', timeout = '60s' } = definition.options;
    this.#definition = definition;
    this.#services = services;
    this.#timeout = parseDuration(timeout);
    this.#kinds = new Set(declaredKinds(definition).map(kindKey));
    this.#queue = new RateLimitedQueue({
      environment: services.environment,
      backoff: { first: parseDuration(backoff), max: parseDuration(maxBackoff) },
    });
    this.#step = new ReconcileStep(definition, definition.make(services));
    this.#sources = enqueueKeys({ definition, caches: services.caches, log: services.log, add: (key) => this.#queue.add(key) });
  }

  /** Keys that are being reconciled. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Resolves when the caches of all declared kinds are full. */
  async synced(): Promise<void> {
    await Promise.all(declaredKinds(this.#definition).map((kind) => this.#services.caches.cache(kind).synced));
  }

  /** Begins to reconcile. */
  work(): void {
    const { environment } = this.#services;
    const count = this.#definition.options.workers ?? 4;
    this.#workers = new Workers({ queue: this.#queue, environment, count, handle: (key) => this.#reconcile(key) }).run();
  }

  /** Takes no more keys and aborts what runs; resolves when that has ended. */
  async stop(): Promise<void> {
    this.#sources.unsubscribe();
    this.#queue.close();
    this.#stop.abort(new Error(`controller ${this.#definition.name} stops`));
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
      const verdict = await this.#step.run(this.#context(key, abort.signal));
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

  #context(key: string, signal: AbortSignal): RunContext<T> {
    return new RunContext(this.#definition, this.#services, this.#kinds, key, parseKey(key), signal);
  }
}
