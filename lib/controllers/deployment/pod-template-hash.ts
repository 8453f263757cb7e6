import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { jsonText } from '../../api/exact-json.js';
import { sameValue } from '../same-value.js';

/** The label by which the pods and ReplicaSets of one template are told from those of another one. */
export const HASH_LABEL = 'pod-template-hash';

/** As generated names: no vowels, and no digits that look like one. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short text that is the same for the same template, in the form of Kubernetes: a 32-bit FNV-1a hash whose decimal digits are
 * spelled in letters that make no words. `collisions` gives another one for a template whose first hash is taken.
 */
export function podTemplateHash(template: PodTemplateSpec | undefined, collisions = 0): string {
  const hash = fnv1a(`${canonical(withoutHash(template))}${collisions > 0 ? `#${collisions}` : ''}`);
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

/** Whether two templates make the same pods, apart from the hash label. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return sameValue(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  if (template?.metadata?.labels?.[HASH_LABEL] === undefined) return template;
  const { [HASH_LABEL]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** A text that is equal for equal values, as `sameValue` sees them: keys in order, blanks left out. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return jsonText(value) ?? 'null';
  const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner)] as const);
  const told = entries.filter(([, text]) => text !== 'null' && text !== '{}' && text !== '[]');
  return `{${told
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`)
    .join(',')}}`;
}

/** See http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
