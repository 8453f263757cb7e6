import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Observable, type Subscriber } from 'rxjs';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change, Committed, Entry, Guard, ListRange, Page, Revision, Storage, Write } from '../../../lib/storage/storage.js';
import type { Reply, Request, ServedStorage } from './storage-server.js';

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const SERVER = fileURLToPath(new URL(`./storage-server.${EXTENSION}`, import.meta.url));

interface Call {
  readonly writes: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: StorageError) => void;
}

/**
 * A store that runs in a process of its own, which can be killed and paused; calls go to it over the channel of node's `fork`.
 *
 * While no process runs, calls fail as `Unavailable`. When it ends amid a call, a commit fails as `Unknown`.
 */
export class StorageProcess implements Storage {
  readonly #served: ServedStorage;
  readonly #calls = new Map<number, Call>();
  readonly #watches = new Map<number, Subscriber<Change>>();
  #child: ChildProcess | undefined;
  #gone: Promise<unknown> = Promise.resolve();
  #errors = '';
  #id = 0;

  constructor(served: ServedStorage) {
    this.#served = served;
  }

  /** Starts a process; resolves when its store has started. */
  async start(): Promise<void> {
    await this.#gone;
    const child = fork(SERVER, [JSON.stringify(this.#served)], {
      serialization: 'advanced',
      execArgv: EXTENSION === 'ts' ? ['--import=tsx'] : [],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    child.on('error', (error) => (this.#errors += String(error)));
    const ready = new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', () => reject(new Error(`the store did not start:\n${this.#errors}`)));
    });
    // Answers that it has sent are read before the channel counts as disconnected.
    const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    this.#gone = ended.then(() => this.#abandon());
    await ready;
    child.on('message', (reply: Reply) => this.#settle(reply));
    this.#child = child;
  }

  /** Stops the store in order, and ends the process. */
  async stop(): Promise<void> {
    this.#child?.disconnect();
    this.#child = undefined;
    await this.#gone;
  }

  /** Ends the process with SIGKILL, and waits until it is gone and all its calls have failed. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
    await this.#gone;
  }

  /** Stops it in its tracks. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets it go on. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#call({ method: 'get', key });
  }

  list(prefix: string, range?: ListRange): Promise<Page> {
    return this.#call({ method: 'list', prefix, range });
  }

  commit(writes: readonly Write[], guards: readonly Guard[] = []): Promise<Committed> {
    return this.#call({ method: 'commit', writes, guards });
  }

  revision(): Promise<Revision> {
    return this.#call({ method: 'revision' });
  }

  compact(before: Revision): Promise<void> {
    return this.#call({ method: 'compact', before });
  }

  watch(prefix: string, since: Revision): Observable<Change> {
    return new Observable((subscriber) => {
      const id = this.#send({ method: 'watch', prefix, since });
      if (id === undefined) return subscriber.error(down());
      this.#watches.set(id, subscriber);
      return () => {
        if (this.#watches.delete(id)) this.#send({ method: 'unwatch', watch: id });
      };
    });
  }

  #call<T>(request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = this.#send(request);
      if (id === undefined) return reject(down());
      this.#calls.set(id, { writes: request.method === 'commit', resolve: resolve, reject });
    });
  }

  /** A channel that is no more takes nothing; what it took from us may or may not have arrived. */
  #send(request: Request): number | undefined {
    if (this.#child?.connected !== true) return undefined;
    const id = ++this.#id;
    this.#child.send({ id, request }, () => undefined); // when it fails the end of the process is near, and that settles the call
    return id;
  }

  #settle(reply: Reply): void {
    if ('changes' in reply) {
      for (const change of reply.changes) this.#watches.get(reply.id)?.next(change);
      return;
    }
    const call = this.#calls.get(reply.id);
    this.#calls.delete(reply.id);
    if ('value' in reply) return call?.resolve(reply.value as never);
    const { code, message, key, current } = reply.error;
    const error = new StorageError(code, message, { ...(key === undefined ? {} : { key }), current });
    const watch = this.#watches.get(reply.id);
    this.#watches.delete(reply.id);
    watch?.error(error);
    call?.reject(error);
  }

  #abandon(): void {
    const calls = [...this.#calls.values()];
    const watches = [...this.#watches.values()];
    this.#calls.clear();
    this.#watches.clear();
    for (const { writes, reject } of calls) reject(new StorageError(writes ? 'Unknown' : 'Unavailable', 'the process ended amid the call'));
    for (const watch of watches) watch.error(down());
  }
}

function down(): StorageError {
  return new StorageError('Unavailable', 'the process of the store does not run');
}
