import type { Node, Pod, ReplicationController, Service } from 'kubernetes-types/core/v1.js';
import { Subscription } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Stored } from '../api/object.js';
import type { CacheEvent, CacheReader } from '../watch/cache.js';
import type { NodeCache } from './node-cache.js';
import { podInfoOf, samePlacement } from './pod-info.js';
import type { SchedulingQueue } from './scheduling-queue.js';
import type { SpreadGroups } from './spread-groups.js';

/** What a {@link ClusterFeed} reads and feeds. */
export interface ClusterFeedOptions {
  readonly pods: CacheReader<Pod>;
  readonly nodes: CacheReader<Node>;
  readonly services: CacheReader<Service>;
  readonly controllers: CacheReader<ReplicationController>;
  readonly cache: NodeCache;
  readonly queue: SchedulingQueue;
  readonly spread: SpreadGroups;
  readonly schedulerName: string;
}

/** Carries what the watches show into the scheduler's cache and queue. */
export class ClusterFeed {
  readonly #options: ClusterFeedOptions;

  constructor(options: ClusterFeedOptions) {
    this.#options = options;
  }

  /** Takes over what the caches show now, then every change until unsubscribed. The caches must be synced. */
  connect(): Subscription {
    const { pods, nodes, services, controllers, spread } = this.#options;
    for (const node of nodes.list()) this.#onNode({ object: node, initial: true });
    for (const pod of pods.list()) this.#onPod(undefined, pod);
    const subscription = new Subscription();
    subscription.add(nodes.changes.subscribe((event) => this.#onNode(event)));
    subscription.add(pods.changes.subscribe(({ old, object }) => this.#onPodEvent(old, object)));
    for (const changes of [services.changes, controllers.changes] as Observable<CacheEvent<Service | ReplicationController>>[])
      subscription.add(changes.subscribe(({ old, object }) => selectorOf(old) !== selectorOf(object) && spread.selectorsChanged()));
    return subscription;
  }

  #onNode({ old, object }: CacheEvent<Node>): void {
    const { cache, queue } = this.#options;
    if (object) queue.wake(cache.setNode(object));
    else if (old) cache.removeNode(old.metadata.name);
  }

  #onPodEvent(old: Stored<Pod> | undefined, pod: Stored<Pod> | undefined): void {
    if (old && old.metadata.uid !== pod?.metadata.uid) this.#onPodGone(old.metadata.uid);
    if (pod) this.#onPod(old?.metadata.uid === pod.metadata.uid ? old : undefined, pod);
  }

  #onPodGone(uid: string): void {
    const { cache, queue } = this.#options;
    queue.remove(uid);
    if (cache.removePod(uid)) queue.wake(['pod-left']);
  }

  #onPod(old: Stored<Pod> | undefined, pod: Stored<Pod>): void {
    if (isFinished(pod)) this.#onPodGone(pod.metadata.uid);
    else if (pod.spec?.nodeName) this.#onPlaced(old, pod, pod.spec.nodeName);
    else this.#onPending(old, pod);
  }

  #onPlaced(old: Stored<Pod> | undefined, pod: Stored<Pod>, nodeName: string): void {
    const { cache, queue } = this.#options;
    const { uid } = pod.metadata;
    queue.remove(uid);
    if (old && cache.has(uid) && samePlacement(old, pod)) return;
    cache.addPod(podInfoOf(pod), nodeName);
  }

  #onPending(old: Stored<Pod> | undefined, pod: Stored<Pod>): void {
    const { cache, queue, schedulerName } = this.#options;
    const { uid, deletionTimestamp } = pod.metadata;
    const ours = (pod.spec?.schedulerName ?? 'default-scheduler') === schedulerName;
    if (!ours || deletionTimestamp || pod.spec?.schedulingGates?.length) return queue.remove(uid);
    const known = queue.get(uid);
    // Bound a moment ago; this is older news.
    if (!known && cache.isAssumed(uid)) return;
    if (known && old && samePlacement(old, pod)) queue.refresh({ ...known.pod, pod });
    else queue.put(podInfoOf(pod));
  }
}

const isFinished = (pod: Stored<Pod>) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

const selectorOf = (object: Stored<Service | ReplicationController> | undefined) => object && JSON.stringify(object.spec?.selector);
