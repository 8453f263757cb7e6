import { jsonText, parseExact } from '../../../api/exact-json.js';

/**
 * One step of a path to a field, in the form in which `fieldsV1` has it: `f:NAME` a member of a struct or map, `k:{"name":"web"}` an
 * element of a keyed list by its keys, `v:"text"` an element of a set by its value, `i:3` one by its place. Keys have the one form
 * that {@link keyElement} makes, so that two steps are the same exactly when their texts are.
 */
export type PathElement = string;

/** A member of a struct or map. */
export const fieldElement = (name: string): PathElement => `f:${name}`;

/** An element of a set. */
export const valueElement = (value: unknown): PathElement => `v:${jsonText(value)}`;

/** An element of a keyed list; `names` are sorted. */
export function keyElement(names: readonly string[], valueOf: (name: string) => unknown): PathElement {
  let text = '';
  for (const name of names) text += `${text === '' ? 'k:{' : ','}${JSON.stringify(name)}:${jsonText(valueOf(name))}`;
  return `${text}}`;
}

/** The one form of a step that a client wrote; undefined for what is none. */
export function canonicalElement(text: string): PathElement | undefined {
  const [kind, rest] = [text.slice(0, 2), text.slice(2)];
  if (kind === 'f:') return text;
  if (kind === 'i:') return /^-?\d+$/.test(rest) ? text : undefined;
  if (kind !== 'k:' && kind !== 'v:') return undefined;
  const value = parsed(rest);
  if (value === undefined) return undefined;
  if (kind === 'v:') return valueElement(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const keys = value as Record<string, unknown>;
  return keyElement(Object.keys(keys).sort(), (name) => keys[name]);
}

/** As it stands in the message of a conflict: `.name`, `[name="web"]`, `[="text"]`, `[3]`. */
export function printElement(element: PathElement): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  if (element.startsWith('i:')) return `[${rest}]`;
  const keys = parseExact(rest) as Record<string, unknown>;
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${jsonText(value)}`)
    .join(',')}]`;
}

/** The order in which Kubernetes writes them: the field itself, members, keyed elements, values, places. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  const [left, right] = [a[0]!, b[0]!];
  if (left !== right) return KINDS.indexOf(left) - KINDS.indexOf(right);
  if (left === 'i') return Number(a.slice(2)) - Number(b.slice(2));
  if (left !== 'f') return compareValues(parsed(a.slice(2)), parsed(b.slice(2)));
  return a < b ? -1 : 1;
}

const KINDS = '.fkvi';

function parsed(json: string): unknown {
  try {
    return parseExact(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Numbers before texts before booleans, else by the text; keys one after the other. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) return compareKeys(a, b);
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left - right;
  if (a === b) return 0;
  return (a as string | number | bigint | boolean) < (b as string | number | bigint | boolean) ? -1 : 1;
}

function compareKeys(a: object, b: object): number {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [[name, value], [other, its]] = [left[at]!, right[at]!] as [[string, unknown], [string, unknown]];
    if (name !== other) return name < other ? -1 : 1;
    const order = compareValues(value, its);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const rank = (value: unknown) => ['number', 'string', 'boolean'].indexOf(typeof value === 'bigint' ? 'number' : typeof value) + 1 || 4;
