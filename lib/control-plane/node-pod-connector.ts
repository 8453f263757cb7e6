import type { Duplex } from 'node:stream';
import type { Node as NodeObject, Pod } from 'kubernetes-types/core/v1.js';
import { nodes as nodeKind } from '../api/core/nodes.js';
import type { Stored } from '../api/object.js';
import { badRequest, StatusError } from '../api/status-error.js';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../api/wire/pod-streams.js';
import type { Registries } from '../registry/registry.js';
import type { PodConnector } from '../server/pod-connector.js';
import type { PlaneIdentity } from './identity.js';
import type { NodePool } from './node-pool.js';

/** What a {@link NodePodConnector} takes. */
export interface NodePodConnectorOptions {
  readonly nodes: NodePool;
  readonly registries: Registries;
  readonly identity: PlaneIdentity;
}

/** Reaches the kubelet of a pod: in this process, or through the address and port that its Node tells. */
export class NodePodConnector implements PodConnector {
  readonly #options: NodePodConnectorOptions;

  constructor(options: NodePodConnectorOptions) {
    this.#options = options;
  }

  async logs(pod: Stored<Pod>, options: PodLogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return (await this.#kubelet(pod)).logs(pod, options, signal);
  }

  async exec(pod: Stored<Pod>, options: PodExecOptions): Promise<ExecSession> {
    return (await this.#kubelet(pod)).exec(pod, options);
  }

  async attach(pod: Stored<Pod>, options: Omit<PodExecOptions, 'command'>): Promise<ExecSession> {
    return (await this.#kubelet(pod)).attach(pod, options);
  }

  async portForward(pod: Stored<Pod>, port: number): Promise<Duplex> {
    return (await this.#kubelet(pod)).portForward(pod, port);
  }

  async #kubelet(pod: Stored<Pod>): Promise<PodConnector> {
    const name = pod.spec?.nodeName;
    if (!name) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
    const local = this.#options.nodes.get(name);
    if (local) return local.kubelet.streams;
    const { identity, registries } = this.#options;
    const { address, port } = endpointOf(await registries.registry(nodeKind).get({ name }));
    const { KubeletClient } = await import('../kubelet/server/kubelet-client.js'); // most planes never need it
    return new KubeletClient({ address, port, certificate: identity.admin.certificate, key: identity.admin.key });
  }
}

function endpointOf(node: Stored<NodeObject>): { address: string; port: number } {
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port;
  if (!address || !port)
    throw new StatusError('ServiceUnavailable', `the kubelet of node ${node.metadata.name} cannot be reached: it says no address and port`);
  return { address, port };
}
