import { expect } from 'chai';
import { Subscription } from 'rxjs';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { CachedStorage, type CachedStorageOptions } from '../../../lib/storage/cached/cached-storage.js';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { StorageError, type StorageErrorCode } from '../../../lib/storage/storage-error.js';
import type { Change, Entry, Storage } from '../../../lib/storage/storage.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { TestEngine } from './test-engine.js';

/** What a watch of a test has brought so far. */
export interface Seen {
  readonly changes: Change[];
  /** The code of the error that ended it. */
  ended: string | undefined;
  close(): void;
}

/** A cache over an engine in memory, in virtual time. */
export class CachedBed {
  readonly environment = new VirtualEnvironment();
  readonly logger = new RecordingLogger();
  readonly engine = new TestEngine(new MemoryStorage());
  readonly cache: CachedStorage;

  constructor(options: CachedStorageOptions = {}) {
    this.cache = new CachedStorage(this.engine, { environment: this.environment, logger: this.logger, ...options });
  }

  /** Starts engine and cache, with these keys in the engine before the cache loads it. */
  static async started(options: CachedStorageOptions = {}, names: readonly string[] = []): Promise<CachedBed> {
    const bed = new CachedBed(options);
    await bed.engine.storage.start();
    for (const name of names) await bed.foreign(name, name);
    await bed.cache.start();
    return bed;
  }

  /** A put through the cache. */
  put(name: string, value = ''): Promise<Entry> {
    return put(this.cache, name, value);
  }

  /** A put past the cache, as by another process. */
  foreign(name: string, value = ''): Promise<Entry> {
    return put(this.engine.storage, name, value);
  }

  watch(since: number, prefix = '/registry/', options = {}): Seen {
    const subscription = new Subscription();
    const seen: Seen = { changes: [], ended: undefined, close: () => subscription.unsubscribe() };
    subscription.add(
      this.cache.watch(prefix, since, options).subscribe({
        next: (change) => seen.changes.push(change),
        error: (error: StorageError) => (seen.ended = error.code),
      }),
    );
    return seen;
  }

  async names(range = {}): Promise<string[]> {
    return namesOf(this.cache, range);
  }

  /** Lets all that was set going settle, without time passing. */
  settle(): Promise<void> {
    return this.environment.advance(0);
  }

  /** What a promise has come to when all has settled. */
  async outcomeOf<T>(promise: Promise<T>): Promise<T | string> {
    let outcome: T | string = 'pending';
    promise.then(
      (value) => (outcome = value),
      (error: unknown) => (outcome = StorageError.is(error) ? error.code : String(error)),
    );
    await this.settle();
    return outcome;
  }

  /** Stops, and checks that nothing is left. */
  async stop(): Promise<void> {
    await this.cache.stop();
    expect(this.engine.watches, 'watches of the engine').to.equal(0);
    await this.settle();
    expect(this.environment.pendingTimers, 'timers').to.equal(0);
  }
}

export async function put(storage: Storage, name: string, value: string): Promise<Entry> {
  const { entries } = await storage.commit([{ type: 'put', key: `/registry/${name}`, value: Buffer.from(value) }]);
  return entries[0]!;
}

export async function namesOf(storage: Storage, range = {}): Promise<string[]> {
  return (await storage.list('/registry/', range)).entries.map(({ key }) => key.slice('/registry/'.length));
}

export async function failure(promise: Promise<unknown>): Promise<StorageErrorCode | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !StorageError.is(error)) throw error as Error;
  return error?.code;
}
