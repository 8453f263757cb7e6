import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import { replicaSets } from '../../api/apps/replica-sets.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { replicatedController } from './replicated-controller.js';

/** Keeps the pods of ReplicaSets. */
export function replicaSetController(): ControllerDefinition<ReplicaSet> {
  return replicatedController({
    definition: replicaSets,
    controllerName: 'replicaset-controller',
    selectorOf: ({ spec }) => spec?.selector,
    countsTerminating: true,
  });
}
