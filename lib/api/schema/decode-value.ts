import type { DecodeState } from './decode-state.js';
import { decodeBase64, decodeMicroTime, decodeQuantity, decodeResourceQuantity, decodeTime } from './decode-text.js';
import { goKind } from './go-kind.js';
import { copyJson } from './copy-json.js';
import { int64Of, readBack } from './integers.js';
import { NumberText } from './number-text.js';
import type { Schema } from './schema.js';

/**
 * Gives the stored form of a value that is neither null nor undefined; `undefined` when the stored form is to leave the field out.
 * Throws DecodeFault when it is of the wrong type.
 */
export type Decode = (value: unknown, state: DecodeState) => unknown;

interface Field {
  readonly decode: Decode;
  /** 0, false and the empty text are stored. */
  readonly keepsZero: boolean;
  /** An empty list is stored. */
  readonly keepsEmpty: boolean;
  readonly dropped: boolean;
}

const INT32 = 2 ** 31;
const bySchema = new WeakMap<Schema, Decode>();
const byType = new Map<string, Decode>();

/** The decoder of a schema of a built-in type; compiled once a type. */
export function decoderOf(schema: Schema): Decode {
  let decode = bySchema.get(schema);
  if (!decode) bySchema.set(schema, (decode = compile(schema)));
  return decode;
}

function compile(schema: Schema): Decode {
  const type = schema['x-kubelib-type'];
  switch (type) {
    case 'apimachinery.pkg.api.resource.Quantity':
      return decodeQuantity;
    case 'meta/v1.Time':
      return decodeTime;
    case 'meta/v1.MicroTime':
      return decodeMicroTime;
    case 'apimachinery.pkg.util.intstr.IntOrString':
      return decodeIntOrString;
    default:
  }
  if (schema.properties) return type === undefined ? structDecoder(schema) : sharedStruct(type, schema);
  switch (schema.type) {
    case 'object':
      return schema.additionalProperties && schema.additionalProperties !== true
        ? mapDecoder(schema.additionalProperties)
        : decodeAnyObject;
    case 'array':
      return listDecoder(schema.items ?? {});
    case 'string':
      return schema.format === 'byte' ? decodeBase64 : decodeString;
    case 'boolean':
      return decodeBoolean;
    case 'integer':
      return schema.format === 'int32' ? decodeInt32 : decodeInt64;
    case 'number':
      return decodeNumber;
    default:
      return copyJson;
  }
}

function sharedStruct(type: string, schema: Schema): Decode {
  let decode = byType.get(type);
  if (!decode) byType.set(type, (decode = structDecoder(schema)));
  return decode;
}

function structDecoder(schema: Schema): Decode {
  // Compiled when first used: types may hold themselves.
  let fields: Map<string, Field> | undefined;
  let zeros: readonly (readonly [string, () => unknown])[] = [];
  return (value, state) => {
    if (typeof value !== 'object' || value instanceof NumberText || Array.isArray(value))
      throw state.mismatch(goKind(value), nameOf(schema));
    if (!fields) {
      fields = fieldsOf(schema);
      zeros = zerosOf(schema);
    }
    const given = value as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const name of Object.keys(given)) {
      const field = fields.get(name);
      if (field === undefined) {
        if (given[name] !== undefined) state.unknown(name);
        continue;
      }
      const member = given[name];
      if (member === undefined || member === null || field.dropped) continue;
      state.enter(name);
      const decoded = field.decode(member, state);
      state.leave();
      if (decoded === undefined && field.keepsEmpty) result[name] = [];
      if (decoded === undefined || (!field.keepsZero && (decoded === '' || decoded === 0 || decoded === false))) continue;
      result[name] = decoded;
    }
    for (const [name, make] of zeros) if (result[name] === undefined) result[name] = make();
    return result;
  };
}

function fieldsOf(schema: Schema): Map<string, Field> {
  return new Map(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [
      name,
      {
        decode: decoderOf(field),
        keepsZero: field['x-kubelib-pointer'] === true,
        keepsEmpty: field['x-kubelib-keeps-empty'] === true,
        dropped: field['x-kubelib-dropped'] === true,
      },
    ]),
  );
}

/** What is shown for fields that are unset. */
function zerosOf(schema: Schema): (readonly [string, () => unknown])[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, field]) => field['x-kubelib-zero'] !== undefined)
    .map(([name, field]) => [name, zeroMaker(field, field['x-kubelib-zero'])] as const);
}

function zeroMaker(field: Schema, zero: unknown): () => unknown {
  if (zero === null || typeof zero !== 'object') return () => zero;
  const decode = decoderOf(field);
  return () => decode({}, NOWHERE);
}

/** What stands for a null in a list or map. */
function zeroOf(schema: Schema): unknown {
  if (schema.properties) return decoderOf(schema)({}, NOWHERE);
  if (schema['x-kubelib-type'] === 'apimachinery.pkg.api.resource.Quantity') return '0';
  switch (schema.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'object':
    case 'array':
    case undefined:
      return null;
  }
}

function listDecoder(items: Schema): Decode {
  const decode = decoderOf(items);
  return (value, state) => {
    if (!Array.isArray(value)) throw state.mismatch(goKind(value), `[]${nameOf(items)}`);
    if (value.length === 0) return undefined;
    return value.map((item: unknown, index) => {
      if (item === null || item === undefined) return zeroOf(items);
      state.enter(index);
      const decoded = decode(item, state);
      state.leave();
      return decoded === undefined ? [] : decoded;
    });
  };
}

function mapDecoder(values: Schema): Decode {
  const decode = values['x-kubelib-type'] === 'apimachinery.pkg.api.resource.Quantity' ? decodeResourceQuantity : decoderOf(values);
  return (value, state) => {
    if (typeof value !== 'object' || value === null || value instanceof NumberText || Array.isArray(value))
      throw state.mismatch(goKind(value), `map[string]${nameOf(values)}`);
    const result: Record<string, unknown> = {};
    let empty = true;
    for (const key of Object.keys(value)) {
      if (key === '__proto__') state.unknown(key);
      const member = (value as Record<string, unknown>)[key];
      if (member === undefined) continue;
      empty = false;
      if (member === null) {
        result[key] = zeroOf(values);
        continue;
      }
      state.enter(key);
      const decoded = decode(member, state);
      state.leave();
      result[key] = decoded === undefined ? null : decoded;
    }
    return empty ? undefined : result;
  };
}

const decodeString: Decode = (value, state) => {
  if (typeof value !== 'string') throw state.mismatch(goKind(value), 'string');
  return value;
};

const decodeBoolean: Decode = (value, state) => {
  if (typeof value !== 'boolean') throw state.mismatch(goKind(value), 'bool');
  return value;
};

const decodeNumber: Decode = (value, state) => {
  const number = value instanceof NumberText || typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw state.mismatch(shown(value), 'float64');
  return number;
};

/** Fractions and exponents are refused, `2.0` too, as Go does. */
const decodeInt64: Decode = (value, state) => {
  const integer = typeof value === 'bigint' ? int64Of(value) : typeof value === 'number' ? readBack(value) : undefined;
  if (typeof integer !== 'bigint' && !Number.isSafeInteger(integer)) throw state.mismatch(shown(value), 'int64');
  return integer;
};

const decodeInt32: Decode = (value, state) => {
  if (!Number.isInteger(value) || (value as number) < -INT32 || (value as number) >= INT32) throw state.mismatch(shown(value), 'int32');
  return value;
};

const decodeIntOrString: Decode = (value, state) => (typeof value === 'string' ? value : decodeInt32(value, state));

const decodeAnyObject: Decode = (value, state) => {
  if (typeof value !== 'object' || value === null || value instanceof NumberText || Array.isArray(value))
    throw state.mismatch(goKind(value), 'map[string]interface {}');
  return copyJson(value, state);
};

/** What stands there, in Go's words: numbers with their text. */
function shown(value: unknown): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  return value instanceof NumberText ? `number ${value.text}` : isNumber ? `number ${value}` : goKind(value);
}

function nameOf(schema: Schema): string {
  const type = schema['x-kubelib-type'];
  return type?.slice(type.lastIndexOf('.') + 1) ?? schema.type ?? 'interface {}';
}

/** Zero values are made from nothing, so there is nothing to complain of. */
const NOWHERE = {} as DecodeState;
