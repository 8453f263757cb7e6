import type { Namespace } from 'kubernetes-types/core/v1.js';
import { copyJson } from '../draft.js';
import type { KindStrategy } from './strategy.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A namespace wears its name as a label, lists who must agree to its end in `spec.finalizers`, and is emptied before it goes. */
export const namespaceStrategy: KindStrategy<Namespace> = {
  prepare(draft, old, { subresource }) {
    const { metadata } = draft;
    metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name ?? '' };
    if (!old) {
      draft.spec = { ...draft.spec, finalizers: [...new Set([...(draft.spec?.finalizers ?? []), 'kubernetes'])] };
      draft.status = { phase: 'Active' };
    } else if (subresource !== 'finalize') draft.spec = copyJson(old.spec ?? {});
  },
  markDeleting(draft) {
    draft.status = { ...draft.status, phase: 'Terminating' };
  },
  holds: (namespace) => (namespace.spec?.finalizers?.length ?? 0) > 0,
};
