import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { deployments } from '../../api/apps/deployments.js';
import { replicaSets } from '../../api/apps/replica-sets.js';
import { controllerOf } from '../../api/meta/owner-references.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import { patient } from '../patient.js';
import { SelectorIndex } from '../selector-index.js';
import { DeploymentReconciler } from './deployment-reconciler.js';

/** Replaces the pods of Deployments by those of a new template, through a ReplicaSet for each template. */
export function deploymentController(): ControllerDefinition<Deployment> {
  const selectors = new SelectorIndex();
  return builtInController(deployments)
    .named('deployment-controller')
    .owns(replicaSets)
    .watches(replicaSets, (set) => (controllerOf(set) ? [] : selectors.selecting(set)))
    .reconcileWith(() => patient(new DeploymentReconciler(selectors)));
}
