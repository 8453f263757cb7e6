import { parseDuration } from '../base/duration.js';
import type { Environment } from '../base/environment.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import { pause } from '../base/pause.js';
import type { ObjectName } from '../api/object.js';
import type { Registries } from '../registry/registry.js';
import { LeaseLock } from './lease-lock.js';
import type { Duration } from './reconciler.js';

/** What a {@link LeaderElector} takes. */
export interface LeaderElectorOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  /** What only the leader runs: started when elected, stopped when that is over. A `Manager`, for example. */
  readonly leading: Lifecycle;
  /** The Lease that the candidates compete for. Made when it is missing; its namespace must exist. */
  readonly lease: ObjectName;
  /** Names this candidate in the lease; unique among them. Default: a random id. */
  readonly identity?: string | undefined;
  /** How long the others leave a lease alone that is not renewed. Default 15 s; whole seconds. */
  readonly leaseDuration?: Duration | undefined;
  /** How long the leader tries to renew before it steps down; less than `leaseDuration`, so that it has stopped when another begins. Default 10 s. */
  readonly renewDeadline?: Duration | undefined;
  /** Time between two tries to get or renew the lease. Default 2 s; up to a fifth more is left to chance. */
  readonly retryPeriod?: Duration | undefined;
  /** Default: nothing is logged. */
  readonly logger?: Logger | undefined;
}

/**
 * Runs something in one process of several: the one that holds a Lease.
 *
 * Clocks of different machines are never compared: a candidate takes a lease over when it has not seen it change for the
 * lease's duration, and a leader that could not renew for `renewDeadline` steps down, both by their own monotonic clock.
 * `start()` resolves at once and the campaign goes on until `stop()`, which stops what the leader runs and then gives the
 * lease away, so that another candidate need not wait.
 */
export class LeaderElector implements Lifecycle {
  readonly identity: string;
  readonly #options: LeaderElectorOptions;
  readonly #logger: Logger;
  readonly #lock: LeaseLock;
  readonly #renewDeadline: number;
  readonly #retryPeriod: number;
  readonly #lifecycle: OnceLifecycle;
  #abort = new AbortController();
  #campaign: Promise<void> = Promise.resolve();
  #leading = false;

  constructor(options: LeaderElectorOptions) {
    const { registries, environment, lease, leaseDuration = '15s', renewDeadline = '10s', retryPeriod = '2s' } = options;
    const duration = Math.ceil(parseDuration(leaseDuration) / 1000) * 1000;
    this.identity = options.identity ?? environment.uuid();
    this.#options = options;
    this.#logger = (options.logger ?? silentLogger).child({ lease: lease.name, identity: this.identity });
    this.#renewDeadline = parseDuration(renewDeadline);
    this.#retryPeriod = parseDuration(retryPeriod);
    if (this.#renewDeadline >= duration) throw new RangeError('renewDeadline must be shorter than leaseDuration');
    if (this.#retryPeriod * 1.2 >= this.#renewDeadline) throw new RangeError('retryPeriod must be shorter than renewDeadline / 1.2');
    this.#lock = new LeaseLock({ registries, environment, lease, identity: this.identity, duration });
    this.#lifecycle = new OnceLifecycle({ start: () => this.#begin(), stop: () => this.#end() });
  }

  /** Whether this candidate holds the lease, as far as it knows. */
  get isLeader(): boolean {
    return this.#leading;
  }

  /** Who holds the lease, as this candidate last saw it; undefined when nobody does. */
  get leader(): string | undefined {
    return this.#lock.holder;
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  #begin(): void {
    this.#abort = new AbortController();
    this.#campaign = this.#run(this.#abort.signal);
  }

  async #end(): Promise<void> {
    this.#abort.abort(new Error('the elector stops'));
    await this.#campaign;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const since = this.#options.environment.monotonic();
      if (await this.#try(signal, this.#renewDeadline)) await this.#lead(since, signal);
      await this.#pause(signal);
    }
  }

  /** Until the lease is lost or the signal aborts; `since`: when the lease was asked for. */
  async #lead(since: number, signal: AbortSignal): Promise<void> {
    this.#leading = true;
    this.#logger.info('elected');
    const { leading } = this.#options;
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    leading.start().catch((error: unknown) => {
      if (!either.aborted) this.#logger.error('what the leader runs did not start', { error });
      failed.abort();
    });
    await this.#renewUntilLost(since, either);
    try {
      await leading.stop();
    } catch (error) {
      this.#logger.error('what the leader runs did not stop well', { error });
    }
    this.#leading = false;
    if (either.aborted) await this.#release();
    this.#logger.info('leads no more');
  }

  async #renewUntilLost(since: number, signal: AbortSignal): Promise<void> {
    const { environment } = this.#options;
    for (let renewed = since; ;) {
      const deadline = renewed + this.#renewDeadline;
      await this.#pause(signal, deadline - environment.monotonic());
      if (signal.aborted) return;
      const asked = environment.monotonic();
      const left = deadline - asked;
      if (left > 0 && (await this.#try(signal, left))) renewed = asked;
      else if (signal.aborted) return;
      else if (this.#lock.holder !== this.identity || environment.monotonic() >= deadline)
        return this.#logger.warn('the lease is lost', { leader: this.#lock.holder });
    }
  }

  /** One try, that ends by itself after so many milliseconds even when the registry does not answer. */
  async #try(signal: AbortSignal, milliseconds: number): Promise<boolean> {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const tried = this.#lock.tryAcquire(either).catch((error: unknown) => {
      if (!either.aborted) this.#logger.warn('the lease could not be had', { error });
      return false;
    });
    const over = pause(this.#options.environment, milliseconds, either).then(() => false);
    try {
      return await Promise.race([tried, over]);
    } finally {
      ended.abort();
    }
  }

  async #pause(signal: AbortSignal, atMost = Infinity): Promise<void> {
    const { environment } = this.#options;
    const period = Math.min(atMost, this.#retryPeriod * (1 + environment.random() / 5));
    await pause(environment, period, signal);
  }

  async #release(): Promise<void> {
    try {
      await this.#lock.release();
    } catch (error) {
      this.#logger.info('the lease could not be given away and will expire', { error });
    }
  }
}
