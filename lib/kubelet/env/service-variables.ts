import type { Service } from 'kubernetes-types/core/v1.js';

/**
 * The variables that tell a container where services are: `BACKEND_SERVICE_HOST`, `BACKEND_SERVICE_PORT`,
 * `BACKEND_SERVICE_PORT_<NAME>`, and the forms of Docker links, `BACKEND_PORT`, `BACKEND_PORT_80_TCP`, ….
 */
export function serviceVariables(services: readonly Service[], namespace: string, links: boolean): Map<string, string> {
  const chosen = services.filter(
    (service) => hasAddress(service) && (isMaster(service) || (links && service.metadata?.namespace === namespace)),
  );
  // The master service of the default namespace gives way to a service of the same name in the pod's own.
  chosen.sort((a, b) => Number(a.metadata?.namespace === namespace) - Number(b.metadata?.namespace === namespace));
  return new Map(chosen.flatMap(variablesOf));
}

function isMaster({ metadata }: Service): boolean {
  return metadata?.namespace === 'default' && metadata.name === 'kubernetes';
}

function hasAddress({ spec }: Service): boolean {
  return spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None' && (spec.ports?.length ?? 0) > 0;
}

function variablesOf({ metadata, spec }: Service): [string, string][] {
  const name = variableName(metadata?.name ?? '');
  const ip = spec!.clusterIP!;
  const ports = spec!.ports!;
  return [
    [`${name}_SERVICE_HOST`, ip],
    [`${name}_SERVICE_PORT`, String(ports[0]!.port)],
    ...ports.flatMap((port): [string, string][] =>
      port.name ? [[`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)]] : [],
    ),
    ...ports.flatMap(({ port, protocol = 'TCP' }, i): [string, string][] => {
      const url = `${protocol.toLowerCase()}://${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
      const prefix = `${name}_PORT_${port}_${protocol.toUpperCase()}`;
      return [
        ...(i === 0 ? [[`${name}_PORT`, url] as [string, string]] : []),
        [prefix, url],
        [`${prefix}_PROTO`, protocol.toLowerCase()],
        [`${prefix}_PORT`, String(port)],
        [`${prefix}_ADDR`, ip],
      ];
    }),
  ];
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
