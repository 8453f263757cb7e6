import { isMap, JsonText, mapOf } from './json-text.js';

const COUNTS = ['replicas', 'parallelism', 'completions', 'minReplicas', 'maxReplicas'];
const IN_TEXT = new RegExp(`("(?:${COUNTS.join('|')})":)(-?[0-9.eE+]+)`, 'g');

/** The value with few replicas in it: a controller makes as many pods as it is told to, and that is no fault of its. */
export function withFewReplicas(value: unknown): unknown {
  if (value instanceof JsonText)
    return new JsonText(value.text.replace(IN_TEXT, (_, name: string, number: string) => `${name}${few(number)}`));
  if (Array.isArray(value))
    return value.map(withFewReplicas).map((item) => (isCount(item) ? { ...item, value: fewer(item['value']) } : item));
  if (!isMap(value)) return value;
  return mapOf(Object.entries(value).map(([name, member]) => [name, COUNTS.includes(name) ? fewer(member) : withFewReplicas(member)]));
}

/** Whether it is an operation of a JSON patch that sets such a number. */
function isCount(item: unknown): item is Readonly<Record<string, unknown>> {
  return isMap(item) && typeof item['path'] === 'string' && COUNTS.includes(item['path'].split('/').at(-1) ?? '');
}

function fewer(value: unknown): unknown {
  if (typeof value === 'number') return few(String(value)) === String(value) ? value : 3;
  return value instanceof JsonText ? new JsonText(few(value.text)) : value;
}

const few = (number: string): string => (Number(number) > 5 ? '3' : number);
