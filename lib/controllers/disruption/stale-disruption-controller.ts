import type { Pod } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import { conditionOf, withCondition } from '../../api/meta/conditions.js';
import { parseTime } from '../../api/meta/time.js';
import type { Stored } from '../../api/object.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import type { ReconcileContext, Reconciler, Verdict } from '../../controller/reconciler.js';
import { isActive } from '../pod-state.js';
import { patient } from '../patient.js';
import { writeStatus } from '../write-status.js';

/** Milliseconds after which a pod that was said to be disrupted, and is there still, is not any more. */
const STALE_AFTER = 120_000;

/** Takes back the condition DisruptionTarget of pods that nobody deleted in the end. */
export function staleDisruptionController(): ControllerDefinition<Pod> {
  return builtInController(pods)
    .named('stale-pod-disruption')
    .reconcileWith(() => patient(new StaleDisruptionReconciler()));
}

class StaleDisruptionReconciler implements Reconciler<Pod> {
  async reconcile(pod: Stored<Pod>, context: ReconcileContext<Pod>): Promise<Verdict> {
    const condition = conditionOf(pod.status?.conditions, 'DisruptionTarget');
    if (condition?.status !== 'True' || !isActive(pod)) return;
    const now = context.environment.now();
    const left = parseTime(condition.lastTransitionTime) + STALE_AFTER - now;
    if (left > 0) return { after: left };
    const conditions = [...withCondition(pod.status?.conditions, { type: 'DisruptionTarget', status: 'False' }, now)];
    await writeStatus(pods, { ...pod, status: { ...pod.status, conditions } }, context);
  }
}
