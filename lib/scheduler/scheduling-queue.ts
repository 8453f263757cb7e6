import { backoffDelay } from '../base/backoff.js';
import type { Environment, Timer } from '../base/environment.js';
import { Heap } from '../base/heap.js';
import type { HeapItem } from '../base/heap.js';
import type { ClusterChange } from './cluster-change.js';
import { allChanges } from './cluster-change.js';
import type { PodInfo } from './pod-info.js';

/** What a {@link SchedulingQueue} is made with. */
export interface SchedulingQueueOptions {
  readonly environment: Environment;
  /** Changes that make another try worth while, by the name of the predicate that refused. Unknown names: all changes. */
  readonly wakes: ReadonlyMap<string, readonly ClusterChange[]>;
  /** Called when {@link SchedulingQueue.take} has something to give again. */
  readonly onReady: () => void;
  /** Milliseconds from a failed try to the next one, after the first failure. Doubles up to `maxBackoff`. */
  readonly backoff: number;
  readonly maxBackoff: number;
  /** Milliseconds after which a pod is tried again though nothing has changed. */
  readonly patience: number;
}

/** A pod that wants a node. */
export interface QueuedPod {
  readonly pod: PodInfo;
  /** How often it was taken. */
  readonly attempts: number;
}

type Place = 'active' | 'backoff' | 'unschedulable' | 'taken';

interface Entry extends HeapItem {
  pod: PodInfo;
  attempts: number;
  place: Place;
  readonly order: number;
  /** Monotonic time of the last failure, and the first time it may be tried again. */
  failedAt: number;
  readyAt: number;
  wokenBy: readonly ClusterChange[];
}

/**
 * Pods without a node, in three parts: *active* ones, to be taken by priority, then age; those that *back off* after a failure;
 * and *unschedulable* ones, which wait for a change of the cluster that may make room for them, and back off then if it is too
 * early. Bounded by the pods that exist.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #active = new Heap<Entry>((a, b) => (a.pod.priority === b.pod.priority ? a.order < b.order : a.pod.priority > b.pod.priority));
  readonly #backoff = new Heap<Entry>((a, b) => (a.readyAt === b.readyAt ? a.order < b.order : a.readyAt < b.readyAt));
  /** Oldest failure first. */
  readonly #unschedulable = new Set<Entry>();
  readonly #sleepers = new Map<ClusterChange, Set<Entry>>(allChanges.map((change) => [change, new Set()]));
  #order = 0;
  #timer: Timer | undefined;
  #timerAt = Infinity;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How many pods are in a part of the queue. */
  count(place: Place): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.place === place) count++;
    return count;
  }

  get(uid: string): QueuedPod | undefined {
    return this.#entries.get(uid);
  }

  /** Adds a pod, or takes over what has changed of it; a change makes an unschedulable pod worth another try. */
  put(pod: PodInfo): void {
    const known = this.#entries.get(pod.uid);
    if (known) return this.#change(known, pod);
    const entry: Entry = { pod, attempts: 0, place: 'active', order: this.#order++, failedAt: 0, readyAt: 0, wokenBy: [], index: -1 };
    this.#entries.set(pod.uid, entry);
    this.#activate(entry);
  }

  /** Takes over a pod of which nothing has changed that scheduling looks at. */
  refresh(pod: PodInfo): void {
    const entry = this.#entries.get(pod.uid);
    if (entry) entry.pod = pod;
  }

  /** The pod needs no node any more. Also right for one that is taken. */
  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#leave(entry);
    this.#entries.delete(uid);
  }

  /** The next pod; it stays known until {@link remove}, and comes back by {@link refused} or {@link failed}. */
  take(): QueuedPod | undefined {
    const entry = this.#active.pop();
    if (!entry) return undefined;
    entry.place = 'taken';
    entry.attempts++;
    return entry;
  }

  /** No node fits: the pod waits for what may change the minds of these predicates; without any, for every change. */
  refused(uid: string, predicates: Iterable<string>): void {
    const entry = this.#fail(uid);
    if (!entry) return;
    entry.place = 'unschedulable';
    entry.wokenBy = this.#wakersOf([...predicates]);
    this.#unschedulable.add(entry);
    for (const change of entry.wokenBy) this.#sleepers.get(change)?.add(entry);
    this.#arm();
  }

  /** Something went wrong: the pod is tried again after its back-off. */
  failed(uid: string): void {
    const entry = this.#fail(uid);
    if (entry) this.#ready(entry);
  }

  /** The cluster has changed: wakes the pods that it may help. */
  wake(changes: readonly ClusterChange[]): void {
    for (const change of changes) for (const entry of [...(this.#sleepers.get(change) ?? [])]) this.#wakeUp(entry);
  }

  /** Cancels timers and forgets everything. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Infinity;
    this.#active.clear();
    this.#backoff.clear();
    this.#unschedulable.clear();
    for (const sleepers of this.#sleepers.values()) sleepers.clear();
    this.#entries.clear();
  }

  #fail(uid: string): Entry | undefined {
    const entry = this.#entries.get(uid);
    if (entry?.place !== 'taken') return undefined;
    const { environment, backoff, maxBackoff } = this.#options;
    entry.failedAt = environment.monotonic();
    entry.readyAt = entry.failedAt + backoffDelay({ first: backoff, max: maxBackoff }, entry.attempts, () => 0);
    return entry;
  }

  #wakersOf(predicates: readonly string[]): readonly ClusterChange[] {
    if (predicates.length === 0) return allChanges;
    return [...new Set(predicates.flatMap((name) => this.#options.wakes.get(name) ?? allChanges))];
  }

  #change(entry: Entry, pod: PodInfo): void {
    const { place } = entry;
    if (place === 'active') this.#active.remove(entry);
    entry.pod = pod;
    if (place === 'active') this.#active.push(entry);
    if (place === 'unschedulable') this.#wakeUp(entry);
  }

  #wakeUp(entry: Entry): void {
    this.#leave(entry);
    this.#ready(entry);
  }

  /** Active, or backing off while it is too early. */
  #ready(entry: Entry): void {
    if (entry.readyAt <= this.#options.environment.monotonic()) return this.#activate(entry);
    entry.place = 'backoff';
    this.#backoff.push(entry);
    this.#arm();
  }

  #activate(entry: Entry): void {
    entry.place = 'active';
    this.#active.push(entry);
    this.#options.onReady();
  }

  #leave(entry: Entry): void {
    if (entry.place === 'active') this.#active.remove(entry);
    else if (entry.place === 'backoff') this.#backoff.remove(entry);
    else if (entry.place === 'unschedulable') {
      this.#unschedulable.delete(entry);
      for (const change of entry.wokenBy) this.#sleepers.get(change)?.delete(entry);
    }
  }

  /** One timer for all: the next end of a back-off or of patience. A timer that is early finds nothing to do and arms again. */
  #arm(): void {
    const { environment, patience } = this.#options;
    const [oldest] = this.#unschedulable;
    const next = Math.min(this.#backoff.peek()?.readyAt ?? Infinity, oldest ? oldest.failedAt + patience : Infinity);
    if (next >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = next;
    this.#timer = environment.timer(Math.max(0, next - environment.monotonic()), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    const now = this.#options.environment.monotonic();
    for (let entry = this.#backoff.peek(); entry && entry.readyAt <= now; entry = this.#backoff.peek()) {
      this.#backoff.remove(entry);
      this.#activate(entry);
    }
    for (const entry of this.#unschedulable) {
      if (entry.failedAt + this.#options.patience > now) break;
      this.#wakeUp(entry);
    }
    this.#arm();
  }
}
