import { NumberText } from './number-text.js';

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Whether half a character may stand in a JSON text: only an escape can make one. */
export function hasSurrogateEscapes(json: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(json);
}

/**
 * The same value with U+FFFD for each half of a character, as Kubernetes stores it: such a half cannot be written as UTF-8. Without
 * recursion: a value may be nested deeper than functions may call each other.
 */
export function wellFormed(value: unknown): unknown {
  const root = { copy: undefined as unknown };
  const open: Copying[] = [];
  const copyOf = (original: unknown): unknown => {
    if (typeof original === 'string') return original.replace(LONE_SURROGATES, '\ufffd');
    if (typeof original !== 'object' || original === null || original instanceof NumberText) return original;
    const copy = Array.isArray(original) ? [] : {};
    open.push({ original, copy });
    return copy;
  };
  root.copy = copyOf(value);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { original, copy } = next;
    if (Array.isArray(copy)) for (const item of original as readonly unknown[]) copy.push(copyOf(item));
    else
      for (const [key, member] of Object.entries(original)) {
        const entry = { value: copyOf(member), enumerable: true, configurable: true, writable: true };
        Object.defineProperty(copy, copyOf(key) as string, entry); // an assignment would set the prototype
      }
  }
  return root.copy;
}

interface Copying {
  readonly original: object;
  readonly copy: object | unknown[];
}
