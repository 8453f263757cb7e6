import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { bumpGeneration } from '../meta/generation.js';
import { familyOf, ipAddress, validateReachableAddress } from '../validation/addresses.js';
import { Faults, sameJson } from '../validation/faults.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../validation/names.js';

const MAX_ENDPOINTS = 1000;
const MAX_PORTS = 20_000;
const MAX_ADDRESSES = 100;
/** How many endpoints a table names before it says how many more there are. */
const SHOWN = 3;

export const endpointSlices = defineBuiltIn<EndpointSlice>('discovery.k8s.io/v1/endpointslices', {
  cells: {
    AddressType: ({ addressType }) => addressType,
    Ports: ({ ports }) =>
      shortened(
        (ports ?? []).map(({ port }) => (port ? String(port) : '*')),
        '<unset>',
      ),
    Endpoints: ({ endpoints }) =>
      shortened(
        (endpoints ?? []).flatMap(({ addresses }) => addresses),
        '<unset>',
      ),
  },
  rules: {
    prepareUpdate(slice, old) {
      if (!sameJson(slice.metadata?.labels, old.metadata.labels)) bumpGeneration(slice, old);
    },
    validate(slice) {
      const faults = new Faults();
      const known = faults.requiredOneOf('addressType', slice.addressType, ['FQDN', 'IPv4', 'IPv6']);
      const { endpoints, ports } = slice;
      if (endpoints) {
        faults.tooMany('endpoints', endpoints.length, MAX_ENDPOINTS);
        if (known) endpoints.forEach((endpoint, index) => validateEndpoint(faults, `endpoints[${index}]`, endpoint, slice.addressType));
      }
      if (ports) validatePorts(faults, ports);
      return faults.list;
    },
    validateUpdate(slice, old) {
      const faults = new Faults();
      faults.immutable('addressType', slice.addressType, old.addressType);
      return faults.list;
    },
  },
});

function validateEndpoint(faults: Faults, path: string, endpoint: Endpoint, type: string): void {
  const { addresses, hostname, nodeName } = endpoint;
  // Endpoints without addresses come out of decoding with null.
  const list = addresses as readonly string[] | null;
  if (!list || list.length === 0) faults.required(`${path}.addresses`, undefined, 'must contain at least 1 address');
  else {
    faults.tooMany(`${path}.addresses`, list.length, MAX_ADDRESSES);
    list.forEach((address, index) => validateAddress(faults, `${path}.addresses[${index}]`, address, type));
  }
  if (nodeName !== undefined) faults.syntax(`${path}.nodeName`, nodeName, dnsSubdomain);
  if (hostname !== undefined) faults.syntax(`${path}.hostname`, hostname, dnsLabel);
}

function validateAddress(faults: Faults, path: string, address: string, type: string): void {
  if (type === 'FQDN') {
    faults.syntax(path, address, dnsSubdomain);
    return;
  }
  if (ipAddress(address).length === 0 && familyOf(address) !== type) faults.invalid(path, address, `must be an ${type} address`);
  else validateReachableAddress(faults, path, address);
}

function validatePorts(faults: Faults, ports: readonly EndpointPort[]): void {
  faults.tooMany('ports', ports.length, MAX_PORTS);
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, port, appProtocol }, index) => {
    const path = `ports[${index}]`;
    if (name !== '') faults.syntax(`${path}.name`, name, dnsLabel);
    if (names.has(name)) faults.duplicate(`${path}.name`, name);
    names.add(name);
    faults.requiredOneOf(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
    if (port) faults.port(`${path}.port`, port);
    if (appProtocol) faults.syntax(`${path}.appProtocol`, appProtocol, qualifiedName);
  });
}

function shortened(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  return all.slice(0, SHOWN).join(',') + (all.length > SHOWN ? ` + ${all.length - SHOWN} more...` : '');
}
