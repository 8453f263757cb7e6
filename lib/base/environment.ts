import type { SchedulerLike } from 'rxjs';

/**
 * All time, timers, randomness and ids of a component.
 *
 * Nothing outside `base/` reads a clock or draws a random number by itself, so a whole cluster runs in virtual time
 * when it is given a {@link VirtualEnvironment}. {@link systemEnvironment} is the real one.
 */
export interface Environment {
  /** Wall-clock time in milliseconds since 1970 UTC. May jump; use it for timestamps only. */
  now(): number;
  /** Milliseconds that never go back, from an arbitrary origin. Use it for durations and deadlines. */
  monotonic(): number;
  /** Calls `callback` once after `milliseconds` (0: as the next macrotask). A pending timer does not keep the process alive by itself when `unref` is set. */
  timer(milliseconds: number, callback: () => void, options?: TimerOptions): Timer;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Resolves in a later macrotask, after pending I/O had its turn. Long loops call it so as not to block the process. */
  yield(): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
  /** `length` random bytes, fit for secrets in the real environment. */
  randomBytes(length: number): Uint8Array;
  /** A random UUID (RFC 9562, version 4). */
  uuid(): string;
  /** The RxJS scheduler of this clock, for operators that take time. */
  readonly scheduler: SchedulerLike;
}

/** What {@link Environment.timer} takes besides time and callback. */
export interface TimerOptions {
  /** Default false: a pending timer keeps the process alive. */
  readonly unref?: boolean;
}

/** A pending timer. */
export interface Timer {
  /** The callback will not run any more. Safe to call twice and after it ran. */
  cancel(): void;
}
