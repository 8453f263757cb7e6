import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Environment } from '../base/environment.js';
import { leases } from '../api/coordination/leases.js';
import { microTimestamp } from '../api/meta/time.js';
import type { ObjectName, Stored } from '../api/object.js';
import { StatusError } from '../api/status-error.js';
import type { Registries, Registry } from '../registry/registry.js';

/** What a {@link LeaseLock} takes. */
export interface LeaseLockOptions {
  readonly registries: Registries;
  readonly environment: Pick<Environment, 'now' | 'monotonic'>;
  readonly lease: ObjectName;
  readonly identity: string;
  /** Milliseconds, whole seconds. */
  readonly duration: number;
}

type Spec = NonNullable<Lease['spec']>;

/** A Lease used as a lock that expires when its holder no longer renews it. */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  readonly #registry: Registry<Lease>;
  /** The version seen last, and when, by our own clock: the only one that its age is judged by. */
  #seen: { readonly resourceVersion: string; readonly at: number } | undefined;
  #holder: string | undefined;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
    this.#registry = options.registries.registry(leases);
  }

  /** Who held the lock when it was seen last; undefined when nobody did. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** Takes the lock when it is free or has expired, renews it when it is ours. False when it is another's or another was quicker. */
  async tryAcquire(signal: AbortSignal): Promise<boolean> {
    const current = await this.#read(signal);
    if (current && !this.#mayTake(current)) return false;
    try {
      this.#see(current ? await this.#take(current, signal) : await this.#create(signal));
      return true;
    } catch (error) {
      if (StatusError.is(error, 'Conflict') || StatusError.is(error, 'AlreadyExists')) return false;
      throw error;
    }
  }

  /** Gives the lock away when it is ours. */
  async release(): Promise<void> {
    const { lease, identity, environment } = this.#options;
    const now = microTimestamp(environment.now());
    await this.#registry.modify(lease, (current) =>
      current.spec?.holderIdentity === identity
        ? { ...current, spec: { ...current.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now } }
        : current,
    );
    this.#holder = undefined;
  }

  async #read(signal: AbortSignal): Promise<Stored<Lease> | undefined> {
    try {
      const lease = await this.#registry.get(this.#options.lease, { signal });
      this.#see(lease);
      return lease;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  #see({ metadata: { resourceVersion }, spec }: Stored<Lease>): void {
    this.#holder = spec?.holderIdentity || undefined;
    if (this.#seen?.resourceVersion !== resourceVersion) this.#seen = { resourceVersion, at: this.#options.environment.monotonic() };
  }

  #mayTake({ spec }: Stored<Lease>): boolean {
    const { identity, duration, environment } = this.#options;
    if (!spec?.holderIdentity || spec.holderIdentity === identity) return true;
    const lasts = spec.leaseDurationSeconds ? spec.leaseDurationSeconds * 1000 : duration;
    return this.#seen !== undefined && environment.monotonic() - this.#seen.at >= lasts;
  }

  #take(current: Stored<Lease>, signal: AbortSignal): Promise<Stored<Lease>> {
    const { identity } = this.#options;
    const own = current.spec?.holderIdentity === identity;
    const transitions = current.spec?.leaseTransitions ?? 0;
    const spec: Spec = { ...current.spec, ...this.#spec(), leaseTransitions: own ? transitions : transitions + 1 };
    if (own && current.spec?.acquireTime) spec.acquireTime = current.spec.acquireTime;
    return this.#registry.update({ ...current, spec }, { signal });
  }

  #create(signal: AbortSignal): Promise<Stored<Lease>> {
    const { name, namespace } = this.#options.lease;
    const metadata = { name, ...(namespace ? { namespace } : {}) };
    return this.#registry.create({ metadata, spec: { ...this.#spec(), leaseTransitions: 0 } }, { signal });
  }

  #spec(): Spec {
    const { identity, duration, environment } = this.#options;
    const now = microTimestamp(environment.now());
    return { holderIdentity: identity, leaseDurationSeconds: duration / 1000, acquireTime: now, renewTime: now };
  }
}
