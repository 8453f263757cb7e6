import type { Environment } from '../../base/environment.js';
import type { Revision } from '../storage.js';
import type { EtcdV2Client } from './etcd-v2-client.js';
import { Failure } from './etcd-v2-error.js';
import type { PastEvents } from './past-events.js';
import type { WatchRequest } from './watch-request.js';

/** What {@link StreamProbe} needs. */
export interface StreamProbeOptions {
  readonly client: EtcdV2Client;
  readonly environment: Environment;
  readonly past: PastEvents;
  readonly endpoint: number;
  readonly stream: WatchRequest;
  /** Everything up to here has been taken from the stream. */
  readonly head: () => Revision;
  /** Called when nothing has happened up to a revision that a watch would show. */
  readonly advance: (revision: Revision) => void;
  /** Called whenever the endpoint has answered. */
  readonly onAnswer: () => void;
}

/** Milliseconds between two questions whether the endpoint still serves, and while the stream seems to lag behind. */
const EVERY = 2000;
const SOON = 250;

/**
 * Asks now and then how a stream of etcd does, and ends one that is of no use any more.
 *
 * | what it finds | what follows |
 * |---|---|
 * | the endpoint does not answer: it stands still, or is cut off | the stream is closed |
 * | the store has gone on, and the stream has been silent; etcd remembers an event that it has not brought, or no longer all events | the same |
 * | … and etcd remembers none: all events were such that no watch shows | the stream is taken to have come so far |
 *
 * etcd drops a stream that it cannot write to as fast as events come, at 100 of them, but leaves its connection open (issue 1074 of
 * etcd): it looks like one on which nothing happens.
 */
export class StreamProbe {
  readonly #options: StreamProbeOptions;
  #timer;
  #live = false;
  #cancelled = false;
  /** Where the store and the stream were at the last answer. */
  #reached: Revision = 0;
  #seen: Revision = 0;

  constructor(options: StreamProbeOptions) {
    this.#options = options;
    this.#timer = this.#later(EVERY);
  }

  /** From now on the stream is read: its silence means something. */
  live(): void {
    this.#live = true;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#timer.cancel();
  }

  async #ask(): Promise<void> {
    const { client, endpoint, stream, head, onAnswer } = this.#options;
    try {
      const index = await client.index(endpoint);
      if (this.#isSilent) await this.#judge();
      if (this.#cancelled) return;
      this.#reached = index;
      this.#seen = head();
      this.#timer = this.#later(this.#live && index > this.#seen ? SOON : EVERY);
      onAnswer();
    } catch (error) {
      stream.close(error as Error);
    }
  }

  /** Whether nothing has come since the last answer, though the store was ahead then. */
  get #isSilent(): boolean {
    const head = this.#options.head();
    return this.#live && !this.#cancelled && head === this.#seen && head < this.#reached;
  }

  async #judge(): Promise<void> {
    const { endpoint, past, advance } = this.#options;
    const missed = await past.has(endpoint, this.#seen + 1, this.#reached);
    if (!this.#isSilent) return;
    if (missed) throw new Failure('etcd has left out events in its watch', true);
    advance(this.#reached);
  }

  #later(milliseconds: number) {
    return this.#options.environment.timer(milliseconds, () => void this.#ask(), { unref: true });
  }
}
