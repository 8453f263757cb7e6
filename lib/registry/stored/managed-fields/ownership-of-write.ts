import type { ManagedFieldsEntry } from 'kubernetes-types/meta/v1.js';
import { deepFreeze } from '../../../api/encode.js';
import { timestamp } from '../../../api/meta/time.js';
import type { KubeObject, Stored } from '../../../api/object.js';
import type { ResourceDefinition } from '../../../api/resource-definition.js';
import { decoderOf } from '../../../api/schema/decode-value.js';
import { DecodeState } from '../../../api/schema/decode-state.js';
import type { WriteOptions } from '../../registry.js';
import { deepEqual } from '../deep-equal.js';
import type { Draft } from '../draft.js';
import type { KindContext } from '../kind-context.js';
import { mergeTypeOf } from './merge-type.js';
import type { Owner } from './owners.js';
import { entriesOf, ownersOf, readOwners } from './owners.js';
import type { OwnedWrite } from './ownership.js';
import { ownersAfterCreate, ownersAfterUpdate } from './ownership.js';
import { unownedFields } from './unowned-fields.js';

type Json = Readonly<Record<string, unknown>>;

/** What `metadata.managedFields` says after a write; `old` is absent on a create. */
export type Ownership<T extends KubeObject> = (draft: Draft<T>, old: Stored<T> | undefined) => ManagedFieldsEntry[] | undefined;

/** Who writes when nobody says so. */
const IN_PROCESS = 'kubelib';

/** A write as the owners of fields see it. */
export function ownedWrite<T extends KubeObject>(
  { definition, environment }: KindContext<T>,
  { fieldManager }: WriteOptions,
  subresource = '',
): OwnedWrite {
  return {
    type: mergeTypeOf(definition.schema) as OwnedWrite['type'], // an object is a map
    unowned: unownedFields(definition, subresource),
    apiVersion: definition.apiVersion,
    manager: fieldManager || IN_PROCESS,
    subresource,
    time: timestamp(environment.now()),
  };
}

/**
 * The ownership of a write by other means than apply. A client that writes the entries itself has its way, except through a
 * subresource: `[]` and `[{}]` end the tracking, which begins again with the next apply; entries that cannot be read are as none.
 */
export function updaterOwnership<T extends KubeObject>(kind: KindContext<T>, options: WriteOptions, subresource?: string): Ownership<T> {
  return (draft, old) => {
    const owners = ownersBefore(draft, old, subresource);
    if (old && owners.length === 0) return undefined;
    const write = ownedWrite(kind, options, subresource);
    const before: object = old ?? emptyObject(kind.definition);
    const after: object = draft;
    return entriesOf(
      owners.length === 0
        ? ownersAfterCreate(write, before as Json, after as Json)
        : ownersAfterUpdate(write, before as Json, after as Json, owners),
    );
  };
}

function ownersBefore<T extends KubeObject>(
  draft: Draft<T>,
  old: Stored<T> | undefined,
  subresource: string | undefined,
): readonly Owner[] {
  const given: unknown = draft.metadata.managedFields;
  const stored = old?.metadata.managedFields;
  const asStored = subresource !== undefined || given === undefined || given === stored || !Array.isArray(given);
  if (asStored || deepEqual(given, stored)) return ownersOf(stored);
  if (isReset(given)) return [];
  const owners = readOwners(given as ManagedFieldsEntry[]);
  return owners && owners.length > 0 ? owners : ownersOf(stored);
}

const isReset = (given: readonly unknown[]) => given.length === 0 || (given.length === 1 && deepEqual(given[0], {}));

const empty = new WeakMap<object, Json>();

/** An object of a kind in which nobody has written anything yet: what is new in the first version is told from it. */
export function emptyObject<T extends KubeObject>({ schema, custom }: ResourceDefinition<T>): Json {
  if (custom) return NOTHING;
  let object = empty.get(schema);
  if (!object) empty.set(schema, (object = deepFreeze(decoderOf(schema)({}, new DecodeState(true)) as Json)));
  return object;
}

const NOTHING: Json = Object.freeze({});
