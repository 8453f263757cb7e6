import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { events } from '../../api/core/events.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { KindsContext, KindsControllerDefinition, KindsReconciler, KindsServices } from '../../controller/kinds-controller.js';
import { controllerForKinds } from '../../controller/kinds-controller.js';
import type { Verdict } from '../../controller/reconciler.js';
import { Collection, FOREGROUND, ORPHAN, waitsFor } from './collection.js';
import type { GraphNode } from './ownership.js';
import { Ownership } from './ownership.js';
import { patientForKinds } from '../patient.js';

/** Reconciles at once. */
const WORKERS = 16;

/**
 * Deletes what belongs to objects that are gone, by owner references, over all kinds of the catalog, also those that come later.
 * Deletions in the foreground wait for their dependents, deletions that orphan let go of them.
 */
export function garbageCollector(): KindsControllerDefinition {
  return controllerForKinds({
    name: 'garbage-collector',
    includes: isCollectable,
    workers: WORKERS,
    reconcileWith: (services) => patientForKinds(new GarbageReconciler(services)),
  });
}

/** Events are left out: they have no owners, and come in numbers. */
function isCollectable({ verbs, storagePrefix }: ResourceDefinition): boolean {
  return verbs.includes('get') && verbs.includes('delete') && storagePrefix !== events.storagePrefix;
}

class GarbageReconciler implements KindsReconciler {
  readonly #ownership: Ownership;
  readonly #collection: Collection;

  constructor(services: KindsServices) {
    this.#ownership = new Ownership(services);
    this.#collection = new Collection(this.#ownership, services.registries);
  }

  async reconcile(object: Stored<KubeObject>, { definition }: KindsContext): Promise<Verdict> {
    const node: GraphNode = { definition, object };
    await this.#succeed(node);
    if (waitsFor(object, ORPHAN)) return this.#collection.orphanDependents(node);
    if (waitsFor(object, FOREGROUND)) return this.#collection.deleteInForeground(node);
    if (this.#hasAllOwners(object)) return;
    // The kind of an owner may be added later: its objects cannot tell until then.
    if ((await this.#collection.collect(node)) === 'unknown') return { after: '5m' };
  }

  async gone(name: ObjectName, { definition }: KindsContext): Promise<void> {
    const seen = this.#ownership.seen(definition, name);
    if (!seen) return;
    this.#ownership.gone(seen.uid);
    await this.#collection.collectDependents(seen.uid);
    await this.#release(seen.owners, name);
    this.#ownership.forget(definition, name);
  }

  /** Another object has taken the name, or it is the same one with other owners. */
  async #succeed(node: GraphNode): Promise<void> {
    const old = this.#ownership.seen(node.definition, node.object.metadata);
    if (old && old.uid !== node.object.metadata.uid) {
      this.#ownership.gone(old.uid);
      await this.#collection.collectDependents(old.uid);
    }
    const { ownerReferences } = node.object.metadata;
    const left = old?.owners.filter(({ uid }) => !ownerReferences?.some((one) => one.uid === uid && one.blockOwnerDeletion)) ?? [];
    if (left.length > 0) await this.#release(left, node.object.metadata);
    this.#ownership.see(node);
  }

  /** Owners that may have waited for this dependent need wait no more. */
  async #release(owners: readonly OwnerReference[], { name, namespace }: ObjectName): Promise<void> {
    const dependent = { metadata: { name, namespace } } as Stored<KubeObject>;
    for (const reference of owners) {
      if (!reference.blockOwnerDeletion) continue;
      const owner = this.#ownership.cached(reference, dependent);
      if (owner && waitsFor(owner.object, FOREGROUND)) await this.#collection.deleteInForeground(owner);
    }
  }

  /** The common case, without a promise: every owner is in the caches and is not on its way out. */
  #hasAllOwners(object: Stored<KubeObject>): boolean {
    const references = object.metadata.ownerReferences ?? [];
    return references.every((reference) => {
      const owner = this.#ownership.cached(reference, object);
      return owner !== undefined && !waitsFor(owner.object, FOREGROUND);
    });
  }
}
