import type { Schema } from '../../schema/schema.js';
import { MAX_DEPTH } from '../../schema/depth.js';
import type { DeclaredField, DeclaredType } from '../declared-type.js';
import type { Type } from '../types.js';
import { DYN, listOf, mapOf, scalar, STRING } from '../types.js';
import { escapeName } from './escape-name.js';
import {
  readBytes,
  readDate,
  readDateTime,
  readDuration,
  readInteger,
  readIntOrString,
  readNumber,
  readText,
  readTruth,
} from './read-scalar.js';
import { listReader, mapReader, objectReader } from './schema-values.js';

/** The largest body that a server takes, in bytes: what has no other limit is limited by it. */
export const MAX_REQUEST = 3 * 1024 * 1024;
const LONGEST_TEXT = MAX_REQUEST - 2;
/** Bytes of a UTF-8 character. */
const CHARACTER = 4;
const LONGEST_DURATION = 32;
const LONGEST_DATE = 12;
const LONGEST_DATE_TIME = 32;
const NAMED: Schema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/**
 * The type that expressions see of data under a schema; undefined when they see none (data of unknown structure). `isRoot`: of a
 * whole object, of which type and name are always seen. `name` is that of the type.
 */
export function declaredTypeOf(schema: Schema, isRoot: boolean, name: string, depth = 0): DeclaredType | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (schema['x-kubernetes-int-or-string'])
    return {
      type: DYN,
      maxElements: schema.maxLength === undefined ? LONGEST_TEXT : Math.max(0, Number(schema.maxLength)) * CHARACTER,
      minSize: 1,
      read: readIntOrString,
    };
  switch (schema.type) {
    case 'array':
      return listType(schema, name, depth);
    case 'object':
      return typeof schema.additionalProperties === 'object' && !isRoot
        ? mapType(schema, schema.additionalProperties, name, depth)
        : objectType(isRoot ? withObjectFields(schema) : schema, name, depth);
    case 'string':
      return textType(schema);
    case 'boolean':
      return { type: scalar('bool'), maxElements: 0, minSize: 4, read: readTruth };
    case 'number':
      return { type: scalar('double'), maxElements: 0, minSize: 1, read: readNumber };
    case 'integer':
      return { type: scalar('int'), maxElements: 0, minSize: 1, read: readInteger };
    default:
      return undefined;
  }
}

const isResource = (schema: Schema) => schema['x-kubernetes-embedded-resource'] === true;

/** What is seen of every object, whatever its schema says. */
function withObjectFields(schema: Schema): Schema {
  const text: Schema = { type: 'string' };
  return { ...schema, properties: { ...schema.properties, apiVersion: text, kind: text, metadata: NAMED } };
}

function listType(schema: Schema, name: string, depth: number): DeclaredType | undefined {
  const element = schema.items && declaredTypeOf(schema.items, isResource(schema.items), `${name}.@idx`, depth + 1);
  if (!element) return undefined;
  const most = countOf(schema.maxItems) ?? Math.floor(LONGEST_TEXT / (element.minSize + 1));
  return {
    type: listOf(element.type),
    maxElements: Math.max(0, most),
    minSize: 2,
    element,
    read: nullable(schema, listReader(schema, element)),
  };
}

function mapType(schema: Schema, values: Schema, name: string, depth: number): DeclaredType | undefined {
  const element = declaredTypeOf(values, isResource(values), `${name}.@prop`, depth + 1);
  if (!element) return undefined;
  const most = countOf(schema.maxProperties) ?? Math.floor(LONGEST_TEXT / (element.minSize + 6));
  return {
    type: mapOf(STRING, element.type),
    maxElements: Math.max(0, most),
    minSize: 2,
    element,
    read: nullable(schema, mapReader(element)),
  };
}

function objectType(schema: Schema, name: string, depth: number): DeclaredType {
  const fields = new Map<string, DeclaredField>();
  let minSize = 2;
  for (const [property, child] of Object.entries(schema.properties ?? {})) {
    const declared = declaredTypeOf(child, isResource(child), `${name}.${property}`, depth + 1);
    if (!declared) continue;
    const escaped = escapeName(property);
    if (escaped !== undefined) fields.set(escaped, { name: property, declared });
    // What has a default need not be sent.
    if (schema.required?.includes(property) && child.default === undefined) minSize += property.length + declared.minSize + 4;
  }
  const types = new Map<string, Type>([...fields].map(([field, { declared }]) => [field, declared.type]));
  return {
    type: { kind: 'object', name, fields: types },
    maxElements: 0,
    minSize,
    fields,
    read: nullable(schema, objectReader(name, fields)),
  };
}

function textType(schema: Schema): DeclaredType {
  const maxLength = countOf(schema.maxLength);
  const of = (type: Type, maxElements: number, minSize: number, read: DeclaredType['read']): DeclaredType => ({
    type,
    maxElements,
    minSize,
    read: nullable(schema, read),
  });
  switch (schema.format) {
    case 'byte':
      return of(scalar('bytes'), maxLength === undefined ? LONGEST_TEXT : Math.max(0, maxLength), 2, readBytes);
    case 'duration':
      return of(scalar('duration'), LONGEST_DURATION, 3, readDuration);
    case 'date':
      return of(scalar('timestamp'), LONGEST_DATE, LONGEST_DATE, readDate);
    case 'date-time':
      return of(scalar('timestamp'), LONGEST_DATE_TIME, 21, readDateTime);
    default:
      return of(STRING, maxLength === undefined ? longestOf(schema) : Math.max(0, maxLength) * CHARACTER, 2, readText);
  }
}

function longestOf({ enum: values }: Schema): number {
  if (!values?.length) return LONGEST_TEXT;
  return Math.max(0, ...values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
}

function nullable(schema: Schema, read: DeclaredType['read']): DeclaredType['read'] {
  return schema.nullable ? (data) => (data === null ? null : read(data)) : read;
}

/** Limits of a stored definition may be `bigint`s. */
const countOf = (limit: number | undefined) => (limit === undefined ? undefined : Number(limit));
