type Descriptors = ReadonlyMap<PropertyKey, PropertyDescriptor>;

const { prototype: functions } = Function as { readonly prototype: object };

const WATCHED: Readonly<Record<string, object>> = {
  'Object.prototype': Object.prototype,
  'Array.prototype': Array.prototype,
  'Function.prototype': functions,
  'String.prototype': String.prototype,
  'Number.prototype': Number.prototype,
  'Boolean.prototype': Boolean.prototype,
  'RegExp.prototype': RegExp.prototype,
  'Date.prototype': Date.prototype,
  'Error.prototype': Error.prototype,
  'Promise.prototype': Promise.prototype as object,
  'Map.prototype': Map.prototype,
  'Set.prototype': Set.prototype,
  'Uint8Array.prototype': Uint8Array.prototype,
  'Buffer.prototype': Buffer.prototype as object,
  Object,
  Array,
  Function,
  JSON,
  Reflect,
};

/** Remembers what the built-in prototypes are like, and gives a function that tells how they differ now. */
export function watchPrototypes(watched: Readonly<Record<string, object>> = WATCHED): () => readonly string[] {
  const before = new Map(Object.entries(watched).map(([name, object]) => [name, { object, members: descriptors(object) }]));
  return () =>
    [...before].flatMap(([name, { object, members }]) => differences(members, descriptors(object)).map((key) => `${name}.${key}`));
}

function descriptors(object: object): Descriptors {
  return new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)!]));
}

function differences(before: Descriptors, after: Descriptors): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !same(before.get(key), after.get(key))).map(String);
}

function same(one: PropertyDescriptor | undefined, other: PropertyDescriptor | undefined): boolean {
  return one?.value === other?.value && one?.get === other?.get && one?.set === other?.set && (one === undefined) === (other === undefined);
}
