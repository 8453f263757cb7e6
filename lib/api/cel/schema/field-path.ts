import type { Schema } from '../../schema/schema.js';

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' };
const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;

/**
 * A `fieldPath` as faults write it: `.spec.map['a-b']` is `spec.map[a-b]`. Undefined when it does not lead, through properties and
 * values of maps alone, to a field of the schema.
 */
export function normalizedFieldPath(path: string, schema: Schema): string | undefined {
  let text = '';
  let current: Schema | undefined = schema;
  for (STEP.lastIndex = 0; STEP.lastIndex < path.length;) {
    const step = STEP.exec(path);
    if (!step) return undefined;
    const name = step[1] ?? unescaped(step[2]!);
    if (name === undefined) return undefined;
    if (current.properties) {
      current = Object.hasOwn(current.properties, name) ? current.properties[name] : undefined;
      text += text === '' ? name : `.${name}`;
    } else {
      current = typeof current.additionalProperties === 'object' ? current.additionalProperties : undefined;
      text += `[${name}]`;
    }
    if (!current) return undefined;
  }
  return text;
}

/** Undefined: an escape that there is not. */
function unescaped(text: string): string | undefined {
  let known = true;
  const plain = text.replace(/\\(.)/gs, (_, letter: string) => {
    known &&= ESCAPES[letter] !== undefined;
    return ESCAPES[letter] ?? '';
  });
  return known ? plain : undefined;
}
