import type { Schema } from '../../../api/schema/schema.js';
import { badRequest } from '../../../api/status-error.js';
import type { Patch } from '../../registry.js';
import { applyJsonPatch } from './json-patch.js';
import { isMap } from '../is-map.js';
import { applyMergePatch } from './merge-patch.js';
import { applyStrategicPatch } from './strategic-merge.js';

/** A patch that says what to change; an apply says what to have. */
export type ChangePatch = Exclude<Patch, { type: 'apply' }>;

/** What a patch makes of a document; parts may be shared with it. Throws 400 and 422. Calls `breathe` between steps that may take long. */
export async function applyPatch(
  schema: Schema | undefined,
  document: object,
  patch: ChangePatch,
  breathe: () => Promise<void>,
): Promise<object> {
  const body: unknown = patch.patch;
  if (patch.type === 'json') {
    if (!Array.isArray(body)) throw badRequest('error decoding patch: it is no list of operations');
    return applyJsonPatch(document, body as object[], breathe);
  }
  if (!isMap(body)) throw badRequest('error decoding patch: it is no object');
  if (patch.type === 'merge') return applyMergePatch(document, body) as object;
  return applyStrategicPatch(schema, document as Record<string, unknown>, body);
}
