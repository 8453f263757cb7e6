import type { Subscription } from 'rxjs';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import type { Stored } from '../../api/object.js';
import { RateLimitedQueue } from '../../queue/rate-limited-queue.js';
import { Workers } from '../../queue/workers.js';
import type { WatcherEvent } from '../../watch/watcher-event.js';
import { refusalOf } from '../admission/admit.js';
import type { PodSource } from '../pod-source.js';
import type { PodContext } from './pod-context.js';
import { PodWorker } from './pod-worker.js';

/** What {@link PodWorkers} take. */
export interface PodWorkersOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeName: string;
  readonly sources: readonly PodSource[];
  /** How many pods are looked at at once. */
  readonly concurrency: number;
}

interface SourceState {
  readonly source: PodSource;
  readonly uids: Set<string>;
  /** Pods of the list under way; undefined: none is. */
  listed: Map<string, Stored<Pod>> | undefined;
  ready: boolean;
}

/** A worker for each pod of the node, one sync at a time each, woken by sources, runtime, probes and time. */
export class PodWorkers {
  readonly #options: PodWorkersOptions;
  readonly #queue: RateLimitedQueue;
  readonly #workers = new Map<string, PodWorker>();
  readonly #sources: readonly SourceState[];
  readonly #subscriptions: Subscription[] = [];
  readonly #onDrained = new Set<() => void>();
  #context!: PodContext;
  #running: Promise<void> = Promise.resolve();
  #drainGrace: number | undefined;

  constructor(options: PodWorkersOptions) {
    this.#options = options;
    this.#queue = new RateLimitedQueue({ environment: options.environment, backoff: { first: 500, max: 30_000, jitter: 0.2 } });
    this.#sources = options.sources.map((source) => ({ source, uids: new Set(), listed: undefined, ready: false }));
  }

  /** Begins to work. `context.wake` must call {@link PodWorkers.wake}. */
  start(context: PodContext): void {
    this.#context = context;
    const handle = (uid: string) => this.#sync(uid);
    this.#running = new Workers({
      queue: this.#queue,
      environment: this.#options.environment,
      count: this.#options.concurrency,
      handle,
    }).run();
    for (const state of this.#sources) {
      this.#subscriptions.push(state.source.watch().subscribe((event) => this.#apply(state, event)));
    }
  }

  /** Lets go of all pods; what runs goes on. */
  async stop(): Promise<void> {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    this.#queue.close();
    for (const worker of this.#workers.values()) worker.stop();
    await this.#running;
    this.#tellDrained(true);
  }

  /** Has a pod looked at, now or after so many milliseconds. Nothing for pods that are gone. */
  wake(uid: string, after = 0): void {
    if (this.#workers.has(uid)) this.#queue.addAfter(uid, after);
  }

  /** The runtime has something else of a pod than before; `present`: it has something. */
  runtimeChanged(uid: string, present: boolean): void {
    if (this.#workers.has(uid)) this.#queue.add(uid);
    else if (present && this.#allReady) this.#takeStray(uid);
  }

  /** What a pod names has changed. */
  objectsChanged(uid: string): void {
    this.#workers.get(uid)?.objectsChanged();
    this.wake(uid);
  }

  get(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  /** The newest pod of a name. */
  named(namespace: string, name: string): Stored<Pod> | undefined {
    const found = [...this.#workers.values()].flatMap(({ pod }) =>
      pod?.metadata.name === name && pod.metadata.namespace === namespace ? [pod] : [],
    );
    return found.sort(byAge).at(-1);
  }

  /** Ends all pods, those that come later too; resolves when nothing runs, or when stopped. */
  drain(gracePeriod: number): Promise<void> {
    this.#drainGrace = Math.min(gracePeriod, this.#drainGrace ?? Infinity);
    for (const worker of this.#workers.values()) {
      worker.drain(this.#drainGrace);
      this.#queue.add(worker.uid);
    }
    return new Promise((resolve) => {
      this.#onDrained.add(resolve);
      this.#tellDrained(false);
    });
  }

  get #allReady(): boolean {
    return this.#sources.every(({ ready }) => ready);
  }

  async #sync(uid: string): Promise<void> {
    const worker = this.#workers.get(uid);
    if (!worker) return;
    try {
      await worker.sync();
      this.#queue.forget(uid);
    } catch (error) {
      if (this.#queue.closed) return;
      const retryIn = Math.round(this.#queue.retry(uid));
      this.#options.logger.warn('cannot bring a pod to what it should be', { uid, pod: worker.pod?.metadata.name, retryIn, error });
    }
    if (worker.over) this.#forget(worker);
    this.#tellDrained(false);
  }

  #forget(worker: PodWorker): void {
    worker.stop();
    this.#workers.delete(worker.uid);
    this.#queue.cancelDelay(worker.uid);
  }

  #tellDrained(anyway: boolean): void {
    if (this.#onDrained.size === 0) return;
    if (!anyway && [...this.#workers.values()].some(({ drained }) => !drained)) return;
    for (const resolve of this.#onDrained) resolve();
    this.#onDrained.clear();
  }

  #apply(state: SourceState, event: WatcherEvent<Pod>): void {
    if (event.type === 'init') state.listed = new Map();
    else if (event.type === 'ready') this.#ready(state);
    else if (event.type === 'delete') this.#vanish(state, event.object.metadata.uid, event.object);
    else if (event.initial && state.listed) state.listed.set(event.object.metadata.uid, event.object);
    else this.#put(state, event.object);
  }

  /** Pods that were here before come first: they do not give way to new ones. */
  #ready(state: SourceState): void {
    const listed = [...(state.listed?.values() ?? [])].sort((a, b) => Number(wasHere(b)) - Number(wasHere(a)) || byAge(a, b));
    const uids = new Set(state.listed?.keys());
    state.listed = undefined;
    for (const uid of [...state.uids]) if (!uids.has(uid)) this.#vanish(state, uid);
    for (const pod of listed) this.#put(state, pod);
    state.ready = true;
    if (this.#allReady) void this.#clean();
  }

  #put(state: SourceState, pod: Stored<Pod>): void {
    const { uid } = pod.metadata;
    state.uids.add(uid);
    const worker = this.#workers.get(uid);
    if (worker) worker.update(pod);
    else this.#add(pod, state.source.writable);
    this.#queue.add(uid);
  }

  #add(pod: Stored<Pod>, writable: boolean): void {
    const { nodeName } = this.#options;
    const others = [...this.#workers.values()].flatMap((worker) => (worker.active ? [worker.pod!] : []));
    const rejection = wasHere(pod) ? undefined : refusalOf(pod, { nodeName, allocatable: this.#context.allocatable, others });
    if (rejection) this.#context.events.event(pod, 'Warning', rejection.reason, rejection.message);
    this.#keep(new PodWorker({ context: this.#context, uid: pod.metadata.uid, pod, writable, rejection }));
  }

  #keep(worker: PodWorker): void {
    if (this.#drainGrace !== undefined) worker.drain(this.#drainGrace);
    this.#workers.set(worker.uid, worker);
  }

  #vanish(state: SourceState, uid: string, last?: Stored<Pod>): void {
    state.uids.delete(uid);
    this.#workers.get(uid)?.vanish(last);
    this.#queue.add(uid);
  }

  /** A worker for a pod that no source knows: it ends and removes what there is. */
  #takeStray(uid: string): void {
    if (this.#queue.closed) return;
    this.#keep(new PodWorker({ context: this.#context, uid, pod: undefined, writable: false }));
    this.#queue.add(uid);
  }

  /** Once all sources have said what they have: what is left of other pods goes. */
  async #clean(): Promise<void> {
    try {
      const { uids } = await this.#context.view.fresh();
      for (const uid of [...uids, ...(await this.#context.disk.uids())]) if (!this.#workers.has(uid)) this.#takeStray(uid);
    } catch (error) {
      this.#options.logger.warn('cannot look for what is left of earlier pods', { error });
    }
  }
}

/** Whether a kubelet had taken the pod before. */
function wasHere({ status, metadata }: Stored<Pod>): boolean {
  return status?.startTime !== undefined || metadata.deletionTimestamp !== undefined;
}

function byAge(a: Stored<Pod>, b: Stored<Pod>): number {
  return a.metadata.creationTimestamp < b.metadata.creationTimestamp
    ? -1
    : Number(a.metadata.creationTimestamp > b.metadata.creationTimestamp);
}
