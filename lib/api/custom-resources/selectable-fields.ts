import type { CustomResourceDefinitionSpec } from 'kubernetes-types/apiextensions/v1.js';
import type { Faults } from '../validation/faults.js';
import { isSimplePath } from './crd-view-rules.js';
import { partsOf } from './hoisted.js';
import type { JsonSchema } from './schema-shape.js';

const MOST_FIELDS = 8;
const SELECTABLE = ['boolean', 'integer', 'string'];

/** Fields that field selectors may name: single scalars outside of metadata. */
export function selectableFieldFaults(faults: Faults, spec: CustomResourceDefinitionSpec): void {
  for (const { path, value: fields } of partsOf(spec, 'selectableFields')) {
    faults.tooMany(path, fields.length, MOST_FIELDS);
    const seen = new Set<string>();
    fields.forEach(({ jsonPath }, index) => {
      const at = `${path}[${index}].jsonPath`;
      if (!faults.required(at, jsonPath)) return;
      const why = schemasFor(spec, path)
        .map((schema) => complaintOf(schema, jsonPath))
        .find((one) => one !== undefined);
      if (why !== undefined) faults.invalid(at, jsonPath, why);
      else if (seen.has(jsonPath)) faults.duplicate(at, jsonPath);
      seen.add(jsonPath);
    });
  }
}

/** The schemas of the versions that fields at this path are of. */
function schemasFor({ versions }: CustomResourceDefinitionSpec, path: string): readonly (JsonSchema | undefined)[] {
  const index = /\[(\d+)\]/.exec(path)?.[1];
  const meant = index === undefined ? versions : [versions[Number(index)]];
  return meant.map((version) => version?.schema?.openAPIV3Schema as JsonSchema | undefined);
}

function complaintOf(root: JsonSchema | undefined, jsonPath: string): string | undefined {
  if (!isSimplePath(jsonPath)) return 'is an invalid path: only simple paths of members are supported';
  const names = jsonPath.slice(1).split('.');
  if (['metadata', 'apiVersion', 'kind'].includes(names[0]!)) return 'must not point to fields in metadata';
  const field = names.reduce<JsonSchema | undefined>(
    (schema, name) => (schema?.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined),
    root,
  );
  if (!field) return 'is an invalid path: does not refer to a valid field';
  return SELECTABLE.includes(field.type ?? '') ? undefined : 'must point to a field of type boolean, integer or string';
}
