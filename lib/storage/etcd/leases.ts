import type { Environment } from '../../base/environment.js';
import type { LeaseGrantResponse, LeaseId } from './wire/lease.js';

/** What {@link Leases} needs. */
export interface LeasesOptions {
  readonly environment: Pick<Environment, 'monotonic' | 'now'>;
  /** Has etcd make a lease for so many seconds. Throws StorageErrors. */
  readonly grant: (seconds: number) => Promise<Pick<LeaseGrantResponse, 'id' | 'timeToLive'>>;
}

/** A lease that is put to use again. */
interface Lease {
  readonly id: LeaseId;
  /** Monotonic milliseconds; etcd lets it end then or later, unless this machine sleeps meanwhile. */
  readonly ends: number;
  /** How far the wall clock was ahead of the monotonic one, in milliseconds. */
  readonly offset: number;
  /** Puts that it was used for. */
  puts: number;
}

/** A lease lasts so much longer than the first put needs, that later ones may use it, too: a part of that, and at most so many seconds. */
const SPARE = { part: 0.1, most: 60 };
/** Puts that share a lease: etcd deletes its keys in one commit. */
const MOST_PUTS = 1_000;
/** Times to live for which a lease is remembered. */
const MOST_TIMES = 64;
/** Milliseconds that the wall clock may gain on the monotonic one before it looks as if the machine had slept. */
const MOST_DRIFT = 1_000;

/**
 * Leases for puts with a time to live. To grant one is a commit of the whole cluster, so puts that end at about the same time share one, by
 * the rules of Kubernetes' lease manager (a minute or a tenth of the time, 1,000 objects).
 *
 * Nothing keeps a lease alive and nothing revokes one: each ends by itself, also one that lost its keys, or was granted in an
 * answer that got lost.
 */
export class Leases {
  readonly #options: LeasesOptions;
  /** By time to live, in seconds; the one granted last is the last. */
  readonly #leases = new Map<number, Lease>();
  readonly #granting = new Map<number, Promise<Lease>>();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** A lease that ends `seconds` after `since` (monotonic milliseconds, not in the future) or later, for so many puts. */
  async leaseFor(seconds: number, since: number, puts: number): Promise<LeaseId> {
    const fits = (lease: Lease) => lease.puts < MOST_PUTS && lease.ends - since >= seconds * 1_000;
    let lease = this.#remembered(seconds);
    // One that is being granted may have been asked for before `since`; the one after that was not.
    while (lease === undefined || !fits(lease)) lease = await (this.#granting.get(seconds) ?? this.#grant(seconds));
    lease.puts += puts;
    return lease.id;
  }

  /** Uses a lease no more: etcd does not know it. */
  forget(id: LeaseId): void {
    for (const [seconds, lease] of this.#leases) if (lease.id === id) this.#leases.delete(seconds);
  }

  /** None that has aged more than the monotonic clock shows. */
  #remembered(seconds: number): Lease | undefined {
    const lease = this.#leases.get(seconds);
    return lease !== undefined && this.#offset() - lease.offset > MOST_DRIFT ? undefined : lease;
  }

  #offset(): number {
    const { environment } = this.#options;
    return environment.now() - environment.monotonic();
  }

  #grant(seconds: number): Promise<Lease> {
    const { environment, grant } = this.#options;
    const wanted = Math.ceil(seconds + Math.min(SPARE.most, SPARE.part * seconds));
    const asked = environment.monotonic();
    const offset = this.#offset();
    const granting = grant(wanted)
      .then(({ id, timeToLive }) => this.#remember(seconds, { id, ends: asked + timeToLive * 1_000, offset, puts: 0 }))
      .finally(() => this.#granting.delete(seconds));
    this.#granting.set(seconds, granting);
    return granting;
  }

  #remember(seconds: number, lease: Lease): Lease {
    this.#leases.delete(seconds);
    this.#leases.set(seconds, lease);
    if (this.#leases.size > MOST_TIMES) this.#leases.delete(this.#leases.keys().next().value!);
    return lease;
  }
}
