import type { Binding, Pod } from 'kubernetes-types/core/v1.js';
import type { Subscription } from 'rxjs';
import { bindings } from '../api/core/bindings.js';
import { nodes } from '../api/core/nodes.js';
import { pods } from '../api/core/pods.js';
import { replicationControllers } from '../api/core/replication-controllers.js';
import { services } from '../api/core/services.js';
import { nameOf } from '../api/object.js';
import { StatusError } from '../api/status-error.js';
import type { Creator, Registry } from '../registry/registry.js';
import { allChanges } from './cluster-change.js';
import { ClusterFeed } from './cluster-feed.js';
import { Cycle } from './cycle-state.js';
import { FailureReport } from './failure-report.js';
import { FitError } from './fit-error.js';
import { InFlight } from './in-flight.js';
import { NodeCache } from './node-cache.js';
import { NodeSelection } from './node-selection.js';
import type { PodInfo } from './pod-info.js';
import type { ResolvedSchedulerOptions } from './scheduler-options.js';
import { SchedulingQueue } from './scheduling-queue.js';
import { SpreadGroups } from './spread-groups.js';

/** Decisions in a row before the process gets a turn for other things. */
const DECISIONS_A_TURN = 32;

/** One run of a scheduler, from start to stop. */
export class SchedulerRun {
  readonly #options: ResolvedSchedulerOptions;
  readonly #cache: NodeCache;
  readonly #queue: SchedulingQueue;
  readonly #spread: SpreadGroups;
  readonly #selection: NodeSelection;
  readonly #writes: InFlight;
  readonly #report: FailureReport;
  readonly #bindings: Creator<Binding>;
  readonly #pods: Registry<Pod>;
  readonly #abort = new AbortController();
  #subscription: Subscription | undefined;
  #loop: Promise<void> | undefined;
  #draining = false;

  constructor(options: ResolvedSchedulerOptions) {
    const { registries, caches, environment, events, log, predicates, priorities, percentageOfNodesToScore } = options;
    this.#options = options;
    this.#spread = new SpreadGroups({
      services: caches.cache(services),
      controllers: caches.cache(replicationControllers),
      placed: () => this.#cache.pods(),
    });
    this.#cache = new NodeCache(this.#spread);
    this.#queue = new SchedulingQueue({
      environment,
      wakes: new Map(predicates.map(({ name, wakes = allChanges }) => [name, wakes])),
      onReady: () => this.#kick(),
      backoff: options.backoff,
      maxBackoff: options.maxBackoff,
      patience: options.patience,
    });
    const random = () => environment.random();
    this.#selection = new NodeSelection({ cache: this.#cache, predicates, priorities, random, percentage: percentageOfNodesToScore });
    this.#writes = new InFlight(options.parallelBindings);
    this.#bindings = registries.registry(bindings);
    this.#pods = registries.registry(pods);
    this.#report = new FailureReport({ pods: this.#pods, events, environment, log });
  }

  /** Waits for the caches and begins. Gives up when `signal` aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const { caches, schedulerName } = this.#options;
    const feed = new ClusterFeed({
      pods: caches.cache(pods),
      nodes: caches.cache(nodes),
      services: caches.cache(services),
      controllers: caches.cache(replicationControllers),
      cache: this.#cache,
      queue: this.#queue,
      spread: this.#spread,
      schedulerName,
    });
    await untilAborted(
      Promise.all([pods, nodes, services, replicationControllers].map((kind) => caches.cache(kind as typeof pods).synced)),
      signal,
    );
    this.#subscription = feed.connect();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('the scheduler stops'));
    this.#subscription?.unsubscribe();
    this.#queue.clear();
    await this.#loop;
    await this.#writes.idle();
    this.#queue.clear();
  }

  /** Starts the loop in a later microtask, so that pods which arrive together are taken by priority. */
  #kick(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#loop = Promise.resolve().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    try {
      for (let decisions = 1; ; decisions++) {
        await this.#writes.room();
        const next = this.#abort.signal.aborted ? undefined : this.#queue.take();
        if (!next) return;
        this.#decide(next.pod);
        if (decisions % DECISIONS_A_TURN === 0) await this.#options.environment.yield();
      }
    } finally {
      this.#draining = false;
    }
  }

  #decide(pod: PodInfo): void {
    const node = this.#nodeFor(pod);
    if (node === undefined) return this.#queue.failed(pod.uid);
    if (node instanceof FitError) {
      this.#queue.refused(pod.uid, node.predicates);
      return this.#writes.run(() => this.#report.tell(pod.pod, 'Unschedulable', node.message));
    }
    this.#cache.assume(pod, node.name);
    this.#writes.run(() => this.#bind(pod, node.name));
  }

  /** Undefined: a plug-in has thrown. */
  #nodeFor(pod: PodInfo) {
    try {
      return this.#selection.select(pod, new Cycle(this.#spread.countsFor(pod)));
    } catch (error) {
      this.#options.log.error('a predicate or a priority has thrown', { pod: pod.key, error });
      return undefined;
    }
  }

  async #bind(pod: PodInfo, node: string): Promise<void> {
    const { events } = this.#options;
    try {
      const { name, namespace } = nameOf(pod.pod);
      const binding: Binding = { metadata: { name, namespace: namespace!, uid: pod.uid }, target: { kind: 'Node', name: node } };
      await this.#bindings.create(binding, { signal: this.#abort.signal });
    } catch (error) {
      return this.#bindingFailed(pod, error);
    }
    this.#queue.remove(pod.uid);
    events.event(pod.pod, 'Normal', 'Scheduled', `Successfully assigned ${pod.key} to ${node}`);
  }

  async #bindingFailed(pod: PodInfo, error: unknown): Promise<void> {
    if (this.#abort.signal.aborted) return;
    if (StatusError.is(error, 'Timeout') && (await this.#isBound(pod))) return this.#queue.remove(pod.uid);
    if (this.#cache.forget(pod.uid)) this.#queue.wake(['pod-left']);
    this.#queue.failed(pod.uid);
    // Bound or deleted meanwhile: the watch says so soon, and takes the pod out of the queue.
    if (StatusError.is(error, 'Conflict') || StatusError.is(error, 'NotFound')) return;
    this.#options.log.warn('a binding failed', { pod: pod.key, error });
    await this.#report.tell(pod.pod, 'SchedulerError', `binding rejected: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Reads past the cache: the answer of the write was lost, the write perhaps not. */
  async #isBound(pod: PodInfo): Promise<boolean> {
    try {
      const current = await this.#pods.get(nameOf(pod.pod));
      return current.metadata.uid === pod.uid && current.spec?.nodeName !== undefined;
    } catch (error) {
      this.#options.log.debug('could not read a pod after a lost answer', { pod: pod.key, error });
      return false;
    }
  }
}

function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(() => resolve(), reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
