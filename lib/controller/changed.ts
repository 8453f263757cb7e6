import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Stored } from '../api/object.js';

/** Whether a change of an object is worth a reconcile. Pure and quick: it is asked for every change. */
export type ChangePredicate<T extends KubeObject> = (old: Stored<T>, object: Stored<T>) => boolean;

const partOf = (object: KubeObject, name: string): unknown => (object as Readonly<Record<string, unknown>>)[name];

/** Whether some of the entries of two maps differ, or any, if no names are given. */
function differ(old: Readonly<Record<string, string>> = {}, map: Readonly<Record<string, string>> = {}, names: readonly string[]): boolean {
  return names.length === 0 ? !isDeepStrictEqual(old, map) : names.some((name) => old[name] !== map[name]);
}

/**
 * Predicates for `controllerFor(kind).when(…)`.
 *
 * ```ts
 * controllerFor(shops).when(changed.spec, changed.labels('tier'));
 * ```
 */
export const changed = {
  /** The `spec`. Where the kind counts generations, as most do, that is all there is to compare. */
  spec: (old: Stored<KubeObject>, object: Stored<KubeObject>): boolean => {
    const [before, after] = [old.metadata.generation, object.metadata.generation];
    if (before !== undefined && after !== undefined) return before !== after;
    return !isDeepStrictEqual(partOf(old, 'spec'), partOf(object, 'spec'));
  },
  /** The `status`. */
  status: (old: Stored<KubeObject>, object: Stored<KubeObject>): boolean =>
    !isDeepStrictEqual(partOf(old, 'status'), partOf(object, 'status')),
  /** Some labels; without names, any. */
  labels:
    (...names: readonly string[]) =>
    (old: Stored<KubeObject>, object: Stored<KubeObject>): boolean =>
      differ(old.metadata.labels, object.metadata.labels, names),
  /** Some annotations; without names, any. */
  annotations:
    (...names: readonly string[]) =>
    (old: Stored<KubeObject>, object: Stored<KubeObject>): boolean =>
      differ(old.metadata.annotations, object.metadata.annotations, names),
  /** Whatever `part` gives of an object. */
  part:
    <T extends KubeObject>(part: (object: Stored<T>) => unknown): ChangePredicate<T> =>
    (old, object) =>
      !isDeepStrictEqual(part(old), part(object)),
} as const;
