import type { Lifecycle } from '../base/lifecycle.js';
import { OnceLifecycle } from '../base/once-lifecycle.js';
import type { SchedulerOptions } from './scheduler-options.js';
import { resolveSchedulerOptions } from './scheduler-options.js';
import { SchedulerRun } from './scheduler-run.js';

/**
 * Finds a node for each pod that has none.
 *
 * Watches fill a queue of pods and a cache of nodes; for each pod in turn, predicates filter the nodes and priorities rank
 * them; the pod is assumed there and bound by creating a Binding, while the next one is already being looked at. Pods that fit
 * nowhere wait for a change that may help, with an event and a condition that say why.
 */
export class Scheduler implements Lifecycle {
  readonly #lifecycle: OnceLifecycle;
  #run: SchedulerRun | undefined;

  constructor(options: SchedulerOptions) {
    const resolved = resolveSchedulerOptions(options);
    this.#lifecycle = new OnceLifecycle({
      start: (signal) => (this.#run = new SchedulerRun(resolved)).start(signal),
      stop: () => this.#run?.stop(),
    });
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }
}
