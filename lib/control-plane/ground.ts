import type { Lifecycle } from '../base/lifecycle.js';
import type { PlaneIdentity } from './identity.js';
import { clusterFacts, identityOf, keepFacts } from './identity.js';
import { firstAddress } from './kubernetes-service.js';
import type { LoopbackRange } from './loopback-range.js';
import { claimLoopbackRange } from './loopback-range.js';
import type { ResolvedOptions } from './options.js';
import { serviceNetwork } from './service-network.js';
import type { ServiceNetwork } from './service-network.js';

/** What a started {@link Ground} has. */
interface Held {
  readonly range: LoopbackRange;
  readonly network: ServiceNetwork;
  readonly identity: PlaneIdentity;
}

/**
 * What a control plane stands on: its part of 127/8, a network for Services, its identity and certificates. Started after the
 * storage (whoever holds the data directory holds these, too), before everything else.
 */
export class Ground implements Lifecycle {
  readonly #options: ResolvedOptions;
  #range: LoopbackRange | undefined;
  #network: ServiceNetwork | undefined;
  #held: Held | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
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
    return this.#started.network.serviceRange;
  }

  async start(): Promise<void> {
    const { dataDir, environment, listen } = this.#options;
    const facts = await clusterFacts(dataDir, environment);
    const range = (this.#range = await claimLoopbackRange(environment, facts.octet));
    if (dataDir !== undefined) await keepFacts(dataDir, { ...facts, octet: range.octet });
    const network = (this.#network = serviceNetwork(this.#options, range));
    await network.start();
    // What clients may call the API server: where it listens, and how pods reach it.
    const hosts = [
      listen.host,
      firstAddress(network.serviceRange),
      range.serverAddress,
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
    ];
    this.#held = { range, network, identity: await identityOf(facts.id, dataDir, environment, hosts) };
  }

  async stop(): Promise<void> {
    await this.#network?.stop();
    await this.#range?.release();
  }

  get #started(): Held {
    if (!this.#held) throw new Error('this part can be asked for once the control plane has started');
    return this.#held;
  }
}
