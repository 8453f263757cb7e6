import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import { withCondition } from '../../../api/meta/conditions.js';
import type { KindStrategy } from './strategy.js';

/** Instances go before their definition does: a controller deletes them and then takes the finalizer away. */
export const customResourceDefinitionStrategy: KindStrategy<CustomResourceDefinition> = {
  deletionFinalizer: 'customresourcecleanup.apiextensions.k8s.io',
  markDeleting(draft, now) {
    const condition = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    };
    draft.status = { ...draft.status, conditions: [...withCondition(draft.status?.conditions, condition, now)] };
  },
};
