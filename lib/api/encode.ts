import type { KubeObject } from './object.js';

const known = new WeakMap<object, Buffer>();

/**
 * The JSON of a frozen object as UTF-8, in the order kind, apiVersion, metadata, rest. Made once and remembered for as long as the
 * object lives: the same bytes answer the writer, every watcher and every later read. Shared: never write into them.
 */
export function bytesOf(object: KubeObject): Buffer {
  let bytes = known.get(object);
  if (!bytes) known.set(object, (bytes = Buffer.from(JSON.stringify(ordered(object)))));
  return bytes;
}

/** Says what {@link bytesOf} gives for an object: for bytes that came from a store. They must be its JSON. */
export function rememberBytes(object: KubeObject, bytes: Buffer): void {
  known.set(object, bytes);
}

/** Freezes a value and all it holds, and gives it back. Stops at what is frozen already, as that is deeply frozen too. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else for (const key in value) deepFreeze(value[key]);
  return value;
}

function ordered(object: KubeObject): KubeObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(metadata === undefined ? {} : { metadata }),
    ...rest,
  };
}
