import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import { Faults, sameJson } from '../validation/faults.js';
import { validateParameters, validateProvisioner } from './provisioner-rules.js';

/** A set of properties of volumes that may change while they are in use. */
export interface VolumeAttributesClass extends KubeObject {
  driverName?: string;
  parameters?: Record<string, string>;
}

export const volumeAttributesClasses = defineBuiltIn<VolumeAttributesClass>('storage.k8s.io/v1/volumeattributesclasses', {
  cells: { DriverName: ({ driverName }) => driverName ?? '' },
  rules: {
    validate({ driverName, parameters }) {
      const faults = new Faults();
      validateProvisioner(faults, 'driverName', driverName);
      validateParameters(faults, 'parameters', parameters);
      faults.required('parameters', Object.keys(parameters ?? {}).length || undefined, 'must contain at least one key/value pair');
      return faults.list;
    },
    validateUpdate({ driverName, parameters }, old) {
      const faults = new Faults();
      if (driverName !== old.driverName) faults.forbidden('driverName', 'updates to driverName are forbidden.');
      if (!sameJson(parameters, old.parameters)) faults.forbidden('parameters', 'updates to parameters are forbidden.');
      return faults.list;
    },
  },
});
