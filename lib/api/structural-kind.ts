import type { BuiltInOptions } from './built-in.js';
import { defineBuiltIn } from './built-in.js';
import type { KubeObject } from './object.js';
import type { ResourceDefinition } from './resource-definition.js';
import { Faults } from './validation/faults.js';
import { validateStructure } from './validation/structure.js';

/**
 * A built-in kind of which kubelib knows what the table of API facts says: structure, defaults, required and enumerated fields,
 * names, subresources. The real server has more rules for most of them.
 */
export function structuralKind<T extends KubeObject>(resource: string, options: BuiltInOptions<T> = {}): ResourceDefinition<T> {
  const { rules = {} } = options;
  const definition: ResourceDefinition<T> = defineBuiltIn<T>(resource, {
    ...options,
    rules: {
      ...rules,
      validate(object) {
        const faults = new Faults();
        validateStructure(faults, '', definition.schema, object);
        return [...faults.list, ...(rules.validate?.(object) ?? [])];
      },
    },
  });
  return definition;
}
