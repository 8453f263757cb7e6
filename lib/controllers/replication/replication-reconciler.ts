import type { Pod } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import type { LabelSelector } from '../../api/meta/label-selector.js';
import { labelSelectorOf } from '../../api/meta/label-selector.js';
import { controllerOf, ownerReference } from '../../api/meta/owner-references.js';
import { keyOf, nameOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { claim } from '../claim.js';
import { Expectations } from '../expectations.js';
import { isNamespaceTerminating } from '../namespace-terminating.js';
import { controlledBy } from '../owner-index.js';
import { isActive, isTerminating } from '../pod-state.js';
import type { SelectorIndex } from '../selector-index.js';
import { slowStart } from '../slow-start.js';
import { writeStatus } from '../write-status.js';
import { deletionOrder } from './deletion-order.js';
import type { Replicated, ReplicatedKind } from './replicated-kind.js';
import type { ReplicaCount, ReplicaFailure } from './replication-status.js';
import { replicationStatus, sameReplicationStatus } from './replication-status.js';

/** Pods that one reconcile makes or removes at most; the next one goes on. */
const BURST = 500;
/** Milliseconds after which a cache that is behind is looked at again, should its event be lost in a restart of the watch. */
const CACHE_BEHIND = 1000;

/** Keeps as many pods as `spec.replicas` says, for objects of one kind. */
export class ReplicationReconciler<T extends Replicated> implements Reconciler<T, Pod> {
  readonly #kind: ReplicatedKind<T>;
  readonly #selectors: SelectorIndex;
  readonly #expectations = new Expectations();

  /** `selectors` is kept up with what each object selects. */
  constructor(kind: ReplicatedKind<T>, selectors: SelectorIndex) {
    this.#kind = kind;
    this.#selectors = selectors;
  }

  async reconcile(object: Stored<T>, context: ReconcileContext<T, Pod>): Promise<Verdict> {
    const key = keyOf(object);
    const spec = this.#kind.selectorOf(object);
    const selector = labelSelectorOf(spec);
    this.#selectors.set(object, spec);
    if (!this.#expectations.met(key, context.cache(pods))) return { after: CACHE_BEHIND };
    const wrote = (pod: Stored<Pod>) => this.#expectations.wrote(key, pod);
    const active = await claim({ owner: object, selector, kind: pods, matters: isActive, wrote, context });
    const failure = object.metadata.deletionTimestamp ? undefined : await this.#scale(object, active, context);
    const terminating = this.#kind.countsTerminating ? terminatingPods(object, selector, context) : undefined;
    const after = await this.#writeStatus(object, { active, terminating, failure }, context);
    if (failure) throw failure.error;
    return Number.isFinite(after) ? { after } : undefined;
  }

  gone(name: ObjectName): Promise<Verdict> {
    this.#selectors.delete(keyOf(name));
    this.#expectations.forget(keyOf(name));
    return Promise.resolve();
  }

  #scale(object: Stored<T>, active: readonly Stored<Pod>[], context: ReconcileContext<T, Pod>): Promise<ReplicaFailure | undefined> {
    const surplus = active.length - (object.spec?.replicas ?? 1);
    if (surplus < 0) return this.#create(object, Math.min(-surplus, BURST), context);
    return surplus === 0 ? Promise.resolve(undefined) : this.#delete(object, this.#spare(object, active, surplus, context), context);
  }

  async #create(object: Stored<T>, count: number, context: ReconcileContext<T, Pod>): Promise<ReplicaFailure | undefined> {
    const pod = podOf(object);
    const { succeeded, error } = await slowStart(count, async () => {
      const created = await context.registry(pods).create(pod, { signal: context.signal });
      this.#expectations.wrote(keyOf(object), created);
      context.events.event(object, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    });
    // Whatever is made in a namespace that goes would go with it.
    if (succeeded === count || isNamespaceTerminating(error)) return undefined;
    context.events.event(object, 'Warning', 'FailedCreate', `Error creating: ${textOf(error)}`);
    return { reason: 'FailedCreate', error };
  }

  /** Those that go; nodes are compared by how many pods of the same owner, such as a Deployment, they have, old and new ones alike. */
  #spare(object: Stored<T>, active: readonly Stored<Pod>[], surplus: number, context: ReconcileContext<T, Pod>): readonly Stored<Pod>[] {
    const owner = controllerOf(object);
    const siblings = owner ? controlledBy(context.cache(this.#kind.definition), owner.uid) : [object];
    const related = siblings.flatMap(({ metadata }) => controlledBy(context.cache(pods), metadata.uid)).filter(isActive);
    return deletionOrder(active, context.environment.now(), related).slice(0, Math.min(surplus, BURST));
  }

  async #delete(object: Stored<T>, spare: readonly Stored<Pod>[], context: ReconcileContext<T, Pod>): Promise<ReplicaFailure | undefined> {
    const results = await Promise.allSettled(spare.map((pod) => this.#deleteOne(object, pod, context)));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return undefined;
    context.events.event(object, 'Warning', 'FailedDelete', `Error deleting: ${textOf(failed.reason)}`);
    return { reason: 'FailedDelete', error: failed.reason as unknown };
  }

  async #deleteOne(object: Stored<T>, pod: Stored<Pod>, context: ReconcileContext<T, Pod>): Promise<void> {
    try {
      await context.registry(pods).delete(nameOf(pod), { preconditions: { uid: pod.metadata.uid }, signal: context.signal });
      context.events.event(object, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    } catch (error) {
      // Gone already, or another pod has its name now: either way there is one less.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
    this.#expectations.deleted(keyOf(object), pod);
  }

  /** Answers with the milliseconds after which the status may be another one. */
  async #writeStatus(object: Stored<T>, count: ReplicaCount, context: ReconcileContext<T, Pod>): Promise<number> {
    const { status, after } = replicationStatus(object, count, context.environment.now());
    if (!sameReplicationStatus(object.status, status)) await writeStatus(this.#kind.definition, { ...object, status }, context);
    return after;
  }
}

function terminatingPods<T extends Replicated>(object: Stored<T>, selector: LabelSelector, context: ReconcileContext<T, Pod>): number {
  const owned = controlledBy(context.cache(pods), object.metadata.uid);
  return owned.filter((pod) => isTerminating(pod) && selector.matches(pod.metadata.labels)).length;
}

function podOf(object: Stored<Replicated>): Pod {
  const { metadata, spec } = object.spec?.template ?? {};
  return {
    metadata: {
      generateName: `${object.metadata.name}-`,
      namespace: object.metadata.namespace ?? '',
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(metadata?.finalizers ? { finalizers: metadata.finalizers } : {}),
      ownerReferences: [ownerReference(object, { controller: true, blockOwnerDeletion: true })],
    },
    ...(spec ? { spec } : {}),
  };
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
