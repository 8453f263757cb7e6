import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { nameOf } from '../../api/object.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status-error.js';
import type { DeleteOptions, Registries } from '../../registry/registry.js';
import type { GraphNode, Owner, Ownership } from './ownership.js';

/** A deletion that waits for the dependents which block it. */
export const FOREGROUND = 'foregroundDeletion';
/** A deletion that lets go of the dependents first. */
export const ORPHAN = 'orphan';

/** Writes under way at once for one owner. */
const AT_ONCE = 64;

/** Whether an object waits, being deleted, for this finalizer to be taken away. */
export const waitsFor = ({ metadata }: Stored<KubeObject>, finalizer: string): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;

/** What garbage collection does to objects. All of it may be done twice. */
export class Collection {
  readonly #ownership: Ownership;
  readonly #registries: Registries;

  constructor(ownership: Ownership, registries: Registries) {
    this.#ownership = ownership;
    this.#registries = registries;
  }

  /**
   * Deletes an object that has no owner any more, and takes references to owners that are gone from one that still has another.
   * Answers `unknown` when nobody can tell whether an owner is there.
   */
  async collect(dependent: GraphNode): Promise<'settled' | 'unknown'> {
    const references = dependent.object.metadata.ownerReferences ?? [];
    if (references.length === 0 || dependent.object.metadata.deletionTimestamp) return 'settled';
    const owners = await Promise.all(references.map((reference) => this.#ownership.owner(reference, dependent.object)));
    if (owners.includes('unknown')) return 'unknown';
    const isLost = (_: unknown, i: number) => owners[i] === 'absent' || isWaiting(owners[i]);
    const lost = references.filter(isLost);
    if (lost.length === 0) return 'settled';
    if (lost.length < references.length) await this.#dropReferences(dependent, lost);
    else await this.#delete(dependent, this.#policyFor(dependent, owners));
    return 'settled';
  }

  /** The owner is gone: its dependents follow, unless they have another. */
  async collectDependents(uid: string): Promise<void> {
    await inBatches(this.#ownership.dependents(uid), (dependent) => this.collect(dependent));
  }

  /** Goes on with a deletion in the foreground: deletes what blocks it, lets the owner go once nothing does. */
  async deleteInForeground(owner: GraphNode): Promise<void> {
    const blocking = this.#ownership.blocking(owner.object.metadata.uid);
    if (blocking.length === 0) return this.#removeFinalizer(owner, FOREGROUND);
    await inBatches(blocking, (dependent) => this.collect(dependent));
  }

  /** Takes the owner's reference from all its dependents, then lets the owner go. */
  async orphanDependents(owner: GraphNode): Promise<void> {
    const { uid } = owner.object.metadata;
    const references = (dependent: GraphNode) => dependent.object.metadata.ownerReferences?.filter((one) => one.uid === uid) ?? [];
    await inBatches(this.#ownership.dependents(uid), (dependent) => this.#dropReferences(dependent, references(dependent)));
    await this.#removeFinalizer(owner, ORPHAN);
  }

  /** A dependent that waits for dependents of its own makes its owner wait for them as well. */
  #policyFor({ object }: GraphNode, owners: readonly Owner[]): NonNullable<DeleteOptions['propagationPolicy']> {
    if (owners.some(isWaiting) && this.#ownership.dependents(object.metadata.uid).length > 0) return 'Foreground';
    if (object.metadata.finalizers?.includes(ORPHAN)) return 'Orphan';
    return object.metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
  }

  /** Only as it was looked at: an object that was changed meanwhile may have a new owner (a Conflict, and then another look). */
  async #delete({ definition, object }: GraphNode, propagationPolicy: DeleteOptions['propagationPolicy']): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    await ignoringGone(() =>
      this.#registries.registry(definition).delete(nameOf(object), { propagationPolicy, preconditions: { uid, resourceVersion } }),
    );
  }

  async #dropReferences(dependent: GraphNode, lost: readonly OwnerReference[]): Promise<void> {
    await this.#changeMetadata(dependent, (metadata) => {
      const kept = metadata.ownerReferences?.filter((one) => !lost.some(({ uid }) => uid === one.uid)) ?? [];
      return kept.length === (metadata.ownerReferences?.length ?? 0) ? metadata : { ...metadata, ownerReferences: kept };
    });
  }

  async #removeFinalizer(owner: GraphNode, finalizer: string): Promise<void> {
    await this.#changeMetadata(owner, (metadata) =>
      metadata.finalizers?.includes(finalizer)
        ? { ...metadata, finalizers: metadata.finalizers.filter((name) => name !== finalizer) }
        : metadata,
    );
  }

  async #changeMetadata(
    { definition, object }: GraphNode,
    change: (metadata: Stored<KubeObject>['metadata']) => Stored<KubeObject>['metadata'],
  ) {
    await ignoringGone(() =>
      this.#registries.registry(definition).modify(nameOf(object), (current) => {
        if (current.metadata.uid !== object.metadata.uid) return current;
        const metadata = change(current.metadata);
        return metadata === current.metadata ? current : { ...current, metadata };
      }),
    );
  }
}

const isWaiting = (owner: Owner | undefined) => typeof owner === 'object' && waitsFor(owner.object, FOREGROUND);

async function ignoringGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!StatusError.is(error, 'NotFound')) throw error;
  }
}

/** All are tried, also after one has failed; the first failure is thrown at the end. */
async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const results = await Promise.allSettled(items.slice(start, start + AT_ONCE).map(work));
    failures.push(...results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : [])));
  }
  if (failures.length > 0) throw failures[0];
}
