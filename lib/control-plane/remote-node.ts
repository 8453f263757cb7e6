import { mkdir } from 'node:fs/promises';
import { stopAll } from '../base/lifecycles.js';
import type { Lifecycle } from '../base/lifecycle.js';
import type { Environment } from '../base/environment.js';
import type { Logger } from '../base/logger.js';
import { silentLogger } from '../base/logger.js';
import { systemEnvironment } from '../base/system-environment.js';
import { createCatalog } from '../api/catalog.js';
import { nodes } from '../api/core/nodes.js';
import { builtInDefinitions } from '../api/kinds.js';
import { StatusError } from '../api/status-error.js';
import type { ClusterAccess } from '../registry/remote/kubeconfig.js';
import { loadKubeconfig } from '../registry/remote/kubeconfig.js';
import { RemoteRegistries } from '../registry/remote/remote-registries.js';
import { CertificateAuthority } from '../server/pki.js';
import { clusterFacts, keepFacts } from './identity.js';
import { claimLoopbackRange } from './loopback-range.js';
import { Node } from './node.js';
import type { ControlPlaneOptions } from './options.js';
import { runtimeFactory } from './runtimes.js';
import { StartError } from './start-error.js';

/** What {@link RemoteNode.start} takes. */
export interface RemoteNodeOptions {
  /** Unique in the cluster. */
  readonly name: string;
  /** Path of a kubeconfig for the control plane. */
  readonly kubeconfig: string;
  /** Where the node keeps its pods. */
  readonly directory: string;
  /** Default `process`. */
  readonly runtime?: ControlPlaneOptions['runtime'];
  /** Where the kubelet serves logs and exec. Default `{ host: '127.0.0.1', port: 0 }`. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  /** Default: the system's. */
  readonly environment?: Environment | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/** A node in a process of its own, of a control plane that it reaches over HTTPS. */
export class RemoteNode {
  readonly #parts: readonly Lifecycle[];

  private constructor(
    /** URL of the control plane's API server. */
    readonly server: string,
    parts: readonly Lifecycle[],
  ) {
    this.#parts = parts;
  }

  /** Resolves when the node is registered. Throws {@link StartError} with one line for the user when it cannot be. */
  static async start(options: RemoteNodeOptions): Promise<RemoteNode> {
    const { environment = systemEnvironment, logger = silentLogger } = options;
    const parts: Lifecycle[] = [];
    try {
      const cluster = await accessOf(options.kubeconfig);
      const registries = new RemoteRegistries({ cluster, catalog: createCatalog(builtInDefinitions), environment });
      parts.push(registries);
      await reach(registries);
      const node = await make(options, cluster, registries, { environment, logger, parts });
      parts.push(node);
      await node.start();
      return new RemoteNode(cluster.server, parts);
    } catch (error) {
      await stopAll(parts);
      throw error;
    }
  }

  /** Ends the node's pods (their objects stay) and lets go. */
  stop(): Promise<void> {
    return stopAll(this.#parts);
  }
}

async function make(
  options: RemoteNodeOptions,
  cluster: ClusterAccess,
  registries: RemoteRegistries,
  { environment, logger, parts }: { readonly environment: Environment; readonly logger: Logger; readonly parts: Lifecycle[] },
): Promise<Node> {
  const { name, directory, listen = { host: '127.0.0.1', port: 0 }, runtime = 'process' } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const facts = await clusterFacts(directory, environment);
  const range = await claimLoopbackRange(environment, facts.octet);
  parts.push({ start: () => Promise.resolve(), stop: () => range.release() });
  await keepFacts(directory, { ...facts, octet: range.octet });
  // As kubelets do by default, it signs its own certificate; whom it answers is decided by the cluster's authority.
  const authority = await CertificateAuthority.create({ environment, commonName: `kubelet ${name}` });
  return new Node({
    name,
    index: 0,
    directory,
    podRange: range.podRange(0),
    planeId: facts.id,
    environment,
    logger,
    registries,
    runtime: runtimeFactory(runtime),
    serve: { ...listen, tls: await authority.serverCertificate({ hosts: [listen.host] }), callers: { clientAuthority: cluster.ca } },
  });
}

async function accessOf(kubeconfig: string): Promise<ClusterAccess> {
  try {
    return await loadKubeconfig(kubeconfig);
  } catch (error) {
    throw new StartError(`cannot use the kubeconfig ${kubeconfig}: ${(error as Error).message}`, { cause: error });
  }
}

/** Finds out now, in one line, whether the server is there and lets us in. */
async function reach(registries: RemoteRegistries): Promise<void> {
  try {
    await registries.registry(nodes).list({ limit: 1 });
  } catch (error) {
    if (StatusError.is(error))
      throw new StartError(`the control plane at ${registries.server} does not answer as it should: ${error.message}`, { cause: error });
    throw error;
  }
}
