import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { pods } from '../../api/core/pods.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { podDisruptionBudgets } from '../../api/policy/pod-disruption-budgets.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import { patient } from '../patient.js';
import { SelectorIndex } from '../selector-index.js';
import { DisruptionReconciler } from './disruption-reconciler.js';
import type { Scaled } from './expected-pods.js';
import { scaledKinds } from './expected-pods.js';

/** Counts the healthy pods of every PodDisruptionBudget, and says how many of them may be evicted. */
export function disruptionController(): ControllerDefinition<PodDisruptionBudget> {
  const selectors = new SelectorIndex({ emptySelectsAll: true });
  let builder = builtInController(podDisruptionBudgets)
    .named('disruption-controller')
    .watches(pods, (pod) => selectors.selecting(pod))
    .writes(pods)
    .reads(...scaledKinds);
  // A share of the pods changes with what their owners want.
  for (const kind of scaledKinds) builder = builder.watches(kind, (owner) => selectors.selecting(aPodOf(owner)));
  return builder.reconcileWith(() => patient(new DisruptionReconciler(selectors)));
}

/** What stands for the pods of an owner: it has their labels. */
function aPodOf(owner: Stored<Scaled>): Stored<KubeObject> {
  return { ...owner, metadata: { ...owner.metadata, labels: owner.spec?.template?.metadata?.labels ?? {} } };
}
