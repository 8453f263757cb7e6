import type { Node } from 'kubernetes-types/core/v1.js';
import { jsonText } from '../api/exact-json.js';
import type { Stored } from '../api/object.js';
import type { ClusterChange } from './cluster-change.js';
import type { NodeInfo } from './node-info.js';
import { CachedNode } from './node-info.js';
import type { PodInfo } from './pod-info.js';

/** Told of each pod that comes to or leaves a node. */
export interface PodObserver {
  arrived(pod: PodInfo, node: NodeInfo): void;
  left(pod: PodInfo, node: NodeInfo): void;
}

interface Placed {
  readonly pod: PodInfo;
  readonly node: CachedNode;
  readonly assumed: boolean;
}

/**
 * The nodes and what their pods take of them, kept up from watches.
 *
 * A pod is *assumed* on its node from the moment the scheduler has decided until the watch shows it bound, so that the next
 * decision already counts it; it is forgotten when the binding fails.
 */
export class NodeCache {
  /** Nodes that exist, in no meaningful order. */
  readonly nodes: NodeInfo[] = [];
  readonly #known: CachedNode[] = this.nodes as CachedNode[];
  readonly #byName = new Map<string, CachedNode>();
  readonly #placed = new Map<string, Placed>();
  readonly #freeSlots: number[] = [];
  readonly #observer: PodObserver | undefined;
  #slots = 0;
  #generation = 0;

  constructor(observer?: PodObserver) {
    this.#observer = observer;
  }

  /** Grows with every change of any node. */
  get generation(): number {
    return this.#generation;
  }

  /** Pods on nodes, assumed ones among them. */
  get podCount(): number {
    return this.#placed.size;
  }

  node(name: string): NodeInfo | undefined {
    const node = this.#byName.get(name);
    return node?.known ? node : undefined;
  }

  /** Adds or replaces a node; answers with what may now fit better than before. */
  setNode(node: Stored<Node>): readonly ClusterChange[] {
    const cached = this.#nodeOf(node.metadata.name);
    const old = cached.known ? cached.node : undefined;
    if (old === node) return [];
    const changes = old ? changesOf(old, node) : (['node-added'] as const);
    // A heartbeat changes nothing that anyone looks at: results for this node stay good.
    if (changes.length === 0 && old) {
      cached.set(node);
      return changes;
    }
    cached.set(node);
    if (cached.position < 0) cached.position = this.#known.push(cached) - 1;
    this.#touch(cached);
    return changes;
  }

  removeNode(name: string): void {
    const node = this.#byName.get(name);
    if (!node?.known) return;
    node.set(undefined);
    this.#unlist(node);
    this.#touch(node);
    this.#dropIfEmpty(node);
  }

  /** A pod that the watch shows on a node. */
  addPod(pod: PodInfo, nodeName: string): void {
    const old = this.#placed.get(pod.uid);
    if (old && old.node.name === nodeName && countsAs(old.pod, pod)) {
      old.node.pods.set(pod.uid, pod);
      this.#placed.set(pod.uid, { pod, node: old.node, assumed: false });
      return;
    }
    if (old) this.#take(old);
    this.#place(pod, nodeName, false);
    if (old) this.#dropIfEmpty(old.node);
  }

  /** Counts a pod on the node that it is being bound to. */
  assume(pod: PodInfo, nodeName: string): void {
    this.#place(pod, nodeName, true);
  }

  /** Takes an assumed pod back; does nothing once the watch has shown it. */
  forget(uid: string): boolean {
    return this.#placed.get(uid)?.assumed === true && this.removePod(uid);
  }

  /** Answers whether it was on a node. */
  removePod(uid: string): boolean {
    const placed = this.#placed.get(uid);
    if (!placed) return false;
    this.#take(placed);
    this.#dropIfEmpty(placed.node);
    return true;
  }

  has(uid: string): boolean {
    return this.#placed.has(uid);
  }

  isAssumed(uid: string): boolean {
    return this.#placed.get(uid)?.assumed === true;
  }

  /** The pod as it is counted, and where. */
  placed(uid: string): { readonly pod: PodInfo; readonly node: NodeInfo } | undefined {
    return this.#placed.get(uid);
  }

  /** All pods on nodes. */
  *pods(): Iterable<{ readonly pod: PodInfo; readonly node: NodeInfo }> {
    yield* this.#placed.values();
  }

  #place(pod: PodInfo, nodeName: string, assumed: boolean): void {
    const node = this.#nodeOf(nodeName);
    node.add(pod);
    this.#placed.set(pod.uid, { pod, node, assumed });
    this.#touch(node);
    this.#observer?.arrived(pod, node);
  }

  #take({ pod, node }: Placed): void {
    this.#placed.delete(pod.uid);
    node.remove(pod);
    this.#touch(node);
    this.#observer?.left(pod, node);
  }

  #touch(node: CachedNode): void {
    node.generation = ++this.#generation;
  }

  /** Pods may be seen before their node, and stay a while after it. */
  #nodeOf(name: string): CachedNode {
    let node = this.#byName.get(name);
    if (!node) this.#byName.set(name, (node = new CachedNode(name, this.#freeSlots.pop() ?? this.#slots++)));
    return node;
  }

  #unlist(node: CachedNode): void {
    const last = this.#known.pop();
    if (last && last !== node) {
      this.#known[node.position] = last;
      last.position = node.position;
    }
    node.position = -1;
  }

  #dropIfEmpty(node: CachedNode): void {
    if (node.known || node.pods.size > 0) return;
    this.#byName.delete(node.name);
    this.#freeSlots.push(node.slot);
  }
}

/** What a changed node changes for pods that did not fit; empty for a heartbeat. */
function changesOf(old: Stored<Node>, node: Stored<Node>): readonly ClusterChange[] {
  const changes: ClusterChange[] = [];
  const differs = (a: unknown, b: unknown) => a !== b && jsonText(a) !== jsonText(b);
  if (differs(old.status?.allocatable ?? old.status?.capacity, node.status?.allocatable ?? node.status?.capacity))
    changes.push('node-allocatable');
  if (differs(old.metadata.labels, node.metadata.labels)) changes.push('node-labels');
  if (differs(old.spec?.taints, node.spec?.taints) || old.spec?.unschedulable !== node.spec?.unschedulable) changes.push('node-taints');
  if (conditionsOf(old) !== conditionsOf(node)) changes.push('node-condition');
  if (differs(old.metadata.annotations, node.metadata.annotations)) changes.push('node-labels');
  return changes;
}

const conditionsOf = (node: Stored<Node>) => (node.status?.conditions ?? []).map(({ type, status }) => `${type}=${status}`).join();

/** Whether both are the same to everyone who counts pods: a binding that came true, a new status. */
function countsAs(a: PodInfo, b: PodInfo): boolean {
  return (
    a.requests.cpu === b.requests.cpu &&
    a.requests.memory === b.requests.memory &&
    a.requests.storage === b.requests.storage &&
    !a.requests.others &&
    !b.requests.others &&
    a.hostPorts.length + b.hostPorts.length === 0 &&
    a.pod.metadata.deletionTimestamp === b.pod.metadata.deletionTimestamp &&
    JSON.stringify(a.pod.metadata.labels) === JSON.stringify(b.pod.metadata.labels)
  );
}
