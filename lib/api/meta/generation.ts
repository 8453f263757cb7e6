import type { KubeObject, Stored } from '../object.js';

/** Counts a change that lies outside of what is counted for every kind: the object without its metadata and status. */
export function bumpGeneration(draft: KubeObject, old: Stored<KubeObject>): void {
  draft.metadata = { ...draft.metadata, generation: (old.metadata.generation ?? 0) + 1 };
}
