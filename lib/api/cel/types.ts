/** Types without parts. `error` is the type of what did not check, and goes with everything. */
export type ScalarKind = 'dyn' | 'error' | 'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'timestamp' | 'duration';

/** What the checker knows of the value of an expression. */
export type Type =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, Type> }
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly Type[] }
  | { readonly kind: 'type'; readonly of: Type | undefined }
  | { readonly kind: 'parameter'; readonly name: string };

const scalars = new Map<ScalarKind, Type>();

export function scalar(kind: ScalarKind): Type {
  let type = scalars.get(kind);
  if (!type) scalars.set(kind, (type = { kind }));
  return type;
}

export const DYN = scalar('dyn');
export const ERROR = scalar('error');
export const BOOL = scalar('bool');
export const INT = scalar('int');
export const STRING = scalar('string');
export const listOf = (element: Type): Type => ({ kind: 'list', element });
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', key, value });
export const optionalOf = (type: Type): Type => ({ kind: 'opaque', name: OPTIONAL, parameters: [type] });
export const OPTIONAL = 'optional_type';

/** The type within an optional one. */
export function unwrapOptional(type: Type): Type | undefined {
  return type.kind === 'opaque' && type.name === OPTIONAL ? type.parameters[0] : undefined;
}

export const isDyn = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'error';

const NAMES: Readonly<Partial<Record<ScalarKind, string>>> = {
  error: '!error!',
  null: 'null',
  timestamp: 'timestamp',
  duration: 'duration',
};

/** As error messages name a type: `list(string)`, `map(string, int)`, `optional_type(int)`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeText(type.element)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'object':
    case 'parameter':
      return type.name;
    case 'opaque':
      return type.parameters.length > 0 ? `${type.name}(${type.parameters.map(typeText).join(', ')})` : type.name;
    case 'type':
      return type.of ? `type(${typeText(type.of)})` : 'type';
    default:
      return NAMES[type.kind] ?? type.kind;
  }
}
