import type { Environment } from '../../base/environment.js';
import { badRequest } from '../../api/status-error.js';
import type { FieldError } from '../../api/field-error.js';
import { forbiddenField, invalidObject, notSupported } from '../../api/field-error.js';
import type { KubeObject, ObjectList, Stored } from '../../api/object.js';
import { StorageError } from '../../storage/storage-error.js';
import type { ListRange, Page, Revision, Storage } from '../../storage/storage.js';
import type { ListOptions } from '../registry.js';
import { ContinueExpired, decodeContinue, encodeContinue } from './continue-token.js';
import type { ObjectStore } from './object-store.js';
import { freshnessOf, patiently, revisionOf } from './resource-version.js';
import type { CompiledSelection } from './selection.js';
import { compileSelection } from './selection.js';
import { statusOf } from './storage-errors.js';

/** Entries that are looked at in one go when only some of them match. */
const CHUNK = 500;

/** Which snapshot a list reads, from where, how much. */
interface Plan<T extends KubeObject> {
  readonly selection: CompiledSelection<T>;
  readonly limit: number;
  readonly revision: Revision | undefined;
  /** When no snapshot is asked for: any that is not older. */
  readonly notBefore: Revision | undefined;
  /** Full key. */
  readonly after: string | undefined;
}

/** Lists objects as of one revision; see the port for the meaning of the options. */
export async function listObjects<T extends KubeObject>(
  store: ObjectStore<T>,
  surroundings: { readonly storage: Storage; readonly environment: Environment },
  options: ListOptions = {},
): Promise<ObjectList<T>> {
  checkOptions(options);
  const plan = planOf(store, options);
  options.signal?.throwIfAborted();
  try {
    // Only the revision of the list itself may lie ahead, not that of a continue token.
    if (options.continue) return await collect(store, plan);
    return await patiently(surroundings, plan.revision ?? plan.notBefore ?? 0, () => collect(store, plan), options);
  } catch (error) {
    if (options.continue && StorageError.is(error, 'Compacted')) throw new ContinueExpired(decodeContinue(options.continue).after);
    throw statusOf(error);
  }
}

function planOf<T extends KubeObject>(store: ObjectStore<T>, options: ListOptions): Plan<T> {
  const selection = compileSelection(store, options);
  const unlimited = !options.limit || options.limit < 0 || (!options.continue && options.resourceVersion === '0');
  const limit = unlimited ? Infinity : options.limit;
  if (options.continue) {
    const { revision, after } = decodeContinue(options.continue);
    return { selection, limit, revision, notBefore: undefined, after: `${store.prefix()}${after}` };
  }
  const exact = options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === undefined && limit !== Infinity);
  const revision = exact ? revisionOf(options.resourceVersion) : undefined;
  return { selection, limit, revision, notBefore: freshnessOf(options.resourceVersion).notBefore, after: undefined };
}

async function collect<T extends KubeObject>(store: ObjectStore<T>, plan: Plan<T>): Promise<ObjectList<T>> {
  const { selection, limit, notBefore } = plan;
  const items: Stored<T>[] = [];
  let { revision, after } = plan;
  for (;;) {
    const page = await read(store, plan, {
      revision,
      notBefore,
      after,
      limit: limit === Infinity ? undefined : pageSize(selection, limit),
    });
    revision = page.revision;
    for (const [at, entry] of page.entries.entries()) {
      if (selection.key !== undefined && entry.key !== selection.key) continue;
      const object = store.codec.decode(entry);
      if (!selection.matches(object)) continue;
      items.push(object);
      const left = page.entries.length - at - 1 + page.remaining;
      if (items.length >= limit && left > 0) return cut(store, items, revision, entry.key, selection.everything ? left : undefined);
    }
    if (page.remaining === 0 || page.entries.length === 0) return { items, resourceVersion: String(revision) };
    after = page.entries.at(-1)!.key;
  }
}

const pageSize = (selection: CompiledSelection<KubeObject>, limit: number) => (selection.everything ? limit : Math.max(limit, CHUNK));

async function read<T extends KubeObject>(store: ObjectStore<T>, { selection }: Plan<T>, range: ListRange): Promise<Page> {
  if (selection.key === undefined) return store.list(selection.prefix, range);
  // A key is the first one of those that begin with it.
  const { entries, revision } = await store.list(selection.key, { ...range, limit: 1 });
  return { entries, revision, remaining: 0 };
}

function cut<T extends KubeObject>(
  store: ObjectStore<T>,
  items: readonly Stored<T>[],
  revision: Revision,
  last: string,
  left: number | undefined,
): ObjectList<T> {
  return {
    items,
    resourceVersion: String(revision),
    continue: encodeContinue({ revision, after: last.slice(store.prefix().length) }),
    ...(left === undefined ? {} : { remainingItemCount: left }),
  };
}

function checkOptions(options: ListOptions): void {
  const { resourceVersion, resourceVersionMatch: match } = options;
  const errors: FieldError[] = [];
  if (match !== undefined) {
    if (options.continue)
      errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
    if (!resourceVersion)
      errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  if (options.continue && resourceVersion && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
}
