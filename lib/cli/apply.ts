import type { Registries } from '../registry/registry.js';
import { StatusError } from '../api/status-error.js';
import type { ManifestObject } from './manifests.js';
import { UsageError } from './usage-error.js';

/** What became of one object. */
export interface Applied {
  /** `service/frontend`. */
  readonly name: string;
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'kept';
}

/** How to treat objects that exist. */
export interface ApplyManifestsOptions {
  /** `keep`: leave them as they are. `apply`: server-side apply, so that fields of others stay. */
  readonly existing: 'keep' | 'apply';
  readonly fieldManager: string;
  readonly onApplied?: (applied: Applied) => void;
}

/** Brings the objects of manifests into a cluster, in their order. Throws {@link UsageError} naming file and document. */
export async function applyManifests(
  registries: Registries,
  manifests: readonly ManifestObject[],
  options: ApplyManifestsOptions,
): Promise<void> {
  for (const manifest of manifests) options.onApplied?.(await applyOne(registries, manifest, options));
}

async function applyOne(registries: Registries, { object, origin }: ManifestObject, options: ApplyManifestsOptions): Promise<Applied> {
  const definition = registries.catalog.byKind(object.apiVersion, object.kind);
  if (!definition) throw new UsageError(`${origin}: no kind "${object.kind}" in version "${object.apiVersion}"`);
  const name = object.metadata?.name ?? '';
  if (name === '') throw new UsageError(`${origin}: ${object.kind} without metadata.name`);
  const namespace = definition.namespaced ? (object.metadata?.namespace ?? 'default') : undefined;
  const target = { ...object, metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) } };
  const registry = registries.registry(definition);
  const shown = `${definition.singular || definition.plural}/${name}`;
  try {
    const current = await registry.get({ name, namespace }).catch((error: unknown) => {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    });
    if (current && options.existing === 'keep') return { name: shown, outcome: 'kept' };
    const stored = await registry.apply(target, { fieldManager: options.fieldManager, force: true });
    const outcome = !current
      ? 'created'
      : current.metadata.resourceVersion === stored.metadata.resourceVersion
        ? 'unchanged'
        : 'configured';
    return { name: shown, outcome };
  } catch (error) {
    if (StatusError.is(error)) throw new UsageError(`${origin}: ${error.message}`);
    throw error;
  }
}
