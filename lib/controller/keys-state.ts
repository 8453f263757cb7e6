import type { WaitingKey } from './waiting-keys.js';

/** How the keys of a `reconcileKeys` stand, at any time. */
export interface KeysState {
  /** Keys that wait for a worker. */
  readonly waiting: number;
  /** Keys that are worked on. */
  readonly running: readonly string[];
  /** Keys that come back later: after a failure, or since a reconcile asked for it. */
  readonly delayed: number;
  /** Keys whose last reconcile failed. */
  readonly failing: number;
  /** Why and since when a key waits; undefined when it does not. */
  why(key: string): WaitingKey | undefined;
  /** Resolves when nothing waits and nothing runs; what is delayed does not count. */
  idle(): Promise<void>;
}
