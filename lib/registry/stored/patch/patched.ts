import { jsonText } from '../../../api/exact-json.js';
import { invalid, invalidObject } from '../../../api/field-error.js';
import type { KubeObject, Stored } from '../../../api/object.js';
import { badRequest, StatusError } from '../../../api/status-error.js';
import { checkValueCount } from '../../../api/schema/value-count.js';
import type { WriteOptions } from '../../registry.js';
import type { Change } from '../change.js';
import type { Draft } from '../draft.js';
import { draftOf, metaOf } from '../draft.js';
import type { KindContext } from '../kind-context.js';
import { replacement } from '../update.js';
import type { WriteScope } from '../write-rules.js';
import { isMap } from '../is-map.js';

/** What came of a patch. */
export interface PatchResult<T extends KubeObject> {
  /** The patched object, as yet undecoded. */
  readonly document: object;
  /** The patch itself. */
  readonly body: unknown;
  readonly scope: WriteScope<T>;
}

/** The change that a patch makes of the stored object. */
export async function patched<T extends KubeObject>(
  kind: KindContext<T>,
  current: Stored<T>,
  { document, body, scope }: PatchResult<T>,
  options: WriteOptions,
): Promise<Change<T>> {
  const { definition } = kind;
  if (!isMap(document)) throw invalidPatch(document, 'the result is no object');
  checkValueCount(document);
  const draft = decodePatched(kind, document, options);
  // A document that was replaced as a whole need not say where it is.
  if (definition.namespaced) metaOf(draft).namespace ??= current.metadata.namespace!;
  checkIdentity(kind, current, draft);
  // A patch is bound to a version only where it names one. Then it says the current one, or is refused.
  const bound = isMap(body) && isMap(body['metadata']) && Boolean(body['metadata']['resourceVersion']);
  metaOf(draft).resourceVersion ||= current.metadata.resourceVersion;
  const change = await replacement(kind, current, draft, options, scope);
  return { draft: change.draft, repeatable: !bound };
}

function decodePatched<T extends KubeObject>({ definition }: KindContext<T>, document: object, options: WriteOptions): Draft<T> {
  try {
    return draftOf(definition, document as T, { ...options, decoded: false });
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) throw invalidPatch(document, error.message);
    throw error;
  }
}

/** Kubernetes names neither kind nor object here, and shows the whole result. */
export function invalidPatch(document: unknown, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(jsonText(document))}: ${why}`;
  return new StatusError('Invalid', ` "" is invalid: patch: ${message}`, {
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
  });
}

function checkIdentity<T extends KubeObject>({ definition }: KindContext<T>, current: Stored<T>, { metadata }: Draft<T>): void {
  const { name, namespace, uid } = current.metadata;
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (definition.namespaced && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (metadata.uid && metadata.uid !== uid) {
    throw invalidObject(definition, name, [invalid('metadata.uid', metadata.uid, 'field is immutable')]);
  }
}
