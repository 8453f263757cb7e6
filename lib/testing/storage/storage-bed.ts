import assert from 'node:assert/strict';
import type { Observable, Subscription } from 'rxjs';
import { StorageError, type StorageErrorCode } from '../../storage/storage-error.js';
import type { Change, Entry, Guard, Page, Storage, StorageWatchOptions, Write } from '../../storage/storage.js';

/** Parts of the port that an adapter may be unable to serve. */
export type StorageFeature =
  | 'multi-key commits'
  | 'guards on other keys'
  | 'commits in order'
  | 'snapshot reads'
  | 'compaction'
  | 'progress'
  | 'requested progress'
  | 'awkward keys'
  | 'time to live';

/** Makes an empty store, not started. */
export type StorageFactory = () => Storage | Promise<Storage>;

/** What `storageConformance` must know of an adapter. */
export interface StorageConformanceOptions {
  /** Features that the adapter lacks, each with its reason; their tests are skipped and show it. Default: none. */
  readonly skip?: Readonly<Partial<Record<StorageFeature, string>>> | undefined;
  /** Writes in the largest commit of the suite. Default 1000. */
  readonly maxWrites?: number | undefined;
  /** Milliseconds for a test. Default 20,000. */
  readonly timeout?: number | undefined;
  /** Runs after each test, when the store has stopped: removes what the factory made. */
  readonly cleanup?: (() => Promise<void> | void) | undefined;
}

let beds = 0;

/** A started store with one test's own part of the key space, and the words in which the tests speak of it. */
export class StorageBed {
  /** Every key of a test begins with it, so that a shared store does as well as an empty one. */
  readonly prefix = `/registry/conformance/${process.pid}-${++beds}/`;
  readonly #recorders: Recorder[] = [];

  constructor(
    readonly storage: Storage,
    readonly options: StorageConformanceOptions,
  ) {}

  /** The full key of a name. */
  key(name: string): string {
    return this.prefix + name;
  }

  async put(name: string, value: string, ...guards: readonly Guard[]): Promise<Entry> {
    const { entries } = await this.storage.commit([this.write(name, value)], guards);
    return entries[0]!;
  }

  /** A put of a key that lives so many seconds. */
  async putFor(seconds: number, name: string, value: string, ...guards: readonly Guard[]): Promise<Entry> {
    const write = { type: 'put', key: this.key(name), value: Buffer.from(value), timeToLive: seconds } as const;
    const { entries } = await this.storage.commit([write], guards);
    return entries[0]!;
  }

  create(name: string, value: string): Promise<Entry> {
    return this.put(name, value, this.at(name, 0));
  }

  async remove(name: string, ...guards: readonly Guard[]): Promise<number> {
    const { revision } = await this.storage.commit([this.deletion(name)], guards);
    return revision;
  }

  get(name: string): Promise<Entry | undefined> {
    return this.storage.get(this.key(name));
  }

  /** A put, for a commit. */
  write(name: string, value: string): Write {
    return { type: 'put', key: this.key(name), value: Buffer.from(value) };
  }

  /** A delete, for a commit. */
  deletion(name: string): Write {
    return { type: 'delete', key: this.key(name) };
  }

  /** A guard. */
  at(name: string, revision: number): Guard {
    return { key: this.key(name), revision };
  }

  /** Many puts, a commit each, several at a time. */
  async fill(names: readonly string[], value: (name: string) => string = (name) => name): Promise<void> {
    const waiting = [...names];
    const worker = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await this.put(name, value(name));
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  }

  /** Opens a watch on this test's keys and writes down what comes. */
  watch(since: number, { below = '', ...options }: StorageWatchOptions & { below?: string } = {}): Recorder {
    return this.record(this.storage.watch(this.key(below), since, options));
  }

  record(changes: Observable<Change>, onChange?: (change: Change) => void): Recorder {
    const recorder = new Recorder(this.prefix, changes, onChange);
    this.#recorders.push(recorder);
    return recorder;
  }

  /** The page as `name=value` texts. */
  show({ entries }: Page): string[] {
    return entries.map((entry) => `${entry.key.slice(this.prefix.length)}=${textOf(entry)}`);
  }

  async stop(): Promise<void> {
    for (const recorder of this.#recorders) recorder.close();
    await this.storage.stop();
    await this.options.cleanup?.();
  }
}

/** Collects what a watch delivers. */
export class Recorder {
  readonly changes: Change[] = [];
  error: unknown;
  readonly #subscription: Subscription;
  readonly #prefix: string;
  #wake: (() => void)[] = [];

  constructor(prefix: string, changes: Observable<Change>, onChange?: (change: Change) => void) {
    this.#prefix = prefix;
    this.#subscription = changes.subscribe({
      next: (change) => {
        this.changes.push(change);
        onChange?.(change);
        this.#notify();
      },
      error: (error: unknown) => {
        this.error = error;
        this.#notify();
      },
    });
  }

  /** Everything but `progress`. */
  get events(): Exclude<Change, { type: 'progress' }>[] {
    return this.changes.filter((change) => change.type !== 'progress');
  }

  /** Events as texts: `+name=value` for a put, `-name` for a delete. */
  get shown(): string[] {
    return this.events.map((change) => {
      if (change.type === 'delete') return `-${change.previous.key.slice(this.#prefix.length)}`;
      return `+${change.entry.key.slice(this.#prefix.length)}=${textOf(change.entry)}`;
    });
  }

  close(): void {
    this.#subscription.unsubscribe();
  }

  /** Waits for `count` events, and gives their texts. */
  async take(count: number): Promise<string[]> {
    await this.until(() => this.events.length >= count);
    return this.shown;
  }

  /** Waits for the end of the watch, and checks its code. */
  async failsWith(code: StorageErrorCode): Promise<void> {
    await this.until(() => this.error !== undefined, true);
    assert.ok(StorageError.is(this.error, code), `expected StorageError ${code}, got ${String(this.error)}`);
  }

  /** Waits until `done` holds; the test's own time limit ends it. */
  async until(done: () => boolean, mayFail = false): Promise<void> {
    while (!done()) {
      if (this.error !== undefined && !mayFail) throw this.error as Error;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** The value as text. */
export function textOf(entry: Entry | undefined): string | undefined {
  return entry && Buffer.from(entry.value).toString();
}

/** Checks that the call fails with this code, and gives the error. */
export async function failsWith(code: StorageErrorCode, call: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await call.then(
    (value) => assert.fail(`expected StorageError ${code}, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(StorageError.is(error), `expected StorageError ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

/** Names `a0000`, `a0001`, … in order. */
export function numbered(count: number, letter = 'a'): string[] {
  return Array.from({ length: count }, (_, i) => letter + String(i).padStart(5, '0'));
}
