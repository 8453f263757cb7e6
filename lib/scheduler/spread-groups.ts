import type { ReplicationController, Service } from 'kubernetes-types/core/v1.js';
import { selectorFromMap } from '../api/meta/label-selector.js';
import { controllerOf } from '../api/meta/owner-references.js';
import type { LabelSelector } from '../api/meta/label-selector.js';
import type { CacheReader } from '../watch/cache.js';
import type { PodObserver } from './node-cache.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';

/** What {@link SpreadGroups} reads. */
export interface SpreadGroupsOptions {
  readonly services: CacheReader<Service>;
  readonly controllers: CacheReader<ReplicationController>;
  /** All pods on nodes; asked once for each new group. */
  readonly placed: () => Iterable<{ readonly pod: PodInfo; readonly node: NodeInfo }>;
}

/** Pods that the same services and controllers select, counted by node. */
interface Group {
  readonly id: string;
  readonly bucket: string;
  readonly selector: LabelSelector;
  /** By slot of the node. A node gives its slot up only when no pod is left on it, so a successor begins with 0. */
  readonly counts: number[];
}

type Labels = Readonly<Record<string, string>>;

/** Groups beyond this many are forgotten, those not asked for longest first, and counted again when they are. */
const MOST_GROUPS = 2048;

/**
 * How many pods of a pod's services and controllers are on each node. Counts follow each pod that comes or goes; a group is
 * found through one of its labels, so a pod only meets the groups that may select it.
 */
export class SpreadGroups implements PodObserver {
  readonly #options: SpreadGroupsOptions;
  readonly #groups = new Map<string, Group>();
  readonly #buckets = new Map<string, Set<Group>>();
  /** Pods of equal labels and owner → their group, until a selector changes. */
  readonly #known = new Map<string, Group | undefined>();

  constructor(options: SpreadGroupsOptions) {
    this.#options = options;
  }

  /** Peers of a pod by slot of the node; undefined when no service and no controller selects it. */
  countsFor(pod: PodInfo): readonly number[] | undefined {
    const { labels } = pod.pod.metadata;
    if (!labels) return undefined;
    const key = `${pod.namespace}\n${controllerOf(pod.pod)?.uid ?? ''}\n${JSON.stringify(labels)}`;
    if (!this.#known.has(key)) {
      if (this.#known.size >= MOST_GROUPS) this.#known.clear();
      this.#known.set(key, this.#groupOf(pod));
    }
    return this.#known.get(key)?.counts;
  }

  /** A service or a controller has come, gone, or changed its selector. */
  selectorsChanged(): void {
    this.#known.clear();
  }

  arrived(pod: PodInfo, node: NodeInfo): void {
    this.#count(pod, node, 1);
  }

  left(pod: PodInfo, node: NodeInfo): void {
    this.#count(pod, node, -1);
  }

  #count(pod: PodInfo, node: NodeInfo, sign: 1 | -1): void {
    if (pod.pod.metadata.deletionTimestamp || this.#groups.size === 0) return;
    const { labels } = pod.pod.metadata;
    for (const [name, value] of Object.entries(labels ?? {})) {
      for (const group of this.#buckets.get(bucketOf(pod.namespace, name, value)) ?? []) {
        if (group.selector.matches(labels)) addCount(group.counts, node.slot, sign);
      }
    }
  }

  #groupOf(pod: PodInfo): Group | undefined {
    const merged: Labels = Object.assign({}, ...this.#selectorsOf(pod)) as Labels;
    const labels = Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1));
    const first = labels[0];
    if (!first) return undefined;
    const id = `${pod.namespace}\n${JSON.stringify(labels)}`;
    const group = this.#groups.get(id) ?? this.#made(id, bucketOf(pod.namespace, ...first), merged);
    this.#groups.delete(id);
    this.#groups.set(id, group);
    return group;
  }

  /** As Kubernetes: what all services that select the pod and its controller demand together. */
  #selectorsOf({ namespace, pod }: PodInfo): Labels[] {
    const { services, controllers } = this.#options;
    const { labels } = pod.metadata;
    const selectors = services
      .list(namespace)
      .map((service) => service.spec?.selector)
      .filter(
        (selector): selector is Labels =>
          selector !== undefined && Object.entries(selector).every(([key, value]) => labels?.[key] === value),
      );
    const owner = controllerOf(pod);
    const controller = owner?.kind === 'ReplicationController' ? controllers.get({ namespace, name: owner.name }) : undefined;
    if (controller?.metadata.uid === owner?.uid && controller?.spec?.selector) selectors.push(controller.spec.selector);
    return selectors;
  }

  #made(id: string, bucket: string, labels: Labels): Group {
    const group: Group = { id, bucket, selector: selectorFromMap(labels), counts: [] };
    const [namespace] = id.split('\n', 1);
    for (const { pod, node } of this.#options.placed()) {
      if (pod.namespace !== namespace || pod.pod.metadata.deletionTimestamp) continue;
      if (group.selector.matches(pod.pod.metadata.labels)) addCount(group.counts, node.slot, 1);
    }
    const bucketed = this.#buckets.get(bucket) ?? new Set();
    this.#buckets.set(bucket, bucketed.add(group));
    if (this.#groups.size >= MOST_GROUPS) this.#forget(this.#groups.values().next().value!);
    return group;
  }

  #forget(group: Group): void {
    this.#groups.delete(group.id);
    const bucketed = this.#buckets.get(group.bucket);
    bucketed?.delete(group);
    if (bucketed?.size === 0) this.#buckets.delete(group.bucket);
    this.#known.clear();
  }
}

const bucketOf = (namespace: string, name: string, value: string) => `${namespace}\n${name}=${value}`;

function addCount(counts: number[], slot: number, by: number): void {
  // Without holes, so that reading stays cheap.
  while (counts.length <= slot) counts.push(0);
  counts[slot] = counts[slot]! + by;
}
