import { copyJson } from '../draft.js';
import { isMap } from '../is-map.js';

/** RFC 7386: members of maps are merged, null removes, anything else replaces. Neither argument is changed. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return copyJson(patch);
  const result: Record<string, unknown> = isMap(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = applyMergePatch(result[key], value);
  }
  return result;
}
