/** The process of `StorageProcess`: serves a store to its parent until that hangs up. */
import type { Subscription } from 'rxjs';
import { EmbeddedStorage, type EmbeddedStorageOptions } from '../../../lib/storage/embedded/embedded-storage.js';
import { StorageError, type StorageErrorCode } from '../../../lib/storage/storage-error.js';
import type { Change, Entry, Guard, ListRange, Revision, Storage, Write } from '../../../lib/storage/storage.js';

/** Which store to serve, and its options. */
export type ServedStorage = { readonly engine: 'embedded' } & Pick<
  EmbeddedStorageOptions,
  'directory' | 'segmentBytes' | 'checkpointBytes' | 'history'
>;

/** A call. */
export type Request =
  | { readonly method: 'get'; readonly key: string }
  | { readonly method: 'list'; readonly prefix: string; readonly range: ListRange | undefined }
  | { readonly method: 'commit'; readonly writes: readonly Write[]; readonly guards: readonly Guard[] }
  | { readonly method: 'revision' }
  | { readonly method: 'compact'; readonly before: Revision }
  | { readonly method: 'watch'; readonly prefix: string; readonly since: Revision }
  | { readonly method: 'unwatch'; readonly watch: number };

/** What is answered: once to a call, any number of changes to a watch, and at most one error to either. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly changes: readonly Change[] }
  | {
      readonly id: number;
      readonly error: { code: StorageErrorCode; message: string; key: string | undefined; current: Entry | undefined };
    };

if (process.send !== undefined) await serve(storageOf(JSON.parse(process.argv[2] ?? '') as ServedStorage));

function storageOf({ engine, ...options }: ServedStorage): Storage {
  switch (engine) {
    case 'embedded':
      return new EmbeddedStorage(options);
  }
}

async function serve(storage: Storage): Promise<void> {
  const watches = new Map<number, Subscription>();
  const reply = (message: Reply) => process.send!(message, () => undefined); // a parent that is gone needs no answer
  await storage.start();
  process.on('message', ({ id, request }: { id: number; request: Request }) => {
    if (request.method === 'watch') return watch(id, request.prefix, request.since);
    if (request.method === 'unwatch') return watches.get(request.watch)?.unsubscribe();
    call(request).then(
      (value) => reply({ id, value }),
      (error: unknown) => reply({ id, error: plain(error) }),
    );
  });
  process.on('disconnect', () => void storage.stop());
  process.send!('ready');

  function call(request: Exclude<Request, { method: 'watch' | 'unwatch' }>): Promise<unknown> {
    switch (request.method) {
      case 'get':
        return storage.get(request.key);
      case 'list':
        return storage.list(request.prefix, request.range);
      case 'commit':
        return storage.commit(request.writes, request.guards);
      case 'revision':
        return storage.revision();
      case 'compact':
        return storage.compact(request.before);
    }
  }

  /** Changes of one go travel together, so that a commit arrives whole. */
  function watch(id: number, prefix: string, since: Revision): void {
    let changes: Change[] = [];
    const flush = () => {
      if (changes.length > 0) reply({ id, changes });
      changes = [];
    };
    const subscription = storage.watch(prefix, since).subscribe({
      next: (change) => {
        if (changes.push(change) === 1) queueMicrotask(flush);
      },
      error: (error: unknown) => {
        flush();
        reply({ id, error: plain(error) });
      },
    });
    watches.set(id, subscription);
  }
}

function plain(error: unknown) {
  if (!StorageError.is(error)) throw error;
  const { code, message, key, current } = error;
  return { code, message, key, current };
}
