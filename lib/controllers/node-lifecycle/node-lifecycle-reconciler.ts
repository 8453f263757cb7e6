import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Node, NodeCondition, Pod, Taint } from 'kubernetes-types/core/v1.js';
import { leases } from '../../api/coordination/leases.js';
import { nodes } from '../../api/core/nodes.js';
import { pods } from '../../api/core/pods.js';
import { conditionOf } from '../../api/meta/conditions.js';
import type { ObjectName, Stored } from '../../api/object.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { podsOnNode } from '../pod-indexes.js';
import { TaintTimes } from './eviction.js';
import { unknownConditions } from './node-conditions.js';
import { NodeHealth } from './node-health.js';
import type { ResolvedNodeLifecycleOptions } from './node-lifecycle-options.js';
import { taintsFor } from './node-taints.js';
import { evictPods, forceRemovals, markPodsNotReady, removeOrphans } from './pods-of-node.js';

type Context = ReconcileContext<Node, Pod, Lease>;

export const LEASE_NAMESPACE = 'kube-node-lease';
/** Milliseconds until it is asked again whether any node answers. */
const LOOK_AGAIN = 5000;

/** Says of a silent node that it is Unknown, taints nodes by their conditions, and clears away the pods that may not stay. */
export class NodeLifecycleReconciler implements Reconciler<Node, Pod, Lease> {
  readonly #options: ResolvedNodeLifecycleOptions;
  readonly #health = new NodeHealth();
  readonly #taintTimes = new TaintTimes();
  /** Monotonic time since which a node is missing that pods are bound to. */
  readonly #missingSince = new Map<string, number>();

  constructor(options: ResolvedNodeLifecycleOptions) {
    this.#options = options;
  }

  async reconcile(found: Stored<Node>, context: Context): Promise<Verdict> {
    this.#missingSince.delete(found.metadata.name);
    const { node, after } = await this.#observe(found, context);
    const tainted = await setTaints(node, context);
    const ready = conditionOf(tainted.status?.conditions, 'Ready');
    const waits = [after];
    if (ready && ready.status !== 'True') await markPodsNotReady(tainted, context);
    // When no node at all answers, it is more likely this side that is cut off: nothing is deleted then, as in Kubernetes.
    const mayEvict = ready?.status !== 'Unknown' || someNodeAnswers(context);
    const driving = this.#taintTimes.driving(tainted.metadata.name, tainted.spec?.taints, context.environment.now());
    waits.push(mayEvict ? await evictPods(tainted, driving, this.#options.podEvictionTimeout, context) : LOOK_AGAIN);
    if (ready?.status === 'Unknown') waits.push(await forceRemovals(tainted.metadata.name, this.#options.forceRemovalAfter, context));
    return next(waits);
  }

  async gone({ name }: ObjectName, context: Context): Promise<Verdict> {
    this.#health.forget(name);
    this.#taintTimes.forget(name);
    if (podsOnNode(context.cache(pods), name).length === 0) return void this.#missingSince.delete(name);
    const now = context.environment.monotonic();
    const since = this.#missingSince.get(name) ?? now;
    this.#missingSince.set(name, since);
    const left = since + this.#options.orphanedPodsAfter - now;
    if (left > 0) return { after: left };
    // The cache may be behind a node that has just registered.
    if (!(await context.fresh())) await removeOrphans(name, context);
  }

  /** The node as it is now, and the milliseconds until its silence is too long. */
  async #observe(node: Stored<Node>, context: Context): Promise<{ node: Stored<Node>; after: number }> {
    const lease = context.cache(leases).get({ namespace: LEASE_NAMESPACE, name: node.metadata.name });
    const ready = conditionOf(node.status?.conditions, 'Ready');
    const grace = ready || lease ? this.#options.gracePeriod : this.#options.startupGracePeriod;
    const silence = this.#health.silence(node, lease, context.environment.monotonic());
    if (silence < grace) return { node, after: grace - silence };
    const conditions = unknownConditions(node, context.environment.now());
    if (conditions === node.status?.conditions) return { node, after: Infinity };
    if (ready?.status === 'True')
      context.events.event(node, 'Normal', 'NodeNotReady', `Node ${node.metadata.name} status is now: NodeNotReady`);
    return { node: await setConditions(node, conditions, context), after: Infinity };
  }
}

async function setConditions(node: Stored<Node>, conditions: readonly NodeCondition[], context: Context): Promise<Stored<Node>> {
  const next = { ...node, status: { ...node.status, conditions: [...conditions] } };
  return (await context.registry(nodes).subresource('status').update(context.name, next, { signal: context.signal })) as Stored<Node>;
}

async function setTaints(node: Stored<Node>, context: Context): Promise<Stored<Node>> {
  const taints = taintsFor(node, context.environment.now());
  if (taints === node.spec?.taints || (taints.length === 0 && !node.spec?.taints)) return node;
  return writeTaints(node, taints, context);
}

async function writeTaints(node: Stored<Node>, taints: readonly Taint[], context: Context): Promise<Stored<Node>> {
  const { taints: _, ...spec } = node.spec ?? {};
  const next = { ...node, spec: { ...spec, ...(taints.length > 0 ? { taints: [...taints] } : {}) } };
  return context.registry(nodes).update(next, { signal: context.signal });
}

const someNodeAnswers = (context: Context) =>
  context
    .cache(nodes)
    .list()
    .some(({ status }) => conditionOf(status?.conditions, 'Ready')?.status === 'True');

/** Time that passes wakes nobody: the earliest of the waits does. A little late is better than a little early. */
function next(waits: readonly number[]): Verdict {
  const after = Math.min(...waits);
  return Number.isFinite(after) ? { after: Math.max(1, Math.ceil(after)) } : undefined;
}
