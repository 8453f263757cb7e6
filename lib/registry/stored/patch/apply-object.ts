import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1.js';
import { Breather } from '../../../base/breather.js';
import { invalidObject, required } from '../../../api/field-error.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import { badRequest, conflict, notFound, StatusError } from '../../../api/status-error.js';
import { checkValueCount } from '../../../api/schema/value-count.js';
import type { Patch, WriteOptions } from '../../registry.js';
import { changeObject } from '../change.js';
import { createObject } from '../create.js';
import type { DraftMeta } from '../draft.js';
import type { KindContext } from '../kind-context.js';
import { MAX_ATTEMPTS } from '../kind-context.js';
import { apply, checkConfiguration } from '../managed-fields/apply.js';
import { entriesOf, ownersOf } from '../managed-fields/owners.js';
import { emptyObject, ownedWrite } from '../managed-fields/ownership-of-write.js';
import type { WriteScope } from '../write-rules.js';
import { isMap } from '../is-map.js';
import { patched } from './patched.js';

type ApplyPatch = Extract<Patch, { type: 'apply' }>;
type Json = Readonly<Record<string, unknown>>;

/**
 * Server-side apply: makes the object, or merges the configuration into it, as `metadata.managedFields` says whose fields are whose.
 * Throws 409 for fields of others, unless by force.
 */
export async function applyObject<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  patch: ApplyPatch,
  options: WriteOptions,
  subresource?: string,
): Promise<Stored<T>> {
  const breather = new Breather(kind.environment);
  checkRequest(kind, name, patch.patch, options, subresource);
  await breather.breathe();
  for (let attempt = 1; ; attempt += 1) {
    const found = await kind.store.find(name);
    if (found) return changeObject(kind, name, (current) => appliedTo(kind, current, patch, options, subresource), options);
    if (subresource !== undefined) throw notFound(kind.definition, name.name);
    const created = await create(kind, name, patch, options).catch((error: unknown) => {
      // Someone else made it meanwhile: merge into that one.
      if (attempt === MAX_ATTEMPTS || !StatusError.is(error, 'AlreadyExists')) throw error;
      return undefined;
    });
    if (created) return created;
  }
}

/** The change that a configuration makes of the stored object. */
async function appliedTo<T extends KubeObject>(
  kind: KindContext<T>,
  current: Stored<T>,
  patch: ApplyPatch,
  options: WriteOptions,
  subresource?: string,
) {
  const { managedFields, ...metadata } = current.metadata;
  const live: Json = { ...current, metadata };
  const { object, scope } = await merged(kind, { live, managedFields }, patch, options, subresource);
  // The configuration fits the schema, and so does what it was merged into.
  return patched(kind, current, { document: object, body: patch.patch, scope }, { ...options, fieldValidation: 'Ignore' });
}

async function merged<T extends KubeObject>(
  kind: KindContext<T>,
  { live, managedFields }: { live: Json; managedFields?: ManagedFieldsEntry[] | undefined },
  { patch, force = false }: ApplyPatch,
  options: WriteOptions,
  subresource?: string,
): Promise<{ object: Json; scope: WriteScope<T> }> {
  const breather = new Breather(kind.environment);
  const { object, owners } = await apply({
    write: ownedWrite(kind, options, subresource),
    live,
    empty: emptyObject(kind.definition),
    configuration: patch as Json,
    owners: ownersOf(managedFields),
    force,
    breathe: () => breather.breathe(),
  });
  await breather.breathe();
  const entries = entriesOf(owners);
  return { object, scope: { subresource, ownership: () => entries } };
}

async function create<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  patch: ApplyPatch,
  options: WriteOptions,
): Promise<Stored<T>> {
  const { definition } = kind;
  const { object, scope } = await merged(kind, { live: emptyObject(definition) }, patch, options);
  checkValueCount(object);
  const { name: given, namespace, uid, ...rest } = (object as KubeObject).metadata ?? {};
  if (!given) throw badRequest('the name of the object (based on URL) was undeterminable: name must be provided');
  if (uid) {
    throw conflict(definition, name.name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
  }
  const metadata: DraftMeta = { ...rest, name: given };
  // A configuration may leave out the namespace that it is applied to.
  if (definition.namespaced) metadata.namespace = namespace ?? name.namespace ?? 'default';
  delete metadata.resourceVersion;
  const draft = { ...object, metadata } as unknown as T; // decoded, and so checked, by what follows
  const created = await createObject(kind, draft, { ...options, decoded: false, fieldValidation: 'Ignore' }, scope);
  options.onCreated?.();
  return created;
}

function checkRequest<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  configuration: object,
  options: WriteOptions,
  subresource?: string,
): void {
  if (!isMap(configuration)) throw badRequest('error decoding patch: it is no object');
  if (options.fieldManager === '') {
    const error = required('fieldManager', 'is required for apply patch');
    throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
  }
  checkConfiguration(kind.definition, ownedWrite(kind, options, subresource), name, configuration);
  const { name: given, namespace } = (configuration as KubeObject).metadata ?? {};
  if (given && given !== name.name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name.name})`);
  }
  if (namespace && name.namespace && namespace !== name.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}
