import type { Environment, Timer } from '../../base/environment.js';
import type { Revision } from '../storage.js';
import type { EtcdEvent, EtcdV2Client } from './etcd-v2-client.js';
import { Failure } from './etcd-v2-error.js';
import type { WatchRequest } from './watch-request.js';

/** What {@link PastEvents} needs. */
export interface PastEventsOptions {
  readonly client: EtcdV2Client;
  readonly environment: Environment;
  /** Called when an event arrives that was thought not to exist. */
  readonly onLate: () => void;
}

/** Milliseconds that an event, which etcd has when it answers another request, may take to arrive on its own connection. */
const GRACE = 200;

/** Events that are fetched at a time. */
const FETCHERS = 32;

/** The events that etcd remembers, which it gives one at a time: the first at or after an index. */
export class PastEvents {
  readonly #options: PastEventsOptions;

  constructor(options: PastEventsOptions) {
    this.#options = options;
  }

  /** Those from one index to another, which the endpoint has passed. Many at a time, as etcd forgets while it is being written. */
  async fetch(endpoint: number, from: Revision, to: Revision): Promise<EtcdEvent[]> {
    const events = new Map<Revision, EtcdEvent>();
    let next = from;
    let last = to;
    const fetching = async () => {
      while (next <= last) {
        const index = next++;
        const event = await this.#first(endpoint, index, to, (found) => this.#lookOut(found, to));
        if (event === undefined) last = Math.min(last, index - 1);
        else events.set(event.node.modifiedIndex, event);
      }
    };
    await Promise.all(Array.from({ length: FETCHERS }, fetching)).finally(() => (last = 0));
    return [...events.values()].sort((a, b) => a.node.modifiedIndex - b.node.modifiedIndex);
  }

  /** Whether there is one from an index to another, which the endpoint has passed. */
  async has(endpoint: number, from: Revision, to: Revision): Promise<boolean> {
    const event = await this.#first(endpoint, from, to, (_, poll) => poll.close());
    return event !== undefined;
  }

  /** The first event from `index` to `last`; undefined when there is none, and then `onNone` gets the question, which is still open. */
  async #first(
    endpoint: number,
    index: Revision,
    last: Revision,
    onNone: (found: Promise<EtcdEvent>, poll: WatchRequest) => void,
  ): Promise<EtcdEvent | undefined> {
    const { client } = this.#options;
    const poll = client.watch(endpoint, index);
    const found = new Promise<EtcdEvent>((resolve) => poll.each(resolve));
    const next = Promise.race([found, poll.ended.then(failed)]);
    next.catch(() => undefined); // also when nobody waits for it any more
    try {
      await poll.opened;
      let event = await this.#soon(next);
      if (event === undefined) {
        await client.index(endpoint);
        event = await this.#soon(next);
      }
      if (event !== undefined) return event.node.modifiedIndex <= last ? event : undefined;
    } catch (error) {
      poll.close();
      throw error;
    }
    onNone(found, poll);
    return undefined;
  }

  /** Waits for the next event, to tell should one have come up that was thought not to exist. */
  #lookOut(found: Promise<EtcdEvent>, last: Revision): void {
    void found.then((event) => {
      if (event.node.modifiedIndex <= last) this.#options.onLate();
    });
  }

  /** What comes within {@link GRACE}. */
  async #soon(next: Promise<EtcdEvent>): Promise<EtcdEvent | undefined> {
    let timer: Timer | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = this.#options.environment.timer(GRACE, () => resolve(undefined));
    });
    try {
      return await Promise.race([next, late]);
    } finally {
      timer?.cancel();
    }
  }
}

function failed(reason: Error | undefined): never {
  throw reason ?? new Failure('etcd has ended the request for an event', true);
}
