import { Observable, type Subscriber } from 'rxjs';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type {
  Change,
  Committed,
  Entry,
  Guard,
  ListRange,
  Page,
  Revision,
  Storage,
  StorageReadOptions,
  StorageWatchOptions,
  Write,
} from '../../../lib/storage/storage.js';

type Call = 'start' | 'stop' | 'get' | 'list' | 'commit' | 'watch' | 'revision' | 'compact';

interface OpenWatch {
  readonly subscriber: Subscriber<Change>;
  readonly held: Change[];
}

/** A store in front of another one that counts its calls, and fails, dawdles and forgets as a test wants. */
export class TestEngine implements Storage {
  readonly calls: Record<Call, number> = { start: 0, stop: 0, get: 0, list: 0, commit: 0, watch: 0, revision: 0, compact: 0 };
  /** Runs before a call; what it throws or waits for, the call does. */
  before: (call: Call, ...args: readonly unknown[]) => Promise<void> | void = () => undefined;
  /** Runs after a call's answer is known, before it is given. */
  after: (call: Call) => Promise<void> | void = () => undefined;
  /** What watches deliver instead. Default: the change itself. */
  deliver: (change: Change) => readonly Change[] = (change) => [change];
  readonly #watches = new Set<OpenWatch>();
  #muted = false;

  constructor(public storage: Storage) {}

  get expires(): boolean | undefined {
    return this.storage.expires;
  }

  /** Open watches. */
  get watches(): number {
    return this.#watches.size;
  }

  async start(): Promise<void> {
    await this.#call('start', () => this.storage.start());
  }

  async stop(): Promise<void> {
    await this.#call('stop', () => this.storage.stop());
  }

  get(key: string, options?: StorageReadOptions): Promise<Entry | undefined> {
    return this.#call('get', () => this.storage.get(key, options));
  }

  list(prefix: string, range?: ListRange): Promise<Page> {
    return this.#call('list', () => this.storage.list(prefix, range), range);
  }

  commit(writes: readonly Write[], guards?: readonly Guard[]): Promise<Committed> {
    return this.#call('commit', () => this.storage.commit(writes, guards));
  }

  revision(): Promise<Revision> {
    return this.#call('revision', () => this.storage.revision());
  }

  compact(before: Revision): Promise<void> {
    return this.#call('compact', () => this.storage.compact(before));
  }

  watch(prefix: string, since: Revision, options?: StorageWatchOptions): Observable<Change> {
    return new Observable((subscriber) => {
      this.calls.watch++;
      const watch: OpenWatch = { subscriber, held: [] };
      this.#watches.add(watch);
      subscriber.add(() => this.#watches.delete(watch));
      try {
        void this.before('watch');
      } catch (error) {
        return subscriber.error(error);
      }
      subscriber.add(
        this.storage.watch(prefix, since, options).subscribe({
          next: (change) => (this.#muted ? watch.held.push(change) : this.#deliver(subscriber, change)),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
  }

  /** Holds back what watches would deliver, until {@link unmute}. */
  mute(): void {
    this.#muted = true;
  }

  unmute(): void {
    this.#muted = false;
    for (const { subscriber, held } of this.#watches) for (const change of held.splice(0)) this.#deliver(subscriber, change);
  }

  /** Ends all watches; what they hold back is lost with them. */
  breakWatches(error: StorageError = new StorageError('Unavailable', 'the connection is lost')): void {
    for (const { subscriber } of [...this.#watches]) subscriber.error(error);
  }

  /** Every call fails and every watch ends, until {@link up}. */
  down(): void {
    this.before = (call) => {
      if (call !== 'stop') throw new StorageError('Unavailable', 'the engine is down');
    };
    this.breakWatches();
  }

  up(): void {
    this.before = () => undefined;
  }

  #deliver(subscriber: Subscriber<Change>, change: Change): void {
    for (const one of this.deliver(change)) subscriber.next(one);
  }

  async #call<T>(call: Call, run: () => Promise<T>, ...args: readonly unknown[]): Promise<T> {
    this.calls[call]++;
    await this.before(call, ...args);
    const answer = await run();
    await this.after(call);
    return answer;
  }
}

/** What holds a call back until it is opened. */
export class Latch {
  readonly opened: Promise<void>;
  open!: () => void;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}
