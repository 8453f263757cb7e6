import { FACTS_JSON } from './facts.generated.js';

/** A field, list item or map value in the table of API facts. */
export interface FieldFacts {
  readonly ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly items?: FieldFacts;
  readonly map?: FieldFacts;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly zero?: unknown;
  readonly mergeKey?: string;
  readonly patchStrategy?: string;
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  readonly proto?: number;
  readonly pointer?: boolean;
  readonly wire?: string;
  readonly gate?: string;
  readonly dropped?: boolean;
  readonly writeOnly?: boolean;
}

/** A type in the table. */
export interface TypeFacts {
  readonly type?: FieldFacts['type'];
  readonly format?: string;
  readonly oneOf?: readonly unknown[];
  readonly mapType?: 'atomic' | 'granular';
  readonly fields?: Readonly<Record<string, FieldFacts>>;
  readonly protoInline?: Readonly<Record<string, string>>;
  readonly message?: Readonly<Record<string, FieldFacts>>;
  readonly protoOnly?: boolean;
  readonly jsonOnly?: boolean;
  readonly unwrap?: string;
  readonly gvk?: readonly string[] | 'all';
  readonly unions?: readonly unknown[];
}

/** A resource or subresource, keyed `[group/]version/plural[/subresource]`. */
export interface ResourceFacts {
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** `[group/]version/Kind`. */
  readonly kind: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly hash?: string;
  readonly connect?: readonly string[];
  readonly options?: string;
  readonly deleteReturns?: 'object';
  /** What OpenAPI says that a delete returns, where that is not so. */
  readonly deleteSchema?: string;
  readonly createOnUpdate?: boolean;
  readonly unconditionalUpdate?: boolean;
  readonly finalizers?: readonly string[];
  readonly generation?: boolean;
  readonly fieldLabels?: readonly string[];
  readonly columns?: readonly (readonly [name: string, type: string, format: string, priority: number])[];
}

/** What OpenAPI says of a verb. In `id`, `{GV}`, `{N}`, `{K}`, `{S}` and `{M}` stand for group and version, scope, kind, subresource and method. */
export interface VerbFacts {
  /** Absent for `connect`, which has those of its resource. */
  readonly method?: string;
  /** What stands before the rest of the path, such as `watch/`. */
  readonly path?: string;
  readonly action: string;
  readonly id: string;
  /** Of the path without a namespace. */
  readonly idAll?: string;
  /** Of the path that goes on. */
  readonly idPath?: string;
  readonly params?: readonly string[];
  /** A key of `media`; null: none. */
  readonly body?: string | null;
  /** Default: the kind's own. */
  readonly bodyType?: string;
  readonly bodyRequired?: boolean;
  /** A key of `media`. */
  readonly out: string;
  /** Default: the kind's own. */
  readonly returns?: string;
  readonly codes: readonly number[];
}

/** What OpenAPI documents say of the operations on resources. */
export interface OperationFacts {
  /** By name: `string`, `integer`, `boolean`, or `path string`. */
  readonly params: Readonly<Record<string, string>>;
  /** Media types of bodies and answers. */
  readonly media: Readonly<Record<string, readonly string[]>>;
  readonly verbs: Readonly<Record<string, VerbFacts>>;
  readonly errors: readonly number[];
  /** Paths besides those of resources: path, id, tag, type returned, media types or a key of `media`. */
  readonly documents: readonly (readonly [path: string, id: string, tag: string, returns: string, media: string | readonly string[]])[];
  /** What is otherwise for custom resources. */
  readonly custom: {
    readonly media: Readonly<Record<string, readonly string[]>>;
    readonly get: Partial<VerbFacts>;
    readonly patch: Partial<VerbFacts>;
    readonly deletecollection: Partial<VerbFacts>;
  };
}

/** One row of `defaulting` or `onCreate`: path, value, condition. */
export type DefaultFacts = readonly [path: string, value: unknown, when?: unknown];

/** What a Kubernetes 1.36 API server serves: types, fields, defaults, verbs, columns. */
export interface Facts {
  readonly groups: readonly { readonly group: string; readonly versions: readonly string[]; readonly groupPriority?: number }[];
  readonly packages: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceFacts>>;
  readonly operations: OperationFacts;
  readonly gates: Readonly<Record<string, readonly [stage: string, on: boolean]>>;
  readonly defaulting: readonly DefaultFacts[];
  readonly onCreate: readonly DefaultFacts[];
  readonly types: Readonly<Record<string, TypeFacts>>;
}

/** The table, parsed once. */
export const facts: Facts = JSON.parse(FACTS_JSON) as Facts;
