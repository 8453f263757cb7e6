import { prunedPaths } from '../schema/decode-custom.js';
import type { Schema } from '../schema/schema.js';
import { validateSchema } from '../schema/validate-schema.js';
import type { Faults } from '../validation/faults.js';
import type { JsonSchema } from './schema-shape.js';

/** A default must be a value that the schema takes as it is. The schema itself must be right. */
export function defaultFaults(faults: Faults, path: string, schema: JsonSchema): void {
  const value = schema.default;
  if (value === undefined) return;
  const at = `${path}.default`;
  const structure = schema as Schema; // right, as the caller says: its types are those of structural schemas
  const unknown = prunedPaths(structure, value);
  if (unknown.length > 0) faults.invalid(at, value, `must not have unknown fields: ${unknown.join(', ')}`);
  validateSchema(faults, at, structure, value);
}
