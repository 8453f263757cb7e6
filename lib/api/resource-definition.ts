import type { FieldError } from './field-error.js';
import type { KubeObject, Stored } from './object.js';
import type { Schema } from './schema/schema.js';

/** What a client may do with a kind. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** What stands in one field of a table. */
export type Cell = string | number | bigint | boolean | null;

/** One column of `kubectl get`. */
export interface Column<T extends KubeObject = KubeObject> {
  /** Title case, such as `Up-to-date`; kubectl upper-cases it. */
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0: always shown, 1: with `-o wide`. Default 0. */
  readonly priority?: number;
  /** Where the value stands in an object, if one path says it; for servers that are told of the kind. */
  readonly jsonPath?: string;
  /** The cell; `now` is in milliseconds since 1970. */
  value(object: Stored<T>, now: number): Cell;
}

/** What pure rules may ask of their surroundings. */
export interface RuleContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A number in [0, 1). */
  random(): number;
  /** Which part a write may change: the object without its status, or a subresource. */
  readonly subresource?: string | undefined;
}

/**
 * What a kind adds to the rules that its schema already gives. All pure and synchronous; `draft` is a private plain object
 * that they edit in place. Order on a write: decode → defaults of the schema → `default` → `prepareCreate`/`prepareUpdate` →
 * admission → `validate`, and `validateCreate` or
 * `validateUpdate`.
 */
export interface ResourceRules<T extends KubeObject = KubeObject> {
  default?(draft: T): void;
  prepareCreate?(draft: T, context: RuleContext): void;
  /** `old` is what is stored; copy from it what this write may not change. */
  prepareUpdate?(draft: T, old: Stored<T>, context: RuleContext): void;
  validate?(object: T): readonly FieldError[];
  /** Besides `validate`: what a new object must satisfy, but one that is there already need not. */
  validateCreate?(object: T): readonly FieldError[];
  /** Besides `validate`: what may not change. */
  validateUpdate?(object: T, old: Stored<T>, context: RuleContext): readonly FieldError[];
  /** Texts for `Warning` headers. */
  warnings?(object: T): readonly string[];
}

/** Reads one field of an object as text, empty when unset. (Written as a method so that a definition of pods is a definition.) */
export type FieldReader<T extends KubeObject> = { read(object: Stored<T> | T): string }['read'];

/** A part of an object with a path of its own. */
export interface SubresourceDefinition {
  readonly verbs: readonly ('create' | 'delete' | 'get' | 'patch' | 'update')[];
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  /** `object`: reads and writes the parent itself (status, finalize). `scale`: replica counts. `action`: create only (binding, eviction, token). `connect`: a stream to the pod (log, exec, …). */
  readonly type: 'object' | 'scale' | 'action' | 'connect';
  /** Where `scale` finds its numbers, as paths such as `.spec.replicas`. */
  readonly specReplicasPath?: string;
  readonly statusReplicasPath?: string;
  readonly labelSelectorPath?: string;
}

/**
 * How a kind's objects lie in the store, where that is not as they are shown: second versions of a kind share the objects of the
 * first, and what is stored may be older than the schema. Pure; may edit what it is given.
 */
export interface StoredForm {
  /** From an object of this kind to what is stored. The same object: it is stored as it is. */
  toStored(object: KubeObject): KubeObject;
  /** From what is stored to an object of this kind. Throws StatusError when it cannot be shown so. */
  fromStored(stored: KubeObject): KubeObject;
}

/**
 * Everything kubelib knows of a kind: routes, discovery, storage keys, defaulting, validation, tables and merge rules are
 * all derived from it. Built-in kinds and those of users are made by the same {@link defineResource}.
 */
export interface ResourceDefinition<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** `v1` or `group/version`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  /** Lower-case plural: the name in URLs. */
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Prefix of its storage keys, such as `/registry/pods`. */
  readonly storagePrefix: string;
  readonly schema: Schema;
  readonly subresources: Readonly<Record<string, SubresourceDefinition>>;
  readonly columns: readonly Column<T>[];
  /** Field selectors besides `metadata.name` and `metadata.namespace`: path → its value in an object. */
  readonly selectableFields: Readonly<Record<string, FieldReader<T>>>;
  readonly rules: ResourceRules<T>;
  /** Whether `metadata.generation` counts changes outside metadata and status. */
  readonly generation: boolean;
  /** DELETE answers with the object rather than a Status. */
  readonly deleteReturnsObject: boolean;
  /** PUT to a free name creates. */
  readonly createOnUpdate: boolean;
  /** PUT works without a resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** Seconds a delete waits for whoever runs the object; undefined: it goes at once. Pods only. */
  gracePeriod?(object: Stored<T>): number;
  /** True for kinds that users define (TypeScript or CRD): bodies need apiVersion and kind, no strategic merge. */
  readonly custom: boolean;
  /** The group that answers about faults in its objects name. Default: its own. */
  readonly faultGroup?: string;
  /** Default: objects are stored as they are shown. */
  readonly storedForm?: StoredForm;
  /** Why no object can be created now; creating is 403 then. Default: it can. */
  closed?(): string | undefined;
  /** A warning for whoever uses the kind, such as `g/v1 Widget is deprecated`. Default: none. */
  readonly deprecation?: string;
  /** Carries `T` through inference; never read. */
  readonly __type?: T;
}

/** A kind that can only be created (bindings, reviews): its registry has no other method. */
export interface WriteOnlyDefinition<T extends KubeObject = KubeObject> extends ResourceDefinition<T> {
  readonly writeOnly: true;
}

/** What tells one kind from another: `apps/v1/Deployment`. */
export const kindKey = <T extends KubeObject>({ apiVersion, kind }: Pick<ResourceDefinition<T>, 'apiVersion' | 'kind'>): string =>
  `${apiVersion}/${kind}`;
