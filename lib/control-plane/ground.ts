import type { Lifecycle } from '../base/lifecycle.js';
import type { Storage } from '../storage/storage.js';
import { type ClusterRecord, agreeOn } from './cluster-record.js';
import type { PlaneIdentity } from './identity.js';
import { authorityOf, clusterFacts, identityOf, keepFacts, tokenKeyOf } from './identity.js';
import { firstAddress } from './kubernetes-service.js';
import type { LoopbackRange } from './loopback-range.js';
import { claimLoopbackRange } from './loopback-range.js';
import type { ResolvedOptions } from './options.js';
import { serviceNetwork } from './service-network.js';
import type { ServiceNetwork } from './service-network.js';
import { isShared } from './shared.js';
import { StartError } from './start-error.js';

/** What a started {@link Ground} has. */
interface Held {
  readonly range: LoopbackRange;
  readonly serviceRange: string;
  readonly identity: PlaneIdentity;
}

/**
 * What a control plane stands on: its part of 127/8, a network for Services, its identity and certificates. Started after the
 * storage (whoever holds the data directory holds these, too), before everything else.
 */
export class Ground implements Lifecycle {
  readonly #options: ResolvedOptions;
  readonly #storage: () => Storage;
  #range: LoopbackRange | undefined;
  #network: ServiceNetwork | undefined;
  #held: Held | undefined;

  /** `storage` gives the plane's storage, started. */
  constructor(options: ResolvedOptions, storage: () => Storage) {
    this.#options = options;
    this.#storage = storage;
  }

  /** Throws before `start()`. */
  get range(): LoopbackRange {
    return this.#started.range;
  }

  /** Throws before `start()`. */
  get identity(): PlaneIdentity {
    return this.#started.identity;
  }

  /** Throws before `start()`. */
  get serviceRange(): string {
    return this.#started.serviceRange;
  }

  async start(): Promise<void> {
    const { dataDir, environment, listen } = this.#options;
    const facts = await clusterFacts(dataDir, environment);
    const range = (this.#range = await claimLoopbackRange(environment, facts.octet));
    if (dataDir !== undefined) await keepFacts(dataDir, { ...facts, octet: range.octet });
    const network = (this.#network = serviceNetwork(this.#options, range));
    const authority = await authorityOf(dataDir, environment);
    const { serviceRange } = await this.#agree({ serviceRange: network.serviceRange, authority: authority.fingerprint });
    await network.start();
    // What clients may call the API server: where it listens, and how pods reach it.
    const hosts = [
      listen.host,
      firstAddress(serviceRange),
      range.serverAddress,
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
    ];
    const tokenKey = await tokenKeyOf(dataDir);
    this.#held = { range, serviceRange, identity: await identityOf({ id: facts.id, authority, tokenKey, hosts }) };
  }

  async stop(): Promise<void> {
    await this.#network?.stop();
    await this.#range?.release();
  }

  /** Control planes over one storage are one cluster: the first of them says where Services get their addresses. */
  async #agree(own: ClusterRecord): Promise<ClusterRecord> {
    const { shared, runtime, dataDir, logger } = this.#options;
    if (!isShared(shared, this.#storage())) return own;
    const record = await agreeOn(this.#storage(), own);
    if (runtime === 'docker' && record.serviceRange !== own.serviceRange)
      throw new StartError(
        `this cluster has its Services at ${record.serviceRange}, where the containers of this machine's dockerd cannot reach them: use the process runtime, or --nodes 0`,
      );
    if (record.authority !== own.authority)
      logger.warn(
        `this control plane has another certificate authority than the first one of its cluster, so that pods and other planes do not trust it: copy the folder pki of the first one's data directory to ${dataDir ?? 'a data directory, and start with that'}`,
      );
    return record;
  }

  get #started(): Held {
    if (!this.#held) throw new Error('this part can be asked for once the control plane has started');
    return this.#held;
  }
}
