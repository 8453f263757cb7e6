import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import { Faults } from '../validation/faults.js';
import type { ResourceClaimSpec } from './device-requests.js';
import { validateClaimSpec } from './device-requests.js';

interface ResourceClaim extends KubeObject {
  readonly spec?: ResourceClaimSpec;
  readonly status?: { readonly allocation?: object; readonly reservedFor?: readonly object[] };
}

interface ResourceClaimTemplate extends KubeObject {
  readonly spec?: { readonly spec?: ResourceClaimSpec };
}

/** Devices that pods share or have to themselves. */
export const resourceClaims = defineBuiltIn<ResourceClaim>('resource.k8s.io/v1/resourceclaims', {
  cells: { State: stateCell },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      validateClaimSpec(faults, 'spec', spec);
      return faults.list;
    },
    validateUpdate({ spec }, old) {
      const faults = new Faults();
      faults.immutable('spec', spec, old.spec);
      return faults.list;
    },
  },
});

/** What the claims of new pods are made of. */
export const resourceClaimTemplates = defineBuiltIn<ResourceClaimTemplate>('resource.k8s.io/v1/resourceclaimtemplates', {
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      validateClaimSpec(faults, 'spec.spec', spec.spec ?? {});
      return faults.list;
    },
    validateUpdate({ spec }, old) {
      const faults = new Faults();
      faults.immutable('spec', spec, old.spec);
      return faults.list;
    },
  },
});

function stateCell({ metadata, status = {} }: ResourceClaim): string {
  const deleted = metadata?.deletionTimestamp !== undefined;
  const states = deleted ? ['deleted'] : [];
  if (status.allocation) states.push('allocated');
  else if (!deleted) states.push('pending');
  if (status.allocation && status.reservedFor?.length) states.push('reserved');
  return states.join(',');
}
