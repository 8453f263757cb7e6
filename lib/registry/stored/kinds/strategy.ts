import type { KubeObject, ObjectName, Stored } from '../../../api/object.js';
import type { RuleContext } from '../../../api/resource-definition.js';
import type { Draft } from '../draft.js';

/** Something taken for a write before it happens. */
export interface Reservation {
  /** The write did not happen: gives back what was taken. */
  undo(): Promise<void>;
  /** The write happened: gives back what the object no longer uses. */
  settle(): Promise<void>;
}

/** What a kind needs of the store besides its own pure rules. Every member is optional. */
export interface KindStrategy<T extends KubeObject> {
  /** Who deletes dependents when a delete does not say. Default `Background`; `none`: the kind has no dependents. */
  readonly propagation?: 'Background' | 'Orphan' | 'none';
  /** Seconds after which the storage deletes an object that was not written again, where it can. Default: never. */
  readonly timeToLive?: number;
  /** A finalizer that every object gets when its deletion begins. */
  readonly deletionFinalizer?: string;
  /** Edits a draft before the rules of the kind do. `old` is absent on a create. */
  prepare?(draft: Draft<T>, old: Stored<T> | undefined, context: RuleContext): void;
  /** Takes what the draft needs, and writes it into the draft; runs when the draft is otherwise fit to be stored, right before the write. */
  reserve?(draft: Draft<T>, old: Stored<T> | undefined, name: ObjectName, dryRun: boolean): Promise<Reservation>;
  /** The object is gone: gives back what it used. */
  release?(object: Stored<T>): Promise<void>;
  /** Edits an object that begins to be deleted. */
  markDeleting?(draft: Draft<T>, now: number): void;
  /** Whether something besides `metadata.finalizers` holds an object that is being deleted. */
  holds?(object: T): boolean;
}
