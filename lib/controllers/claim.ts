import type { LabelSelector } from '../api/meta/label-selector.js';
import { ownerReference } from '../api/meta/owner-references.js';
import { nameOf } from '../api/object.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { ResourceDefinition } from '../api/resource-definition.js';
import { StatusError } from '../api/status-error.js';
import type { ReconcileContext } from '../controller/reconciler.js';
import { controlledBy, orphansIn } from './owner-index.js';

/** What {@link claim} takes. */
export interface ClaimOptions<O extends KubeObject, D extends KubeObject> {
  readonly owner: Stored<O>;
  /** Which dependents are its own, by their labels. */
  readonly selector: LabelSelector;
  readonly kind: ResourceDefinition<D>;
  /** Which dependents matter at all. Default: all. */
  readonly matters?: (dependent: Stored<D>) => boolean;
  /** Is told of each dependent that was changed. */
  readonly wrote: (dependent: Stored<D>) => void;
  readonly context: ReconcileContext<O, D>;
}

/**
 * The dependents of an owner. Those without a controller that its selector matches are adopted, unless they are being deleted; its
 * own that the selector does not match any more are released. An owner that is being deleted does neither.
 */
export async function claim<O extends KubeObject, D extends KubeObject>(options: ClaimOptions<O, D>): Promise<readonly Stored<D>[]> {
  const { owner, selector, kind, matters = () => true, context } = options;
  const cache = context.cache(kind);
  const owned = controlledBy(cache, owner.metadata.uid).filter(matters);
  const matching = owned.filter(({ metadata }) => selector.matches(metadata.labels));
  if (owner.metadata.deletionTimestamp) return matching;
  const released = owned.filter(({ metadata }) => !selector.matches(metadata.labels));
  const orphans = orphansIn(cache, owner.metadata.namespace ?? '').filter(
    (one) => !one.metadata.deletionTimestamp && selector.matches(one.metadata.labels) && matters(one),
  );
  await Promise.all(released.map((one) => change(one, { $patch: 'delete', uid: owner.metadata.uid }, options)));
  return orphans.length === 0 ? matching : [...matching, ...(await adopt(orphans, options))];
}

async function adopt<O extends KubeObject, D extends KubeObject>(
  orphans: readonly Stored<D>[],
  options: ClaimOptions<O, D>,
): Promise<readonly Stored<D>[]> {
  const { owner, context } = options;
  // The cache may be behind: an owner that is being deleted must not take dependents with it.
  const fresh = await context.fresh();
  if (fresh?.metadata.uid !== owner.metadata.uid || fresh.metadata.deletionTimestamp) return [];
  const reference = ownerReference(owner, { controller: true, blockOwnerDeletion: true });
  const adopted = await Promise.all(orphans.map((one) => change(one, reference, options)));
  return adopted.filter((one) => one !== undefined);
}

/** Patches one owner reference; undefined when the dependent is gone, or another one has its name now (Invalid, for the uid). */
async function change<O extends KubeObject, D extends KubeObject>(
  dependent: Stored<D>,
  reference: object,
  { kind, wrote, context }: ClaimOptions<O, D>,
): Promise<Stored<D> | undefined> {
  try {
    const patch = { metadata: { uid: dependent.metadata.uid, ownerReferences: [reference] } };
    const changed = await context.registry(kind).patch(nameOf(dependent), { type: 'strategic', patch }, { signal: context.signal });
    wrote(changed);
    return changed;
  } catch (error) {
    if (StatusError.is(error, 'NotFound') || StatusError.is(error, 'Invalid')) return undefined;
    throw error;
  }
}
