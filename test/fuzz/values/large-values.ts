import type { Random } from '../random.js';
import { JsonText, mapOf } from './json-text.js';
import { ODD_NAMES } from './odd-values.js';

/** Kilobytes of a large value; the server takes bodies of 3 MiB. */
const SIZES = [200, 600, 1000, 1400, 2000, 2900, 3200];

type Shape = (random: Random, bytes: number) => unknown;

/** Values that are large in different ways: few long texts, many short ones, deep, wide, numbers. */
export const SHAPES: readonly Shape[] = [
  (random, bytes) => random.pick(['a', 'é', '"', '\u0001', '\\', 'a,', '<', ' ']).repeat(bytes / 2),
  (_, bytes) => mapOf(Array.from({ length: bytes / 14 }, (__, index) => [`k${index}`, 'v'] as const)),
  (_, bytes) => new JsonText(`[${'1,'.repeat(bytes / 2)}1]`),
  (_, bytes) => new JsonText(`[${'1e5,'.repeat(bytes / 4)}1]`),
  (_, bytes) => new JsonText(`[${'{},'.repeat(bytes / 3)}{}]`),
  (_, bytes) => new JsonText(`[${'"a",'.repeat(bytes / 4)}"a"]`),
  (_, bytes) => Array.from({ length: bytes / 24 }, (__, index) => ({ name: `n${index}`, value: 'x' })),
  (_, bytes) => new JsonText(`{${'"a":1,'.repeat(bytes / 6)}"a":1}`),
  (_, bytes) => new JsonText(`[${`${'['.repeat(80)}1${']'.repeat(80)},`.repeat(bytes / 162)}1]`),
  (random, bytes) =>
    mapOf(Array.from({ length: bytes / 300 }, (__, index) => [`${random.pick(ODD_NAMES)}${index}`, 'x'.repeat(200)] as const)),
  (_, bytes) => new JsonText(' '.repeat(bytes)),
  (_, bytes) => new JsonText(`"${'\\u0041'.repeat(bytes / 6)}"`),
];

/** Where in an object a large value has most effect; `into` makes the object. */
export const PLACES: readonly ((value: unknown, name: string) => unknown)[] = [
  (value, name) => object('ConfigMap', name, { data: value }),
  (value, name) => object('ConfigMap', name, { data: { a: value } }),
  (value, name) => object('Secret', name, { stringData: value }),
  (value, name) => ({ ...object('ConfigMap', name, {}), metadata: { name, annotations: value } }),
  (value, name) => ({ ...object('ConfigMap', name, {}), metadata: { name, labels: value } }),
  (value, name) => ({ ...object('ConfigMap', name, {}), metadata: { name, annotations: { a: value } } }),
  (value, name) => ({ ...object('ConfigMap', name, {}), metadata: { name, finalizers: value } }),
  (value, name) => ({ ...object('ConfigMap', name, {}), metadata: { name, ownerReferences: value } }),
  (value, name) => ({ ...object('ConfigMap', name, {}), metadata: { name, managedFields: value } }),
  (value, name) => object('ConfigMap', name, { unknown: value }),
  (value, name) => object('Pod', name, { spec: { containers: value } }),
  (value, name) => object('Pod', name, { spec: { containers: [{ name: 'a', image: 'a', env: value }] } }),
  (value, name) => object('Pod', name, { spec: { containers: [{ name: 'a', image: 'a', command: value }] } }),
  (value, name) => object('Pod', name, { spec: { containers: [{ name: 'a', image: 'a' }], tolerations: value } }),
  (value, name) => object('Service', name, { spec: { ports: value } }),
  (value, name) => object('Service', name, { spec: { selector: value, ports: [{ port: 1 }] } }),
  (value, name) => object('Endpoints', name, { subsets: [{ addresses: value }] }),
];

/** A large body for `POST …/namespaces/<name>/<plural>`. */
export function largeObject(random: Random, name: string): { readonly plural: string; readonly value: unknown } {
  const value = random.pick(PLACES)(largeValue(random), name);
  const { kind } = value as { readonly kind: string };
  return { plural: kind === 'Endpoints' ? 'endpoints' : `${kind.toLowerCase()}s`, value };
}

export function largeValue(random: Random): unknown {
  return random.pick(SHAPES)(random, random.pick(SIZES) * 1024);
}

function object(kind: string, name: string, rest: object): object {
  return { apiVersion: 'v1', kind, metadata: { name }, ...rest };
}
