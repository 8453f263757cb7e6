import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import { conditionOf, withCondition } from '../../api/meta/conditions.js';
import { parseTime } from '../../api/meta/time.js';
import { keyOf, nameOf } from '../../api/object.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { ReconcileContext } from '../../controller/reconciler.js';
import { podsOnNode } from '../pod-indexes.js';
import { isFinished, isReady } from '../pod-state.js';
import type { DrivingTaint } from './eviction.js';
import { evictionTime } from './eviction.js';

type Context = ReconcileContext<Node, Pod, Lease>;

/** The pods of a node that does not answer are ready no more: endpoints drop them before anyone is sent there in vain. */
export async function markPodsNotReady(node: Stored<Node>, context: Context): Promise<void> {
  const ready = podsOnNode(context.cache(pods), node.metadata.name).filter((pod) => isReady(pod) && !isFinished(pod));
  await Promise.all(ready.map((pod) => ignoringGone(() => markNotReady(pod, context))));
}

async function markNotReady(pod: Stored<Pod>, context: Context): Promise<void> {
  const now = context.environment.now();
  await context
    .registry(pods)
    .subresource('status')
    .modify(
      nameOf(pod),
      (current) => {
        if (current.metadata?.uid !== pod.metadata.uid || !isReady(current)) return current;
        const old = conditionOf(current.status?.conditions, 'Ready')!;
        return {
          ...current,
          status: { ...current.status, conditions: [...withCondition(current.status?.conditions, { ...old, status: 'False' }, now)] },
        };
      },
      { signal: context.signal },
    );
  context.events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
}

/** Deletes the pods that may not stay with these taints any longer. Answers with the milliseconds until the next one may not. */
export async function evictPods(
  node: Stored<Node>,
  taints: readonly DrivingTaint[],
  unreachableFor: number,
  context: Context,
): Promise<number> {
  if (taints.length === 0) return Infinity;
  const now = context.environment.now();
  const times = podsOnNode(context.cache(pods), node.metadata.name)
    .filter((pod) => !pod.metadata.deletionTimestamp && !isFinished(pod))
    .map((pod) => ({ pod, at: evictionTime(pod, taints, unreachableFor) }));
  await Promise.all(times.filter(({ at }) => at <= now).map(({ pod }) => evict(pod, context)));
  return Math.min(Infinity, ...times.filter(({ at }) => at > now).map(({ at }) => at - now));
}

async function evict(pod: Stored<Pod>, context: Context): Promise<void> {
  context.events.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyOf(pod)}`);
  await remove(pod, context);
}

/**
 * Removes pods whose node never confirms that they have ended: `forceAfter` after their own grace period is over, they go at
 * once. Answers with the milliseconds until the next one is due.
 */
export async function forceRemovals(node: string, forceAfter: number, context: Context): Promise<number> {
  const now = context.environment.now();
  const times = podsOnNode(context.cache(pods), node)
    .filter(({ metadata }) => metadata.deletionTimestamp)
    .map((pod) => ({ pod, at: parseTime(pod.metadata.deletionTimestamp) + forceAfter }));
  await Promise.all(times.filter(({ at }) => at <= now).map(({ pod }) => remove(pod, context, 0)));
  return Math.min(Infinity, ...times.filter(({ at }) => at > now).map(({ at }) => at - now));
}

/** All pods of a node that does not exist any more, at once. */
export async function removeOrphans(node: string, context: Context): Promise<void> {
  await Promise.all(podsOnNode(context.cache(pods), node).map((pod) => remove(pod, context, 0)));
}

async function remove(pod: Stored<Pod>, context: Context, gracePeriodSeconds?: number): Promise<void> {
  const preconditions = { uid: pod.metadata.uid };
  await ignoringGone(() => context.registry(pods).delete(nameOf(pod), { preconditions, gracePeriodSeconds, signal: context.signal }));
}

/** Gone already, or another pod has the name (a conflict, for the uid). */
async function ignoringGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
  }
}
