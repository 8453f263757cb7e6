import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';

/** Whether a service has an address of its own. */
export function needsAddress({ type = 'ClusterIP', clusterIP }: ServiceSpec): boolean {
  return type !== 'ExternalName' && clusterIP !== 'None';
}

/** Whether a service's ports have one on every node. */
export function needsNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

/** Whether a load balancer asks a port of its own for the node's health. */
export function needsHealthPort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** The address that a service holds, if any. */
export function addressOf(service: Service | undefined): string | undefined {
  const spec = service?.spec;
  return spec && needsAddress(spec) && spec.clusterIP ? spec.clusterIP : undefined;
}

/** The ports of every node that a service holds. */
export function nodePortsOf(service: Service | undefined): ReadonlySet<number> {
  const spec = service?.spec;
  if (!spec || spec.type === 'ExternalName') return new Set();
  const ports = (spec.ports ?? []).map((port) => port.nodePort);
  return new Set([...ports, spec.healthCheckNodePort].filter((port): port is number => Boolean(port)));
}

/** Fills in what a client left out and the stored service has: a PUT of the original manifest keeps the address and ports. */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsAddress(spec) && needsAddress(old)) {
    spec.clusterIP ||= old.clusterIP!;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP && old.clusterIPs) spec.clusterIPs = [...old.clusterIPs];
  }
  if (needsNodePorts(spec) && needsNodePorts(old)) keepNodePorts(spec.ports ?? [], old.ports ?? []);
  if (needsHealthPort(spec) && needsHealthPort(old)) spec.healthCheckNodePort ||= old.healthCheckNodePort!;
}

function keepNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): void {
  const inUse = new Set(ports.map((port) => port.nodePort));
  const byName = new Map(old.map((port) => [port.name ?? '', port.nodePort]));
  for (const port of ports) {
    const known = byName.get(port.name ?? '');
    if (!port.nodePort && known && !inUse.has(known)) port.nodePort = known;
  }
}

/** Removes what only the old type of a service had, unless the client changed it together with the type. */
export function dropFieldsOfOldType(spec: ServiceSpec, old: ServiceSpec): void {
  const drop = (...keys: (keyof ServiceSpec)[]) => {
    for (const key of keys) if (JSON.stringify(spec[key]) === JSON.stringify(old[key])) delete spec[key];
  };
  if (needsAddress(old) && !needsAddress(spec)) drop('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
  if (needsNodePorts(old) && !needsNodePorts(spec)) dropNodePorts(spec.ports ?? [], old.ports ?? []);
  if (needsHealthPort(old) && !needsHealthPort(spec)) drop('healthCheckNodePort');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') drop('allocateLoadBalancerNodePorts', 'loadBalancerClass');
  if (isExternal(old) && !isExternal(spec)) drop('externalTrafficPolicy');
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') drop('internalTrafficPolicy');
}

function dropNodePorts(ports: readonly ServicePort[], old: readonly ServicePort[]): void {
  if (!ports.every((port) => !port.nodePort || old.some((other) => other.nodePort === port.nodePort))) return;
  for (const port of ports) delete port.nodePort;
}

const isExternal = ({ type, externalIPs }: ServiceSpec) => type === 'NodePort' || type === 'LoadBalancer' || Boolean(externalIPs?.length);
