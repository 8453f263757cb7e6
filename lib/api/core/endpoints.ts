import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { validateReachableAddress } from '../validation/addresses.js';
import { Faults } from '../validation/faults.js';
import { dnsLabel, dnsSubdomain } from '../validation/names.js';

/** How many endpoints a table names before it says how many more there are. */
const SHOWN = 3;

export const endpoints = defineBuiltIn<Endpoints>('v1/endpoints', {
  storagePrefix: '/registry/services/endpoints',
  cells: { Endpoints: ({ subsets }) => endpointsText(subsets ?? []) },
  rules: {
    validate({ subsets }) {
      const faults = new Faults();
      subsets?.forEach((subset, index) => validateSubset(faults, `subsets[${index}]`, subset));
      return faults.list;
    },
  },
});

function validateSubset(faults: Faults, path: string, { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset): void {
  if (addresses.length === 0 && notReadyAddresses.length === 0)
    faults.required(path, undefined, 'must specify `addresses` or `notReadyAddresses`');
  addresses.forEach((address, index) => validateAddress(faults, `${path}.addresses[${index}]`, address));
  notReadyAddresses.forEach((address, index) => validateAddress(faults, `${path}.notReadyAddresses[${index}]`, address));
  ports.forEach((port, index) => validatePort(faults, `${path}.ports[${index}]`, port, ports.length > 1));
}

function validateAddress(faults: Faults, path: string, { ip, hostname, nodeName }: EndpointAddress): void {
  validateReachableAddress(faults, `${path}.ip`, ip);
  if (hostname) faults.syntax(`${path}.hostname`, hostname, dnsLabel);
  if (nodeName !== undefined && nodeName !== null) faults.syntax(`${path}.nodeName`, nodeName, dnsSubdomain);
}

function validatePort(faults: Faults, path: string, { name, port, protocol }: EndpointPort, nameRequired: boolean): void {
  if (nameRequired) faults.requiredSyntax(`${path}.name`, name, dnsLabel);
  else if (name) faults.syntax(`${path}.name`, name, dnsLabel);
  faults.port(`${path}.port`, port);
  faults.requiredOneOf(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
}

function endpointsText(subsets: readonly EndpointSubset[]): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );
  if (all.length === 0) return '<none>';
  const more = all.length > SHOWN ? ` + ${all.length - SHOWN} more...` : '';
  return all.slice(0, SHOWN).join(',') + more;
}

const hostPort = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
