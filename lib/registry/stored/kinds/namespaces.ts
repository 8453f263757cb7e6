import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { KindStrategy } from './strategy.js';

/** A namespace that is being deleted says so in its phase, and stays until all who are named in `spec.finalizers` agree. */
export const namespaceStrategy: KindStrategy<Namespace> = {
  markDeleting(draft) {
    draft.status = { ...draft.status, phase: 'Terminating' };
  },
  holds: (namespace) => (namespace.spec?.finalizers?.length ?? 0) > 0,
};
