/** What {@link CrashBackoff} takes. */
export interface CrashBackoffOptions {
  /** Milliseconds between a container's second end and the start after it. */
  readonly first: number;
  /** Milliseconds that no delay exceeds. A container that ran twice as long begins anew. */
  readonly max: number;
}

/** A restart that has to wait. */
export interface CrashDelay {
  /** Milliseconds from the container's end to its restart. */
  readonly delay: number;
  /** Milliseconds from now. */
  readonly left: number;
}

interface Entry {
  delay: number;
  updatedAt: number;
}

/**
 * How long the containers of one pod wait before they are restarted: the first restart happens at once, each later one
 * after twice the delay of the one before.
 */
export class CrashBackoff {
  readonly #options: CrashBackoffOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: CrashBackoffOptions) {
    this.#options = options;
  }

  /** The delay that a container which ended at `finishedAt` still has before it; undefined: it may start. All in milliseconds since 1970. */
  waiting(key: string, finishedAt: number, now: number): CrashDelay | undefined {
    const entry = this.#entries.get(key);
    if (!entry || this.#isOver(entry, finishedAt)) return undefined;
    const left = finishedAt + entry.delay - now;
    return left > 0 ? { delay: entry.delay, left } : undefined;
  }

  /** Counts a restart that happens now. */
  restarted(key: string, finishedAt: number, now: number): void {
    const entry = this.#entries.get(key);
    const { first, max } = this.#options;
    const delay = !entry || this.#isOver(entry, finishedAt) ? first : Math.min(max, 2 * entry.delay);
    this.#entries.set(key, { delay, updatedAt: now });
  }

  #isOver(entry: Entry, finishedAt: number): boolean {
    return finishedAt - entry.updatedAt > 2 * this.#options.max;
  }
}

/** A duration as Go prints it: `10s`, `1m20s`, `5m0s`. */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const seconds = milliseconds / 1000;
  const minutes = Math.floor(seconds / 60);
  const rest = `${Number((seconds - minutes * 60).toFixed(3))}s`;
  if (minutes === 0) return rest;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${rest}` : `${hours}h${minutes % 60}m${rest}`;
}
