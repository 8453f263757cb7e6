import type { KubeObject, Stored } from '../api/object.js';

/** Whether the object waits for this finalizer when it is deleted. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata?.finalizers?.includes(finalizer) ?? false;
}

/** The object with this finalizer; the same object when it has it already. */
export function withFinalizer<T extends KubeObject>(object: Stored<T>, finalizer: string): Stored<T> {
  if (hasFinalizer(object, finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), finalizer] } };
}

/** The object without this finalizer; the same object when it does not have it. */
export function withoutFinalizer<T extends KubeObject>(object: Stored<T>, finalizer: string): Stored<T> {
  if (!hasFinalizer(object, finalizer)) return object;
  const finalizers = object.metadata.finalizers?.filter((one) => one !== finalizer) ?? [];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
