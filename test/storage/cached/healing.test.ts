import { expect } from 'chai';
import { MemoryStorage } from '../../../lib/storage/memory/memory-storage.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import { CachedBed, failure, put } from './cached-bed.js';
import { Latch } from './test-engine.js';

const shown = (bed: CachedBed, entries: readonly { key: string; value: Uint8Array }[]) =>
  entries.map(({ key, value }) => `${key.slice('/registry/'.length)}=${Buffer.from(value).toString()}`);

describe('A CachedStorage whose engine fails', () => {
  it('keeps watches open, answers what may be old, and refuses the rest, until the engine is back', async () => {
    const bed = await CachedBed.started({}, ['a']);
    const seen = bed.watch(await bed.cache.revision());
    bed.engine.down();
    await bed.foreign('b');
    expect(await bed.names({ notBefore: 0 })).to.deep.equal(['a']);
    expect(await failure(bed.names())).to.equal('Unavailable');
    expect(await failure(bed.put('c'))).to.equal('Unavailable');
    await bed.environment.advance(60_000);
    expect(seen.changes).to.deep.equal([]);
    bed.engine.up();
    await bed.environment.advance(5_000);
    expect(seen.ended).to.equal(undefined);
    expect(seen.changes.map((change) => change.revision)).to.deep.equal([3]);
    expect(await bed.names()).to.deep.equal(['a', 'b']);
    expect(bed.engine.calls.list, 'nothing was loaded again').to.equal(1);
    await bed.stop();
  });

  it('comes back to it more and more slowly, and says why', async () => {
    const bed = await CachedBed.started();
    bed.engine.down();
    await bed.environment.advance(60_000);
    const { revision } = bed.engine.calls;
    expect(revision).to.be.within(10, 30);
    expect(bed.logger.messages('warn')).to.have.length(revision + 1);
    await bed.stop();
  });

  it('lets a watch that ends in good order be followed by another', async () => {
    const bed = await CachedBed.started();
    const seen = bed.watch(1);
    bed.engine.breakWatches();
    await bed.foreign('a');
    await bed.environment.advance(100);
    await bed.foreign('b');
    await bed.settle();
    expect(seen.changes.map((change) => change.revision)).to.deep.equal([2, 3]);
    await bed.stop();
  });

  it('answers a commit that is safe, though no watch brings it', async () => {
    const bed = await CachedBed.started();
    bed.engine.mute();
    const commit = bed.put('a', 'safe');
    expect(await bed.outcomeOf(commit)).to.equal('pending');
    bed.engine.breakWatches();
    const entry = await commit;
    expect(entry.value.toString()).to.equal('safe');
    bed.engine.unmute();
    bed.engine.down();
    bed.engine.before = (call) => {
      if (call === 'watch') throw new StorageError('Unavailable', 'no watches');
    };
    expect((await bed.put('b')).key).to.equal('/registry/b');
    expect(await bed.names({ notBefore: 0 })).to.deep.equal([]);
    await bed.stop();
  });

  it('answers a commit in the end when the watch is open but silent, and opens another', async () => {
    const bed = await CachedBed.started({ patience: 3_000 });
    bed.engine.mute();
    const commit = bed.put('a');
    await bed.environment.advance(2_900);
    expect(await bed.outcomeOf(commit)).to.equal('pending');
    await bed.environment.advance(200);
    expect((await commit).key).to.equal('/registry/a');
    await bed.environment.advance(100);
    expect(bed.engine.calls.watch).to.equal(2);
    bed.engine.unmute();
    expect(await bed.names()).to.deep.equal(['a']);
    await bed.stop();
  });

  it('says that the outcome of a commit is unknown when the engine says so', async () => {
    const bed = await CachedBed.started();
    bed.engine.after = (call) => {
      if (call === 'commit') throw new StorageError('Unknown', 'the connection was lost');
    };
    expect(await failure(bed.put('a'))).to.equal('Unknown');
    expect(await bed.names()).to.deep.equal(['a']);
    await bed.stop();
  });
});

describe('A CachedStorage whose engine has forgotten where it was', () => {
  async function forgotten(): Promise<CachedBed> {
    const bed = await CachedBed.started({ pageSize: 2 }, ['a', 'b', 'c', 'd']);
    bed.engine.breakWatches();
    await bed.foreign('b', 'new');
    await bed.engine.storage.commit([{ type: 'delete', key: '/registry/c' }]);
    await bed.engine.storage.compact(await bed.engine.storage.revision());
    return bed;
  }

  it('loads everything again, ends its watches with Compacted, and forgets its own past', async () => {
    const bed = await forgotten();
    const old = await bed.cache.list('/registry/', { notBefore: 0 });
    const seen = bed.watch(old.revision);
    await bed.environment.advance(1_000);
    expect(seen.ended).to.equal('Compacted');
    expect(shown(bed, (await bed.cache.list('/registry/')).entries)).to.deep.equal(['a=a', 'b=new', 'd=d']);
    expect(await failure(bed.names({ revision: old.revision }))).to.equal('Compacted');
    expect(bed.watch(old.revision).ended).to.equal('Compacted');
    const again = bed.watch(await bed.cache.revision());
    await bed.put('e');
    expect(again.changes).to.have.length(1);
    again.close();
    await bed.stop();
  });

  it('keeps the entries that have not changed', async () => {
    const bed = await forgotten();
    const old = await bed.cache.list('/registry/', { notBefore: 0 });
    await bed.environment.advance(1_000);
    const present = await bed.cache.list('/registry/');
    expect(present.entries[0]).to.equal(old.entries[0]);
    expect(present.entries[2]).to.equal(old.entries[3]);
    expect(present.entries[1]).to.not.equal(old.entries[1]);
    await bed.stop();
  });

  it('shows the old state or the new one, never a part', async () => {
    const bed = await forgotten();
    const latch = new Latch();
    bed.engine.after = (call) => (call === 'list' && bed.engine.calls.list === 4 ? latch.opened : undefined);
    const seen = bed.watch((await bed.cache.list('/registry/', { notBefore: 0 })).revision);
    const fresh = bed.names();
    await bed.environment.advance(500);
    expect(bed.engine.calls.list).to.equal(4);
    expect(await bed.names({ notBefore: 0 })).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(seen.ended).to.equal(undefined);
    expect(await bed.outcomeOf(fresh)).to.equal('pending');
    latch.open();
    expect(await fresh).to.deep.equal(['a', 'b', 'd']);
    expect(seen.ended).to.equal('Compacted');
    await bed.stop();
  });

  it('refuses reads of the latest state when loading takes too long', async () => {
    const bed = await forgotten();
    bed.engine.before = (call) => {
      if (call === 'list') throw new StorageError('Unavailable', 'not now');
    };
    const read = failure(bed.names());
    await bed.environment.advance(3_100);
    expect(await read).to.equal('Unavailable');
    await bed.stop();
  });

  it('loads again when the state it was loading is forgotten, too', async () => {
    const bed = await forgotten();
    let compactions = 0;
    bed.engine.after = async (call) => {
      if (call !== 'list' || compactions++ > 2) return;
      await bed.foreign('x', String(compactions));
      await bed.engine.storage.compact(await bed.engine.storage.revision());
    };
    await bed.environment.advance(5_000);
    expect(shown(bed, (await bed.cache.list('/registry/')).entries)).to.deep.equal(['a=a', 'b=new', 'd=d', 'x=3']);
    await bed.stop();
  });
});

describe('A CachedStorage whose engine is not the one it was', () => {
  /** The cache is at revision 6; the engine that takes the place of its own is at 4, and differs. */
  async function setBack(): Promise<CachedBed> {
    const bed = await CachedBed.started({}, ['a', 'b', 'c', 'd', 'e']);
    const backup = new MemoryStorage();
    await backup.start();
    await put(backup, 'a', 'a');
    await put(backup, 'b', 'other');
    await put(backup, 'z', 'z');
    const replaced = bed.engine.storage;
    bed.engine.storage = backup;
    await replaced.stop();
    return bed;
  }

  it('loads everything when it opens its watch again', async () => {
    const bed = await setBack();
    const seen = bed.watch(6);
    await bed.environment.advance(1_000);
    expect(seen.ended).to.equal('Compacted');
    const page = await bed.cache.list('/registry/');
    expect(shown(bed, page.entries)).to.deep.equal(['a=a', 'b=other', 'z=z']);
    expect(page.revision).to.equal(4);
    await bed.put('later');
    expect(await bed.names()).to.deep.equal(['a', 'b', 'later', 'z']);
    await bed.stop();
  });

  it('does not answer from the other engine’s state meanwhile', async () => {
    const bed = await CachedBed.started({}, ['a', 'b', 'c']);
    bed.engine.after = (call) => {
      if (call === 'revision') bed.engine.after = () => undefined;
    };
    const backup = new MemoryStorage();
    await backup.start();
    await put(backup, 'z', 'z');
    bed.engine.storage = backup; // its watch is still that of the old one, and says nothing
    expect(await failure(bed.names())).to.equal('Unavailable');
    await bed.environment.advance(1_000);
    expect(await bed.names()).to.deep.equal(['z']);
    await bed.stop();
  });

  it('loads everything when a change is missing', async () => {
    const bed = await CachedBed.started({}, ['a']);
    bed.engine.deliver = (change) => (change.revision === 3 ? [] : [change]);
    await bed.foreign('a', 'left out');
    await bed.foreign('a', 'next');
    await bed.foreign('b', '');
    await bed.environment.advance(1_000);
    expect(shown(bed, (await bed.cache.list('/registry/')).entries)).to.deep.equal(['a=next', 'b=']);
    expect(bed.engine.calls.list).to.equal(2);
    await bed.stop();
  });

  it('loads everything when a change comes twice', async () => {
    const bed = await CachedBed.started({}, ['a']);
    let twice = true;
    bed.engine.deliver = (change) => (change.type !== 'progress' && twice ? [change, { ...change, revision: 1 }] : [change]);
    await bed.foreign('b');
    twice = false;
    const read = bed.names();
    expect(await bed.outcomeOf(read), 'what is there is not trusted').to.equal('pending');
    await bed.environment.advance(1_000);
    expect(await read).to.deep.equal(['a', 'b']);
    expect(bed.engine.calls.list).to.equal(2);
    await bed.stop();
  });
});

describe('Starting and stopping a CachedStorage', () => {
  it('tries until the engine can be loaded', async () => {
    const bed = new CachedBed();
    await bed.engine.storage.start();
    await bed.foreign('a');
    bed.engine.before = (call) => {
      if (call === 'list' && bed.engine.calls.list < 4) throw new StorageError('Unavailable', 'not yet');
    };
    const started = bed.cache.start();
    expect(await bed.outcomeOf(started)).to.equal('pending');
    expect(await failure(bed.names())).to.equal('Unavailable');
    await bed.environment.advance(1_000);
    await started;
    expect(await bed.names()).to.deep.equal(['a']);
    await bed.stop();
  });

  it('gives up on an engine that will not do, and stops it', async () => {
    const bed = new CachedBed();
    bed.engine.before = (call) => {
      if (call === 'list') throw new StorageError('Corrupt', 'damaged');
    };
    expect(await failure(bed.cache.start())).to.equal('Corrupt');
    expect(bed.engine.calls.stop).to.equal(1);
    await bed.stop();
  });

  it('can be stopped while it waits for the engine, and while the engine does not answer', async () => {
    for (const fails of [true, false]) {
      const bed = new CachedBed();
      const latch = new Latch();
      bed.engine.before = (call) => {
        if (call !== 'list') return;
        if (fails) throw new StorageError('Unavailable', 'not yet');
        return latch.opened;
      };
      const started = failure(bed.cache.start());
      await bed.settle();
      await bed.stop();
      expect(await started).to.equal('Unavailable');
      latch.open();
      await bed.settle();
    }
  });

  it('ends watches and waiting reads, answers safe commits, and stops the engine', async () => {
    const bed = await CachedBed.started();
    const seen = bed.watch(1, '/registry/', { progressEvery: 50 });
    bed.engine.mute();
    await bed.foreign('a');
    const read = failure(bed.names());
    const future = failure(bed.names({ notBefore: 1000 }));
    const commit = bed.put('b');
    await bed.settle();
    await bed.stop();
    expect([await read, await future]).to.deep.equal(['Unavailable', 'Unavailable']);
    expect((await commit).key).to.equal('/registry/b');
    expect(seen.ended).to.equal('Unavailable');
    expect(bed.engine.calls.stop).to.equal(1);
  });

  it('leaves nothing behind when it is stopped while the engine is down', async () => {
    const bed = await CachedBed.started();
    bed.engine.down();
    await bed.environment.advance(10_000);
    await bed.stop();
  });

  it('can be started again', async () => {
    const bed = await CachedBed.started({}, ['a']);
    await bed.stop();
    await bed.cache.start();
    await bed.put('b');
    expect(await bed.names()).to.deep.equal(['a', 'b']);
    await bed.stop();
  });
});

describe('Keys outside of the prefix of a CachedStorage', () => {
  it('are refused, in reads, watches, writes and guards', async () => {
    const bed = await CachedBed.started();
    const value = Buffer.from('');
    const calls = [
      bed.cache.get('/elsewhere'),
      bed.cache.list('/'),
      bed.cache.commit([{ type: 'put', key: '/elsewhere', value }]),
      bed.cache.commit([{ type: 'put', key: '/registry/a', value }], [{ key: '/elsewhere', revision: 0 }]),
    ];
    for (const call of calls) expect(await failure(call)).to.equal('Unsupported');
    expect(bed.watch(1, '/').ended).to.equal('Unsupported');
    expect(bed.engine.calls.commit).to.equal(0);
    await bed.stop();
  });

  it('are left alone in the engine', async () => {
    const bed = await CachedBed.started({ prefix: '/registry/pods/' });
    const seen = bed.watch(1, '/registry/pods/');
    const outside = { type: 'put', key: '/registry/other/a', value: Buffer.from('') } as const;
    await bed.engine.storage.commit([outside, { ...outside, key: '/registry/pods/a' }]);
    await bed.engine.storage.commit([outside]);
    expect(await bed.cache.revision()).to.equal(3);
    expect(seen.changes).to.have.length(1);
    expect((await bed.cache.list('/registry/pods/')).entries).to.have.length(1);
    await bed.stop();
  });
});

describe('compact of a CachedStorage', () => {
  it('forgets in the engine and in the cache', async () => {
    const bed = await CachedBed.started();
    const { revision } = await bed.put('a');
    await bed.put('b');
    await bed.put('c');
    await bed.cache.compact(revision + 1);
    for (const storage of [bed.cache, bed.engine.storage]) {
      expect(await failure(storage.list('/registry/', { revision }))).to.equal('Compacted');
    }
    expect(bed.watch(revision).ended).to.equal('Compacted');
    expect(bed.watch(revision + 1).changes).to.have.length(1);
    await bed.stop();
  });
});
