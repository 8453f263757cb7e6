import type { KubeObject } from './object.js';
import type { ResourceDefinition } from './resource-definition.js';

/** The kinds of one cluster, built-in and custom; the second kind come and go while it runs. */
export interface Catalog {
  /** In discovery order. */
  readonly definitions: readonly ResourceDefinition[];
  byResource(group: string, version: string, plural: string): ResourceDefinition | undefined;
  byKind(apiVersion: string, kind: string): ResourceDefinition | undefined;
  /** By plural, singular, short name or kind, with or without `.group`, in any case; the first in discovery order. */
  find(name: string): ResourceDefinition | undefined;
  /** Throws when the names are taken. */
  add<T extends KubeObject>(definition: ResourceDefinition<T>): void;
  remove(definition: ResourceDefinition): void;
  /** Grows with every change, so that what is derived from a catalog can be cached. */
  readonly revision: number;
}
