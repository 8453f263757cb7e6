import type { Change, Committed, Revision, Write } from '../../../lib/storage/storage.js';

/** A change as a text: `+/a=1@7` for a put at revision 7, `-/a@8 was 7` for a delete at 8 of what 7 wrote. */
export function show(change: Exclude<Change, { type: 'progress' }>): string {
  if (change.type === 'put') return `+${change.entry.key}=${Buffer.from(change.entry.value).toString()}@${change.revision}`;
  return `-${change.previous.key}@${change.revision} was ${change.previous.revision}`;
}

interface Line {
  readonly revision: Revision;
  readonly key: string;
  readonly text: string;
}

/** All acknowledged commits, as their writers were told of them: what watches must show. */
export class CommitLedger {
  #lines: Line[] = [];
  #sorted = true;

  /** Notes a commit. */
  add(writes: readonly Write[], { revision, entries }: Committed): void {
    for (const [i, write] of writes.entries()) {
      const entry = entries[i]!;
      const change =
        write.type === 'put' ? ({ type: 'put', revision, entry } as const) : ({ type: 'delete', revision, previous: entry } as const);
      this.#lines.push({ revision, key: write.key, text: show(change) });
    }
    this.#sorted = false;
  }

  /** The first changes under a prefix after a revision. */
  after(since: Revision, prefix: string, count: number): string[] {
    this.#sort();
    const found: string[] = [];
    for (let i = this.#firstAfter(since); i < this.#lines.length && found.length < count; i++) {
      if (this.#lines[i]!.key.startsWith(prefix)) found.push(this.#lines[i]!.text);
    }
    return found;
  }

  #sort(): void {
    if (!this.#sorted) this.#lines.sort((a, b) => a.revision - b.revision); // stable: the writes of a commit keep their order
    this.#sorted = true;
  }

  #firstAfter(since: Revision): number {
    let low = 0;
    for (let high = this.#lines.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.#lines[middle]!.revision <= since) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
