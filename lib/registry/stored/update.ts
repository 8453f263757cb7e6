import { invalid, invalidObject } from '../../api/field-error.js';
import type { KubeObject, ObjectName, Stored } from '../../api/object.js';
import { nameOf } from '../../api/object.js';
import { badRequest, conflict, StatusError } from '../../api/status-error.js';
import type { WriteOptions } from '../registry.js';
import type { Change } from './change.js';
import { changeObject } from './change.js';
import { createObject } from './create.js';
import type { Draft } from './draft.js';
import { copyJson, draftOf, metaOf } from './draft.js';
import type { KindContext } from './kind-context.js';
import type { WriteScope } from './write-rules.js';
import { WriteRules } from './write-rules.js';

/** Replaces an object, or the part of it that a subresource names; see `Writer.update`. */
export async function updateObject<T extends KubeObject>(
  kind: KindContext<T>,
  object: T,
  options: WriteOptions,
  subresource?: string,
): Promise<Stored<T>> {
  const given = draftOf(kind.definition, object, options);
  const name = nameOf(given);
  if (!name.name) throw badRequest('name must be provided');
  const { uid, resourceVersion } = given.metadata;
  // Only an update that is bound to no version runs again; the rules edit what they are given.
  const version = () => (resourceVersion ? given : copyJson(given));
  try {
    return await changeObject(kind, name, (current) => replacement(kind, current, version(), options, { subresource }), options);
  } catch (error) {
    const creates = kind.definition.createOnUpdate && subresource === undefined && !resourceVersion;
    if (!creates || !StatusError.is(error, 'NotFound') || error.details?.kind !== kind.definition.plural) throw error;
    if (uid) throw conflict(kind.definition, name.name, uidMessage(uid, ''));
    const created = await createObject(kind, object, options);
    options.onCreated?.();
    return created;
  }
}

/** What a client's version of an object makes of the stored one. Throws when it was not made from it. */
export async function replacement<T extends KubeObject>(
  kind: KindContext<T>,
  current: Stored<T>,
  draft: Draft<T>,
  options: WriteOptions,
  scope?: WriteScope<T>,
): Promise<Change<T>> {
  checkUid(kind, current, draft);
  const repeatable = !checkVersion(kind, current, draft);
  await new WriteRules(kind).forUpdate(draft, current, options, scope);
  return { draft, repeatable };
}

const uidMessage = (wanted: string, found: string) => `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;

function checkUid<T extends KubeObject>({ definition }: KindContext<T>, current: Stored<T>, { metadata }: Draft<T>): void {
  if (!metadata.uid || metadata.uid === current.metadata.uid) return;
  throw conflict(definition, current.metadata.name, uidMessage(metadata.uid, current.metadata.uid));
}

/** Whether the draft is bound to a version; throws when that is not the current one. */
function checkVersion<T extends KubeObject>({ definition, store }: KindContext<T>, current: Stored<T>, { metadata }: Draft<T>): boolean {
  const version = metadata.resourceVersion;
  if (!version || version === '0') {
    if (definition.unconditionalUpdate) return false;
    throw invalidObject(definition, current.metadata.name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  if (version !== current.metadata.resourceVersion) throw store.modified(current.metadata.name);
  return true;
}

/** Read, change, write; see `Writer.modify`. */
export function modifyObject<T extends KubeObject>(
  kind: KindContext<T>,
  name: ObjectName,
  change: (current: Stored<T>) => T,
  options: WriteOptions,
  subresource?: string,
): Promise<Stored<T>> {
  return changeObject(
    kind,
    name,
    async (current) => {
      const changed = change(current);
      if (changed === current) return { draft: undefined, repeatable: true };
      const draft = draftOf(kind.definition, changed, options);
      metaOf(draft).resourceVersion = current.metadata.resourceVersion;
      const { draft: next } = await replacement(kind, current, draft, options, { subresource });
      return { draft: next, repeatable: true };
    },
    options,
  );
}
