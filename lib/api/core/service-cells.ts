import type { Service, ServicePort } from 'kubernetes-types/core/v1.js';

/** Load balancers' addresses are cut to this width. */
const WIDTH = 16;

/** Where a service can be reached from outside. */
export function externalAddressText({ spec = {}, status }: Service): string {
  const given = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const balancers = balancerText(status);
      const all = [...(balancers === '' ? [] : [balancers]), ...given];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return given.length === 0 ? '<none>' : given.join(',');
  }
}

/** `80/TCP,443:30443/TCP` */
export function portsText(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return '<none>';
  return ports.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`).join(',');
}

function balancerText(status: Service['status']): string {
  const names = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean);
  const text = [...new Set(names)].sort().join(',');
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 3)}...` : text;
}
