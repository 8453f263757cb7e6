import type { CustomResourceColumnDefinition, CustomResourceSubresourceScale } from 'kubernetes-types/apiextensions/v1.js';
import { JsonPath } from '../json-path.js';
import type { Faults } from '../validation/faults.js';

const COLUMN_TYPES = ['integer', 'number', 'string', 'boolean', 'date'];
const COLUMN_FORMATS = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];
/** Members alone: `.spec.replicas`. */
const SIMPLE_PATH = /^(?:\.[A-Za-z_][\w-]*)+$/;

/** Columns of `kubectl get`. */
export function columnFaults(faults: Faults, path: string, columns: readonly CustomResourceColumnDefinition[]): void {
  columns.forEach(({ name, type, format, jsonPath }, index) => {
    const at = `${path}[${index}]`;
    faults.required(`${at}.name`, name);
    if (faults.required(`${at}.type`, type) && !COLUMN_TYPES.includes(type))
      faults.invalid(`${at}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`);
    if (format && !COLUMN_FORMATS.includes(format)) faults.invalid(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`);
    if (faults.required(`${at}.JSONPath`, jsonPath)) jsonPathFaults(faults, `${at}.JSONPath`, jsonPath);
  });
}

function jsonPathFaults(faults: Faults, path: string, text: string): void {
  try {
    new JsonPath(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    faults.invalid(path, text, `is an invalid JSONPath: ${error.message}`);
  }
}

/** Where the replica counts stand. */
export function scaleFaults(faults: Faults, path: string, scale: CustomResourceSubresourceScale): void {
  const places = [
    ['specReplicasPath', ['spec']],
    ['statusReplicasPath', ['status']],
  ] as const;
  for (const [name, parts] of places)
    if (faults.required(`${path}.${name}`, scale[name])) placeFaults(faults, `${path}.${name}`, scale[name], parts);
  if (scale.labelSelectorPath) placeFaults(faults, `${path}.labelSelectorPath`, scale.labelSelectorPath, ['spec', 'status']);
}

function placeFaults(faults: Faults, path: string, text: string, parts: readonly string[]): void {
  const words = `should be a json path under ${parts.map((part) => `.${part}`).join(' or ')}`;
  if (!isSimplePath(text) || !parts.some((part) => text.startsWith(`.${part}.`))) faults.invalid(path, text, words);
}

/** Whether it leads to a field through members alone. */
export function isSimplePath(text: string): boolean {
  return SIMPLE_PATH.test(text);
}
