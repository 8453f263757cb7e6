import type { Environment, Timer } from '../../../base/environment.js';
import type { Revision } from '../../storage.js';

/**
 * Finds out how far an open watch has come. `report` must not be called amid the changes of a commit, so what is asked is
 * answered later.
 */
export interface Progress {
  /** etcd has opened the watch, and is at this revision; somebody wants to know, if `ask`. */
  opened(revision: Revision, ask: boolean): void;
  /** Somebody wants to know. */
  ask(): void;
  /** All up to the watch's position has been delivered, and a commit has just been. */
  advanced(): void;
  /** etcd says so of the position. */
  told(): void;
  close(): void;
}

/** What a {@link Progress} knows of its watch. */
export interface ProgressOptions {
  readonly environment: Environment;
  /** Everything up to it has been delivered. */
  readonly position: () => Revision;
  /** The latest revision that this process has heard of. */
  readonly latest: () => Revision;
  /** Asks etcd for the progress of the stream. */
  readonly request: () => void;
  readonly report: () => void;
}

/** Milliseconds until etcd is asked again: it gives no answer while the watch is not up to date. */
const ASK_AGAIN = 100;
/** The first versions of each series whose answer to a request for progress does not overtake changes (issue 15220 of etcd). */
const SOUND: Readonly<Record<string, number>> = { '3.4': 25, '3.5': 8 };

/** Whether this version of etcd may be asked for progress. */
export function answersInOrder(version: string | undefined): boolean {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined) return false;
  const since = SOUND[`${major}.${minor}`];
  return since === undefined ? Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 6) : Number(patch) >= since;
}

/**
 * The progress of a watch of all keys: every revision has a change, so the watch has come to where the last one was. It needs
 * no word of etcd, and is as new as the latest revision that this process had heard of when it was asked for.
 */
export class ObservedProgress implements Progress {
  readonly #options: ProgressOptions;
  /** Reported once it is reached. */
  #wanted: Revision | undefined;
  /** Asked for meanwhile. */
  #next: Revision | undefined;
  #openedAt: Revision = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  opened(revision: Revision, ask: boolean): void {
    this.#openedAt = revision;
    if (ask) this.ask();
  }

  ask(): void {
    const latest = Math.max(this.#openedAt, this.#options.latest());
    if (this.#wanted === undefined) {
      this.#wanted = latest;
      queueMicrotask(() => this.advanced());
    } else if (latest > this.#wanted) this.#next = latest;
  }

  advanced(): void {
    const { position, report } = this.#options;
    if (this.#wanted === undefined || position() < this.#wanted) return;
    this.#wanted = this.#next !== undefined && this.#next > position() ? this.#next : undefined;
    this.#next = undefined;
    report();
  }

  told(): void {
    this.advanced();
  }

  close(): void {
    this.#wanted = undefined;
  }
}

/** The progress of a watch of some keys, as etcd tells it on request. */
export class RequestedProgress implements Progress {
  readonly #options: ProgressOptions;
  #waiting: Timer | undefined;
  #again = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  opened(_revision: Revision, ask: boolean): void {
    if (ask) this.ask();
  }

  ask(): void {
    if (this.#waiting === undefined) this.#request();
    else this.#again = true;
  }

  advanced(): void {
    // That a change has come says nothing of others.
  }

  told(): void {
    if (this.#waiting === undefined) return;
    this.close();
    this.#options.report();
    if (!this.#again) return;
    this.#again = false;
    this.ask();
  }

  close(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
  }

  #request(): void {
    const { environment, request } = this.#options;
    this.#waiting = environment.timer(ASK_AGAIN, () => this.#request(), { unref: true });
    request();
  }
}
