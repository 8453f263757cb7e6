import type { ResourceDefinition } from '../../api/resource-definition.js';
import { facts } from '../../api/schema/facts.js';
import { builtInSchema } from '../../api/schema/built-in-schema.js';
import type { Schema } from '../../api/schema/schema.js';
import { builtInName, customName } from './schema-names.js';

/** A node of an OpenAPI document. */
export type OpenApiSchema = Record<string, unknown>;

const REF = '#/components/schemas/';
/** Keywords that travel as they are. */
const COPIED = [
  'type',
  'format',
  'description',
  'enum',
  'nullable',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
] as const;
/** Of a field that is a struct of its own, what belongs to the field and not to the struct. */
const OF_FIELDS = new Set([
  'description',
  'default',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-map-type',
  'x-kubernetes-list-type',
]);

/** Gathers the schemas that a document needs: each named type once, however often it is referred to. */
export class SchemaComponents {
  readonly schemas: Record<string, OpenApiSchema> = {};

  /** Adds a kind; gives the reference to it. */
  add(definition: ResourceDefinition): string {
    const type = definition.schema['x-kubelib-type'];
    const { group, version, kind } = definition;
    const name = type === undefined ? customName(definition) : builtInName(type);
    if (!this.schemas[name]) this.schemas[name] = {};
    const body = type === undefined ? this.#custom(definition) : this.#struct(definition.schema);
    this.schemas[name] = { ...body, 'x-kubernetes-group-version-kind': [{ group, kind, version }] };
    return `${REF}${name}`;
  }

  /** Adds the list of a kind; gives the reference to it. */
  addList(definition: ResourceDefinition): string {
    const type = definition.schema['x-kubelib-type'];
    if (type !== undefined && facts.types[`${type}List`]) return this.addType(`${type}List`);
    const { group, version, listKind } = definition;
    const name = customName({ group, version, kind: listKind });
    this.schemas[name] = {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        items: { type: 'array', items: { $ref: this.add(definition) } },
        kind: { type: 'string' },
        metadata: { allOf: [{ $ref: this.addType('meta/v1.ListMeta') }] },
      },
      'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
    };
    return `${REF}${name}`;
  }

  /** Adds a type of the facts table, such as `autoscaling/v1.Scale`. */
  addType(type: string): string {
    const name = builtInName(type);
    if (!this.schemas[name]) {
      this.schemas[name] = {}; // types may hold themselves
      this.schemas[name] = withKinds(type, this.#struct(builtInSchema(type)));
    }
    return `${REF}${name}`;
  }

  #custom({ schema }: ResourceDefinition): OpenApiSchema {
    const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...own } = this.#properties(schema);
    return {
      ...this.#keywords(schema),
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [{ $ref: this.addType('meta/v1.ObjectMeta') }] },
        ...own,
      },
    };
  }

  /** A schema where it stands: a reference for named types, else its text. */
  #inline(schema: Schema): OpenApiSchema {
    const type = schema['x-kubelib-type'];
    return type === undefined ? this.#struct(schema) : this.#reference(schema, type);
  }

  #reference(schema: Schema, type: string): OpenApiSchema {
    const $ref = this.addType(type);
    // A field that adds something to the type it refers to holds it as its own property; what it inherits belongs to the type.
    const added = Object.fromEntries(Object.entries(schema).filter(([key]) => OF_FIELDS.has(key)));
    const isType = Object.hasOwn(schema, 'x-kubelib-type');
    return isType || Object.keys(added).length === 0 ? { $ref } : { ...added, allOf: [{ $ref }] };
  }

  #struct(schema: Schema): OpenApiSchema {
    const properties = this.#properties(schema);
    return {
      ...this.#keywords(schema),
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
      ...(schema.items ? { items: this.#inline(schema.items) } : {}),
      ...(schema.additionalProperties === undefined ? {} : { additionalProperties: this.#additional(schema.additionalProperties) }),
    };
  }

  #additional(values: Schema | boolean): OpenApiSchema | boolean {
    return typeof values === 'boolean' ? values : this.#inline(values);
  }

  #properties(schema: Schema): Record<string, OpenApiSchema> {
    return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, this.#inline(property)]));
  }

  #keywords(schema: Schema): OpenApiSchema {
    const kept = COPIED.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]] as const);
    const { required = [], default: value } = schema;
    return {
      ...Object.fromEntries(kept),
      ...(required.length > 0 ? { required } : {}),
      ...(value === undefined ? {} : { default: value }),
    };
  }
}

/** Says which kinds a named type is, where it is one. */
function withKinds(type: string, schema: OpenApiSchema): OpenApiSchema {
  const gvk = facts.types[type]?.gvk;
  if (gvk === undefined || gvk === 'all') return schema;
  const kinds = gvk.map((one) => {
    const [group = '', version = '', kind = ''] = one.split('/');
    return { group, kind, version };
  });
  return { ...schema, 'x-kubernetes-group-version-kind': kinds };
}
