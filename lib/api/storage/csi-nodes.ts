import type { CSINode, CSINodeDriver } from 'kubernetes-types/storage/v1.js';
import { validateDriverName } from '../core/volume-source-rules.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { qualifiedName } from '../validation/names.js';

const MAX_NODE_ID = 256;

/** The storage drivers that a node runs. */
export const csiNodes = defineBuiltIn<CSINode>('storage.k8s.io/v1/csinodes', {
  cells: { Drivers: ({ spec }) => (spec.drivers ?? []).length },
  rules: {
    validate({ spec }) {
      const faults = new Faults();
      const names = new Set<string>();
      // Without any in the body it is null.
      const drivers: readonly CSINodeDriver[] = spec?.drivers ?? [];
      drivers.forEach((driver, index) => {
        const path = `spec.drivers[${index}]`;
        validateDriver(faults, path, driver);
        if (names.has(driver.name)) faults.duplicate(`${path}.name`, driver.name);
        names.add(driver.name);
      });
      return faults.list;
    },
    validateUpdate({ spec }, { spec: old }) {
      const faults = new Faults();
      for (const driver of old?.drivers ?? []) {
        const now = spec?.drivers?.find(({ name }) => name === driver.name);
        if (now) faults.immutable('spec.drivers', { ...now, allocatable: undefined }, { ...driver, allocatable: undefined });
      }
      return faults.list;
    },
  },
});

function validateDriver(faults: Faults, path: string, { name, nodeID, allocatable, topologyKeys }: CSINodeDriver): void {
  // Without any in the body it is null.
  const keys: readonly string[] = topologyKeys ?? [];
  validateDriverName(faults, `${path}.name`, name);
  if (faults.required(`${path}.nodeID`, nodeID) && nodeID.length > MAX_NODE_ID)
    faults.invalid(`${path}.nodeID`, nodeID, `must be ${MAX_NODE_ID} characters or less`);
  faults.nonNegative(`${path}.allocatable.count`, allocatable?.count);
  keys.forEach((key, index) => {
    faults.required(path, key);
    if (keys.indexOf(key) < index) faults.duplicate(path, key);
    faults.syntax(path, key, qualifiedName);
  });
}
