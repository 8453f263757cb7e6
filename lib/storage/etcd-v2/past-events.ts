import type { Environment } from '../../base/environment.js';
import type { Revision } from '../storage.js';
import type { EtcdEvent, EtcdV2Client } from './etcd-v2-client.js';

/** What {@link PastEvents} needs. */
export interface PastEventsOptions {
  readonly client: EtcdV2Client;
  readonly environment: Environment;
  /** Aborts when nobody wants them any more. */
  readonly signal: AbortSignal;
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
        const event = await this.#first(endpoint, index, to);
        if (event === undefined) last = Math.min(last, index - 1);
        else events.set(event.node.modifiedIndex, event);
      }
    };
    await Promise.all(Array.from({ length: FETCHERS }, fetching)).finally(() => (last = 0));
    return [...events.values()].sort((a, b) => a.node.modifiedIndex - b.node.modifiedIndex);
  }

  /** The first event from `index` to `last`; undefined when there is none. */
  async #first(endpoint: number, index: Revision, last: Revision): Promise<EtcdEvent | undefined> {
    const { client, environment, signal, onLate } = this.#options;
    const poll = client.watch(endpoint, index);
    const found = new Promise<EtcdEvent>((resolve) => poll.each(resolve));
    const isWanted = (event: EtcdEvent) => event.node.modifiedIndex <= last;
    try {
      await poll.opened;
      const none = client.index(endpoint).then(() => environment.sleep(GRACE, signal));
      const event = await Promise.race([found, none.then(() => undefined)]);
      if (event !== undefined) return isWanted(event) ? event : undefined;
    } catch (error) {
      poll.close();
      throw error;
    }
    // The poll stays open until the next event, to tell should this have been wrong.
    void found.then((event) => isWanted(event) && onLate());
    return undefined;
  }
}
