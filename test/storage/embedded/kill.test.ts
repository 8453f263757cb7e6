import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { WriterProcess } from './writer-process.js';

/** More by `KUBELIB_KILL_ROUNDS`. */
const ROUNDS = Number(process.env['KUBELIB_KILL_ROUNDS'] ?? 20);

describe('EmbeddedStorage under kill -9', function () {
  this.timeout(ROUNDS * 5000);
  const directory = temporaryDirectory();

  it(`loses nothing acknowledged in ${ROUNDS} rounds, and never goes back in revision`, async () => {
    const acknowledged = new Map<number, number>();
    let first = 0;
    let highest = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const writer = new WriterProcess(directory(), { first, writers: 1 + (round % 3) * 16 });
      await writer.ready();
      await pause(1 + Math.random() * 200); // the moment of the blow is what is tested
      await writer.kill();
      for (const [number, revision] of writer.acknowledged) acknowledged.set(number, revision);

      const storage = new EmbeddedStorage({ directory: directory() });
      await storage.start();
      const page = await storage.list('/numbers/');
      const stored = new Map(page.entries.map((entry) => [numberOf(entry.value), entry.revision]));
      for (const [number, revision] of acknowledged) expect(stored.get(number), `key ${number} in round ${round}`).to.equal(revision);
      const revision = await storage.revision();
      expect(revision).to.be.at.least(highest);
      expect(new Set(stored.values()).size, 'a revision is given once').to.equal(stored.size);
      const latest = await storage.get('/latest');
      if (latest) expect(stored.get(Number(Buffer.from(latest.value).toString())), 'a commit is whole').to.equal(latest.revision);
      await storage.stop();
      highest = revision;
      first = Math.max(-1, ...stored.keys()) + 1;
    }
    expect(acknowledged.size).to.be.greaterThan(ROUNDS);
  });
});

function numberOf(value: Uint8Array): number {
  return (JSON.parse(Buffer.from(value).toString()) as { number: number }).number;
}
