import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import type { KubeObject, Stored } from '../object.js';

/** How an owner reference binds. */
export interface OwnerReferenceOptions {
  /** The owner manages this object; at most one reference may. Default true. */
  readonly controller?: boolean | undefined;
  /** A foreground deletion of the owner waits for this object. Default true. */
  readonly blockOwnerDeletion?: boolean | undefined;
}

/** A reference to `owner`, to stand in `metadata.ownerReferences` of what it owns. */
export function ownerReference(owner: Stored<KubeObject>, options: OwnerReferenceOptions = {}): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: options.controller ?? true,
    blockOwnerDeletion: options.blockOwnerDeletion ?? true,
  };
}

/** The reference to the object that manages this one, if any does. */
export function controllerOf(object: Pick<KubeObject, 'metadata'>): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((reference) => reference.controller === true);
}
