import type { Subscription } from 'rxjs';
import type { ControllerOptions } from './controller-definition.js';
import type { KeyRun } from './key-run.js';
import type { Verdict } from './reconciler.js';
import type { Wake } from './wake.js';

/** What a controller works on; queue, workers, time limits and back-off are those of every controller. */
export interface ControllerTask {
  readonly name: string;
  readonly options: ControllerOptions;
  /** Tells the keys of all there is, then those of each change, until unsubscribed. */
  watch(wake: (wake: Wake) => void): Subscription;
  /** Resolves when the caches it reads are full. */
  synced(): Promise<void>;
  reconcile(key: string, run: KeyRun): Promise<Verdict>;
  /** Whether a wake is only the echo of what the reconcile of its key has written. Default: nothing is. */
  isEcho?(wake: Wake): boolean;
  /** Lets go of what it holds. */
  stop(): void;
}
