import type { KubeObject } from '../object.js';
import { structuralKind } from '../structural-kind.js';
import { Faults } from '../validation/faults.js';

interface ResourceSlice extends KubeObject {
  readonly spec?: { readonly driver?: string; readonly nodeName?: string; readonly pool?: { readonly name?: string } };
}

/** The devices that a driver has on a node. */
export const resourceSlices = structuralKind<ResourceSlice>('resource.k8s.io/v1/resourceslices', {
  cells: {
    Node: ({ spec }) => spec?.nodeName || '<unset>',
    Driver: ({ spec }) => spec?.driver ?? '',
    Pool: ({ spec }) => spec?.pool?.name ?? '',
  },
  rules: {
    validateUpdate({ spec = {} }, { spec: old = {} }) {
      const faults = new Faults();
      faults.immutable('spec.pool.name', spec.pool?.name, old.pool?.name);
      faults.immutable('spec.driver', spec.driver, old.driver);
      faults.immutable('spec.nodeName', spec.nodeName, old.nodeName);
      return faults.list;
    },
  },
});
