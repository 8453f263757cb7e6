import type { Snapshot } from '../memory/commit-plan.js';
import { OrderedTree } from '../memory/ordered-tree.js';
import { StorageError } from '../storage-error.js';
import type { Entry, Page, Storage } from '../storage.js';

/** What {@link loadSnapshot} needs. */
export interface LoadOptions {
  readonly engine: Storage;
  readonly prefix: string;
  /** Entries asked for in one go. */
  readonly pageSize: number;
  /** Makes an entry fit to be kept. */
  readonly keep: (entry: Entry) => Entry;
  /** What was known before: entries that have not changed are taken from there. */
  readonly known: OrderedTree;
}

/** All entries of a prefix as of one revision, the latest. Where the engine cannot read the past it is asked for all at once. */
export async function loadSnapshot(options: LoadOptions): Promise<Snapshot> {
  const { engine, prefix, pageSize } = options;
  const first = await engine.list(prefix, { limit: pageSize });
  if (first.remaining === 0) return snapshotOf(options, first);
  try {
    return await remainingPages(options, first);
  } catch (error) {
    if (!StorageError.is(error, 'Unsupported')) throw error;
    return snapshotOf(options, await engine.list(prefix));
  }
}

async function remainingPages(options: LoadOptions, first: Page): Promise<Snapshot> {
  const { engine, prefix, pageSize } = options;
  const { revision } = first;
  const entries: Entry[] = [];
  for (let page = first; ;) {
    // The engine reads while this process copies what it has read before.
    const next = page.remaining > 0 ? engine.list(prefix, { limit: pageSize, after: page.entries.at(-1)!.key, revision }) : undefined;
    for (const entry of page.entries) entries.push(kept(entry, options));
    if (next === undefined) return { revision, tree: OrderedTree.fromSorted(entries) };
    page = await next;
  }
}

function snapshotOf(options: LoadOptions, { entries, revision }: Page): Snapshot {
  return { revision, tree: OrderedTree.fromSorted(entries.map((entry) => kept(entry, options))) };
}

/** Bytes are compared as well: an engine that was set back may use a revision a second time. */
function kept(entry: Entry, { known, keep }: LoadOptions): Entry {
  const old = known.get(entry.key);
  if (old?.revision === entry.revision && Buffer.compare(old.value, entry.value) === 0) return old;
  return keep(entry);
}
