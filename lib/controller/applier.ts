import { isDeepStrictEqual } from 'node:util';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import { LruMap } from '../base/lru-map.js';
import { ownerReference } from '../api/meta/owner-references.js';
import type { KubeObject, Stored, StoredMeta } from '../api/object.js';
import { keyOf } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { kindKey } from '../api/resource-definition.js';
import type { Registry } from '../registry/registry.js';
import type { CacheReader } from '../watch/cache.js';

/** An object as a controller wants it: those of its fields that the controller decides about. */
export type Wanted<K extends KubeObject> = Partial<K> & { readonly metadata: ObjectMeta & { readonly name: string } };

/** What one call of {@link Applier.apply} is about. */
export interface Application<K extends KubeObject> {
  readonly registry: Registry<K>;
  readonly wanted: Wanted<K>;
  /** Who owns it. Default: nobody, or whom it names itself. */
  readonly owner: Stored<KubeObject> | undefined;
  /** Where it is seen. */
  readonly cache: CacheReader<K>;
  readonly signal: AbortSignal;
}

/** What was applied, and what came of it. */
interface Applied {
  readonly text: string;
  readonly metadata: StoredMeta;
}

/** Objects that are remembered; of more, some are applied without need. */
const MOST_REMEMBERED = 100_000;

/**
 * Applies objects in the name of one controller (server-side apply, KEP 555), taking over fields of others. What it has applied before
 * is not sent again while nobody has changed the object since.
 */
export class Applier {
  readonly #fieldManager: string;
  readonly #applied = new LruMap<string, Applied>(MOST_REMEMBERED);

  constructor(fieldManager: string) {
    this.#fieldManager = fieldManager;
  }

  /** Throws StatusErrors, and a TypeError when an owner cannot own what is in another namespace. */
  async apply<K extends KubeObject>({ registry, wanted, owner, cache, signal }: Application<K>): Promise<Stored<K>> {
    const { definition } = registry;
    const object = complete(definition, wanted, owner);
    const text = JSON.stringify(object);
    const name = { name: wanted.metadata.name, namespace: object.metadata?.namespace };
    const key = `${kindKey(definition)} ${keyOf(name)}`;
    const known = this.#applied.get(key);
    const seen = known?.text === text ? cache.get(name) : undefined;
    if (known && seen && isAsApplied(known.metadata, seen.metadata, 'status' in object)) return seen;
    const stored = await registry.apply(object, { fieldManager: this.#fieldManager, force: true, signal });
    const given: StoredMeta = stored.metadata;
    const { managedFields: _, ...metadata } = given;
    this.#applied.set(key, { text, metadata });
    return stored;
  }
}

/** Whether nothing that was applied can have changed: the object has the same version, or only its status has another one. */
function isAsApplied(applied: StoredMeta, seen: StoredMeta, withStatus: boolean): boolean {
  if (applied.uid !== seen.uid) return false;
  if (applied.resourceVersion === seen.resourceVersion) return true;
  if (withStatus || applied.generation === undefined || applied.generation !== seen.generation) return false;
  return PARTS.every((part) => isDeepStrictEqual(applied[part], seen[part]));
}

/** Parts of metadata that can be applied. */
const PARTS = ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const;

/** With its namespace, which is that of its owner unless it says another, and with its owner. */
function complete<K extends KubeObject>(
  definition: ResourceDefinition<K>,
  wanted: Wanted<K>,
  owner: Stored<KubeObject> | undefined,
): Partial<K> {
  const { metadata } = wanted;
  const namespace = definition.namespaced ? (metadata.namespace ?? owner?.metadata.namespace) : undefined;
  if (owner) checkOwner(owner, definition, metadata.name, namespace);
  const references = owner ? [...(metadata.ownerReferences ?? []), ownerReference(owner)] : metadata.ownerReferences;
  return {
    ...wanted,
    metadata: { ...metadata, ...(namespace ? { namespace } : {}), ...(references ? { ownerReferences: references } : {}) },
  };
}

/** An owner with a namespace owns what is in it, and nothing else: Kubernetes would delete the object as that of an owner that is not there. */
function checkOwner(owner: Stored<KubeObject>, { kind }: ResourceDefinition, name: string, namespace: string | undefined): void {
  const home = owner.metadata.namespace;
  if (!home || home === namespace) return;
  const where = namespace ? `in namespace ${namespace}` : 'which has no namespace';
  throw new TypeError(`${owner.kind} ${keyOf(owner)} cannot own ${kind} ${name} ${where}: owners and what they own share a namespace`);
}
