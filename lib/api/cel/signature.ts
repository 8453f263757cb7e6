import type { Overload } from './overload.js';
import type { ScalarKind, Type } from './types.js';
import { listOf, mapOf, optionalOf, scalar } from './types.js';

const SCALARS: readonly string[] = ['dyn', 'null', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
/** Types of Kubernetes' libraries, by the short names that signatures use. */
export const OPAQUE_NAMES: Readonly<Record<string, string>> = {
  Quantity: 'kubernetes.Quantity',
  URL: 'kubernetes.URL',
  IP: 'net.IP',
  CIDR: 'net.CIDR',
  Semver: 'kubernetes.Semver',
  Format: 'kubernetes.NamedFormat',
  Authorizer: 'kubernetes.authorization.Authorizer',
  PathCheck: 'kubernetes.authorization.PathCheck',
  GroupCheck: 'kubernetes.authorization.GroupCheck',
  ResourceCheck: 'kubernetes.authorization.ResourceCheck',
  Decision: 'kubernetes.authorization.Decision',
};

/** How an overload is declared besides its signature. */
export type OverloadOptions = Partial<Pick<Overload, 'id' | 'cost' | 'resultSize'>>;

/**
 * Declares an overload by its signature: `size(list(A)): int`, or, called on a value, `string.contains(string): bool`.
 * A single capital letter is a type parameter.
 */
export function overload(signature: string, apply: Overload['apply'], options: OverloadOptions = {}): Overload {
  const reader = new SignatureReader(signature);
  const { receiver, name, parameters } = reader.head();
  const all = receiver ? [receiver, ...parameters] : parameters;
  return {
    name,
    id: options.id ?? [name, ...all.map((type) => type.kind)].join('_'),
    member: receiver !== undefined,
    parameters: all,
    result: reader.result(),
    cost: options.cost,
    resultSize: options.resultSize,
    apply,
  };
}

class SignatureReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replace(/\s/g, '');
  }

  head(): { receiver: Type | undefined; name: string; parameters: Type[] } {
    const found = /^(?:<(.+)>\.)?([^(]+)\(/.exec(this.#text);
    if (!found) throw new TypeError(`signature ${this.#text}`);
    this.#at = found[0].length;
    const receiver = found[1] === undefined ? undefined : new SignatureReader(found[1]).type();
    const parameters: Type[] = [];
    while (this.#text[this.#at] !== ')') {
      parameters.push(this.type());
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
    return { receiver, name: found[2]!, parameters };
  }

  result(): Type {
    this.#at += 1; // the colon
    return this.type();
  }

  type(): Type {
    const name = /^\w+/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += name.length;
    const parts: Type[] = [];
    if (this.#text[this.#at] === '(' && ['list', 'map', 'optional', 'type'].includes(name)) {
      do {
        this.#at += 1;
        parts.push(this.type());
      } while (this.#text[this.#at] === ',');
      this.#at += 1;
    }
    return typeOf(name, parts);
  }
}

function typeOf(name: string, parts: readonly Type[]): Type {
  if (SCALARS.includes(name)) return scalar(name as ScalarKind);
  if (name === 'list') return listOf(parts[0]!);
  if (name === 'map') return mapOf(parts[0]!, parts[1]!);
  if (name === 'optional') return optionalOf(parts[0]!);
  if (name === 'type') return { kind: 'type', of: parts[0] };
  const opaque = OPAQUE_NAMES[name];
  return opaque === undefined ? { kind: 'parameter', name } : { kind: 'opaque', name: opaque, parameters: [] };
}
