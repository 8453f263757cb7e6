import { expect } from 'chai';
import { checkHistory } from '../../support/linearizability/check.js';
import { forEachAdapter } from './adapters.js';
import { runClients } from './clients.js';
import { itSeeded } from './effort.js';
import { Recorder } from './recorder.js';

const KEYS = Array.from({ length: 12 }, (_, i) => `/k${i}`);
const LIVES = 5;

forEachAdapter('revisions of', (_, make) => {
  itSeeded('rise, and none is given twice, whatever is deleted, compacted and started again', async (random) => {
    const storage = make();
    await storage.start();
    const peer = storage.shared ? make() : storage;
    await peer.start();
    const recorder = new Recorder('/registry/revisions');
    const { operations } = recorder.history;
    let reached = 0;
    for (let life = 1; life <= LIVES; life++) {
      const enough = life * 300;
      const storageOf = (client: number) => (client % 2 === 0 ? storage : peer);
      await runClients({ recorder, random, keys: KEYS, storageOf, done: () => operations.length >= enough });
      const revision = await storage.revision();
      expect(revision).to.be.greaterThan(reached);
      await storage.compact(revision);
      expect(await storage.revision(), 'a compaction takes none').to.equal(revision);
      await storage.stop();
      await storage.start();
      reached = await storage.revision();
      expect(reached, 'a start takes none, and gives none back').to.equal(revision);
    }
    expect(checkHistory(recorder.history)).to.equal(undefined);
    await storage.stop();
    await peer.stop();
  }).timeout(60_000);
});
