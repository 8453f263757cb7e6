import { isIP, isIPv4 } from 'node:net';
import { defineBuiltIn } from '../built-in.js';
import type { KubeObject } from '../object.js';
import { Faults } from '../validation/faults.js';
import type { Syntax } from '../validation/names.js';
import { dnsSubdomain, pathSegment } from '../validation/names.js';

interface ParentReference {
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface IPAddress extends KubeObject {
  readonly spec?: { readonly parentRef?: ParentReference };
}

/** An address in the one form that it is written in. */
const canonicalAddress: Syntax = (value) => {
  if (isIP(value) === 0) return [`ParseAddr(${JSON.stringify(value)}): unable to parse IP`];
  const canonical = isIPv4(value) || (!value.includes('%') && new URL(`http://[${value}]`).hostname === `[${value}]`);
  return canonical ? [] : ['must be a canonical format IP address'];
};

/** An address that a service has taken. */
export const ipAddresses = defineBuiltIn<IPAddress>('networking.k8s.io/v1/ipaddresses', {
  names: canonicalAddress,
  cells: { ParentRef: ({ spec }) => parentCell(spec?.parentRef) },
  rules: {
    validate({ spec = {} }) {
      const faults = new Faults();
      if (faults.required('spec.parentRef', spec.parentRef)) validateParent(faults, 'spec.parentRef', spec.parentRef!);
      return faults.list;
    },
    validateUpdate({ spec = {} }, { spec: old = {} }) {
      const faults = new Faults();
      faults.immutable('spec.parentRef', spec.parentRef, old.parentRef);
      return faults.list;
    },
  },
});

function validateParent(faults: Faults, path: string, { group, resource, name, namespace }: ParentReference): void {
  if (group) faults.syntax(`${path}.group`, group, dnsSubdomain);
  faults.requiredSyntax(`${path}.resource`, resource, pathSegment);
  faults.requiredSyntax(`${path}.name`, name, pathSegment);
  if (namespace) faults.syntax(`${path}.namespace`, namespace, pathSegment);
}

function parentCell(parent: ParentReference | undefined): string {
  if (!parent) return '<none>';
  const { group, resource = '', namespace, name = '' } = parent;
  const kind = (group ? `${resource}.${group}` : resource).toLowerCase();
  return namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
}
