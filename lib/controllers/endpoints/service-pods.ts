import type { Pod, Service, ServicePort } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { isFinished, isReady } from '../pod-state.js';

export const HEADLESS = 'service.kubernetes.io/headless';

/** Whether pods are looked for: a service of names (ExternalName), or without a selector, has none of ours. */
export function selects(service: Service): boolean {
  return service.spec?.type !== 'ExternalName' && Object.keys(service.spec?.selector ?? {}).length > 0;
}

export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

/** It has an address and may serve, ready or not. */
export const isReachable = (pod: Pod): boolean => Boolean(pod.status?.podIP) && !isFinished(pod);

/** Whether connections may go to it: ready, or wanted even when not. */
export const takesTraffic = (service: Service, pod: Pod): boolean => isReady(pod) || service.spec?.publishNotReadyAddresses === true;

/** The name that the pod has under a headless service. */
export function hostnameOf(service: Stored<Service>, pod: Pod): string | undefined {
  return pod.spec?.hostname && pod.spec.subdomain === service.metadata.name ? pod.spec.hostname : undefined;
}

/** The address of a pod in a family. */
export function addressOf(pod: Pod, family: 'IPv4' | 'IPv6'): string | undefined {
  const addresses = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP];
  return addresses.find((ip) => ip && ip.includes(':') === (family === 'IPv6'));
}

/** Where a pod listens for a port of a service; undefined when it has no port of that name. */
export function targetPortOf(pod: Pod, { port, targetPort, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort || port;
  if (targetPort === undefined || targetPort === '') return port;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars]
    .flatMap(({ ports }) => ports ?? [])
    .find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}
