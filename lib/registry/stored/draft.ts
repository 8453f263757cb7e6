import type { ManagedFieldsEntry, ObjectMeta } from 'kubernetes-types/meta/v1.js';
import type { KubeObject } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { decode } from '../../api/schema/decode.js';
import { NumberText } from '../../api/schema/number-text.js';
import type { WriteOptions } from '../registry.js';
import { isStored } from './managed-fields/owners.js';

/** Metadata that the server may still set. */
export type DraftMeta = { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] };

/** A private plain copy of an object on its way into the store; rules edit it in place. */
export type Draft<T extends KubeObject> = T & { apiVersion: string; kind: string; metadata: DraftMeta };

/** The metadata of a draft, to be written to: the object's own type has it read-only. */
export function metaOf(draft: Draft<KubeObject>): DraftMeta {
  return draft.metadata;
}

/** A JSON value with all it holds, without `undefined` members. Copies what is frozen into what is not. */
export function copyJson<V>(value: V): V {
  if (value === null || typeof value !== 'object' || value instanceof NumberText) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item)) as V;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) copy[key] = copyJson(member);
  }
  return copy as V;
}

/**
 * A draft of what a caller handed in: decoded against the schema of the kind, which copies it, drops what the kind does not
 * know and brings quantities, times and the like into their one form. Throws 400 for another kind or a value of the wrong type.
 */
export function draftOf<T extends KubeObject>(definition: ResourceDefinition<T>, given: Readonly<T>, options: WriteOptions): Draft<T> {
  const draft = (options.decoded ? { ...given } : decoded(definition, given, options)) as Draft<T>;
  return withoutForeignMetadata(definition, draft);
}

function decoded<T extends KubeObject>(definition: ResourceDefinition<T>, given: Readonly<T>, options: WriteOptions): T {
  const { apiVersion = definition.apiVersion, kind = definition.kind } = given;
  const { rest, managedFields } = withoutStoredOwners(given);
  const { object, warnings } = decode(definition, { ...rest, apiVersion, kind }, { fieldValidation: options.fieldValidation });
  if (options.onWarning) for (const text of warnings) options.onWarning(text);
  if (managedFields) object.metadata = { ...object.metadata, managedFields };
  return object;
}

/** Entries that came out of a store need not be checked again: most writes bring those of the object that they were made from. */
function withoutStoredOwners<T extends KubeObject>(given: Readonly<T>): { rest: Readonly<T>; managedFields?: ManagedFieldsEntry[] } {
  const managedFields = given.metadata?.managedFields;
  if (!Array.isArray(managedFields) || !isStored(managedFields)) return { rest: given };
  const { managedFields: _, ...metadata } = given.metadata!;
  return { rest: { ...given, metadata }, managedFields };
}

/** Drops metadata that is not the client's to give, and a namespace where there is none. */
function withoutForeignMetadata<T extends KubeObject>({ namespaced }: ResourceDefinition<T>, draft: Draft<T>): Draft<T> {
  const metadata: DraftMeta & { selfLink?: string } = { ...draft.metadata };
  delete metadata.selfLink;
  if (!namespaced) delete metadata.namespace;
  draft.metadata = metadata;
  return draft;
}
