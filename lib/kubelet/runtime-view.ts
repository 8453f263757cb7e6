import type { Subscription } from 'rxjs';
import { retryWithBackoff } from '../base/streams/retry-with-backoff.js';
import type { Environment, Timer } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import type { ContainerRuntime, RuntimePod } from '../runtime/container-runtime.js';
import type { ActualPod } from './pods/actual-pod.js';
import { absentPod, actualPodOf } from './pods/actual-pod.js';

/** What {@link RuntimeView} takes. */
export interface RuntimeViewOptions {
  readonly runtime: ContainerRuntime;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Milliseconds between two looks at the whole runtime when nothing asks for one: finds what events missed. */
  readonly relistPeriod: number;
  /** Told of each pod that is not as it was; `present`: there is something of it. */
  readonly onChange: (uid: string, present: boolean) => void;
}

/** One look at the runtime. */
export interface RuntimeSnapshot {
  pod(uid: string): ActualPod;
  /** Uids of all pods that the runtime has something of. */
  readonly uids: readonly string[];
}

/**
 * What the runtime has, listed once for all pods that ask at about the same time.
 *
 * Runtime events and, every now and then, a comparison of two lists tell which pods have changed.
 */
export class RuntimeView {
  readonly #options: RuntimeViewOptions;
  #prints = new Map<string, string>();
  #running: Promise<RuntimeSnapshot> | undefined;
  #next: Promise<RuntimeSnapshot> | undefined;
  #nextAskers = new Set<string | undefined>();
  #events: Subscription | undefined;
  #relist: Timer | undefined;
  #error: unknown;

  constructor(options: RuntimeViewOptions) {
    this.#options = options;
  }

  /** Why the runtime could not be listed the last time; undefined: it could. */
  get error(): unknown {
    return this.#error;
  }

  start(): void {
    const { runtime, environment, logger, onChange } = this.#options;
    this.#events = runtime
      .events()
      .pipe(
        retryWithBackoff({
          environment,
          first: 500,
          max: 30_000,
          onError: (error) => logger.warn('lost the events of the container runtime', { error }),
        }),
      )
      .subscribe(({ pod, type }) => onChange(pod.uid, type !== 'removed'));
    this.#scheduleRelist();
  }

  stop(): void {
    this.#events?.unsubscribe();
    this.#relist?.cancel();
    this.#events = this.#relist = undefined;
  }

  /** A look that began after this call. `asker` is a pod that acts on it, and so need not be told of its own changes. */
  fresh(asker?: string): Promise<RuntimeSnapshot> {
    if (!this.#running) return (this.#running = this.#look(new Set([asker])));
    this.#nextAskers.add(asker);
    this.#next ??= this.#running.then(
      () => this.#promote(),
      () => this.#promote(),
    );
    return this.#next;
  }

  #promote(): Promise<RuntimeSnapshot> {
    const askers = this.#nextAskers;
    this.#next = undefined;
    this.#nextAskers = new Set();
    return (this.#running = this.#look(askers));
  }

  async #look(askers: ReadonlySet<string | undefined>): Promise<RuntimeSnapshot> {
    try {
      const pods = await this.#options.runtime.pods();
      this.#error = undefined;
      return this.#snapshot(pods, askers);
    } catch (error) {
      this.#error = error;
      throw error;
    } finally {
      if (!this.#next) this.#running = undefined;
    }
  }

  #snapshot(pods: readonly RuntimePod[], askers: ReadonlySet<string | undefined>): RuntimeSnapshot {
    const groups = new Map<string, RuntimePod[]>();
    for (const pod of pods) groups.set(pod.pod.uid, [...(groups.get(pod.pod.uid) ?? []), pod]);
    this.#tell(groups, askers);
    return { uids: [...groups.keys()], pod: (uid) => (groups.has(uid) ? actualPodOf(groups.get(uid)!) : absentPod) };
  }

  #tell(groups: ReadonlyMap<string, readonly RuntimePod[]>, askers: ReadonlySet<string | undefined>): void {
    const prints = new Map([...groups].map(([uid, pods]) => [uid, pods.map(fingerprint).join()]));
    const before = this.#prints;
    this.#prints = prints;
    const changed = [...prints].filter(([uid, print]) => before.get(uid) !== print).map(([uid]) => uid);
    const gone = [...before.keys()].filter((uid) => !prints.has(uid));
    for (const uid of [...changed, ...gone]) if (!askers.has(uid)) this.#options.onChange(uid, prints.has(uid));
  }

  #scheduleRelist(): void {
    const { environment, relistPeriod, logger } = this.#options;
    this.#relist = environment.timer(
      relistPeriod,
      () => {
        this.#scheduleRelist();
        this.fresh().catch((error: unknown) => logger.warn('cannot list the container runtime', { error }));
      },
      { unref: true },
    );
  }
}

function fingerprint({ sandboxId, ready, ips, containers }: RuntimePod): string {
  return `${sandboxId}${ready}${ips.join('+')}${containers.map(({ id, state }) => `${id}${state}`).join('+')}`;
}
