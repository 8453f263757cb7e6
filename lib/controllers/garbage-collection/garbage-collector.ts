import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { events } from '../../api/core/events.js';
import { builtInDefinitions } from '../../api/kinds.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import type { ControllerDefinition, ControllerServices } from '../../controller/controller-definition.js';
import { controllerFor } from '../../controller/controller-for.js';
import type { Reconciler, Verdict } from '../../controller/reconciler.js';
import { Collection, FOREGROUND, ORPHAN, waitsFor } from './collection.js';
import type { GraphNode } from './ownership.js';
import { Ownership } from './ownership.js';
import { patient } from '../patient.js';

/**
 * Deletes what belongs to objects that are gone, by owner references, over all these kinds: one controller a kind, which share
 * one graph. Deletions in the foreground wait for their dependents, deletions that orphan let go of them.
 *
 * `definitions`: the kinds that may own and be owned. Default: all built-in ones. Events are left out: they have no owners, and come in numbers.
 */
export function garbageCollector(definitions: readonly ResourceDefinition[] = builtInDefinitions): readonly ControllerDefinition[] {
  const kinds = collectable(definitions);
  const shared = new WeakMap<object, Graph>();
  const graphOf = (services: ControllerServices) => {
    const graph = shared.get(services.caches) ?? new Graph(kinds, services);
    shared.set(services.caches, graph);
    return graph;
  };
  return kinds.map((kind) =>
    controllerFor(kind)
      .named(`garbage-collector.${kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`}`)
      .reads(...kinds.filter((other) => other !== kind))
      .reconcileWith((services) => patient(new GarbageReconciler(kind, graphOf(services)))),
  );
}

/** Each stored kind once, if its objects can be watched and deleted. */
function collectable(definitions: readonly ResourceDefinition[]): readonly ResourceDefinition[] {
  const able = definitions.filter(({ verbs }) => (['get', 'list', 'watch', 'delete'] as const).every((verb) => verbs.includes(verb)));
  const kinds = new Map(able.map((definition) => [definition.storagePrefix, definition]));
  kinds.delete(events.storagePrefix);
  return [...kinds.values()];
}

/** What the controllers of all kinds share. */
class Graph {
  readonly ownership: Ownership;
  readonly collection: Collection;

  constructor(kinds: readonly ResourceDefinition[], services: ControllerServices) {
    this.ownership = new Ownership(kinds, services);
    this.collection = new Collection(this.ownership, services.registries);
  }
}

class GarbageReconciler implements Reconciler<KubeObject> {
  readonly #definition: ResourceDefinition;
  readonly #ownership: Ownership;
  readonly #collection: Collection;

  constructor(definition: ResourceDefinition, { ownership, collection }: Graph) {
    this.#definition = definition;
    this.#ownership = ownership;
    this.#collection = collection;
  }

  async reconcile(object: Stored<KubeObject>): Promise<Verdict> {
    const node: GraphNode = { definition: this.#definition, object };
    await this.#succeed(node);
    if (waitsFor(object, ORPHAN)) return this.#collection.orphanDependents(node);
    if (waitsFor(object, FOREGROUND)) return this.#collection.deleteInForeground(node);
    if (this.#hasAllOwners(object)) return;
    // The kind of an owner may be added later: its objects cannot tell until then.
    if ((await this.#collection.collect(node)) === 'unknown') return { after: '5m' };
  }

  async gone(name: ObjectName): Promise<void> {
    const seen = this.#ownership.seen(this.#definition, name);
    if (!seen) return;
    await this.#collection.collectDependents(seen.uid);
    await this.#release(seen.owners, name);
    this.#ownership.forget(this.#definition, name);
  }

  /** Another object has taken the name, or it is the same one with other owners. */
  async #succeed(node: GraphNode): Promise<void> {
    const old = this.#ownership.seen(this.#definition, node.object.metadata);
    if (old && old.uid !== node.object.metadata.uid) await this.#collection.collectDependents(old.uid);
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
