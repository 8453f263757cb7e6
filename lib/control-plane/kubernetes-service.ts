import { StatusError } from '../api/status-error.js';
import { endpoints } from '../api/core/endpoints.js';
import { services } from '../api/core/services.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Registries } from '../registry/registry.js';

/** What {@link KubernetesService} takes. */
export interface KubernetesServiceOptions {
  readonly registries: Registries;
  /** The API server, started before. */
  readonly server: { readonly url: string };
  /** Its first address becomes the Service's. */
  readonly serviceRange: string;
}

/** Keeps the Service `default/kubernetes` and its Endpoints: the way from a pod to the API server. */
export class KubernetesService implements Lifecycle {
  readonly #options: KubernetesServiceOptions;

  constructor(options: KubernetesServiceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { registries, server, serviceRange } = this.#options;
    const { hostname, port } = new URL(server.url);
    const name = { namespace: 'default', name: 'kubernetes' };
    const labels = { component: 'apiserver', provider: 'kubernetes' };
    await unlessThere(
      registries.registry(services).create({
        metadata: { ...name, labels },
        spec: { type: 'ClusterIP', clusterIP: firstAddress(serviceRange), ports: [{ name: 'https', port: 443, targetPort: Number(port), protocol: 'TCP' }], sessionAffinity: 'None' },
      }),
    );
    // PUT creates a missing Endpoints object.
    await registries.registry(endpoints).update({
      metadata: { ...name, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: hostname.replace(/^\[|\]$/g, '') }], ports: [{ name: 'https', port: Number(port), protocol: 'TCP' }] }],
    });
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function firstAddress(range: string): string {
  const [address = ''] = range.split('/');
  const parts = address.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 1].join('.');
}

async function unlessThere(created: Promise<unknown>): Promise<void> {
  try {
    await created;
  } catch (error) {
    if (!StatusError.is(error, 'AlreadyExists')) throw error;
  }
}
