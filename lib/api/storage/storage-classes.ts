import type { StorageClass } from 'kubernetes-types/storage/v1.js';
import type { TopologySelectorTerm } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults, sameJson } from '../validation/faults.js';
import { qualifiedName } from '../validation/names.js';
import { validateParameters, validateProvisioner } from './provisioner-rules.js';

/** How storage is made on demand. */
export const storageClasses = defineBuiltIn<StorageClass>('storage.k8s.io/v1/storageclasses', {
  cells: {
    Provisioner: ({ provisioner }) => provisioner,
    ReclaimPolicy: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    VolumeBindingMode: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    AllowVolumeExpansion: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
  },
  rules: {
    validate(object) {
      const faults = new Faults();
      validateProvisioner(faults, 'provisioner', object.provisioner);
      validateParameters(faults, 'parameters', object.parameters);
      if (object.reclaimPolicy) faults.oneOf('reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain']);
      faults.requiredOneOf('volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
      validateTopologies(faults, 'allowedTopologies', object.allowedTopologies ?? []);
      return faults.list;
    },
    validateUpdate(object, old) {
      const faults = new Faults();
      for (const field of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const)
        faults.immutable(field, object[field], old[field]);
      return faults.list;
    },
  },
});

function validateTopologies(faults: Faults, path: string, terms: readonly TopologySelectorTerm[]): void {
  terms.forEach(({ matchLabelExpressions: expressions = [] }, index) => {
    const at = `${path}[${index}].matchLabelExpressions`;
    const keys = new Set<string>();
    expressions.forEach(({ key, values }, place) => {
      const one = `${at}[${place}]`;
      // Without any in the body it is null.
      const given: readonly string[] = values ?? [];
      faults.required(`${one}.values`, given.length || undefined);
      given.forEach((value, position) => {
        if (given.indexOf(value) < position) faults.duplicate(`${one}.values[${position}]`, value);
      });
      faults.syntax(`${one}.key`, key, qualifiedName);
      if (keys.has(key)) faults.duplicate(`${one}.key`, key);
      keys.add(key);
    });
    if (terms.slice(0, index).some((other) => sameJson(other.matchLabelExpressions, expressions))) faults.duplicate(at, '');
  });
}
