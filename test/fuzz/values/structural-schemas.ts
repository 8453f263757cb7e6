import type { Random } from '../random.js';
import { rulesFor } from './cel-rules.js';
import { mapOf } from './json-text.js';
import { ODD_NAMES } from './odd-values.js';
import { pattern } from './patterns.js';

/** As much of a structural schema as the generators read back. */
export interface FuzzSchema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, FuzzSchema>>;
  readonly additionalProperties?: FuzzSchema;
  readonly items?: FuzzSchema;
  readonly required?: readonly string[];
  readonly [word: string]: unknown;
}

const FORMATS = [
  ...['date', 'date-time', 'datetime', 'duration', 'byte', 'email', 'hostname', 'ipv4', 'ipv6', 'cidr', 'mac', 'uri', 'uuid', 'uuid4'],
  ...['isbn', 'isbn10', 'creditcard', 'ssn', 'hexcolor', 'rgbcolor', 'password', 'bsonobjectid', 'k8s-short-name', 'int32', 'nonsense'],
];
const NAMES = ['a', 'b', 'c', 'name', 'size', 'mode', 'list', 'key', 'value', 'replicas', 'selector', 'if', 'self', 'x-y', '_'];

/** A schema that a CustomResourceDefinition may have, most of them right; `depth` levels at most. */
export function structuralSchema(random: Random, depth: number): FuzzSchema {
  const leaf = depth <= 0;
  const schema = random.weighted<() => FuzzSchema>([
    [3, () => textSchema(random)],
    [3, () => numberSchema(random)],
    [1, () => ({ type: 'boolean' })],
    [1, () => ({ 'x-kubernetes-int-or-string': true })],
    [1, () => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })],
    [leaf ? 0 : 6, () => objectSchema(random, depth)],
    [leaf ? 0 : 4, () => listSchema(random, depth)],
    [leaf ? 0 : 2, () => ({ type: 'object', additionalProperties: structuralSchema(random, depth - 1), ...bounds(random, 'Properties') })],
    [leaf ? 0 : 0.2, () => ({ type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true })],
  ])();
  return decorated(random, schema);
}

/** The schema of a whole object: `spec` and `status` with something in them. */
export function rootSchema(random: Random): FuzzSchema {
  const depth = random.weighted([
    [6, 2],
    [4, 4],
    [1, 30],
  ]);
  const spec = depth === 30 ? deepSchema(random, depth) : objectSchema(random, depth);
  const root = {
    type: 'object',
    properties: mapOf([
      ['spec', decorated(random, spec)],
      ['status', random.chance(0.5) ? objectSchema(random, 2) : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
      ...(random.chance(0.3) ? [[random.pick(ODD_NAMES), structuralSchema(random, 2)] as const] : []),
    ]) as Record<string, FuzzSchema>,
  };
  return random.chance(0.3) ? { ...root, ...rulesFor(random, root) } : root;
}

function objectSchema(random: Random, depth: number): FuzzSchema {
  const count = random.weighted([
    [10, random.between(0, 5)],
    [0.3, 300],
  ]);
  const names = random.list(count, count, (index) => (count > 20 ? `p${index}` : random.pick(random.chance(0.85) ? NAMES : ODD_NAMES)));
  const properties = mapOf(names.map((name) => [name, structuralSchema(random, count > 20 ? 0 : depth - 1)])) as Record<string, FuzzSchema>;
  return {
    type: 'object',
    properties,
    ...(random.chance(0.2) ? { required: random.list(0, 2, () => random.pick([...NAMES, ...names])) } : {}),
    ...(random.chance(0.1) ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(random.chance(0.1) ? { 'x-kubernetes-map-type': random.pick(['atomic', 'granular']) } : {}),
    ...(random.chance(0.1) ? combination(random, names) : {}),
  };
}

/** What is asked of the same fields once more. */
function combination(random: Random, names: readonly string[]): Partial<FuzzSchema> {
  if (names.length === 0) return {};
  const one = () =>
    random.chance(0.5) ? { required: [random.pick(names)] } : { properties: mapOf([[random.pick(names), { minimum: 1, pattern: 'a' }]]) };
  return random.pick([
    { anyOf: [one(), one()] },
    { oneOf: [one(), one()] },
    { allOf: [one()] },
    { not: one() },
    { not: { anyOf: [{ allOf: [one()] }] } },
  ]);
}

function deepSchema(random: Random, depth: number): FuzzSchema {
  let schema = textSchema(random);
  for (let level = 0; level < depth; level++)
    schema = random.chance(0.5)
      ? { type: 'object', properties: { a: schema } }
      : { type: 'object', properties: { a: { type: 'array', items: schema } } };
  return schema;
}

function listSchema(random: Random, depth: number): FuzzSchema {
  const kind = random.pick(['atomic', 'set', 'map', undefined, undefined]);
  const listType = kind ? { 'x-kubernetes-list-type': kind } : {};
  if (kind !== 'map') return { type: 'array', items: structuralSchema(random, depth - 1), ...listType, ...bounds(random, 'Items') };
  const keys = random.pick([['name'], ['name', 'key'], ['size'], ['__proto__']]);
  const items = objectSchema(random, depth - 1);
  const keyed = keys.map(
    (key) => [key, { type: random.pick(['string', 'integer']), ...(keys.length > 1 ? { default: 'd' } : {}) }] as const,
  );
  return {
    type: 'array',
    items: {
      ...items,
      properties: mapOf([...Object.entries(items.properties ?? {}), ...keyed]) as Record<string, FuzzSchema>,
      required: keys,
    },
    ...listType,
    'x-kubernetes-list-map-keys': keys,
    ...bounds(random, 'Items'),
  };
}

function textSchema(random: Random): FuzzSchema {
  return {
    type: 'string',
    ...(random.chance(0.25) ? { format: random.pick(FORMATS) } : {}),
    ...(random.chance(0.25) ? { pattern: pattern(random) } : {}),
    ...(random.chance(0.1) ? { enum: enumOf(random) } : {}),
    ...bounds(random, 'Length'),
  };
}

function enumOf(random: Random): readonly unknown[] {
  return random.weighted<() => unknown[]>([
    [4, () => ['a', 'b', 'c']],
    [1, () => random.list(3000, 3000, (index) => `value-${index}`)],
    [1, () => [...ODD_NAMES]],
    [1, () => [null, 1, 'a', {}, []]],
  ])();
}

function numberSchema(random: Random): FuzzSchema {
  const type = random.pick(['integer', 'integer', 'number']);
  return {
    type,
    ...(random.chance(0.2) ? { format: random.pick(['int32', 'int64', 'float', 'double']) } : {}),
    ...(random.chance(0.3) ? { minimum: random.pick([0, -5, 1.5, 1e308]) } : {}),
    ...(random.chance(0.3) ? { maximum: random.pick([10, 2 ** 53, -1e308]) } : {}),
    ...(random.chance(0.1) ? { exclusiveMaximum: true, exclusiveMinimum: true } : {}),
    ...(random.chance(0.1) ? { multipleOf: random.pick([2, 0.1, 0, -3, 1e-300]) } : {}),
  };
}

function bounds(random: Random, of: 'Length' | 'Items' | 'Properties'): Partial<FuzzSchema> {
  return {
    ...(random.chance(0.15) ? { [`min${of}`]: random.pick([0, 1, 3, -1]) } : {}),
    ...(random.chance(0.3) ? { [`max${of}`]: random.pick([1, 10, 1000, 9007199254740991]) } : {}),
  };
}

/** Words that any schema may have. */
function decorated(random: Random, schema: FuzzSchema): FuzzSchema {
  return {
    ...schema,
    ...(random.chance(0.1) ? { nullable: true } : {}),
    ...(random.chance(0.1) ? { description: 'about '.repeat(random.pick([1, 10, 500])) } : {}),
    ...(random.chance(0.15) ? { default: valueOf(random, schema, { left: 30 }) } : {}),
    ...(random.chance(0.15) ? rulesFor(random, schema) : {}),
  };
}

/** How many more values may be made: lists of lists of lists would have no end. */
interface Budget {
  left: number;
}

/** A value that fits the schema, but for some parts that do not. */
export function valueOf(random: Random, schema: FuzzSchema, budget: Budget = { left: 2000 }): unknown {
  if ((budget.left -= 1) < 0 || random.chance(0.02)) return random.pick([null, 1, 'a', {}, [], true]);
  if (schema.enum && schema.enum.length > 0 && random.chance(0.9)) return random.pick(schema.enum);
  if (schema.type === undefined) return random.pick([1, 'a', '50%']);
  switch (schema.type) {
    case 'object':
      return objectValue(random, schema, budget);
    case 'array':
      return random.list(0, random.chance(0.03) ? 300 : 4, () => valueOf(random, schema.items ?? {}, budget));
    case 'string':
      return textValue(random, schema);
    case 'integer':
      return random.pick([0, 1, 2, 7, -1, 2 ** 31, 2 ** 53]);
    case 'number':
      return random.pick([0, 0.5, 1e21, -1e-7, 3]);
    default:
      return random.chance(0.5);
  }
}

function objectValue(random: Random, { properties = {}, additionalProperties, required = [] }: FuzzSchema, budget: Budget): unknown {
  if (budget.left <= 0) return {};
  const known = Object.entries(properties).filter(([name]) => required.includes(name) || random.chance(0.7));
  const others = additionalProperties
    ? random.list(0, 5, (index) => [random.chance(0.2) ? random.pick(ODD_NAMES) : `k${index}`, additionalProperties] as const)
    : [];
  const unknown = random.chance(0.1) ? [[random.pick(ODD_NAMES), { type: 'string' }] as const] : [];
  return mapOf([...known, ...others, ...unknown].map(([name, child]) => [name, valueOf(random, child, budget)]));
}

const SAMPLES = [
  ...['', 'a', 'b', 'name-1', '10.0.0.1', 'fe80::1', '10.0.0.0/8', '2026-01-02', '2026-01-02T03:04:05Z', '1h30m', 'aGVsbG8=', '#ffffff'],
  ...[
    'a@example.com',
    'https://example.com/a?b#c',
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    '978-3-16-148410-0',
    '00:11:22:33:44:55',
    '1Gi',
  ],
];

function textValue(random: Random, { pattern: expression }: FuzzSchema): string {
  if (expression && random.chance(0.5)) return random.pick(['a', 'x', 'aB', '1.']).repeat(random.pick([1, 10, 100, 1000, 20_000]));
  return random.pick(random.chance(0.85) ? SAMPLES : ODD_NAMES);
}
