import { Backoff } from '../../base/backoff.js';
import type { Environment } from '../../base/environment.js';
import type { CrashBackoffOptions } from './crash-backoff.js';
import type { Waiting } from './plan.js';
import type { StartError } from './start-error.js';

interface Problem extends Waiting {
  /** Monotonic. */
  readonly since: number;
  retryAt: number;
}

/** Milliseconds for which a failed pull is shown as such before it is shown to wait for the next. */
const PULL_FAILURE_SHOWN = 1000;

/** Which containers of a pod could not be started, why, and when to try again. */
export class Problems {
  readonly #environment: Environment;
  readonly #options: CrashBackoffOptions;
  readonly #problems = new Map<string, Problem>();
  readonly #backoffs = new Map<string, Backoff>();

  constructor(environment: Environment, options: CrashBackoffOptions) {
    this.#environment = environment;
    this.#options = options;
  }

  /** Counts a failure that happens now. */
  failed(name: string, { reason, message }: StartError): void {
    let backoff = this.#backoffs.get(name);
    if (!backoff) this.#backoffs.set(name, (backoff = new Backoff({ ...this.#options, environment: this.#environment })));
    const since = this.#environment.monotonic();
    this.#problems.set(name, { reason, message, since, retryAt: since + backoff.next() });
  }

  /** It runs now. */
  solved(name: string): void {
    this.#problems.delete(name);
    this.#backoffs.delete(name);
  }

  /** What was missing may be there now: try at once. */
  retryConfiguration(): void {
    for (const problem of this.#problems.values()) if (problem.reason === 'CreateContainerConfigError') problem.retryAt = 0;
  }

  /** Milliseconds until the next try; 0: it may be made. */
  retryDelay(name: string): number {
    return Math.max(0, (this.#problems.get(name)?.retryAt ?? 0) - this.#environment.monotonic());
  }

  /** Why containers do not run. */
  get waiting(): ReadonlyMap<string, Waiting> {
    return new Map([...this.#problems].map(([name, { reason, message }]) => [name, { reason, message }]));
  }

  /**
   * Failed pulls that have been shown long enough become `ImagePullBackOff`; gives their names. Those not yet shown long
   * enough: milliseconds until the first of them is.
   */
  agePulls(image: (name: string) => string): { readonly aged: readonly string[]; readonly next: number | undefined } {
    const aged: string[] = [];
    let next: number | undefined;
    for (const [name, problem] of this.#problems) {
      if (problem.reason !== 'ErrImagePull') continue;
      const left = problem.since + PULL_FAILURE_SHOWN - this.#environment.monotonic();
      if (left > 0) next = Math.min(left, next ?? Infinity);
      else {
        const message = `Back-off pulling image "${image(name)}": ErrImagePull: ${problem.message}`;
        this.#problems.set(name, { ...problem, reason: 'ImagePullBackOff', message });
        aged.push(name);
      }
    }
    return { aged, next };
  }
}
