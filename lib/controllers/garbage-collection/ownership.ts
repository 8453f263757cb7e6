import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import type { Catalog } from '../../api/catalog.js';
import { keyOf } from '../../api/object.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { StatusError } from '../../api/status-error.js';
import type { Registries } from '../../registry/registry.js';
import type { CatalogCaches } from '../../watch/catalog-caches.js';
import { objectsOwnedBy } from '../owner-index.js';

/** An object and its kind. */
export interface GraphNode {
  readonly definition: ResourceDefinition;
  readonly object: Stored<KubeObject>;
}

/** The owner itself; `absent`: it is certain that it does not exist; `unknown`: nobody serves its kind, so nothing is certain. */
export type Owner = GraphNode | 'absent' | 'unknown';

/** What is remembered of an object after it has gone: who it was, and which owners it held up. */
interface Seen {
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
}

/** Uids of owners that are gone, kept so that a thousand dependents ask for their owner once. */
const MOST_ABSENT = 1000;

/** The graph of owners and dependents over all kinds, read from the caches' indexes and so as new as they are. */
export class Ownership {
  readonly #kinds: Pick<CatalogCaches, 'all' | 'cacheOf'>;
  readonly #registries: Registries;
  readonly #seen = new Map<string, Seen>();
  readonly #absent = new Set<string>();

  /** `kinds`: those whose objects may be dependents. */
  constructor({ kinds, registries }: { readonly kinds: Pick<CatalogCaches, 'all' | 'cacheOf'>; readonly registries: Registries }) {
    this.#kinds = kinds;
    this.#registries = registries;
  }

  /** All objects that name this owner. */
  dependents(uid: string): readonly GraphNode[] {
    return this.#kinds.all.flatMap((cache) => objectsOwnedBy(cache, uid).map((object) => ({ definition: cache.definition, object })));
  }

  /** Those that a foreground deletion of the owner waits for. */
  blocking(uid: string): readonly GraphNode[] {
    return this.dependents(uid).filter(({ object }) =>
      object.metadata.ownerReferences?.some((one) => one.uid === uid && one.blockOwnerDeletion),
    );
  }

  /** The owner as the caches show it; undefined when they do not, which proves nothing. */
  cached(reference: OwnerReference, dependent: Stored<KubeObject>): GraphNode | undefined {
    const named = definitionOf(reference, this.#registries.catalog);
    const cache = named && this.#kinds.cacheOf(named);
    if (!cache) return undefined;
    const { definition } = cache;
    const object = cache.get(ownerName(reference, dependent, definition));
    if (object?.metadata.uid !== reference.uid) return undefined;
    // Its going must be noticed, even when its own turn has not come yet.
    this.see({ definition, object });
    return { definition, object };
  }

  /** The owner, looked for in the store where the caches do not show it. */
  async owner(reference: OwnerReference, dependent: Stored<KubeObject>): Promise<Owner> {
    const cached = this.cached(reference, dependent);
    if (cached) return cached;
    if (this.#absent.has(reference.uid)) return 'absent';
    const definition = definitionOf(reference, this.#registries.catalog);
    if (!definition) return 'unknown';
    const object = await this.#read(definition, ownerName(reference, dependent, definition));
    if (object?.metadata.uid === reference.uid) return { definition, object };
    this.gone(reference.uid);
    return 'absent';
  }

  /** Remembers an object, for when it will have gone. */
  see({ definition, object }: GraphNode): void {
    const { uid, ownerReferences: owners = NONE } = object.metadata;
    this.#seen.set(seenKey(definition, keyOf(object)), { uid, owners });
  }

  seen(definition: ResourceDefinition, name: ObjectName): Seen | undefined {
    return this.#seen.get(seenKey(definition, keyOf(name)));
  }

  forget(definition: ResourceDefinition, name: ObjectName): void {
    this.#seen.delete(seenKey(definition, keyOf(name)));
  }

  /** It is certain that there is no object of this uid any more. */
  gone(uid: string): void {
    if (this.#absent.size >= MOST_ABSENT) this.#absent.delete(this.#absent.values().next().value!);
    this.#absent.add(uid);
  }

  async #read(definition: ResourceDefinition, name: ObjectName): Promise<Stored<KubeObject> | undefined> {
    try {
      return await this.#registries.registry(definition).get(name);
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

const NONE: readonly OwnerReference[] = [];

const seenKey = (definition: ResourceDefinition, key: string) => `${definition.storagePrefix}/${key}`;

/** A reference may name another version of the kind than the one that is served here. */
function definitionOf({ apiVersion, kind }: OwnerReference, catalog: Catalog): ResourceDefinition | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return catalog.byKind(apiVersion, kind) ?? catalog.definitions.find((one) => one.group === group && one.kind === kind);
}

/** A namespaced owner is in its dependent's namespace. */
function ownerName({ name }: OwnerReference, { metadata }: Stored<KubeObject>, { namespaced }: ResourceDefinition): ObjectName {
  return namespaced ? { name, namespace: metadata.namespace } : { name };
}
