import type { RuleTree } from './cel/schema/rule-tree.js';
import { ruleErrors, ruleTreeOf } from './cel/schema/rule-tree.js';
import { validateRules } from './cel/schema/validate-rules.js';
import { customColumn } from './custom-column.js';
import type { ColumnOptions } from './custom-column.js';
import type { FieldError } from './field-error.js';
import { invalidWithoutValue } from './field-error.js';
import { JsonPath } from './json-path.js';
import type { KubeObject } from './object.js';
import { pluralOf } from './plural.js';
import type { FieldReader, ResourceDefinition, ResourceRules, SubresourceDefinition, Verb } from './resource-definition.js';
import { builtInSchema } from './schema/built-in-schema.js';
import { applyCustomDefaults } from './schema/default-custom.js';
import type { Schema } from './schema/schema.js';
import { checkPatterns, validateSchema } from './schema/validate-schema.js';
import { strategyOf } from './strategy.js';
import { Faults } from './validation/faults.js';
import { dns1035Label, dnsSubdomain } from './validation/names.js';

/** What {@link defineResource} takes; all but group, version and kind have defaults. */
export interface ResourceOptions<T extends KubeObject> {
  /** A DNS name of your own with at least one dot, such as `play.example.com`. */
  readonly group: string;
  /** Such as `v1` or `v1beta1`. */
  readonly version: string;
  /** Singular, in CamelCase. */
  readonly kind: string;
  /** Lower-case plural, as it stands in URLs. Default: the English plural of the kind. */
  readonly plural?: string | undefined;
  /** Default: the kind in lower case. */
  readonly singular?: string | undefined;
  /** Default: the kind with `List`. */
  readonly listKind?: string | undefined;
  /** Default: none. */
  readonly shortNames?: readonly string[] | undefined;
  /** Such as `all`, which lets `kubectl get all` show it. Default: none. */
  readonly categories?: readonly string[] | undefined;
  /** Default true; false: one object of a name in the whole cluster. */
  readonly namespaced?: boolean | undefined;
  /**
   * Structure of the objects (`spec`, `status`, …) in OpenAPI v3's words: unknown fields are pruned, defaults set, values checked.
   * Rules in CEL (`x-kubernetes-validations`) are asked when the rest is right. Default: anything goes.
   */
  readonly schema?: Schema | undefined;
  /** Columns of `kubectl get` after NAME. Default: AGE. */
  readonly columns?: readonly ColumnOptions<T>[] | undefined;
  readonly subresources?:
    | {
        /** A path of its own for the status, so that users write the rest and controllers the status. Default: true when the schema has a `status`. */
        readonly status?: boolean | undefined;
        /** Lets `kubectl scale` work. Default: absent. */
        readonly scale?: ScaleOptions | undefined;
      }
    | undefined;
  /** Fields that field selectors may name, as paths such as `.spec.color`. Default: name and namespace alone. */
  readonly selectableFields?: readonly string[] | undefined;
  /** Rules that a schema cannot say. They are asked only about objects that fit the schema. */
  readonly rules?: ResourceRules<T> | undefined;
}

/** Where the replica counts of a kind stand. */
export interface ScaleOptions {
  /** Such as `.spec.replicas`. */
  readonly specReplicasPath: string;
  /** Such as `.status.replicas`. */
  readonly statusReplicasPath: string;
  /** A field with a selector as text. Default: none, so autoscalers cannot use it. */
  readonly labelSelectorPath?: string | undefined;
}

const VERBS: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/**
 * A kind of your own. Registries, controllers, HTTP routes, tables and kubectl take it like a built-in one.
 *
 * Throws when names or schema are not what Kubernetes allows.
 */
export function defineResource<T extends KubeObject>(options: ResourceOptions<T>): ResourceDefinition<T> {
  checkNames(options);
  const { group, version, kind, namespaced = true } = options;
  const structure: Schema = options.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  checkPatterns(structure);
  const plural = options.plural ?? pluralOf(kind.toLowerCase());
  const subresources = subresourcesOf(options, structure);
  return {
    group,
    version,
    kind,
    plural,
    apiVersion: `${group}/${version}`,
    listKind: options.listKind ?? `${kind}List`,
    singular: options.singular ?? kind.toLowerCase(),
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    namespaced,
    verbs: VERBS,
    storagePrefix: `/registry/${group}/${plural}`,
    schema: withObjectFields(structure),
    subresources,
    columns: [
      { name: 'Name', type: 'string', format: 'name', priority: 0, value: ({ metadata }) => metadata.name },
      ...(options.columns ?? [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }]).map(customColumn<T>),
    ],
    selectableFields: Object.fromEntries((options.selectableFields ?? []).map((path) => [path.replace(/^\./, ''), fieldReader<T>(path)])),
    rules: strategyOf<T>({
      own: structuralRules(structure, ruleTree(structure), options.rules ?? {}),
      schema: structure,
      namespaced,
      name: dnsSubdomain,
      standardFinalizers: false,
      hasStatus: subresources['status'] !== undefined,
    }),
    generation: true,
    deleteReturnsObject: false,
    createOnUpdate: false,
    unconditionalUpdate: false,
    custom: true,
  };
}

function checkNames({ group, version, kind, plural }: Pick<ResourceOptions<KubeObject>, 'group' | 'version' | 'kind' | 'plural'>): void {
  const refuse = (what: string, value: string, why: string) => {
    throw new TypeError(`${what} ${JSON.stringify(value)} of a resource: ${why}`);
  };
  if (dnsSubdomain(group).length > 0 || !group.includes('.'))
    refuse('group', group, 'must be a DNS name with a dot, such as play.example.com');
  if (dns1035Label(version).length > 0) refuse('version', version, 'must be a DNS label, such as v1');
  if (dns1035Label(kind.toLowerCase()).length > 0) refuse('kind', kind, 'must be a word such as GameServer');
  if (plural !== undefined && dns1035Label(plural).length > 0) refuse('plural', plural, 'must be a lower-case word such as gameservers');
}

function subresourcesOf<T extends KubeObject>(options: ResourceOptions<T>, schema: Schema): Record<string, SubresourceDefinition> {
  const { status = schema.properties?.['status'] !== undefined, scale } = options.subresources ?? {};
  const { group, version, kind } = options;
  const verbs = ['get', 'patch', 'update'] as const;
  return {
    ...(status ? { status: { verbs, kind, group, version, type: 'object' as const } } : {}),
    ...(scale
      ? {
          scale: {
            verbs,
            kind: 'Scale',
            group: 'autoscaling',
            version: 'v1',
            type: 'scale' as const,
            specReplicasPath: scale.specReplicasPath,
            statusReplicasPath: scale.statusReplicasPath,
            ...(scale.labelSelectorPath === undefined ? {} : { labelSelectorPath: scale.labelSelectorPath }),
          },
        }
      : {}),
  };
}

/** Every object has these, whatever its author's schema says of them. */
function withObjectFields(schema: Schema): Schema {
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: builtInSchema('meta/v1.ObjectMeta'),
    },
  };
}

/** The rules of a schema, compiled. Throws for one that does not compile. */
function ruleTree(schema: Schema): RuleTree | undefined {
  const tree = ruleTreeOf(schema, true);
  const [error] = tree ? ruleErrors(tree) : [];
  if (error !== undefined) throw new TypeError(`a rule of the schema: ${error}`);
  return tree;
}

function structuralRules<T extends KubeObject>(schema: Schema, tree: RuleTree | undefined, own: ResourceRules<T>): ResourceRules<T> {
  return {
    ...own,
    validate: () => [], // held back until the schema has been asked
    prepareCreate(draft, context) {
      // A status that was not the client's to give is gone by now; what it has by default is shown.
      applyCustomDefaults(schema, draft);
      own.prepareCreate?.(draft, context);
    },
    validateCreate(object) {
      const faults = schemaFaults(schema, tree, object);
      // Rules written against the type must not meet an object of another shape.
      return faults.length > 0 ? faults : [...(own.validate?.(object) ?? []), ...(own.validateCreate?.(object) ?? [])];
    },
    validateUpdate(object, old, context) {
      const faults = schemaFaults(schema, tree, object, old);
      if (faults.length > 0 || structuralFaults(schema, object).list.length > 0) return faults;
      return [...(own.validate?.(object) ?? []), ...(own.validateUpdate?.(object, old, context) ?? [])];
    },
  };
}

/** After these a value may be of another type than rules in CEL take it for. */
const BLOCKING: readonly FieldError['type'][] = ['NotSupported', 'Required', 'TooLong', 'TooMany', 'TypeInvalid'];

function schemaFaults(schema: Schema, tree: RuleTree | undefined, object: KubeObject, old?: KubeObject): readonly FieldError[] {
  const faults = structuralFaults(schema, object, old);
  if (!tree) return faults.list;
  if (faults.list.some(({ type }) => BLOCKING.includes(type)))
    faults.invalid(
      '<nil>',
      null,
      'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    );
  else validateRules(faults, '', tree, object, old);
  return faults.list;
}

/** With `old`: what was wrong already and has not been touched is let be, as the schema may be younger than the object. */
function structuralFaults(schema: Schema, object: KubeObject, old?: KubeObject): Faults {
  const faults = new Faults();
  validateSchema(faults, '', schema, object, old);
  if (faults.effort.spent) faults.add(invalidWithoutValue('<nil>', 'it takes too long to hold the object against its schema'));
  return faults;
}

const SCALARS: readonly string[] = ['number', 'bigint', 'boolean'];

function fieldReader<T extends KubeObject>(path: string): FieldReader<T> {
  const compiled = new JsonPath(path);
  return (object) => {
    const value = compiled.first(object);
    return typeof value === 'string' ? value : SCALARS.includes(typeof value) ? String(value) : '';
  };
}
