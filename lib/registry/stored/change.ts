import { Breather } from '../../base/breather.js';
import { deepFreeze } from '../../api/encode.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import { notFound } from '../../api/status-error.js';
import type { WriteOptions } from '../registry.js';
import { deepEqual } from './deep-equal.js';
import type { Draft } from './draft.js';
import { metaOf } from './draft.js';
import type { KindContext } from './kind-context.js';
import { MAX_ATTEMPTS } from './kind-context.js';
import { sameOwnership } from './managed-fields/owners.js';
import type { Found } from './object-store.js';
import { releaseAll, withReservation } from './reserved-write.js';

/** What a change makes of the object that is stored. */
export interface Change<T extends KubeObject> {
  /** The next state; undefined: leave it as it is. */
  readonly draft: Draft<T> | undefined;
  /** Whether the change may be tried anew on what another writer has put in the way. */
  readonly repeatable: boolean;
}

/** Makes the next state of what is stored; runs again after a lost race. */
export type Changer<T extends KubeObject> = (current: Stored<T>) => Change<T> | Promise<Change<T>>;

/**
 * Read, change, write if nothing else was written meanwhile. A change that changes nothing writes nothing; one that lets go of
 * the last thing that held an object under deletion removes it.
 */
export async function changeObject<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  change: Changer<T>,
  options: WriteOptions,
): Promise<Stored<T>> {
  const { store } = kind;
  const breather = new Breather(kind.environment);
  let found = await store.find(name);
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    if (!found) throw notFound(kind.definition, name.name);
    const { draft, repeatable } = await change(found.object);
    await breather.breathe();
    if (!draft || isSame(draft, found.object)) return found.object;
    await breather.breathe();
    const outcome = await write(kind, draft, found, options);
    if (outcome.ok) return outcome.value;
    if (!repeatable || attempt === MAX_ATTEMPTS) throw store.modified(name.name);
    found = outcome.current;
  }
}

async function write<T extends KubeObject>(
  kind: KindContext<T>,
  draft: Draft<T>,
  { entry, object: old }: Found<T>,
  { dryRun = false }: WriteOptions,
): Promise<{ readonly ok: true; readonly value: Stored<T> } | { readonly ok: false; readonly current: Found<T> | undefined }> {
  if (isReleased(kind, draft, old)) return remove(kind, draft, { entry, object: old }, dryRun);
  if (!dryRun) return withReservation(kind, draft, old, () => kind.store.put(entry.key, draft, entry));
  await kind.strategy.reserve?.(draft, old, nameOf(old), true);
  return { ok: true, value: frozen(draft, old) };
}

async function remove<T extends KubeObject>(kind: KindContext<T>, draft: Draft<T>, { entry, object: old }: Found<T>, dryRun: boolean) {
  const removed = dryRun ? undefined : await kind.store.remove(entry);
  if (removed && !removed.ok) return removed;
  if (removed) await releaseAll(kind, old);
  return { ok: true, value: frozen(draft, old) } as const;
}

/** Whether nothing holds the object any longer that is being deleted. */
function isReleased<T extends KubeObject>({ strategy }: KindContext<T>, draft: Draft<T>, old: Stored<T>): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return false;
  return !draft.metadata.finalizers?.length && !strategy.holds?.(draft);
}

/** The answer to a write that put nothing into the store: the draft under the version that it was made from. */
function frozen<T extends KubeObject>(draft: Draft<T>, old: Stored<T>): Stored<T> {
  metaOf(draft).resourceVersion = old.metadata.resourceVersion;
  return deepFreeze(draft) as unknown as Stored<T>;
}

function isSame(draft: KubeObject, old: Stored<KubeObject>): boolean {
  const { metadata: { managedFields, ...metadata } = {}, ...rest } = draft;
  const {
    metadata: { managedFields: oldManagedFields, ...oldMetadata },
    ...oldRest
  } = old;
  // A write that would change but the times of its entries changes nothing.
  if (!sameOwnership(managedFields, oldManagedFields)) return false;
  return deepEqual({ ...metadata, resourceVersion: '' }, { ...oldMetadata, resourceVersion: '' }) && deepEqual(rest, oldRest);
}
