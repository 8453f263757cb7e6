import type { CSIStorageCapacity } from 'kubernetes-types/storage/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Quantity } from '../meta/quantity.js';
import { Faults } from '../validation/faults.js';
import { validateLabelSelector } from '../validation/label-selector.js';
import { dnsSubdomain } from '../validation/names.js';

/** How much room there is for volumes of a class in a part of the cluster. */
export const csiStorageCapacities = defineBuiltIn<CSIStorageCapacity>('storage.k8s.io/v1/csistoragecapacities', {
  rules: {
    validate({ nodeTopology, storageClassName, capacity }) {
      const faults = new Faults();
      validateLabelSelector(faults, 'nodeTopology', nodeTopology);
      faults.syntax('storageClassName', storageClassName ?? '', dnsSubdomain);
      if (capacity !== undefined && Quantity.parse(capacity).sign() < 0)
        faults.invalid('capacity', capacity, 'must be greater than or equal to 0');
      return faults.list;
    },
    validateUpdate({ nodeTopology, storageClassName }, old) {
      const faults = new Faults();
      faults.immutable('nodeTopology', nodeTopology, old.nodeTopology);
      faults.immutable('storageClassName', storageClassName, old.storageClassName);
      return faults.list;
    },
  },
});
