import { builtInSchema } from '../../../api/schema/built-in-schema.js';
import type { Schema } from '../../../api/schema/schema.js';

/** What merges of values need to know of a type: each way in which a value of it may be written. At least one member is there. */
export interface MergeType {
  readonly scalar?: 'number' | 'string' | 'boolean' | 'any';
  readonly list?: ListType;
  readonly map?: MapType;
}

/** A list: owned as a whole, a set of its values, or elements that are told apart by keys. */
export interface ListType {
  readonly kind: 'atomic' | 'set' | 'map';
  /** Names of the keys, sorted. */
  readonly keys: readonly string[];
  readonly element: MergeType;
  /** What stands for a key that an element leaves out. */
  keyDefault(name: string): unknown;
}

/** A struct or a map: owned as a whole, or member by member. */
export interface MapType {
  readonly atomic: boolean;
  /** The type of a member; undefined: there is none of that name. */
  member(name: string): MergeType | undefined;
  /** Whether it is a field of a struct, which belongs to whoever owns something in it. */
  declares(name: string): boolean;
}

/** Which of the ways a value is written in. Null and what fits no way count as a map, a scalar or a list, whichever the type has. */
export function shapeOf(type: MergeType, value: unknown): 'scalar' | 'list' | 'map' {
  if (Array.isArray(value)) {
    if (type.list) return 'list';
  } else if (value !== null && typeof value === 'object') {
    if (type.map) return 'map';
  } else if (value !== null && value !== undefined && type.scalar) return 'scalar';
  return type.map ? 'map' : type.scalar ? 'scalar' : 'list';
}

const known = new WeakMap<Schema, MergeType>();

/** How values of a schema merge; compiled once a schema. */
export function mergeTypeOf(schema: Schema): MergeType {
  let type = known.get(schema);
  if (!type) known.set(schema, (type = compile(schema)));
  return type;
}

function compile(schema: Schema): MergeType {
  if (schema['x-kubernetes-int-or-string']) return { scalar: 'any' };
  switch (schema.type) {
    case 'array':
      return { list: listOf(schema) };
    case 'object':
      return objectOf(schema);
    case 'string':
    case 'boolean':
      return { scalar: schema['x-kubelib-type'] === QUANTITY ? 'any' : schema.type };
    case 'integer':
    case 'number':
      return { scalar: 'number' };
    default:
      return schema.properties ? objectOf(schema) : schema['x-kubelib-type'] === QUANTITY ? { scalar: 'any' } : DEDUCED;
  }
}

const QUANTITY = 'apimachinery.pkg.api.resource.Quantity';

/** Values that no schema describes: maps member by member, lists as a whole. */
const DEDUCED: MergeType = {
  scalar: 'any',
  get list() {
    return { kind: 'atomic', keys: [], element: DEDUCED, keyDefault: () => undefined } as const;
  },
  map: { atomic: false, member: () => DEDUCED, declares: () => false },
};

/** What an object in an object has besides what its author says. */
const RESOURCE_FIELDS: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  get metadata() {
    return builtInSchema('meta/v1.ObjectMeta');
  },
};

function listOf(schema: Schema): ListType {
  const items = schema.items ?? {};
  const kind = listKindOf(schema);
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? (mergeKey === undefined ? [] : [mergeKey]))].sort();
  return {
    kind: kind === 'map' && keys.length === 0 ? 'atomic' : kind,
    keys,
    get element() {
      return mergeTypeOf(items);
    },
    keyDefault: (name) => items.properties?.[name]?.default,
  };
}

/** The list type that is said, else the one that the patch strategy implies. */
function listKindOf(schema: Schema): ListType['kind'] {
  const said = schema['x-kubernetes-list-type'];
  if (said) return said;
  if (!schema['x-kubernetes-patch-strategy']?.split(',').includes('merge')) return 'atomic';
  return schema['x-kubernetes-patch-merge-key'] === undefined ? 'set' : 'map';
}

function objectOf(schema: Schema): MergeType {
  const { additionalProperties } = schema;
  const properties = schema['x-kubernetes-embedded-resource'] ? { ...schema.properties, ...RESOURCE_FIELDS } : schema.properties;
  const open = additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const atomic = schema['x-kubernetes-map-type'] === 'atomic';
  if (!properties && !others) return atomic ? { map: { ...DEDUCED.map!, atomic } } : { ...DEDUCED };
  const declared = new Map<string, MergeType>(); // as they are asked for: types may hold themselves
  return {
    map: {
      atomic,
      declares: (name) => properties !== undefined && Object.hasOwn(properties, name),
      member(name) {
        const member = declared.get(name);
        if (member) return member;
        if (properties && Object.hasOwn(properties, name)) {
          const made = mergeTypeOf(properties[name]!);
          declared.set(name, made);
          return made;
        }
        return others ? mergeTypeOf(others) : open ? DEDUCED : undefined;
      },
    },
  };
}
