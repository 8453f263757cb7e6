import type { KeyChange } from '../memory/commit-plan.js';
import type { OrderedTree } from '../memory/ordered-tree.js';
import type { RevisionedTree } from '../memory/revisioned-tree.js';
import type { Change, Entry, Revision } from '../storage.js';

/** The changes do not follow from what is known: some are missing, or the engine has another past. */
export class LostHistory extends Error {
  override readonly name = 'LostHistory';
}

/** What {@link CommitFeed} needs. */
export interface CommitFeedOptions {
  readonly tree: RevisionedTree;
  /** Makes an entry fit to be kept. */
  readonly keep: (entry: Entry) => Entry;
  /** Called when the tree has come to a new revision. */
  readonly onReached: (revision: Revision) => void;
}

/**
 * Puts the changes of a watch together into the commits they came from, and publishes each as a whole.
 *
 * The port promises the changes of a commit in one go, so a commit is complete when another revision, progress or the next
 * microtask comes.
 */
export class CommitFeed {
  readonly #options: CommitFeedOptions;
  /** The commit that is being put together; 0: none. */
  #revision: Revision = 0;
  #changes: KeyChange[] = [];
  #next: OrderedTree;

  constructor(options: CommitFeedOptions) {
    this.#options = options;
    this.#next = options.tree.head.tree;
  }

  /** Takes what the watch brings; throws {@link LostHistory}, and then it is of no use any more. */
  add(change: Change): void {
    if (change.type === 'progress') return this.#progress(change.revision);
    if (change.revision !== this.#revision) this.#begin(change.revision);
    const applied = this.#apply(change);
    this.#changes.push(applied);
    this.#next = applied.type === 'put' ? this.#next.put(applied.entry) : this.#next.delete(applied.previous.key);
  }

  /** Publishes the commit that is there; none is left half, since they come in one go. */
  flush(): void {
    if (this.#revision === 0) return;
    const { tree, onReached } = this.#options;
    const plan = { revision: this.#revision, tree: this.#next, changes: this.#changes };
    this.#revision = 0;
    this.#changes = [];
    tree.publish(plan);
    onReached(tree.revision);
  }

  #progress(revision: Revision): void {
    this.flush();
    const { tree, onReached } = this.#options;
    if (revision <= tree.revision) return;
    tree.advance(revision);
    onReached(revision);
  }

  #begin(revision: Revision): void {
    this.flush();
    const { tree } = this.#options;
    if (revision <= tree.revision) throw new LostHistory(`a change at revision ${revision} comes after revision ${tree.revision}`);
    this.#revision = revision;
    queueMicrotask(() => this.flush());
  }

  /** The change in terms of the entries that are kept here. */
  #apply(change: KeyChange): KeyChange {
    const { key } = change.type === 'put' ? change.entry : change.previous;
    const previous = this.#next.get(key);
    // An engine may have forgotten what it replaced; but if it tells it, it must be what is known.
    if (change.previous !== undefined && change.previous.revision !== previous?.revision) {
      throw this.#lost(`${key} was at revision ${change.previous.revision}, and is known at ${previous?.revision ?? 'none'}`);
    }
    if (change.type === 'delete') return change.previous === previous ? change : { ...change, previous: previous! };
    const entry = this.#options.keep(change.entry);
    return entry === change.entry && change.previous === previous ? change : { ...change, entry, previous };
  }

  /** What came of the commit so far must not be published. */
  #lost(message: string): LostHistory {
    this.#revision = 0;
    this.#changes = [];
    return new LostHistory(message);
  }
}
