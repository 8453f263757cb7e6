import type { KubeObject } from '../object.js';
import type { ResourceDefinition } from '../resource-definition.js';
import { badRequest, StatusError } from '../status-error.js';
import { DecodeFault, DecodeState } from './decode-state.js';
import type { Decode } from './decode-value.js';
import { customDecoderOf } from './decode-custom.js';
import { decoderOf } from './decode-value.js';
import { goKind } from './go-kind.js';
import type { Schema } from './schema.js';

/** How to treat what the schema does not know. */
export interface DecodeOptions {
  /** `Strict`: 400 for unknown and duplicate fields; `Warn`: a warning each; `Ignore`: dropped. Default `Warn`. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
  /** Paths of fields that stood twice in the text, as the parse functions report them. */
  readonly duplicateFields?: readonly string[] | undefined;
}

/** What decoding needs to know of a kind. */
export type DecodedKind = Pick<ResourceDefinition, 'group' | 'version' | 'apiVersion' | 'kind' | 'schema' | 'custom'>;

/** A decoded object, and what to put into `Warning` headers. */
export interface Decoded<T extends KubeObject> {
  /** A private copy: nothing of it is shared with the input. */
  readonly object: T;
  readonly warnings: readonly string[];
}

/**
 * Checks a parsed value against the schema of a kind and gives it in the form in which a Kubernetes server stores it: unknown
 * fields and empty values gone, quantities, times and base64 canonical, `apiVersion` and `kind` filled in.
 *
 * Throws {@link StatusError} 400 for a value of the wrong type, a body of another kind, or (Strict) an unknown field. Defaults
 * are not its work.
 */
export function decode<T extends KubeObject>(definition: ResourceDefinition<T>, value: unknown, options: DecodeOptions = {}): Decoded<T> {
  return decodeAs(definition, value, options) as Decoded<T>; // as its schema says
}

/** Like {@link decode} for what is no kind of its own, such as a Scale. */
export function decodeAs(definition: DecodedKind, value: unknown, options: DecodeOptions = {}): Decoded<KubeObject> {
  const state = new DecodeState(options.fieldValidation === 'Ignore');
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${definition.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${goKind(value)} into Go value of type struct`,
    );
  const { apiVersion, kind } = typeOf(definition, value);
  try {
    const { apiVersion: _, kind: __, ...fields } = decodeRoot(definition)(value, state) as KubeObject;
    const object = keepReset({ apiVersion, kind, ...fields }, value);
    return { object, warnings: report(definition, state.complaints, options) };
  } catch (error) {
    throw error instanceof DecodeFault ? badRequest(`${prefix(definition)}${error.message}`) : error;
  }
}

/** Empty lists are as none, but for this one: it says that from now on nobody owns anything. */
function keepReset<T extends KubeObject>(object: T, { metadata }: KubeObject): T {
  const given: unknown = metadata?.managedFields;
  return Array.isArray(given) && given.length === 0 ? { ...object, metadata: { ...object.metadata, managedFields: [] } } : object;
}

/** Like {@link decode} for a type that is no resource of its own, such as the `meta/v1.DeleteOptions` of a request. */
export function decodeType(schema: Schema, value: unknown): unknown {
  try {
    return decoderOf(schema)(value, new DecodeState(true));
  } catch (error) {
    throw error instanceof DecodeFault ? badRequest(error.message) : error;
  }
}

const roots = new WeakMap<object, Decode>();

function decodeRoot(definition: DecodedKind): Decode {
  let root = roots.get(definition.schema);
  if (!root) roots.set(definition.schema, (root = definition.custom ? customDecoderOf(definition.schema) : decoderOf(definition.schema)));
  return root;
}

function typeOf(definition: DecodedKind, value: KubeObject): { apiVersion: string; kind: string } {
  const { apiVersion, kind } = value;
  for (const [name, text] of [
    ['kind', kind],
    ['apiVersion', apiVersion],
  ] as const) {
    if (text !== undefined && text !== null && typeof text !== 'string')
      throw badRequest(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${goKind(text)} into Go struct field .${name} of type string`,
      );
    if (!text && definition.custom) throw badRequest(`Object '${name === 'kind' ? 'Kind' : 'apiVersion'}' is missing in the body`);
  }
  if (apiVersion && apiVersion !== definition.apiVersion)
    throw badRequest(
      definition.custom || kind === definition.kind
        ? `the API version in the data (${apiVersion}) does not match the expected API version (${definition.apiVersion})`
        : `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${definition.kind}: no kind "${kind}" is registered for version "${apiVersion}"`,
    );
  if (kind && kind !== definition.kind) throw wrongKind(definition, kind, value);
  return { apiVersion: definition.apiVersion, kind: definition.kind };
}

function wrongKind(definition: DecodedKind, kind: string, value: KubeObject): StatusError {
  if (!definition.custom)
    return badRequest(
      `${kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: converting (${kind}) to (${definition.kind}): unknown conversion`,
    );
  const name = typeof value.metadata?.name === 'string' ? value.metadata.name : '';
  const message = `Invalid value: ${JSON.stringify(kind)}: must be ${definition.kind}`;
  return new StatusError('Invalid', `${definition.kind}.${definition.group} ${JSON.stringify(name)} is invalid: kind: ${message}`, {
    details: { name, group: definition.group, kind: definition.kind, causes: [{ reason: 'FieldValueInvalid', message, field: 'kind' }] },
  });
}

function report(
  definition: DecodedKind,
  unknownFields: readonly string[],
  { fieldValidation = 'Warn', duplicateFields = [] }: DecodeOptions,
): readonly string[] {
  if (fieldValidation === 'Ignore') return [];
  const texts = [...unknownFields.map((path) => `unknown field "${path}"`), ...duplicateFields.map((path) => `duplicate field "${path}"`)];
  if (fieldValidation === 'Strict' && texts.length > 0) throw badRequest(`${prefix(definition)}strict decoding error: ${texts.join(', ')}`);
  return texts;
}

const prefix = ({ kind, version }: { kind: string; version: string }) => `${kind} in version "${version}" cannot be handled as a ${kind}: `;
const versionOf = (apiVersion: string) => apiVersion.slice(apiVersion.indexOf('/') + 1);
