import { ruleTreeOf } from '../cel/schema/rule-tree.js';
import { validateRules } from '../cel/schema/validate-rules.js';
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

/** A default must satisfy the rules of the schema too. They must compile. */
export function defaultRuleFaults(faults: Faults, path: string, schema: Schema): void {
  const tree = schema.default === undefined ? undefined : ruleTreeOf(schema, false);
  if (tree) validateRules(faults, `${path}.default`, tree, schema.default);
  const { properties = {}, additionalProperties, items } = schema;
  for (const [name, child] of Object.entries(properties)) defaultRuleFaults(faults, `${path}.properties[${name}]`, child);
  if (typeof additionalProperties === 'object') defaultRuleFaults(faults, `${path}.additionalProperties`, additionalProperties);
  if (items) defaultRuleFaults(faults, `${path}.items`, items);
}
