/** A rule of a schema, in the Common Expression Language. */
export interface ValidationRule {
  /** True when the value is right. Sees it as `self`, and what it was before as `oldSelf`: then it is only asked of changes. */
  readonly rule?: string;
  /** What is said when it is not. Default: the rule itself. */
  readonly message?: string;
  /** Makes the message; where it fails, `message` is said. */
  readonly messageExpression?: string;
  /** Default: FieldValueInvalid. */
  readonly reason?: string;
  /** Whom to blame, as a path from the value such as `.a.b`. Default: the value. */
  readonly fieldPath?: string;
  /** True: `oldSelf` is an optional value, and the rule is asked of new values too. */
  readonly optionalOldSelf?: boolean;
}

/**
 * The structure of a value, in OpenAPI v3's words with Kubernetes' extensions: the one form that decoding, defaulting,
 * merging and `kubectl explain` read. Schemas of built-in kinds are derived from the table of API facts; those of custom
 * kinds are written by their authors; limits above 2^53 of a schema that comes from a store are `bigint`s. May be recursive (children of built-in schemas are made when first read).
 */
export interface Schema {
  /** Absent: any value. */
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** In the syntax of RE2; not anchored by itself. */
  readonly pattern?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  /** How a list merges in server-side apply. Default: atomic. */
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  /** How a list or struct merges in a strategic merge patch: `merge`, `replace`, `retainKeys`, joined by commas. */
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  /** JSON value that is shown when the field is unset (`[]`, `null`, `{}`…); absent: the field is left out. */
  readonly 'x-kubelib-zero'?: unknown;
  /** True: presence counts, so that 0, false and an empty text are kept. Otherwise they are the same as unset. Built-in scalars only. */
  readonly 'x-kubelib-pointer'?: boolean;
  /** True: accepted and not stored (an alpha field that is off, or one that is gone). */
  readonly 'x-kubelib-dropped'?: boolean;
  /** A list of which an empty one is stored. */
  readonly 'x-kubelib-keeps-empty'?: boolean;
  /** Protobuf type name of the facts table, such as `core/v1.PodSpec`; built-in structs only. */
  readonly 'x-kubelib-type'?: string;
}
