import type { Subscriber } from 'rxjs';
import type { Environment } from '../../base/environment.js';
import type { Change, Revision, StorageWatchOptions } from '../storage.js';
import type { ChangeFeed } from './change-feed.js';
import { storageErrorOf } from './etcd-v2-error.js';

/** What {@link watchFeed} takes. */
export interface FeedWatchOptions extends StorageWatchOptions {
  readonly prefix: string;
  readonly since: Revision;
  readonly environment: Environment;
}

/** One watch of a feed: waits until its history is known, replays it, and goes on with what comes. */
export function watchFeed(feed: ChangeFeed, options: FeedWatchOptions, subscriber: Subscriber<Change>): void {
  const { prefix, since, environment, progressEvery, progressRequests } = options;
  const report = () => subscriber.next({ type: 'progress', revision: Math.max(since, feed.head) });
  const begin = async () => {
    await feed.cover(since);
    if (subscriber.closed) return;
    subscriber.add(feed.subscribe(prefix, since, subscriber));
    if (progressEvery !== undefined) {
      await feed.settles(); // what was acknowledged before the watch began may still be on its way
      if (!subscriber.closed) subscriber.add(repeat(environment, progressEvery, report));
    }
    if (progressRequests !== undefined && !subscriber.closed) subscriber.add(progressRequests.subscribe(() => queueMicrotask(report))); // not amid a delivery
  };
  begin().catch((error: unknown) => subscriber.error(storageErrorOf(error)));
}

/** Calls now and then every so often; gives what stops it. */
function repeat(environment: Environment, every: number, report: () => void): () => void {
  report();
  const again = () => {
    timer = environment.timer(every, again, { unref: true });
    report();
  };
  let timer = environment.timer(every, again, { unref: true });
  return () => timer.cancel();
}
