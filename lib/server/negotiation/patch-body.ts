import { parseJson } from '../../api/schema/parse-json.js';
import { parseYaml } from '../../api/schema/parse-yaml.js';
import { badRequest, StatusError } from '../../api/status-error.js';
import type { Patch } from '../../registry/registry.js';
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

/** Reads the body of a PATCH. Throws 400, 413. */
export async function readPatch(request: ApiRequest, type: PatchType): Promise<Patch> {
  const patch = parsePatch(await request.body(), type);
  if (type === 'json') return { type, patch: operations(patch) };
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) throw badRequest('error decoding patch: it is no object');
  const force = request.query.optionalFlag('force');
  return type === 'apply' ? { type, patch, ...(force === undefined ? {} : { force }) } : { type, patch };
}

function parsePatch(bytes: Buffer, type: PatchType): unknown {
  try {
    // Clients send JSON as apply patches, which is YAML too, and is read a hundred times faster as what it is.
    return (type === 'apply' && bytes[0] !== 0x7b ? parseYaml(bytes) : parseJson(bytes)).value;
  } catch (error) {
    if (StatusError.is(error, 'BadRequest')) throw badRequest(`error decoding patch: ${error.message}`);
    throw error;
  }
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
