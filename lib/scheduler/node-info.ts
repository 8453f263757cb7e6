import type { Node, Taint } from 'kubernetes-types/core/v1.js';
import { conditionOf } from '../api/meta/conditions.js';
import type { Stored } from '../api/object.js';
import { UsedPorts } from './host-ports.js';
import type { PodInfo } from './pod-info.js';
import type { Resources } from './resources.js';
import { addResources, amount, noResources, resourcesOf } from './resources.js';

/** What predicates and priorities see of a node. */
export interface NodeInfo {
  readonly name: string;
  readonly node: Stored<Node>;
  readonly allocatable: Resources;
  /** How many pods it takes. */
  readonly podLimit: number;
  readonly taints: readonly Taint[];
  /** Its kubelet says that it takes pods. */
  readonly ready: boolean;
  /** What its pods ask for together. */
  readonly requested: Resources;
  /** The same with something assumed for containers that ask for nothing. */
  readonly assumed: Resources;
  readonly usedPorts: UsedPorts;
  /** The pods on it, and those on their way, by uid. */
  readonly pods: ReadonlyMap<string, PodInfo>;
  /** A number that no other state of any node has had. */
  readonly generation: number;
  /** A small number, its own as long as it is in the cache; indexes tables of results. */
  readonly slot: number;
}

/** A node of the cache. Sums follow each pod that comes or goes; they are never made anew. */
export class CachedNode implements NodeInfo {
  readonly usedPorts = new UsedPorts();
  readonly pods = new Map<string, PodInfo>();
  requested = noResources;
  assumed = noResources;
  allocatable = noResources;
  podLimit = 0;
  taints: readonly Taint[] = [];
  ready = false;
  generation = 0;
  /** Where it stands in the list of nodes; −1: its pods are known, itself is not. */
  position = -1;
  #node: Stored<Node> | undefined;

  constructor(
    readonly name: string,
    readonly slot: number,
  ) {}

  get known(): boolean {
    return this.#node !== undefined;
  }

  get node(): Stored<Node> {
    if (!this.#node) throw new Error(`node ${this.name} is not known yet`);
    return this.#node;
  }

  set(node: Stored<Node> | undefined): void {
    this.#node = node;
    const { allocatable, capacity, conditions } = node?.status ?? {};
    const amounts = allocatable ?? capacity;
    this.allocatable = resourcesOf(amounts);
    this.podLimit = amounts?.pods === undefined ? 0 : amount(amounts.pods);
    this.taints = node?.spec?.taints ?? [];
    this.ready = conditionOf(conditions, 'Ready')?.status === 'True';
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    this.#count(pod, 1);
    for (const port of pod.hostPorts) this.usedPorts.add(port);
  }

  remove(pod: PodInfo): void {
    this.pods.delete(pod.uid);
    this.#count(pod, -1);
    for (const port of pod.hostPorts) this.usedPorts.remove(port);
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    this.requested = addResources(this.requested, pod.requests, sign);
    this.assumed = addResources(this.assumed, pod.assumed, sign);
  }
}
