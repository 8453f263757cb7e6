import type { ResourceDefinition } from '../../../lib/api/resource-definition.js';
import type { Schema } from '../../../lib/api/schema/schema.js';
import type { Random } from '../random.js';
import { mapOf } from './json-text.js';
import { ODD_NAMES, oddNumber, oddText } from './odd-values.js';

const DEEPEST = 9;

/** An object of a built-in kind with some of its fields, types right and the rest by chance. */
export function builtInObject(random: Random, { apiVersion, kind, schema }: ResourceDefinition, name: string): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).filter(([field]) => !['apiVersion', 'kind', 'metadata'].includes(field));
  return mapOf([
    ['apiVersion', apiVersion],
    ['kind', kind],
    ['metadata', { name }],
    ...fields.filter(() => random.chance(0.8)).map(([field, child]) => [field, valueOf(random, child, field, 1)] as const),
  ]);
}

function valueOf(random: Random, schema: Schema, name: string, depth: number): unknown {
  if (schema.enum && random.chance(0.9)) return random.pick(schema.enum);
  switch (schema.type) {
    case 'object':
      return depth > DEEPEST ? {} : mapValue(random, schema, depth);
    case 'array':
      return depth > DEEPEST ? [] : random.list(0, 2, () => valueOf(random, schema.items ?? {}, name, depth + 1));
    case 'string':
      return textFor(random, schema, name);
    case 'integer':
    case 'number':
      return random.chance(0.8) ? random.pick([0, 1, 2, 5, 80, 8080, 65_535]) : oddNumber(random);
    case 'boolean':
      return random.chance(0.5);
    case undefined:
      return random.pick([1, '50%', 'a', { a: 1 }, null]);
  }
}

/** The deeper, the fewer fields that need not be there. */
function mapValue(random: Random, { properties, additionalProperties, required = [] }: Schema, depth: number): unknown {
  if (!properties) {
    const values = typeof additionalProperties === 'object' ? additionalProperties : {};
    return mapOf(
      random.list(0, 3, () => [
        random.pick(['a', 'app', 'x/y', ...(random.chance(0.1) ? ODD_NAMES : [])]),
        valueOf(random, values, '', depth + 1),
      ]),
    );
  }
  const chance = Math.min(0.5, 5 / (Object.keys(properties).length * depth));
  const chosen = Object.entries(properties).filter(([field]) => random.chance(required.includes(field) ? 0.95 : chance));
  return mapOf(chosen.map(([field, child]) => [field, valueOf(random, child, field, depth + 1)]));
}

const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  schedule: ['* * * * *', '0 0 31 2 *', '@daily', '*/7 1-5 * * 1,3'],
  timeZone: ['Europe/Berlin', 'UTC', 'Nowhere/None'],
  expression: ['true', 'object.a == 1', '[1,2].all(x, x > 0)', '('],
  clusterIP: ['10.0.0.10', 'None', '', '::1'],
  cidr: ['10.0.0.0/8', '::/0', '10.0.0.0/33'],
  ip: ['10.0.0.1', '::1'],
  image: ['a', 'a:1', 'a@sha256:00'],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Equal'],
  kind: ['Pod', 'Deployment', 'ConfigMap'],
  apiVersion: ['v1', 'apps/v1'],
  fieldPath: ['metadata.name', "metadata.labels['a']", 'spec.nodeName'],
};

function textFor(random: Random, { format }: Schema, name: string): string {
  if (random.chance(0.08)) return oddText(random);
  if (format === 'date-time') return random.pick(['2026-01-02T03:04:05Z', '1970-01-01T00:00:00Z', '2026-01-02T03:04:05.123456Z']);
  if (format === 'byte') return random.pick(['', 'YQ==', '/w==']);
  if (format === 'quantity') return random.pick(['1', '100m', '1Gi', '1e3', '0.5', '-1']);
  return random.pick(Object.hasOwn(BY_NAME, name) ? BY_NAME[name]! : ['a', 'b', 'name', 'x-1', '1Gi', '80', 'TCP', 'Always', '/a']);
}
