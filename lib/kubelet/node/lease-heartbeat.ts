import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Environment } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { pause } from '../../base/pause.js';
import { leases } from '../../api/coordination/leases.js';
import { namespaces } from '../../api/core/namespaces.js';
import { microTimestamp } from '../../api/meta/time.js';
import { ownerReference } from '../../api/meta/owner-references.js';
import type { Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { Registries } from '../../registry/registry.js';

/** What a {@link LeaseHeartbeat} takes. */
export interface LeaseHeartbeatOptions {
  readonly registries: Registries;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeName: string;
  /** Milliseconds between two heartbeats. */
  readonly period: number;
}

const NAMESPACE = 'kube-node-lease';

/** Renews the Lease that tells others that this node is alive. */
export class LeaseHeartbeat {
  readonly #options: LeaseHeartbeatOptions;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #last: Stored<Lease> | undefined;

  constructor(options: LeaseHeartbeatOptions) {
    this.#options = options;
  }

  /** Resolves after the first heartbeat, whether or not it went through. */
  async start(node: Stored<Node>): Promise<void> {
    this.#stop = new AbortController();
    await this.#beat(node);
    this.#running = this.#loop(node);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #loop(node: Stored<Node>): Promise<void> {
    const { environment, period } = this.#options;
    const { signal } = this.#stop;
    while (await pause(environment, period * (1 + 0.04 * environment.random()), signal)) await this.#beat(node);
  }

  async #beat(node: Stored<Node>): Promise<void> {
    const { logger, nodeName } = this.#options;
    try {
      this.#last = await this.#renew(node);
    } catch (error) {
      this.#last = undefined; // read it again the next time
      logger.warn('cannot renew the lease of the node', { node: nodeName, error });
    }
  }

  async #renew(node: Stored<Node>): Promise<Stored<Lease>> {
    const { registries, nodeName, environment } = this.#options;
    const registry = registries.registry(leases);
    const renewTime = microTimestamp(environment.now());
    const known = this.#last ?? (await registry.get({ namespace: NAMESPACE, name: nodeName }).catch(unlessMissing));
    if (known) return registry.update({ ...known, spec: { ...known.spec, ...this.#spec, renewTime } });
    return this.#create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: NAMESPACE, name: nodeName, ownerReferences: [reference(node)] },
      spec: { ...this.#spec, renewTime },
    });
  }

  async #create(lease: Lease): Promise<Stored<Lease>> {
    const { registries } = this.#options;
    const registry = registries.registry(leases);
    try {
      return await registry.create(lease);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
      await registries
        .registry(namespaces)
        .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
        .catch(unlessThere);
      return registry.create(lease);
    }
  }

  get #spec() {
    const { nodeName, period } = this.#options;
    return { holderIdentity: nodeName, leaseDurationSeconds: Math.max(1, Math.ceil((4 * period) / 1000)) };
  }
}

function reference(node: Stored<Node>) {
  const { apiVersion, kind, name, uid } = ownerReference(node);
  return { apiVersion, kind, name, uid };
}

function unlessMissing(error: unknown): undefined {
  if (!StatusError.is(error, 'NotFound')) throw error;
}

function unlessThere(error: unknown): void {
  if (!StatusError.is(error, 'AlreadyExists')) throw error;
}
