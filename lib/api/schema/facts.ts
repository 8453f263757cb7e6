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
  readonly createOnUpdate?: boolean;
  readonly unconditionalUpdate?: boolean;
  readonly finalizers?: readonly string[];
  readonly generation?: boolean;
  readonly fieldLabels?: readonly string[];
  readonly columns?: readonly (readonly [name: string, type: string, format: string, priority: number])[];
}

/** One row of `defaulting` or `onCreate`: path, value, condition. */
export type DefaultFacts = readonly [path: string, value: unknown, when?: unknown];

/** What a Kubernetes 1.36 API server serves: types, fields, defaults, verbs, columns. */
export interface Facts {
  readonly groups: readonly { readonly group: string; readonly versions: readonly string[]; readonly groupPriority?: number }[];
  readonly packages: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceFacts>>;
  readonly gates: Readonly<Record<string, readonly [stage: string, on: boolean]>>;
  readonly defaulting: readonly DefaultFacts[];
  readonly onCreate: readonly DefaultFacts[];
  readonly types: Readonly<Record<string, TypeFacts>>;
}

/** The table, parsed once. */
export const facts: Facts = JSON.parse(FACTS_JSON) as Facts;
