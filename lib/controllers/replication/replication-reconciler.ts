import type { Pod, ReplicationController } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import { replicationControllers } from '../../api/core/replication-controllers.js';
import { ownerReference } from '../../api/meta/owner-references.js';
import { keyOf, nameOf } from '../../api/object.js';
import type { ObjectName, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { Expectations } from '../expectations.js';
import { isNamespaceTerminating } from '../namespace-terminating.js';
import { sameValue } from '../same-value.js';
import type { SelectorIndex } from '../selector-index.js';
import { slowStart } from '../slow-start.js';
import { claimPods } from './claim-pods.js';
import { deletionOrder } from './deletion-order.js';
import type { ReplicaFailure } from './replication-status.js';
import { replicationStatus } from './replication-status.js';

type Context = ReconcileContext<ReplicationController>;

/** Pods that one reconcile makes or removes at most; the next one goes on. */
const BURST = 500;
/** Milliseconds after which a cache that is behind is looked at again, should its event be lost in a restart of the watch. */
const CACHE_BEHIND = 1000;

/** Keeps as many pods as `spec.replicas` says. */
export class ReplicationReconciler implements Reconciler<ReplicationController> {
  readonly #selectors: SelectorIndex;
  readonly #expectations = new Expectations();

  /** `selectors` is kept up with what each controller selects. */
  constructor(selectors: SelectorIndex) {
    this.#selectors = selectors;
  }

  async reconcile(controller: Stored<ReplicationController>, context: Context): Promise<Verdict> {
    const key = keyOf(controller);
    this.#selectors.set(controller, controller.spec?.selector);
    if (!this.#expectations.met(key, context.cache(pods))) return { after: CACHE_BEHIND };
    const owned = await claimPods(controller, context, (pod) => this.#expectations.wrote(key, pod));
    const failure = controller.metadata.deletionTimestamp ? undefined : await this.#scale(controller, owned, context);
    const after = await writeStatus(controller, owned, failure, context);
    if (failure) throw failure.error;
    return Number.isFinite(after) ? { after } : undefined;
  }

  gone(name: ObjectName): Promise<Verdict> {
    this.#selectors.delete(keyOf(name));
    this.#expectations.forget(keyOf(name));
    return Promise.resolve();
  }

  #scale(controller: Stored<ReplicationController>, owned: readonly Stored<Pod>[], context: Context): Promise<ReplicaFailure | undefined> {
    const surplus = owned.length - (controller.spec?.replicas ?? 1);
    if (surplus < 0) return this.#create(controller, Math.min(-surplus, BURST), context);
    const spare = deletionOrder(owned, context.environment.now()).slice(0, Math.min(surplus, BURST));
    return this.#delete(controller, spare, context);
  }

  async #create(controller: Stored<ReplicationController>, count: number, context: Context): Promise<ReplicaFailure | undefined> {
    const pod = podOf(controller);
    const { succeeded, error } = await slowStart(count, async () => {
      const created = await context.registry(pods).create(pod, { signal: context.signal });
      this.#expectations.wrote(keyOf(controller), created);
      context.events.event(controller, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    });
    // Whatever is made in a namespace that goes would go with it.
    if (succeeded === count || isNamespaceTerminating(error)) return undefined;
    context.events.event(controller, 'Warning', 'FailedCreate', `Error creating: ${textOf(error)}`);
    return { reason: 'FailedCreate', error };
  }

  async #delete(
    controller: Stored<ReplicationController>,
    spare: readonly Stored<Pod>[],
    context: Context,
  ): Promise<ReplicaFailure | undefined> {
    const results = await Promise.allSettled(spare.map((pod) => this.#deleteOne(controller, pod, context)));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return undefined;
    context.events.event(controller, 'Warning', 'FailedDelete', `Error deleting: ${textOf(failed.reason)}`);
    return { reason: 'FailedDelete', error: failed.reason as unknown };
  }

  async #deleteOne(controller: Stored<ReplicationController>, pod: Stored<Pod>, context: Context): Promise<void> {
    try {
      await context.registry(pods).delete(nameOf(pod), { preconditions: { uid: pod.metadata.uid }, signal: context.signal });
      context.events.event(controller, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    } catch (error) {
      // Gone already, or another pod has its name now: either way there is one less.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
    this.#expectations.deleted(keyOf(controller), pod);
  }
}

/** Answers with the milliseconds after which the status may be another one. */
async function writeStatus(
  controller: Stored<ReplicationController>,
  owned: readonly Stored<Pod>[],
  failure: ReplicaFailure | undefined,
  context: Context,
): Promise<number> {
  const { status, after } = replicationStatus(controller, owned, failure, context.environment.now());
  if (!sameStatus(controller.status, status)) {
    const registry = context.registry(replicationControllers).subresource('status');
    await registry.update(context.name, { ...controller, status }, { signal: context.signal });
  }
  return after;
}

/** Zero counts may be stored as nothing. */
function sameStatus(a: ReplicationController['status'], b: ReplicationController['status']): boolean {
  const whole = (status: ReplicationController['status']) => ({
    fullyLabeledReplicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    observedGeneration: 0,
    ...status,
  });
  return a !== undefined && sameValue(whole(a), whole(b));
}

function podOf(controller: Stored<ReplicationController>): Pod {
  const { metadata, spec } = controller.spec?.template ?? {};
  return {
    metadata: {
      generateName: `${controller.metadata.name}-`,
      namespace: controller.metadata.namespace ?? '',
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(metadata?.finalizers ? { finalizers: metadata.finalizers } : {}),
      ownerReferences: [ownerReference(controller, { controller: true, blockOwnerDeletion: true })],
    },
    ...(spec ? { spec } : {}),
  };
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
