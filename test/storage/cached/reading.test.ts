import { expect } from 'chai';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change, Entry } from '../../../lib/storage/storage.js';
import { CachedBed, failure, namesOf, put } from './cached-bed.js';
import { Latch } from './test-engine.js';
import { CachedStorage } from '../../../lib/storage/cached/cached-storage.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `k${String(i).padStart(4, '0')}`);

describe('What a CachedStorage reads of its engine', () => {
  it('is each entry once, and its revision; lists, gets and watches come from memory', async () => {
    const bed = await CachedBed.started({ pageSize: 100 }, numbers(1000));
    const past = await bed.cache.revision();
    const calls = { ...bed.engine.calls };
    expect(calls).to.include({ list: 10, watch: 1, get: 0 });
    for (let i = 0; i < 1000; i++) {
      const since = await bed.cache.revision();
      const seen = bed.watch(since);
      await bed.put('k0000', String(i));
      expect(seen.changes).to.have.length(1);
      expect(await bed.names({ limit: 10 })).to.have.length(10);
      expect((await bed.cache.list('/registry/', { revision: past })).entries).to.have.length(1000);
      expect((await bed.cache.get('/registry/k0000'))?.value.toString()).to.equal(String(i));
      seen.close();
    }
    expect(bed.engine.calls).to.include({ list: 10, watch: 1, get: 0 });
    await bed.stop();
  });

  it('is nothing at all for reads that may be old, reads of the past, and watches', async () => {
    const bed = await CachedBed.started({}, ['a']);
    const { revision } = await bed.put('b');
    const calls = { ...bed.engine.calls };
    await bed.cache.list('/registry/', { notBefore: 0 });
    await bed.cache.list('/registry/', { notBefore: revision });
    await bed.cache.get('/registry/a', { notBefore: revision });
    await bed.cache.list('/registry/', { revision });
    bed.watch(revision).close();
    expect(bed.engine.calls).to.deep.equal(calls);
    await bed.stop();
  });

  it('is all of one revision, though others write while it is loaded in pages', async () => {
    const bed = new CachedBed({ pageSize: 10 });
    await bed.engine.storage.start();
    for (const name of numbers(95)) await bed.foreign(name, 'old');
    bed.engine.before = async (call) => {
      if (call !== 'list') return;
      await bed.foreign(`k${String(bed.engine.calls.list * 7).padStart(4, '0')}`, 'new');
      await bed.foreign(`late${bed.engine.calls.list}`);
    };
    await bed.cache.start();
    expect(bed.engine.calls.list).to.equal(10);
    const values = new Map((await bed.cache.list('/registry/')).entries.map((entry) => [entry.key, entry.value.toString()]));
    for (const { key, value } of (await bed.engine.storage.list('/registry/')).entries)
      expect(values.get(key), key).to.equal(value.toString());
    await bed.stop();
  });

  it('is asked for at once where the engine cannot read the past', async () => {
    const bed = new CachedBed({ pageSize: 10 });
    await bed.engine.storage.start();
    for (const name of numbers(25)) await bed.foreign(name);
    const unlimited: boolean[] = [];
    bed.engine.before = (call, range) => {
      if (call !== 'list') return;
      unlimited.push((range as { limit?: number } | undefined)?.limit === undefined);
      if ((range as { revision?: number } | undefined)?.revision !== undefined) throw new StorageError('Unsupported', 'only the latest');
    };
    await bed.cache.start();
    expect(await bed.names()).to.deep.equal(numbers(25));
    expect(unlimited).to.deep.equal([false, false, true]);
    await bed.stop();
  });
});

describe('A read of the latest state from a CachedStorage', () => {
  it('shares the question with all who wait at the same time', async () => {
    const bed = await CachedBed.started({}, ['a']);
    const latch = new Latch();
    bed.engine.after = (call) => (call === 'revision' ? latch.opened : undefined);
    const { revision: before } = bed.engine.calls;
    const first = Array.from({ length: 10 }, () => bed.cache.get('/registry/a'));
    await bed.settle();
    expect(bed.engine.calls.revision - before).to.equal(1);
    const second = Array.from({ length: 100 }, () => bed.cache.list('/registry/'));
    await bed.settle();
    expect(bed.engine.calls.revision - before).to.equal(1);
    latch.open();
    await Promise.all([...first, ...second]);
    expect(bed.engine.calls.revision - before).to.equal(2);
    await bed.stop();
  });

  it('never takes the answer to a question that was sent before it began', async () => {
    const bed = await CachedBed.started({}, ['a']);
    const latch = new Latch();
    bed.engine.after = (call) => (call === 'revision' ? latch.opened : undefined);
    bed.engine.mute();
    const early = bed.cache.get('/registry/a');
    await bed.settle();
    await bed.foreign('a', 'new');
    const late = bed.cache.get('/registry/a');
    latch.open();
    expect((await early)?.value.toString(), 'may be old: it began before the write').to.equal('a');
    expect(await bed.outcomeOf(late)).to.equal('pending');
    bed.engine.unmute();
    expect((await late)?.value.toString()).to.equal('new');
    await bed.stop();
  });

  it('does not wait for ever behind a question that is not answered', async () => {
    const bed = await CachedBed.started({}, ['a']);
    const latch = new Latch();
    bed.engine.after = () => latch.opened;
    void bed.cache.get('/registry/a');
    await bed.settle();
    bed.engine.after = () => undefined;
    const second = bed.cache.get('/registry/a');
    expect(await bed.outcomeOf(second)).to.equal('pending');
    await bed.environment.advance(200);
    expect((await second)?.key).to.equal('/registry/a');
    latch.open();
    await bed.stop();
  });

  it('sees at once what was written through another cache of the same engine', async () => {
    const bed = await CachedBed.started();
    const other = new CachedStorage(bed.engine.storage, { environment: bed.environment });
    await other.start();
    for (let i = 0; i < 300; i++) {
      bed.engine.mute(); // the change is on its way while the read begins
      const { revision } = await put(other, 'a', String(i));
      const read = Promise.all([bed.cache.get('/registry/a'), bed.cache.list('/registry/'), bed.cache.revision()]);
      await Promise.resolve();
      bed.engine.unmute();
      const [entry, page, latest] = await read;
      expect(entry?.value.toString()).to.equal(String(i));
      expect(page.entries[0]).to.equal(entry);
      expect(Math.min(page.revision, latest)).to.be.at.least(revision);
    }
    await other.stop();
    await bed.stop();
  });

  it('does not wait for the clock when only other keys have changed', async () => {
    const bed = await CachedBed.started({}, ['a']);
    for (let i = 0; i < 10; i++) {
      const { revision } = await bed.engine.storage.commit([{ type: 'put', key: '/elsewhere/x', value: Buffer.from('x') }]);
      const read = await bed.outcomeOf(bed.cache.list('/registry/'));
      expect(read).to.have.property('revision', revision);
    }
    await bed.stop();
  });

  it('asks an engine that has not come so far again', async () => {
    const bed = await CachedBed.started({}, ['a']);
    let lag = 3;
    bed.engine.deliver = (change) => (change.type === 'progress' && lag-- > 0 ? [{ ...change, revision: change.revision - 1 }] : [change]);
    await bed.engine.storage.commit([{ type: 'put', key: '/elsewhere/x', value: Buffer.from('x') }]);
    const read = bed.cache.get('/registry/a');
    expect(await bed.outcomeOf(read)).to.equal('pending');
    await bed.environment.advance(200);
    expect((await read)?.key).to.equal('/registry/a');
    await bed.stop();
  });

  it('is Unavailable after a while when the cache does not catch up, and the silent watch is opened anew', async () => {
    const bed = await CachedBed.started({ patience: 3000 }, ['a']);
    bed.engine.mute();
    await bed.foreign('b');
    const read = bed.outcomeOf(bed.cache.list('/registry/'));
    const code = failure(bed.cache.get('/registry/a'));
    expect(await read).to.equal('pending');
    await bed.environment.advance(2900);
    bed.engine.unmute = () => undefined; // what the old watch holds back never comes
    await bed.environment.advance(200);
    expect(await code).to.equal('Unavailable');
    expect(bed.engine.calls.watch).to.equal(2);
    await bed.stop();
  });
});

describe('A read from a CachedStorage that may be old', () => {
  it('is answered from what is there, though the engine is ahead', async () => {
    const bed = await CachedBed.started({}, ['a']);
    bed.engine.mute();
    await bed.foreign('b');
    expect(await bed.outcomeOf(bed.names({ notBefore: 0 }))).to.deep.equal(['a']);
    await bed.stop();
  });

  it('waits for the revision that it names', async () => {
    const bed = await CachedBed.started({}, ['a']);
    bed.engine.mute();
    const { revision } = await bed.foreign('b');
    const read = bed.names({ notBefore: revision });
    expect(await bed.outcomeOf(read)).to.equal('pending');
    bed.engine.unmute();
    expect(await read).to.deep.equal(['a', 'b']);
    await bed.stop();
  });

  it('is told that the revision lies in the future after a while, which disturbs nobody', async () => {
    const bed = await CachedBed.started({ patience: 3000 }, ['a']);
    const code = failure(bed.cache.get('/registry/a', { notBefore: 1_000_000 }));
    await bed.environment.advance(2900);
    expect((await bed.cache.get('/registry/a'))?.key).to.equal('/registry/a');
    await bed.environment.advance(200);
    expect(await code).to.equal('FutureRevision');
    expect(bed.engine.calls.watch).to.equal(1);
    await bed.stop();
  });

  it('of a snapshot that the cache has not reached waits for the engine’s word', async () => {
    const bed = await CachedBed.started({}, ['a']);
    bed.engine.mute();
    const { revision } = await bed.foreign('b');
    const read = namesOf(bed.cache, { revision });
    expect(await bed.outcomeOf(read)).to.equal('pending');
    bed.engine.unmute();
    expect(await read).to.deep.equal(['a', 'b']);
    expect(await failure(namesOf(bed.cache, { revision: revision + 1 }))).to.equal('FutureRevision');
    await bed.stop();
  });
});

describe('The entries of a CachedStorage', () => {
  /** As an engine on the network would give them: other objects, with slices of something large. */
  function copied(entry: Entry): Entry {
    const large = Buffer.alloc(100_000);
    large.set(entry.value, 500);
    return { ...entry, value: large.subarray(500, 500 + entry.value.length) };
  }
  const distant = (change: Change): Change[] => {
    if (change.type === 'progress') return [change];
    if (change.type === 'delete') return [{ ...change, previous: copied(change.previous) }];
    return [{ ...change, entry: copied(change.entry), previous: change.previous && copied(change.previous) }];
  };

  it('are the same objects in commits, reads and watches, and have the writer’s bytes', async () => {
    const bed = await CachedBed.started();
    bed.engine.deliver = distant;
    const seen = bed.watch(1);
    const value = Buffer.from('{"written":"here"}');
    const { entries } = await bed.cache.commit([{ type: 'put', key: '/registry/a', value }]);
    expect(entries[0]?.value).to.equal(value);
    expect(await bed.cache.get('/registry/a')).to.equal(entries[0]);
    expect((await bed.cache.list('/registry/')).entries[0]).to.equal(entries[0]);
    const removed = await bed.cache.commit([{ type: 'delete', key: '/registry/a' }]);
    expect(removed.entries[0]).to.equal(entries[0]);
    expect(seen.changes[0]).to.have.property('entry', entries[0]);
    expect(seen.changes[1]).to.have.property('previous', entries[0]);
    await bed.stop();
  });

  it('keep no more memory alive than they have bytes', async () => {
    const bed = await CachedBed.started({}, ['loaded']);
    bed.engine.deliver = distant;
    await bed.foreign('watched', 'by another');
    for (const { value } of (await bed.cache.list('/registry/')).entries) expect(value.buffer.byteLength).to.equal(value.length);
    await bed.stop();
  });

  it('are the engine’s own where it shares them', async () => {
    const bed = await CachedBed.started();
    const value = Uint8Array.from([123, 125]);
    await bed.engine.storage.commit([{ type: 'put', key: '/registry/a', value }]);
    const entry = await bed.cache.get('/registry/a');
    expect(entry).to.equal(await bed.engine.storage.get('/registry/a'));
    await bed.stop();
  });
});
