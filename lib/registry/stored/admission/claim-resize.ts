import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { Quantity } from '../../../api/meta/quantity.js';
import { forbidden } from '../../../api/status-error.js';
import { storageClasses } from '../../../api/storage/storage-classes.js';
import type { AdmissionPlugin } from './admission-plugin.js';

/** A bound claim grows only where its class allows it. */
export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  async validate({ operation, definition, subresource, name, draft, old }, context) {
    if (operation !== 'UPDATE' || definition.group !== '' || definition.plural !== 'persistentvolumeclaims' || subresource !== undefined)
      return;
    const [claim, before] = [draft as PersistentVolumeClaim, old as PersistentVolumeClaim];
    if (sizeOf(claim).compare(sizeOf(before)) <= 0 || before.status?.phase !== 'Bound') return;
    const className = claim.spec?.storageClassName;
    const found = className ? await context.lookup(storageClasses, { name: className }) : undefined;
    if (found?.allowVolumeExpansion) return;
    const why = 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    throw forbidden(definition, name.name, why);
  },
};

function sizeOf({ spec }: PersistentVolumeClaim): Quantity {
  return Quantity.parse(spec?.resources?.requests?.['storage'] ?? '0');
}
