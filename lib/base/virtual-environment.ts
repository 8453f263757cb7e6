import type { SchedulerLike } from 'rxjs';
import type { Environment, Timer } from './environment.js';
import { environmentScheduler } from './environment-scheduler.js';
import type { HeapItem } from './heap.js';
import { Heap } from './heap.js';
import { seededRandom, uuidOf } from './seeded-random.js';
import { sleepWith } from './sleep.js';

/** What a {@link VirtualEnvironment} is made with. */
export interface VirtualEnvironmentOptions {
  /** Wall-clock time at the beginning, in milliseconds since 1970. Default: the first of January 2025. */
  readonly start?: number | undefined;
  /** What random numbers, bytes and ids are made from; the same seed gives the same ones. Default 1. */
  readonly seed?: number | undefined;
  /** How many macrotasks in a row must bring nothing new before the clock moves on. Default 5; raise it for deep chains of real I/O. */
  readonly turns?: number | undefined;
}

interface VirtualTimer extends HeapItem {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Settling stops here even when somebody yields for ever. */
const MOST_TURNS = 10_000;
/** More timers than this at one instant are a loop that time cannot leave. */
const MOST_AT_ONE_INSTANT = 1_000_000;

/**
 * Time that moves only when told to, with randomness and ids from a seed: tests and simulations take no real time and
 * repeat exactly.
 *
 * {@link VirtualEnvironment.advance} runs due timers in order; between two of them everything that was set going settles:
 * promise chains, and macrotasks a few turns deep (`yield()`, `setImmediate`). Real sockets and files are not waited for.
 */
export class VirtualEnvironment implements Environment {
  readonly scheduler: SchedulerLike = environmentScheduler(this);
  readonly #timers = new Heap<VirtualTimer>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order));
  readonly #start: number;
  readonly #turns: number;
  readonly #random: () => number;
  #elapsed = 0;
  #order = 0;
  #yielding = 0;
  #advancing: Promise<unknown> = Promise.resolve();

  constructor({ start = Date.UTC(2025, 0, 1), seed = 1, turns = 5 }: VirtualEnvironmentOptions = {}) {
    this.#start = start;
    this.#turns = turns;
    this.#random = seededRandom(seed);
  }

  now(): number {
    return Math.floor(this.#start + this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(milliseconds: number, callback: () => void): Timer {
    const timer: VirtualTimer = { due: this.#elapsed + Math.max(0, milliseconds), order: this.#order++, callback, index: -1 };
    this.#timers.push(timer);
    return { cancel: () => this.#timers.remove(timer) };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((ms, callback) => this.timer(ms, callback), milliseconds, signal);
  }

  async yield(): Promise<void> {
    this.#yielding++;
    await macrotask();
    this.#yielding--;
  }

  random(): number {
    return this.#random();
  }

  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.#random() * 256));
  }

  uuid(): string {
    return uuidOf(this.randomBytes(16));
  }

  /** How many timers are pending: 0 once everything has stopped. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on by `milliseconds`, running what falls due. `advance(0)` runs what is due now and lets things settle.
   * Calls made meanwhile wait their turn. Rejects with what a timer's callback throws; time then stands at that timer.
   */
  advance(milliseconds: number): Promise<void> {
    return this.#serially(() => this.#run(this.#elapsed + milliseconds, () => false));
  }

  /**
   * Moves time on, timer by timer, until `condition` holds; rejects when it does not within `limit` milliseconds of virtual
   * time (default one hour) or when no timer is left that could bring it about.
   */
  advanceUntil(condition: () => boolean, limit = 3_600_000): Promise<void> {
    return this.#serially(async () => {
      await this.#run(this.#elapsed + limit, condition);
      if (!condition()) throw new Error(`the condition did not come true within ${limit} ms of virtual time: ${condition.toString()}`);
    });
  }

  /** Waits for a promise that may need time to pass, as much of it as it takes; rejects as {@link VirtualEnvironment.advanceUntil} does. */
  async within<V>(promise: Promise<V>): Promise<V> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.advanceUntil(() => settled);
    return promise;
  }

  #serially(work: () => Promise<void>): Promise<void> {
    const done = this.#advancing.then(work);
    this.#advancing = done.catch(() => undefined);
    return done;
  }

  async #run(until: number, reached: () => boolean): Promise<void> {
    await this.#settle();
    for (let atOnce = 0; !reached(); atOnce++) {
      const next = this.#timers.peek();
      if (!next || next.due > until) {
        this.#elapsed = until;
        return;
      }
      if (next.due > this.#elapsed) atOnce = 0;
      if (atOnce > MOST_AT_ONE_INSTANT) throw new Error(`virtual time stands still at ${this.#elapsed} ms: timers of 0 ms breed timers`);
      this.#timers.remove(next);
      this.#elapsed = next.due;
      next.callback();
      await this.#settle();
    }
  }

  /** Until several macrotasks in a row neither made a timer nor are being yielded for. */
  async #settle(): Promise<void> {
    for (let quiet = 0, turn = 0; quiet < this.#turns && turn < MOST_TURNS; turn++) {
      const before = this.#order;
      await macrotask();
      quiet = this.#order === before && this.#yielding === 0 ? quiet + 1 : 0;
    }
  }
}

const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));
