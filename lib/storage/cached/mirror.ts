import { fromEvent, ignoreElements, lastValueFrom, merge, Subject, takeUntil, tap } from 'rxjs';
import { Backoff } from '../../base/backoff.js';
import type { Environment, Timer } from '../../base/environment.js';
import type { Logger } from '../../base/logger.js';
import { pause } from '../../base/pause.js';
import type { HistoryLimits } from '../memory/history.js';
import { OrderedTree } from '../memory/ordered-tree.js';
import { RevisionedTree } from '../memory/revisioned-tree.js';
import { StorageError, type StorageErrorCode } from '../storage-error.js';
import type { Entry, Revision, Storage } from '../storage.js';
import { CommitFeed, LostHistory } from './commit-feed.js';
import { loadSnapshot } from './load-snapshot.js';
import { RevisionGate } from './revision-gate.js';

/** What a {@link Mirror} needs. */
export interface MirrorOptions {
  readonly engine: Storage;
  readonly prefix: string;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly history: HistoryLimits | undefined;
  /** Entries a page while loading. */
  readonly pageSize: number;
  /** Milliseconds that {@link Mirror.reach} and {@link Mirror.seen} wait. */
  readonly patience: number;
  /** Makes an entry fit to be kept. */
  readonly keep: (entry: Entry) => Entry;
}

/** Milliseconds between two progress changes that nobody asked for. */
const PROGRESS_EVERY = 1_000;
/** Milliseconds after which progress is asked for again while a reader waits. */
const ASK_AGAIN = 50;
const RETRY = { first: 50, max: 5_000, jitter: 0.5 };
/** What cannot be mended by trying again. */
const FINAL: readonly StorageErrorCode[] = ['Corrupt', 'Unsupported', 'TooLarge'];

/**
 * Keeps a copy of what an engine holds under a prefix: loads it, follows it by one watch, and heals.
 *
 * | what happens | what follows |
 * |---|---|
 * | the watch ends | it is opened again from where it was, after a delay that grows |
 * | the engine has forgotten where it was | everything is loaded again; the new state takes the place of the old one at once, and watches of the old one end with `Compacted` |
 * | the engine's revision has gone back, or changes are missing | the same |
 * | the first load fails for good | {@link start} rejects |
 *
 * Meanwhile the copy stays as it was.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #backoff: Backoff;
  /** Readers. They stay while the watch is broken. */
  readonly #readers: RevisionGate;
  /** Writers, whose commits are safe already. They leave when the watch breaks. */
  readonly #writers: RevisionGate;
  readonly #progressRequests = new Subject<void>();
  readonly #reopen = new Subject<StorageError>();
  #tree: RevisionedTree | undefined;
  #following = false;
  /** Everything must be loaded. */
  #lost = true;
  #stopped = false;
  #asking = false;
  #askAgain: Timer | undefined;
  #end = Promise.resolve();

  constructor(options: MirrorOptions) {
    const { environment, patience } = options;
    this.#options = options;
    this.#backoff = new Backoff({ ...RETRY, environment });
    this.#readers = new RevisionGate(environment, patience);
    this.#writers = new RevisionGate(environment, patience);
  }

  /** The copy; `undefined` until {@link start} has loaded it. Another one after everything had to be loaded again. */
  get tree(): RevisionedTree | undefined {
    return this.#tree;
  }

  /** Whether a watch of the engine is open. */
  get following(): boolean {
    return this.#following;
  }

  /** Loads the copy, and follows the engine until the signal aborts. Tries for ever while the engine is out of reach. */
  start(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopped = () => reject(new StorageError('Unavailable', 'stopped before the store could be loaded'));
      this.#end = this.#run(signal, resolve).then(stopped, reject);
    });
  }

  /** Resolves when nothing runs any more, once the signal has aborted. Ends all watches with this error. */
  async stop(error: StorageError): Promise<void> {
    this.#stopped = true;
    this.#tree?.end(error);
    this.#readers.giveUp();
    this.#writers.giveUp();
    this.#askAgain?.cancel();
    await this.#end;
  }

  /** Whether the copy is good, and has come to a revision; asks the engine for progress while it has not, and waits for a while. */
  async reach(revision: Revision): Promise<boolean> {
    if (this.#has(revision)) return true;
    if (this.#stopped) return false;
    const reached = this.#readers.wait(revision);
    this.#ask();
    return reached;
  }

  /** Waits until the copy has a commit, unless there is no watch that could bring it. */
  async seen(revision: Revision): Promise<void> {
    if (this.#has(revision) || !this.#following) return;
    const seen = await this.#writers.wait(revision);
    if (!seen && this.#following) this.doubt(`it has not brought the commit at revision ${revision}`);
  }

  /** Opens another watch of the engine: this one is silent, though it should not be. */
  doubt(reason: string): void {
    this.#reopen.next(new StorageError('Unavailable', `the watch of the store is given up: ${reason}`));
  }

  /** Loads everything again: the engine is not the one it was. */
  distrust(): void {
    this.#lost = true;
    this.#reopen.next(new StorageError('Unavailable', 'the revision of the store has gone back'));
  }

  #has(revision: Revision): boolean {
    return !this.#lost && this.#tree !== undefined && this.#tree.revision >= revision;
  }

  async #run(signal: AbortSignal, onFollowing: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!this.#lost && (await orAborted(signal, this.#hasGoneBack()))) this.#lost = true;
        if (this.#lost) await this.#load(signal);
        await this.#follow(this.#tree!, signal, onFollowing);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#tree === undefined && FINAL.some((code) => StorageError.is(error, code))) throw error;
        await this.#recover(error, signal);
      }
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { environment, logger } = this.#options;
    this.#lost ||= error instanceof LostHistory || StorageError.is(error, 'Compacted');
    const delay = this.#backoff.next();
    logger.warn(this.#lost ? 'the cache loads the store again' : 'the cache watches the store again', { error, delay });
    await pause(environment, delay, signal); // aborted: the caller looks
  }

  /** A watch from a revision that is yet to come would leave out what comes up to it. */
  async #hasGoneBack(): Promise<boolean> {
    const known = this.#tree?.revision ?? 0;
    return (await this.#options.engine.revision()) < known;
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { environment, history } = this.#options;
    const old = this.#tree;
    const base = await orAborted(signal, loadSnapshot({ ...this.#options, known: old?.head.tree ?? OrderedTree.empty }));
    this.#tree = new RevisionedTree({ environment, history, base });
    this.#lost = false;
    old?.end(new StorageError('Compacted', `everything was loaded again, at revision ${base.revision}`));
    this.#readers.open(base.revision);
  }

  /** Follows the engine until its watch ends; rejects then. */
  async #follow(tree: RevisionedTree, signal: AbortSignal, onFollowing: () => void): Promise<void> {
    const { engine, prefix, keep } = this.#options;
    const feed = new CommitFeed({ tree, keep, onReached: (revision) => this.#onReached(revision) });
    const options = { progressEvery: PROGRESS_EVERY, progressRequests: this.#progressRequests };
    const changes = engine.watch(prefix, tree.revision, options).pipe(
      tap((change) => feed.add(change)),
      takeUntil(merge(fromEvent(signal, 'abort'), this.#reopen.pipe(tap(raise)))),
      ignoreElements(),
    );
    const end = lastValueFrom(changes, { defaultValue: undefined });
    this.#following = true;
    onFollowing();
    try {
      await end;
    } finally {
      this.#following = false;
      this.#writers.giveUp();
    }
    throw new StorageError('Unavailable', 'the store has ended its watch');
  }

  #onReached(revision: Revision): void {
    this.#readers.open(revision);
    this.#writers.open(revision);
  }

  /** Asks once for all readers of a turn, then now and then as long as one waits. */
  #ask(): void {
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      this.#progressRequests.next();
    });
    this.#askAgain ??= this.#options.environment.timer(ASK_AGAIN, () => {
      this.#askAgain = undefined;
      if (this.#readers.size > 0) this.#ask();
    });
  }
}

/** The promise's outcome, unless the signal aborts first: nobody waits for an engine that does not answer. */
function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new StorageError('Unavailable', 'stopped'));
    const settled = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(settled);
  });
}

function raise(error: StorageError): never {
  throw error;
}
