import type { AdmissionPlugin } from './admission-plugin.js';

/** Plural → who must agree to its end. */
const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['persistentvolumes', 'kubernetes.io/pv-protection'],
]);

/** Claims and volumes stay as long as they are used; the volume protection controller lets go of them. */
export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit({ operation, definition, subresource, draft }) {
    if (operation !== 'CREATE' || definition.group !== '' || subresource !== undefined || !draft) return;
    const finalizer = FINALIZERS.get(definition.plural);
    if (finalizer === undefined || draft.metadata?.finalizers?.includes(finalizer)) return;
    draft.metadata = { ...draft.metadata, finalizers: [...(draft.metadata?.finalizers ?? []), finalizer] };
  },
};
