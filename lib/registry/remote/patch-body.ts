import type { Patch } from '../registry.js';

const MEDIA_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // JSON is YAML
} as const;

/** Media type and body of a patch. */
export function patchBody({ type, patch }: Patch): { readonly contentType: string; readonly body: unknown } {
  return { contentType: MEDIA_TYPES[type], body: patch };
}
