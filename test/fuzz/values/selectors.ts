import type { Random } from '../random.js';
import { ODD_NAMES, oddText } from './odd-values.js';

const KEYS = ['app', 'tier', 'a.b/c', 'x', 'kubernetes.io/metadata.name', '__proto__', 'constructor', 'toString'];
const VALUES = ['', 'web', 'a', '1', 'x-y_z.0', '__proto__', 'toString', 'true'];
const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'spec.nodeName',
  'status.phase',
  'type',
  'involvedObject.kind',
  '__proto__',
  'constructor.name',
];

/** Labels as objects have them, some of them refused. */
export function labels(random: Random): Record<string, string> {
  return Object.fromEntries(random.list(0, 4, () => [random.pick(random.chance(0.9) ? KEYS : ODD_NAMES), random.pick(VALUES)] as const));
}

export function labelSelector(random: Random): string {
  if (random.chance(0.15)) return broken(random, random.chance(0.5) ? oddText(random) : requirement(random));
  const count = random.chance(0.02) ? 500 : random.between(1, 4);
  return random.list(count, count, () => requirement(random)).join(',');
}

function requirement(random: Random): string {
  const key = random.pick(KEYS);
  const values = () => random.list(1, random.chance(0.02) ? 300 : 3, () => random.pick(VALUES)).join(',');
  return random.pick([
    () => `${key}=${random.pick(VALUES)}`,
    () => `${key}==${random.pick(VALUES)}`,
    () => `${key}!=${random.pick(VALUES)}`,
    () => `${key} in (${values()})`,
    () => `${key} notin (${values()})`,
    () => key,
    () => `!${key}`,
    () => `${key}>${random.pick(['1', '-1', 'x', '9223372036854775808'])}`,
    () => `${key}<5`,
  ])();
}

export function fieldSelector(random: Random): string {
  if (random.chance(0.15)) return broken(random, oddText(random));
  return random
    .list(1, 3, () => `${random.pick(FIELDS)}${random.pick(['=', '==', '!='])}${random.pick([...VALUES, '\\,', '\\=', '\\\\'])}`)
    .join(',');
}

function broken(random: Random, text: string): string {
  const place = random.below(text.length + 1);
  return (
    text.slice(0, place) +
    random.pick([',', '(', ')', '=', '!', '!!', ' in ', ' notin (', '\\', '\u0000', '((((', ',,']) +
    text.slice(place)
  );
}
