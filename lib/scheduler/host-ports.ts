import type { Container } from 'kubernetes-types/core/v1.js';

/** A port of the node that a pod takes. */
export interface HostPort {
  /** `TCP/8080`. */
  readonly port: string;
  /** `0.0.0.0`: on all addresses. */
  readonly ip: string;
}

const ANY = '0.0.0.0';

/** The host ports of a pod's containers. */
export function hostPortsOf(containers: readonly Container[]): readonly HostPort[] {
  return containers.flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({ port: `${port.protocol ?? 'TCP'}/${port.hostPort}`, ip: port.hostIP || ANY })),
  );
}

/** The host ports taken on one node. A port on all addresses is in the way of the same port on any address, and the other way round. */
export class UsedPorts {
  /** Port → address → how many pods. */
  readonly #used = new Map<string, Map<string, number>>();

  add({ port, ip }: HostPort): void {
    let addresses = this.#used.get(port);
    if (!addresses) this.#used.set(port, (addresses = new Map<string, number>()));
    addresses.set(ip, (addresses.get(ip) ?? 0) + 1);
  }

  remove({ port, ip }: HostPort): void {
    const addresses = this.#used.get(port);
    const count = (addresses?.get(ip) ?? 0) - 1;
    if (count > 0) addresses?.set(ip, count);
    else addresses?.delete(ip);
    if (addresses?.size === 0) this.#used.delete(port);
  }

  isFree({ port, ip }: HostPort): boolean {
    const addresses = this.#used.get(port);
    return !addresses || (ip !== ANY && !addresses.has(ANY) && !addresses.has(ip));
  }
}
