import type { WatchEvent, WatchResponse } from '../wire/watch.js';

/** The events of one commit, in the order of its writes. */
export type WatchedCommit = readonly WatchEvent[];

/**
 * Makes whole commits of what comes on a watch, which may be cut in fragments anywhere; etcd does not cut a commit otherwise.
 *
 * It holds the commit back that the last fragment may not have ended, so one commit at most.
 */
export class CommitAssembler {
  #open: WatchEvent[] = [];

  /** The commits that this answer completes. */
  add({ events, fragment }: WatchResponse): WatchedCommit[] {
    const complete: WatchedCommit[] = [];
    for (const event of events) {
      if (this.#open.length > 0 && this.#open[0]!.kv.modRevision !== event.kv.modRevision) complete.push(this.#take());
      this.#open.push(event);
    }
    if (!fragment && this.#open.length > 0) complete.push(this.#take());
    return complete;
  }

  #take(): WatchedCommit {
    const commit = this.#open;
    this.#open = [];
    return commit;
  }
}
