import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import { cidr, familyOf } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';

const IMMUTABLE = 'field is immutable';

interface ServiceCIDR extends KubeObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}

/** Blocks that the addresses of services are taken from: one, or one of each family. */
export const serviceCIDRs = defineBuiltIn<ServiceCIDR>('networking.k8s.io/v1/servicecidrs', {
  cells: { CIDRs: ({ spec }) => (spec?.cidrs ?? []).join(',') },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      const { cidrs = [] } = spec;
      if (!faults.required('spec.cidrs', cidrs.length || undefined, 'at least one CIDR required')) return faults.list;
      if (cidrs.length > 2) faults.invalid('spec.cidrs', spec, 'may only hold up to 2 values');
      else if (cidrs.length === 2 && !isDualStack(cidrs))
        faults.invalid('spec.cidrs', spec, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64');
      else cidrs.forEach((block, index) => faults.syntax(`spec.cidrs[${index}]`, block, cidr));
      return faults.list;
    },
    // A block of the other family may be added; nothing else changes.
    validateUpdate({ spec: { cidrs = [] } = {} }, { spec: { cidrs: old = [] } = {} }) {
      const faults = new Faults();
      if (cidrs.length === old.length || (old.length === 1 && cidrs.length === 2))
        old.forEach((block, index) => {
          if (block !== cidrs[index]) faults.invalid(`spec.cidrs[${index}]`, cidrs[0], IMMUTABLE);
        });
      else faults.invalid('spec.cidrs', cidrs, IMMUTABLE);
      return faults.list;
    },
  },
});

function isDualStack(cidrs: readonly string[]): boolean {
  return cidrs.every((block) => cidr(block).length === 0) && new Set(cidrs.map((block) => familyOf(block.split('/')[0]!))).size === 2;
}
