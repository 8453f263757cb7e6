import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { pods } from '../../api/core/pods.js';
import { replicationControllers } from '../../api/core/replication-controllers.js';
import { controllerOf } from '../../api/meta/owner-references.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { controllerFor } from '../../controller/controller-for.js';
import { SelectorIndex } from '../selector-index.js';
import { ReplicationReconciler } from './replication-reconciler.js';
import { patient } from '../patient.js';

/** Keeps the pods of ReplicationControllers: makes and removes them, adopts and releases them as labels change, counts them. */
export function replicationController(): ControllerDefinition<ReplicationController> {
  const selectors = new SelectorIndex();
  return controllerFor(replicationControllers)
    .named('replication-controller')
    .owns(pods)
    .watches(pods, (pod) => (controllerOf(pod) ? [] : selectors.selecting(pod)))
    .reconcileWith(() => patient(new ReplicationReconciler(selectors)));
}
