import { Breather } from '../../../base/breather.js';
import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import { StatusError } from '../../../api/status-error.js';
import type { Patch, WriteOptions } from '../../registry.js';
import { changeObject } from '../change.js';
import type { KindContext } from '../kind-context.js';
import { applyObject } from './apply-object.js';
import { applyPatch } from './apply-patch.js';
import { patched } from './patched.js';

/** Patches an object, or the part of it that a subresource names; see `Writer.patch`. */
export async function patchObject<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  patch: Patch,
  options: WriteOptions,
  subresource?: string,
): Promise<Stored<T>> {
  if (patch.type === 'apply') return applyObject(kind, name, patch, options, subresource);
  if (patch.type === 'strategic' && kind.definition.custom) {
    throw new StatusError('UnsupportedMediaType', 'strategic merge patch is not supported for custom kinds');
  }
  const breather = new Breather(kind.environment);
  const change = async (current: Stored<T>) => {
    const document = await applyPatch(kind.definition.schema, current, patch, () => breather.breathe());
    await breather.breathe();
    return patched(kind, current, { document, body: patch.patch, scope: { subresource } }, options);
  };
  return changeObject(kind, name, change, options);
}
