import type { KubeObject } from '../object.js';
import { builtInSchema } from './built-in-schema.js';
import { copyJson } from './copy-json.js';
import { DecodeState } from './decode-state.js';
import type { Decode } from './decode-value.js';
import { decoderOf } from './decode-value.js';
import { goKind } from './go-kind.js';
import { NumberText } from './number-text.js';
import type { Schema } from './schema.js';

/** Fields that every object has, whatever its schema says. */
const TYPE_FIELDS: readonly string[] = ['apiVersion', 'kind'];

/**
 * The decoder of a custom kind: prunes what its schema does not name, and nulls that it does not allow. Wrong types stay as they
 * are: for custom kinds they are faults of validation (422), not of decoding. Metadata alone is checked like that of all kinds.
 */
export function customDecoderOf(schema: Schema): Decode {
  return resourceDecoder(schema);
}

function resourceDecoder(schema: Schema): Decode {
  return (value, state) => {
    if (!isObject(value)) throw state.mismatch(goKind(value), 'object');
    const result: Record<string, unknown> = {};
    const rest: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || member === null) continue;
      if (TYPE_FIELDS.includes(name)) result[name] = member;
      else if (name === 'metadata') result[name] = decodeMetadata(member, state);
      else rest[name] = member;
    }
    return Object.assign(result, pruneObject(schema, rest, state));
  };
}

function decodeMetadata(value: unknown, state: DecodeState): unknown {
  state.enter('metadata');
  const metadata = decoderOf(builtInSchema('meta/v1.ObjectMeta'))(value, state);
  state.leave();
  return metadata;
}

function prune(schema: Schema, value: unknown, state: DecodeState): unknown {
  if (Array.isArray(value)) return schema.items ? pruneList(schema.items, value, state) : copyJson(value, state);
  if (!isObject(value)) return copyJson(value, state);
  return schema['x-kubernetes-embedded-resource'] ? resourceDecoder(schema)(value, state) : pruneObject(schema, value, state);
}

function pruneList(items: Schema, list: readonly unknown[], state: DecodeState): unknown[] {
  return list.map((item, index) => {
    state.enter(index);
    const pruned = prune(items, item ?? null, state);
    state.leave();
    return pruned;
  });
}

function pruneObject(schema: Schema, value: Record<string, unknown>, state: DecodeState): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const properties = schema.properties ?? {};
  const others = schema.additionalProperties;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const known = Object.hasOwn(properties, name) ? properties[name] : typeof others === 'object' ? others : undefined;
    if (known === undefined && others !== true && !schema['x-kubernetes-preserve-unknown-fields']) {
      state.unknown(name);
      continue;
    }
    if (name === '__proto__') state.unknown(name);
    if (member === null && known && !known.nullable) continue;
    state.enter(name);
    result[name] = known ? prune(known, member, state) : copyJson(member, state);
    state.leave();
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

/** Paths, within a value, of the members that a schema does not name. */
export function prunedPaths(schema: Schema, value: unknown): readonly string[] {
  const state = new DecodeState(false);
  prune(schema, value, state);
  return state.complaints;
}

/** An object without what the schema does not name, metadata and type as they are. Shares nothing that changes. */
export function prunedObject(schema: Schema, { apiVersion, kind, metadata, ...fields }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata, ...pruneObject(schema, fields, new DecodeState(true)) } as KubeObject;
}
