import { expect } from 'chai';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { MemoryStorage, type MemoryStorageOptions } from '../../../lib/storage/memory/memory-storage.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change } from '../../../lib/storage/storage.js';
import { storageConformance } from '../../../lib/testing/storage-conformance.js';

storageConformance('MemoryStorage', () => new MemoryStorage(), {
  skip: { 'time to live': 'it keeps what is put until it is deleted' },
});

describe('MemoryStorage', () => {
  async function started(options?: MemoryStorageOptions): Promise<MemoryStorage> {
    const storage = new MemoryStorage(options);
    await storage.start();
    return storage;
  }
  const put = (storage: MemoryStorage, key: string, size = 1) => storage.commit([{ type: 'put', key, value: Buffer.alloc(size) }]);

  function outcomeOf(storage: MemoryStorage, since: number): number | string {
    let outcome: number | string = 0;
    storage
      .watch('/', since)
      .subscribe({
        next: () => (outcome = typeof outcome === 'number' ? outcome + 1 : outcome),
        error: (error: StorageError) => (outcome = error.code),
      })
      .unsubscribe();
    return outcome;
  }

  it('gives the same entry object as long as nobody writes it, from every kind of read', async () => {
    const storage = await started();
    const { entries, revision } = await put(storage, '/a');
    for (let i = 0; i < 100; i++) await put(storage, `/other-${i}`);
    expect(await storage.get('/a')).to.equal(entries[0]);
    expect((await storage.list('/a')).entries[0]).to.equal(entries[0]);
    expect((await storage.list('/a', { revision })).entries[0]).to.equal(entries[0]);
    const seen: Change[] = [];
    storage
      .watch('/a', revision - 1)
      .subscribe((change) => seen.push(change))
      .unsubscribe();
    expect(seen[0]?.type === 'put' && seen[0].entry).to.equal(entries[0]);
  });

  it('gives all watches of a change the same change object', async () => {
    const storage = await started();
    const seen: Change[] = [];
    for (const prefix of ['/', '/a', '/a/']) storage.watch(prefix, 1).subscribe((change) => seen.push(change));
    await put(storage, '/a/b');
    expect(seen).to.have.length(3);
    expect(new Set(seen).size).to.equal(1);
  });

  it('calls watches before the commit resolves', async () => {
    const storage = await started();
    const order: string[] = [];
    storage.watch('/', 1).subscribe(() => order.push('watch'));
    await put(storage, '/a').then(() => order.push('answer'));
    expect(order).to.deep.equal(['watch', 'answer']);
  });

  it('begins at revision 1, and adds one a commit', async () => {
    const storage = await started();
    expect(await storage.revision()).to.equal(1);
    expect((await put(storage, '/a')).revision).to.equal(2);
    expect((await put(storage, '/a')).revision).to.equal(3);
  });

  it('forgets history over its count', async () => {
    const storage = await started({ history: { count: 10 } });
    for (let i = 0; i < 30; i++) await put(storage, '/a');
    expect(outcomeOf(storage, 20)).to.equal('Compacted');
    expect(outcomeOf(storage, 21)).to.equal(10);
    const error: unknown = await storage.list('/', { revision: 20 }).catch((reason: unknown) => reason);
    expect(StorageError.is(error, 'Compacted')).to.equal(true);
    expect((await storage.list('/', { revision: 21 })).entries[0]?.revision).to.equal(21);
  });

  it('forgets history over its bytes, which count replaced values alone', async () => {
    const storage = await started({ history: { bytes: 100_000 } });
    for (let i = 0; i < 50; i++) await put(storage, `/new-${i}`, 10_000);
    expect(outcomeOf(storage, 1)).to.equal(50);
    for (let i = 0; i < 50; i++) await put(storage, '/same', 10_000);
    expect(outcomeOf(storage, 1)).to.equal('Compacted');
    const now = await storage.revision();
    expect(outcomeOf(storage, now - 8)).to.equal(8);
    expect(outcomeOf(storage, now - 12)).to.equal('Compacted');
  });

  it('forgets history over its age', async () => {
    const environment = new VirtualEnvironment();
    const storage = await started({ environment, history: { age: 60_000 } });
    await put(storage, '/a');
    await environment.advance(59_000);
    await put(storage, '/a');
    expect(outcomeOf(storage, 1)).to.equal(2);
    await environment.advance(2_000);
    await put(storage, '/a');
    expect(outcomeOf(storage, 1)).to.equal('Compacted');
    expect(outcomeOf(storage, 2)).to.equal(2);
  });

  it('reports progress by the clock of its environment, and stops with the watch', async () => {
    const environment = new VirtualEnvironment();
    const storage = await started({ environment });
    const seen: string[] = [];
    const watch = storage.watch('/', 1, { progressEvery: 1000 }).subscribe((change) => seen.push(`${change.type} ${change.revision}`));
    await environment.advance(2500);
    await put(storage, '/a');
    await environment.advance(1000);
    watch.unsubscribe();
    await environment.advance(10_000);
    expect(seen).to.deep.equal(['progress 1', 'progress 1', 'progress 1', 'put 2', 'progress 2']);
  });

  it('does not visit watches of other prefixes', async () => {
    const storage = await started();
    for (let i = 0; i < 20_000; i++) storage.watch(`/services/ns-${i}/`, 1).subscribe();
    let seen = 0;
    storage.watch('/pods/', 1).subscribe(() => seen++);
    const start = performance.now();
    for (let i = 0; i < 2000; i++) await put(storage, `/pods/p${i}`);
    // Visiting all would be 40 million visits, which no machine does in this time.
    expect(performance.now() - start).to.be.lessThan(1500);
    expect(seen).to.equal(2000);
  });

  it('still holds what it held when it is started again', async () => {
    const storage = await started();
    await put(storage, '/a');
    await storage.stop();
    await storage.start();
    expect(await storage.get('/a')).to.not.equal(undefined);
    expect(outcomeOf(storage, 1)).to.equal(1);
  });

  it('refuses a commit over its limit', async () => {
    const storage = await started({ maxCommitBytes: 1000 });
    const error: unknown = await put(storage, '/a', 1000).catch((reason: unknown) => reason);
    expect(StorageError.is(error, 'TooLarge')).to.equal(true);
    await put(storage, '/a', 900);
  });
});
