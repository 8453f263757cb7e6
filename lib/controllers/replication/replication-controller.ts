import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { replicationControllers } from '../../api/core/replication-controllers.js';
import type { ControllerDefinition } from '../../controller/controller-definition.js';
import { replicatedController } from './replicated-controller.js';

/** Keeps the pods of ReplicationControllers. */
export function replicationController(): ControllerDefinition<ReplicationController> {
  return replicatedController({
    definition: replicationControllers,
    controllerName: 'replication-controller',
    selectorOf: ({ spec }) => spec?.selector && { matchLabels: spec.selector },
    countsTerminating: false,
  });
}
