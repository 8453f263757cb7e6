import { pods } from '../../api/core/pods.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { StatusError } from '../../api/status-error.js';
import type { Registries } from '../../registry/registry.js';

/** Objects of one kind that are still in a namespace. */
export interface Remaining {
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  readonly objects: readonly Stored<KubeObject>[];
}

/** What a round of deletion came to. */
export interface Contents {
  readonly remaining: readonly Remaining[];
  readonly errors: readonly unknown[];
}

/**
 * Deletes all that is in a namespace, of every kind that can be deleted. Pods go first: what they use, such as secrets and
 * network policies, stays until they have ended.
 */
export async function deleteContents(namespace: string, registries: Registries, signal: AbortSignal): Promise<Contents> {
  const kinds = kindsOf(registries);
  const first = await deleteKinds(kinds.filter(isPods), namespace, registries, signal);
  if (first.remaining.length + first.errors.length > 0) return first;
  return deleteKinds(
    kinds.filter((kind) => !isPods(kind)),
    namespace,
    registries,
    signal,
  );
}

const isPods = (kind: ResourceDefinition) => kind.plural === pods.plural && kind.group === pods.group;

/** Each stored kind once, whatever its versions and groups. */
function kindsOf({ catalog }: Registries): readonly ResourceDefinition[] {
  const deletable = catalog.definitions.filter(({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'));
  return [...new Map(deletable.map((definition) => [definition.storagePrefix, definition])).values()];
}

async function deleteKinds(
  kinds: readonly ResourceDefinition[],
  namespace: string,
  registries: Registries,
  signal: AbortSignal,
): Promise<Contents> {
  const results = await Promise.allSettled(kinds.map((kind) => deleteKind(kind, namespace, registries, signal)));
  return {
    remaining: results.flatMap((result) => (result.status === 'fulfilled' && result.value.objects.length > 0 ? [result.value] : [])),
    errors: results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : [])),
  };
}

async function deleteKind(kind: ResourceDefinition, namespace: string, registries: Registries, signal: AbortSignal): Promise<Remaining> {
  const registry = registries.registry(kind);
  const resource = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  try {
    const { items } = await registry.list({ namespace, signal });
    if (items.length === 0) return { resource, objects: [] };
    if (items.some(({ metadata }) => !metadata.deletionTimestamp))
      await registry.deleteMany({ namespace, propagationPolicy: 'Background', signal });
    return { resource, objects: (await registry.list({ namespace, signal })).items };
  } catch (error) {
    // The kind was taken out of the catalog, and its objects with it.
    if (StatusError.is(error, 'NotFound')) return { resource, objects: [] };
    throw error;
  }
}
