import { Observable } from 'rxjs';
import type { ControllerServices } from './controller-definition.js';
import { ControllerMetrics } from './controller-metrics.js';
import type { ControllerTask } from './controller-task.js';
import type { KeyExplanation } from './explain.js';
import { KeyHistory } from './key-history.js';
import type { KeysState } from './keys-state.js';
import type { Outcome } from './outcome.js';
import { reconcileKeys } from './reconcile-keys.js';
import type { Wake } from './wake.js';

/** A controller from its start to its stop: watches wake keys, and what comes of those is logged, counted and remembered. */
export class ControllerRun {
  readonly metrics = new ControllerMetrics();
  readonly #task: ControllerTask;
  readonly #services: Pick<ControllerServices, 'environment' | 'log'>;
  readonly #history = new KeyHistory();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #work!: () => void;
  #state!: KeysState;

  constructor(task: ControllerTask, services: Pick<ControllerServices, 'environment' | 'log'>) {
    this.#task = task;
    this.#services = services;
    const after = new Promise<void>((resolve) => (this.#work = resolve));
    this.#ended = this.#follow(after);
  }

  /** How its keys stand. */
  get state(): KeysState {
    return this.#state;
  }

  /** Resolves when the caches of all declared kinds are full. */
  synced(): Promise<void> {
    return this.#task.synced();
  }

  /** Begins to reconcile. */
  work(): void {
    this.#work();
  }

  /** Takes no more keys and aborts what runs; resolves when that has ended. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error(`controller ${this.#task.name} stops`));
    this.#work();
    await this.#ended;
    this.#task.stop();
  }

  /** Why a key was reconciled, and whether it is going to be. */
  explain(key: string): KeyExplanation {
    const waiting = this.#state.why(key);
    const now = this.#services.environment.monotonic();
    return {
      controller: this.#task.name,
      key,
      running: this.#state.running.includes(key),
      ...(waiting ? { waiting: { causes: waiting.causes, wakes: waiting.wakes, due: Math.max(0, waiting.since - now) } } : {}),
      runs: this.#history.of(key),
    };
  }

  #follow(after: Promise<void>): Promise<void> {
    const task = this.#task;
    const { environment, log } = this.#services;
    const { supersede = false } = task.options;
    const wakes = new Observable<Wake>((subscriber) => task.watch((wake) => subscriber.next(wake)));
    const outcomes = reconcileKeys(wakes, {
      ...task.options,
      environment,
      after,
      signal: this.#stop.signal,
      reconcile: (key, run) => task.reconcile(key, run),
      isEcho: (wake) => task.isEcho?.(wake) ?? false,
      // A reconcile that changes the spec of its own object supersedes itself.
      supersedes: ({ cause }) => supersede && cause?.via === 'itself' && cause.newSpec === true,
      onTimeout: ({ key, signal }) =>
        log.warn('reconcile takes too long and has been told to end', { key, reason: (signal.reason as Error).message }),
      onEcho: ({ key }) => this.#echo(key),
      onState: (state) => (this.#state = state),
    });
    return new Promise((resolve, reject) => {
      outcomes.subscribe({ next: (outcome) => this.#came(outcome), error: reject, complete: resolve });
    });
  }

  #echo(key: string): void {
    this.metrics.echoes += 1;
    this.#history.echo(key);
  }

  #came(outcome: Outcome): void {
    const { key, result, error } = outcome;
    this.metrics.add(outcome);
    this.#history.add(outcome);
    const { log } = this.#services;
    if (result === 'failed')
      log.warn('reconcile failed', { key, failures: outcome.failures, retryIn: Math.round(outcome.next ?? 0), error });
    else if (result === 'terminal') log.error('given up until something changes', { key, error });
    else if (result === 'dropped') log.info('dropped', { key, reason: (outcome.verdict as { readonly drop: string }).drop });
    else if (result === 'conflict') log.debug('conflict: trying again', { key });
    else if (result === 'stopped') log.debug('reconcile was ended by the stop', { key, error });
  }
}
