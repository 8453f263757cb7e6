import type { Subscription } from 'rxjs';
import type { ControllerOptions } from './controller-definition.js';
import type { Verdict } from './reconciler.js';

/** What a controller works on; queue, workers, time limits and back-off are those of every controller. */
export interface ControllerTask {
  readonly name: string;
  readonly options: ControllerOptions;
  /** Tells the keys of all there is, then those of each change, until unsubscribed. */
  watch(add: (key: string) => void): Subscription;
  /** Resolves when the caches it reads are full. */
  synced(): Promise<void>;
  reconcile(key: string, signal: AbortSignal): Promise<Verdict>;
}
