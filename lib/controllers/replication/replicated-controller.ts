import { pods } from '../../api/core/pods.js';
import { controllerOf } from '../../api/meta/owner-references.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { builtInController } from '../built-in-controller.js';
import { patient } from '../patient.js';
import { SelectorIndex } from '../selector-index.js';
import type { Replicated, ReplicatedKind } from './replicated-kind.js';
import { ReplicationReconciler } from './replication-reconciler.js';

/** Keeps the pods of one kind's objects: makes and removes them, adopts and releases them as labels change, counts them. */
export function replicatedController<T extends Replicated>(kind: ReplicatedKind<T>): ControllerDefinition<T> {
  const selectors = new SelectorIndex();
  return builtInController(kind.definition)
    .named(kind.controllerName)
    .owns(pods)
    .watches(pods, (pod) => (controllerOf(pod) ? [] : selectors.selecting(pod)))
    .reconcileWith(() => patient(new ReplicationReconciler(kind, selectors)));
}
