import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { addressOf, hostnameOf, isHeadless, isReachable, takesTraffic, targetPortOf } from './service-pods.js';

interface Member {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

/**
 * The subsets of a service's Endpoints: addresses that share the same ports stand together. The order depends on nothing but
 * their content, so that equal pods give equal subsets.
 */
export function endpointSubsets(service: Stored<Service>, pods: readonly Stored<Pod>[]): EndpointSubset[] {
  const ports = new Map<string, { readonly port: EndpointPort | undefined; readonly members: Map<string, Member> }>();
  const family = service.spec?.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4';
  for (const pod of [...pods].sort(byName)) {
    const ip = isReachable(pod) && mayServe(service, pod) ? addressOf(pod, family) : undefined;
    if (!ip) continue;
    const member: Member = { address: addressFor(service, pod, ip), ready: takesTraffic(service, pod) };
    for (const port of portsFor(service, pod)) {
      const key = JSON.stringify(port ?? null);
      const known = ports.get(key) ?? { port, members: new Map<string, Member>() };
      ports.set(key, known);
      // Two pods of one address, such as those in the network of their node: one of them is enough.
      if (!known.members.has(ip)) known.members.set(ip, member);
    }
  }
  return merged([...ports.values()]);
}

/** Pods that go take no new connections, unless the service wants every address. */
const mayServe = (service: Service, pod: Stored<Pod>) => !pod.metadata.deletionTimestamp || service.spec?.publishNotReadyAddresses === true;

function portsFor(service: Service, pod: Pod): (EndpointPort | undefined)[] {
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return isHeadless(service) ? [undefined] : [];
  return ports.flatMap((one) => {
    const port = targetPortOf(pod, one);
    const { name, protocol = 'TCP', appProtocol } = one;
    return port === undefined ? [] : [{ ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function addressFor(service: Stored<Service>, pod: Stored<Pod>, ip: string): EndpointAddress {
  const hostname = hostnameOf(service, pod);
  const { name, namespace, uid } = pod.metadata;
  return {
    ip,
    ...(hostname ? { hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: namespace ?? '', name, uid },
  };
}

/** Ports with the same addresses become one subset. */
function merged(
  ports: readonly { readonly port: EndpointPort | undefined; readonly members: ReadonlyMap<string, Member> }[],
): EndpointSubset[] {
  const subsets = new Map<string, { readonly members: readonly Member[]; readonly ports: EndpointPort[] }>();
  for (const { port, members } of ports) {
    const sorted = [...members.values()].sort((a, b) => (a.address.ip < b.address.ip ? -1 : 1));
    const key = JSON.stringify(sorted);
    const subset = subsets.get(key) ?? { members: sorted, ports: [] };
    subsets.set(key, subset);
    if (port) subset.ports.push(port);
  }
  return [...subsets.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, subset]) => subsetOf(subset.members, subset.ports));
}

function subsetOf(members: readonly Member[], ports: readonly EndpointPort[]): EndpointSubset {
  const ready = members.filter((one) => one.ready).map(({ address }) => address);
  const notReady = members.filter((one) => !one.ready).map(({ address }) => address);
  return {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ...(ports.length > 0 ? { ports: [...ports].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)) } : {}),
  };
}

const byName = (a: Stored<Pod>, b: Stored<Pod>) => (a.metadata.name < b.metadata.name ? -1 : 1);
