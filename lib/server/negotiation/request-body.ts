import { jsonText } from '../../api/exact-json.js';
import type { KubeObject } from '../../api/object.js';
import { nameText } from '../../api/object.js';
import type { ResourceDefinition } from '../../api/resource-definition.js';
import { builtInSchema } from '../../api/schema/built-in-schema.js';
import type { DecodedKind } from '../../api/schema/decode.js';
import { decode, decodeAs } from '../../api/schema/decode.js';
import type { ParsedBody, ParseOptions } from '../../api/schema/parse-json.js';
import { MAX_BODY_DEPTH, MAX_DEPTH } from '../../api/schema/depth.js';
import { parseJson } from '../../api/schema/parse-json.js';
import { parseYamlInSteps } from '../../api/schema/parse-yaml.js';
import { checkValueCount, MAX_BODY_VALUES, MAX_OBJECT_VALUES, tooManyValues } from '../../api/schema/value-count.js';
import { protoTypeOf } from '../../api/schema/proto-messages.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import { decodeProtobuf } from '../../api/wire/protobuf.js';
import type { WriteOptions } from '../../registry/registry.js';
import type { ApiRequest } from '../api-request.js';
import { contentType, JSON_TYPE, PROTOBUF_TYPE, unsupportedMediaType, YAML_TYPE } from './content-type.js';

/** What a body must be, where no definition says so. */
export interface ExpectedType {
  readonly kind: string;
  readonly apiVersion: string;
  /** Custom kinds must name themselves, and have no protobuf form. */
  readonly custom: boolean;
}

/** For what is decoded afterwards: that drops what it does not know, and looks at the depth of the rest. */
const DEEP: ParseOptions = { exactNumbers: true, maxDepth: MAX_BODY_DEPTH };

/**
 * The object in a body, in the form in which it is stored: what `decode` makes of it. Unknown and duplicate fields are refused or
 * warned of as the options say. Throws 400, 413, 415, 422.
 */
export async function readResource<T extends KubeObject>(
  request: ApiRequest,
  definition: ResourceDefinition<T>,
  options: WriteOptions,
): Promise<T> {
  const { value, duplicateFields, values } = await readBody(request, definition, DEEP);
  await request.breathe();
  const { object, warnings } = decode(definition, value, { fieldValidation: options.fieldValidation, duplicateFields });
  warnings.forEach((text) => request.warn(text));
  if (values > MAX_OBJECT_VALUES) checkValueCount(object);
  await request.breathe();
  return object;
}

/**
 * An object that is no resource of its own (a Scale, a Binding, …), decoded as that, whatever version it says. Unknown and duplicate
 * fields are refused or warned of as the options say. Throws 400, 413, 415.
 */
export async function readTyped(
  request: ApiRequest,
  expected: ExpectedType,
  options: WriteOptions,
): Promise<KubeObject & Record<string, unknown>> {
  const { value, duplicateFields } = await readBody(request, expected, DEEP);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): it is no object`);
  const { kind, apiVersion } = value as KubeObject;
  if (kind && kind !== expected.kind)
    throw badRequest(`${nameText(kind)} in version ${jsonText(apiVersion)} cannot be handled as a ${expected.kind}`);
  const typed = { ...value, kind: kind || expected.kind, apiVersion: expected.apiVersion };
  const { object, warnings } = decodeAs(kindOf(expected), typed, { fieldValidation: options.fieldValidation, duplicateFields });
  warnings.forEach((text) => request.warn(text));
  return object as KubeObject & Record<string, unknown>;
}

/** What decoding needs to know of a built-in type. */
function kindOf({ kind, apiVersion, custom }: ExpectedType): DecodedKind {
  const type = protoTypeOf(apiVersion, kind);
  if (type === undefined) throw new TypeError(`no such type in the facts table: ${kind} of ${apiVersion}`);
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  return { group, version, apiVersion, kind, schema: builtInSchema(type), custom };
}

async function readBody(
  request: ApiRequest,
  { kind, custom }: Pick<ExpectedType, 'kind' | 'custom'>,
  options: ParseOptions,
): Promise<ParsedBody> {
  const type = contentType(request.headers['content-type']);
  const accepted = [JSON_TYPE, YAML_TYPE, ...(custom ? [] : [PROTOBUF_TYPE])];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  return parseBody(await request.body(), type, kind, () => request.breathe(), options);
}

/** A body in one of the formats; `kind` is what the error message says it should have been. */
export async function parseBody(
  bytes: Buffer,
  type: string,
  kind: string,
  breathe: () => Promise<void>,
  options: ParseOptions = {},
): Promise<ParsedBody> {
  if (type === PROTOBUF_TYPE) return fromProtobuf(bytes);
  try {
    return type === YAML_TYPE ? await parseYamlInSteps(bytes, breathe) : parseJson(bytes, options);
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) throw unrecognized(kind, error.message, bytes);
    throw error;
  }
}

function fromProtobuf(bytes: Buffer): ParsedBody {
  const value = decodeProtobuf(bytes);
  const values = countValues(value, 0);
  if (values > MAX_BODY_VALUES) throw tooManyValues(MAX_BODY_VALUES);
  return { value, duplicateFields: [], values };
}

function unrecognized(kind: string, why: string, bytes: Buffer): StatusError {
  const summary =
    bytes.length === 0 ? '<empty>' : bytes.length > 30 ? `${bytes.subarray(0, 30).toString('hex')} ...` : bytes.toString('hex');
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary})`);
}

/** How many values there are. Throws 400 for too many levels: raw JSON inside protobuf can nest as deep as it likes. */
function countValues(value: unknown, depth: number): number {
  if (value === null || typeof value !== 'object') return 0;
  if (depth >= MAX_DEPTH) throw badRequest(`the body is nested deeper than ${MAX_DEPTH} levels`);
  let count = 0;
  for (const child of Object.values(value)) count += 1 + countValues(child, depth + 1);
  return count;
}
