import { NumberText } from './number-text.js';

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Whether half a character may stand in a JSON text: only an escape can make one. */
export function hasSurrogateEscapes(json: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(json);
}

/** The same value with U+FFFD for each half of a character, as Kubernetes stores it: such a half cannot be written as UTF-8. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(LONE_SURROGATES, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [wellFormed(key), wellFormed(member)]));
}
