import type { Endpoints, EndpointSubset, Service, ServicePort } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';
import { keyOf } from '../api/object.js';

/** Where one port of a Service listens, and where its connections may go. */
export interface PortalSpec {
  /** `namespace/name:port name`: what a portal is known by. */
  readonly key: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  /** Seconds that a client stays with its endpoint; undefined: no affinity. */
  readonly affinitySeconds: number | undefined;
  /** In stable order. */
  readonly targets: readonly Target[];
}

/** A ready address of a Service port. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly pod?: string;
}

const DEFAULT_AFFINITY_SECONDS = 10_800;

/** The portals that a Service needs. None for headless and ExternalName Services, for those without an address, and for protocols other than TCP and UDP. */
export function portalsOf(service: Stored<Service>, endpoints: Stored<Endpoints> | undefined): PortalSpec[] {
  const { clusterIP, type, ports = [] } = service.spec ?? {};
  if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') return [];
  return ports.flatMap((port) => {
    const protocol = port.protocol ?? 'TCP';
    if (protocol !== 'TCP' && protocol !== 'UDP') return [];
    return [
      {
        key: `${keyOf(service)}:${port.name ?? ''}`,
        protocol,
        address: clusterIP,
        port: port.port,
        affinitySeconds: affinityOf(service),
        targets: targetsOf(port, protocol, endpoints),
      },
    ];
  });
}

function affinityOf({ spec }: Stored<Service>): number | undefined {
  if (spec?.sessionAffinity !== 'ClientIP') return undefined;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
}

/** Endpoints name their ports as the Service does; an unnamed Service port has an unnamed endpoint port. */
function targetsOf(port: ServicePort, protocol: string, endpoints: Stored<Endpoints> | undefined): Target[] {
  const found = new Map<string, Target>();
  for (const subset of endpoints?.subsets ?? []) {
    for (const target of targetsIn(subset, port.name ?? '', protocol)) found.set(`${target.address}:${target.port}`, target);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

function targetsIn({ addresses = [], ports = [] }: EndpointSubset, name: string, protocol: string): Target[] {
  const own = ports.filter((port) => (port.name ?? '') === name && (port.protocol ?? 'TCP') === protocol);
  return own.flatMap(({ port }) =>
    addresses.map(({ ip, targetRef }) => ({
      address: ip,
      port,
      ...(targetRef?.kind === 'Pod' ? { pod: keyOf({ namespace: targetRef.namespace, name: targetRef.name ?? '' }) } : {}),
    })),
  );
}
