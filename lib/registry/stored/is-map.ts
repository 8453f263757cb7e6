import { NumberText } from '../../api/schema/number-text.js';

/** A JSON object. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof NumberText);
}
