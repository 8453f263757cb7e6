import type { Scale } from 'kubernetes-types/autoscaling/v1.js';
import type { ObjectName } from '../../../api/object.js';
import { builtInSchema } from '../../../api/schema/built-in-schema.js';
import { apply, checkConfiguration } from './apply.js';
import { difference, fieldAt, hasField, union } from './field-set.js';
import { mergeTypeOf } from './merge-type.js';
import type { Owner } from './owners.js';
import { ownerOf, withFields } from './owners.js';
import type { OwnedWrite } from './ownership.js';
import { ownersAfterUpdate } from './ownership.js';
import type { PathElement } from './path-element.js';

type Json = Readonly<Record<string, unknown>>;

/** A write to the Scale of an object, as far as the owners of the object's fields are concerned. */
export interface OwnedScale {
  readonly write: OwnedWrite;
  /** The owners of the object. */
  readonly owners: readonly Owner[];
  /** The field of the object that its Scale has as `spec.replicas`. */
  readonly replicas: { readonly apiVersion: string; readonly path: readonly PathElement[] };
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const SCALE_VERSION = 'autoscaling/v1';
const REPLICAS = ['f:spec', 'f:replicas'];

/** Nothing but the replicas of a Scale is ever written. */
const EMPTY_SCALE: Json = { spec: {} };

/** The owners of an object after its Scale has been written. Whose replicas nobody keeps count of are not counted from here on. */
export function scaleOwnersAfterUpdate(scale: OwnedScale, before: Scale, after: Scale): readonly Owner[] {
  const known = scaleOwners(scale);
  if (known.length === 0) return scale.owners;
  return parentOwners(scale, ownersAfterUpdate(scaleWrite(scale), replicasOf(before), replicasOf(after), known));
}

/** A configuration for a Scale. */
export interface AppliedScale {
  readonly patch: object;
  readonly name: ObjectName;
  readonly force: boolean;
}

/** The Scale as a configuration makes it, and the owners of its object. Throws 409 for replicas of others. */
export async function applyToScale(
  scale: OwnedScale,
  live: Scale,
  { patch, name, force }: AppliedScale,
): Promise<{ scale: Scale; owners: readonly Owner[] }> {
  const write = scaleWrite(scale);
  const configuration = patch as Json;
  checkConfiguration(SCALE, write, name, configuration);
  const request = { write, empty: EMPTY_SCALE, configuration, owners: scaleOwners(scale), force, breathe: NO_PAUSES };
  const { object, owners } = await apply({ ...request, live: { ...live } });
  return { scale: object, owners: parentOwners(scale, owners) };
}

function scaleWrite({ write }: OwnedScale): OwnedWrite {
  return { ...write, type: mergeTypeOf(builtInSchema('autoscaling/v1.Scale')) as OwnedWrite['type'], apiVersion: SCALE_VERSION };
}

/** A Scale is small. */
const NO_PAUSES = () => Promise.resolve();

const replicasOf = ({ spec }: Scale): Json => ({ spec: { ...spec } });

/** The owners of the object's replicas as those of a Scale. */
function scaleOwners({ owners, replicas: { path } }: OwnedScale): readonly Owner[] {
  const fields = fieldAt(REPLICAS);
  return owners
    .filter((owner) => hasField(owner.fields, path))
    .map((owner) => ownerOf({ ...owner, apiVersion: SCALE_VERSION }, fields, owner.time));
}

/** The owners of the object when those of its Scale are these. */
function parentOwners({ owners, replicas: { apiVersion, path } }: OwnedScale, scale: readonly Owner[]): readonly Owner[] {
  const fields = fieldAt(path);
  const holders = scale.filter((owner) => hasField(owner.fields, REPLICAS));
  const had = (owner: Owner) => hasField(owner.fields, path);
  const left = withFields(
    owners.map((owner) => {
      const lost = had(owner) && !holders.some((holder) => isSame(holder, owner));
      return lost ? ownerOf(owner, difference(owner.fields, fields), owner.time) : owner;
    }),
  );
  const fresh = holders.filter((holder) => !owners.some((owner) => had(owner) && isSame(holder, owner)));
  return fresh.reduce((all, holder) => {
    const known = all.find((owner) => isSame(holder, owner));
    // As in Kubernetes, the entry of who begins to own replicas through a Scale has no time.
    const next = known ? ownerOf(known, union(known.fields, fields), known.time) : ownerOf({ ...holder, apiVersion }, fields, undefined);
    return [...all.filter((owner) => owner !== known), next];
  }, left);
}

const isSame = (a: Owner, b: Owner) => a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
