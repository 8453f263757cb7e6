import { invalidObject, required } from '../../../api/field-error.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import { decode } from '../../../api/schema/decode.js';
import { badRequest, conflict, notFound, StatusError } from '../../../api/status-error.js';
import type { Patch, WriteOptions } from '../../registry.js';
import { changeObject } from '../change.js';
import { createObject } from '../create.js';
import type { DraftMeta } from '../draft.js';
import { copyJson } from '../draft.js';
import type { KindContext } from '../kind-context.js';
import { MAX_ATTEMPTS } from '../kind-context.js';
import { isMap } from './merge-patch.js';
import { patched } from './patched.js';

/**
 * Server-side apply in its basic form: makes the object, or merges the configuration into it by the list types of the schema.
 *
 * Field owners are not kept: there are no conflicts between managers, and a field that is no longer applied stays.
 */
export async function applyObject<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  patch: Extract<Patch, { type: 'apply' }>,
  options: WriteOptions,
  subresource?: string,
): Promise<Stored<T>> {
  checkConfiguration(name, patch.patch, options);
  checkFields(kind, name, patch.patch);
  for (let attempt = 1; ; attempt += 1) {
    const found = await kind.store.find(name);
    if (found)
      return changeObject(kind, name, (current) => patched(kind, current, named(kind, name, patch), options, subresource), options);
    if (subresource !== undefined) throw notFound(kind.definition, name.name);
    const created = await create(kind, name, patch, options).catch((error: unknown) => {
      // Someone else made it meanwhile: merge into that one.
      if (attempt === MAX_ATTEMPTS || !StatusError.is(error, 'AlreadyExists')) throw error;
      return undefined;
    });
    if (created) return created;
  }
}

/** A configuration owns what it names, so it may not name what there is not, whatever `fieldValidation` says. Kubernetes answers 500. */
function checkFields<T extends KubeObject>({ definition }: KindContext<T>, { namespace, name }: ObjectName, patch: object): void {
  const { apiVersion, kind } = definition;
  try {
    decode(definition, { apiVersion, kind, ...patch }, { fieldValidation: 'Strict' });
  } catch (error) {
    if (!StatusError.is(error, 'BadRequest') || !error.message.includes('strict decoding error')) return; // refused with the whole object
    const where = `${namespace ?? ''}/${name}; ${apiVersion}, Kind=${kind}`;
    throw new StatusError('InternalError', `failed to create typed patch object (${where}): ${error.message}`, { cause: error });
  }
}

async function create<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  patch: Extract<Patch, { type: 'apply' }>,
  options: WriteOptions,
): Promise<Stored<T>> {
  const object = copyJson(named(kind, name, patch).patch) as T;
  const uid = object.metadata?.uid;
  if (uid) {
    throw conflict(kind.definition, name.name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
  }
  delete (object.metadata as DraftMeta).resourceVersion;
  const created = await createObject(kind, object, { ...options, decoded: false });
  options.onCreated?.();
  return created;
}

/** The configuration in the namespace that it is applied to, which it may leave out. */
function named<T extends KubeObject>(
  { definition }: KindContext<T>,
  { name, namespace }: ObjectName,
  patch: Extract<Patch, { type: 'apply' }>,
) {
  const { metadata, ...rest } = patch.patch as KubeObject;
  const where = definition.namespaced ? { namespace: metadata?.namespace ?? namespace ?? 'default' } : {};
  return { ...patch, patch: { ...rest, metadata: { ...metadata, name, ...where } } };
}

function checkConfiguration(name: ObjectName, patch: object, { fieldManager }: WriteOptions): void {
  if (!isMap(patch)) throw badRequest('error decoding patch: it is no object');
  const metadata = patch['metadata'];
  if (isMap(metadata) && metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  const { name: given, namespace } = isMap(metadata) ? metadata : {};
  if (!given) throw badRequest('metadata.name: Required value: it must be in the configuration');
  if (given !== name.name) {
    throw badRequest(`the name of the object (${JSON.stringify(given)}) does not match the name on the URL (${name.name})`);
  }
  if (namespace && name.namespace && namespace !== name.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (fieldManager === '') {
    const error = required('fieldManager', 'is required for apply patch');
    throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
  }
}
