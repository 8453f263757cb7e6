import type { Pod, Service } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointPort } from 'kubernetes-types/discovery/v1.js';
import type { Stored } from '../../api/object.js';
import { isReady } from '../pod-state.js';
import { addressOf, hostnameOf, isReachable, targetPortOf } from './service-pods.js';

export type AddressType = 'IPv4' | 'IPv6';

/** Endpoints that may stand in one slice: of one family, with the same ports. */
export interface SliceGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  /** By a key that stays the same for the same backend. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
}

/** What tells two groups apart. */
export const groupKey = (addressType: string, ports: readonly EndpointPort[] | undefined | null): string =>
  JSON.stringify([
    addressType,
    [...(ports ?? [])].map(({ name = '', protocol = 'TCP', port, appProtocol }) => [name, protocol, port, appProtocol]).sort(),
  ]);

/** The endpoints of a service's pods, in groups; for each of its families at least one, which may be empty. */
export function sliceGroups(service: Stored<Service>, pods: readonly Stored<Pod>[]): SliceGroup[] {
  const families = (service.spec?.ipFamilies ?? []) as AddressType[];
  return (families.length > 0 ? families : (['IPv4'] as const)).flatMap((family) => groupsOf(service, pods, family));
}

function groupsOf(service: Stored<Service>, pods: readonly Stored<Pod>[], addressType: AddressType): SliceGroup[] {
  const groups = new Map<string, { readonly ports: readonly EndpointPort[]; readonly endpoints: Map<string, Endpoint> }>();
  for (const pod of pods) {
    const address = isReachable(pod) ? addressOf(pod, addressType) : undefined;
    if (!address) continue;
    const ports = portsFor(service, pod);
    const key = groupKey(addressType, ports);
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() };
    groups.set(key, group);
    group.endpoints.set(pod.metadata.uid, endpointOf(service, pod, address));
  }
  if (groups.size === 0) return [{ addressType, ports: [], endpoints: new Map() }];
  return [...groups.values()].map((group) => ({ addressType, ...group }));
}

function portsFor(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((one) => {
    const port = targetPortOf(pod, one);
    const { name = '', protocol = 'TCP', appProtocol } = one;
    return port === undefined ? [] : [{ name, protocol, port, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function endpointOf(service: Stored<Service>, pod: Stored<Pod>, address: string): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const hostname = hostnameOf(service, pod);
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [address],
    conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: namespace ?? '', name, uid },
  };
}
