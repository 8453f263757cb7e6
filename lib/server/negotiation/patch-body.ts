import type { ParsedBody } from '../../api/schema/parse-json.js';
import { parseJson } from '../../api/schema/parse-json.js';
import { parseYamlInSteps } from '../../api/schema/parse-yaml.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { Patch, WriteOptions } from '../../registry/registry.js';
import type { ApiRequest } from '../api-request.js';
import { contentType, unsupportedMediaType } from './content-type.js';

type PatchType = Patch['type'];

const TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** More operations than this in one JSON patch are 413. */
const MOST_OPERATIONS = 10_000;

/** Which kind of patch the body is; throws 415 for others. Custom kinds have no strategic merge. */
export function patchType(header: string | undefined, custom: boolean): PatchType {
  const type = contentType(header);
  const found = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (found && !(custom && found === 'strategic')) return found;
  throw unsupportedMediaType(Object.keys(TYPES).filter((one) => !(custom && TYPES[one] === 'strategic')));
}

/** Reads the body of a PATCH. Fields that stand in it twice are refused or warned of as `fieldValidation` says. Throws 400, 413, 422. */
export async function readPatch(request: ApiRequest, type: PatchType, { fieldValidation }: WriteOptions): Promise<Patch> {
  const { value: patch, duplicateFields } = await parsePatch(request, type);
  await request.breathe();
  if (fieldValidation !== 'Ignore') reportDuplicates(request, type, duplicateFields, fieldValidation === 'Strict');
  if (type === 'json') return { type, patch: operations(patch) };
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) throw badRequest('error decoding patch: it is no object');
  const force = request.query.optionalFlag('force');
  return type === 'apply' ? { type, patch, ...(force === undefined ? {} : { force }) } : { type, patch };
}

async function parsePatch(request: ApiRequest, type: PatchType): Promise<ParsedBody> {
  const bytes = await request.body();
  try {
    // Clients send JSON as apply patches, which is YAML too, and is read a hundred times faster as what it is. In YAML, 2.0 is 2.
    if (type === 'apply' && bytes[0] !== 0x7b) return await parseYamlInSteps(bytes, () => request.breathe());
    return parseJson(bytes, { exactNumbers: type !== 'apply' });
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) throw badRequest(`error decoding patch: ${error.message}`);
    throw error;
  }
}

function reportDuplicates(request: ApiRequest, type: PatchType, fields: readonly string[], strict: boolean): void {
  const texts = fields.map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (!strict) return texts.forEach((text) => request.warn(text));
  if (texts.length === 0) return;
  const why = `strict decoding error: ${texts.join(', ')}`;
  if (type === 'apply') throw badRequest(`error decoding YAML: ${why}`);
  throw new StatusError('Invalid', ` "" is invalid: patch: Invalid value: ${why}`, {
    details: { causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field: 'patch' }] },
  });
}

function operations(patch: unknown): readonly object[] {
  if (!Array.isArray(patch) || patch.some((one) => one === null || typeof one !== 'object'))
    throw badRequest('error decoding patch: it is no list of operations');
  if (patch.length > MOST_OPERATIONS)
    throw new StatusError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`,
    );
  return patch as object[];
}
