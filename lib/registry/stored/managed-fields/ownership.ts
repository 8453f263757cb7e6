import { deepEqual } from '../deep-equal.js';
import { compareObjects } from './compare-values.js';
import type { Difference } from './compare-values.js';
import { configuredFields, withStructs } from './configured-fields.js';
import type { Conflict } from './conflicts.js';
import { createdFields } from './created-fields.js';
import type { FieldSet } from './field-set.js';
import { difference, differenceBelow, intersection, isLeaf, union } from './field-set.js';
import { mergeObjects } from './merge-values.js';
import type { MapType, MergeType } from './merge-type.js';
import type { Owner, OwnerName } from './owners.js';
import { isOwner, ownerOf, withFields, withoutAncient } from './owners.js';
import { removeFields } from './remove-fields.js';

type Json = Readonly<Record<string, unknown>>;

/** One write, as far as the owners of fields are concerned. */
export interface OwnedWrite {
  readonly type: MergeType & { readonly map: MapType };
  /** Fields that nobody owns, with all below them. */
  readonly unowned: FieldSet;
  readonly apiVersion: string;
  readonly manager: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** RFC 3339 in whole seconds. */
  readonly time: string;
}

/**
 * Who owns what once `after` has been written over `before` by other means than apply: the writer gets what is new or has another
 * value, others lose it. Owners that lose nothing stay the same objects.
 */
export function ownersAfterUpdate(write: OwnedWrite, before: Json, after: Json, owners: readonly Owner[]): readonly Owner[] {
  const found = compareObjects(write.type.map, before, after, write.unowned);
  if (!found) return owners;
  const left = withFields(owners.map((owner) => withoutFields(owner, union(found.changed, found.removed))));
  if (isLeaf(found.changed)) return left;
  const name = nameOf(write, 'Update');
  const previous = left.find((owner) => isOwner(owner, name));
  const fields = previous ? union(found.changed, previous.fields) : found.changed;
  return withoutAncient([...left.filter((owner) => owner !== previous), ownerOf(name, fields, write.time)]);
}

/** Who owns what in a new object: the writer, all that is not as in the `empty` one of the kind. */
export function ownersAfterCreate(write: OwnedWrite, empty: Json, object: Json): readonly Owner[] {
  const fields = createdFields(write.type.map, empty, object, write.unowned);
  return isLeaf(fields) ? [] : [ownerOf(nameOf(write, 'Update'), fields, write.time)];
}

/** What an apply makes of an object. */
export interface Applied {
  /** The object with the configuration merged in and what the applier has given up gone; `undefined`: no value has changed. */
  readonly object: Json | undefined;
  readonly owners: readonly Owner[];
  /** Fields that other owners would lose; empty when there are none or they were taken by force. Then `object` and `owners` must not be used. */
  readonly conflicts: readonly Conflict[];
}

/** What {@link applyConfiguration} takes. */
export interface Application {
  readonly write: OwnedWrite;
  readonly live: Json;
  readonly configuration: Json;
  readonly owners: readonly Owner[];
  /** Whether to take what others own. */
  readonly force: boolean;
  /** Called between steps that take long where the object is large. */
  readonly breathe: () => Promise<void>;
}

/** Applies a configuration to an object, taking what others own only by `force`. */
export async function applyConfiguration({ write, live, configuration, owners, force, breathe }: Application): Promise<Applied> {
  const { type } = write;
  const name = nameOf(write, 'Apply');
  const last = owners.find((owner) => isOwner(owner, name));
  const others = owners.filter((owner) => owner !== last);
  const configured = configuredFields(type.map, configuration);
  const fields = differenceBelow(configured, write.unowned);
  await breathe();
  const merged = mergeObjects(type.map, live, configuration);
  await breathe();
  const object = last ? withoutGivenUp(type, merged, last.fields, union(configured, allFields(others))) : merged;
  await breathe();
  const found = compareObjects(type.map, live, object, write.unowned);
  await breathe();
  const conflicts = found ? conflictsOf(others, found) : [];
  const changed = !deepEqual(live, object);
  await breathe();
  const own = ownerOf(name, fields, changed ? write.time : last?.time);
  const left = found ? others.map((owner) => withoutFields(owner, union(found.changed, found.removed))) : others;
  return {
    object: changed ? object : undefined,
    owners: withFields([...left, own]),
    conflicts: force ? [] : conflicts,
  };
}

function nameOf({ manager, apiVersion, subresource }: OwnedWrite, operation: Owner['operation']): OwnerName {
  return { manager, operation, apiVersion, subresource };
}

function withoutFields(owner: Owner, lost: FieldSet): Owner {
  const fields = difference(owner.fields, lost);
  return fields === owner.fields ? owner : ownerOf(owner, fields, owner.time);
}

function conflictsOf(others: readonly Owner[], { changed }: Difference): Conflict[] {
  return others.map((owner) => ({ owner, fields: intersection(owner.fields, changed) })).filter(({ fields }) => !isLeaf(fields));
}

const allFields = (owners: readonly Owner[]) => owners.reduce((fields, owner) => union(fields, owner.fields), {} as FieldSet);

/** The merged object without what its applier owned and neither it nor anybody else owns now. */
function withoutGivenUp(type: OwnedWrite['type'], merged: Json, last: FieldSet, owned: FieldSet): Json {
  const present = fieldsWithStructs(type, merged);
  const stripped = removeFields(type.map, merged, withStructs(type, last));
  // What stands in a struct or element that went with it comes back where somebody owns it, ...
  const kept = union(fieldsWithStructs(type, stripped), withStructs(type, owned));
  const restored = removeFields(type.map, merged, difference(present, kept));
  // ... and so does all that the applier has never owned.
  const gone = intersection(difference(present, fieldsWithStructs(type, restored)), withStructs(type, last));
  return removeFields(type.map, merged, gone);
}

const fieldsWithStructs = (type: OwnedWrite['type'], object: Json) => withStructs(type, configuredFields(type.map, object));
