/**
 * Makes a golden data directory with the version at hand, once for each format of its files:
 * `npx tsx test/storage/embedded/golden/make.ts v1`. One that is committed stays as it is for ever: later versions must open it.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { EmbeddedStorage } from '../../../../lib/storage/embedded/embedded-storage.js';
import type { Write } from '../../../../lib/storage/storage.js';
import { eventually } from '../../../support/eventually.js';

/** A change or an entry, as `expected.json` has it; values in base64. */
interface Line {
  readonly revision: number;
  readonly key: string;
  readonly value?: string;
}

const SEGMENT = 4096;
const [name = ''] = process.argv.slice(2);
const home = fileURLToPath(new URL(`./${name}/`, import.meta.url));
await mkdir(home); // fails when it is there
const directory = `${home}data`;

const changes: Line[] = [];
const entries = new Map<string, Line>();
const text = (value: string) => Buffer.from(value);

async function commit(storage: EmbeddedStorage, writes: readonly Write[]): Promise<void> {
  const { revision } = await storage.commit(writes);
  for (const write of writes) {
    const { key } = write;
    const line = write.type === 'put' ? { revision, key, value: Buffer.from(write.value).toString('base64') } : { revision, key };
    changes.push(line);
    if (write.type === 'put') entries.set(key, line);
    else entries.delete(key);
  }
}

async function fill(storage: EmbeddedStorage, part: string): Promise<void> {
  for (let i = 0; i < 8; i++) {
    await commit(storage, [
      {
        type: 'put',
        key: `/registry/pods/default/pod-${i}`,
        value: text(JSON.stringify({ kind: 'Pod', part, i, filling: 'x'.repeat(300) })),
      },
      { type: 'put', key: '/registry/services/specs/größe/😀', value: text(`{"part":"${part} ${i} ä€😀"}`) },
    ]);
  }
  await commit(storage, [{ type: 'put', key: `/registry/controllers/default/${part}`, value: Buffer.from([0, 1, 127, 128, 254, 255]) }]);
  await commit(storage, [{ type: 'put', key: `/registry/empty/${part}`, value: Buffer.alloc(0) }]);
  await commit(storage, [
    { type: 'delete', key: '/registry/pods/default/pod-7' },
    { type: 'delete', key: '/registry/pods/default/pod-3' },
    { type: 'put', key: '/registry/minions/node-1', value: text(`{"part":"${part}"}`) },
  ]);
}

let storage = new EmbeddedStorage({ directory, segmentBytes: SEGMENT, checkpointBytes: 3 * SEGMENT });
await storage.start();
await eventually(async () => {
  await fill(storage, 'old');
  return (await readdir(directory)).some((file) => /^snapshot-\d+$/.test(file));
});
await storage.stop();
storage = new EmbeddedStorage({ directory, segmentBytes: SEGMENT, checkpointBytes: Infinity });
await storage.start();
await fill(storage, 'new');
const compacted = (await storage.revision()) - 15;
await storage.compact(compacted);
await commit(storage, [{ type: 'delete', key: '/registry/empty/old' }]);
await fill(storage, 'last');
const revision = await storage.revision();
await storage.stop();
const floor = (await readdir(directory)).filter((file) => file.startsWith('snapshot')).map((file) => Number(file.slice(9)))[0]!;
const kept = { revision, compacted, entries: [...entries.values()], changes: changes.filter((change) => change.revision > floor) };
await writeFile(`${home}expected.json`, `${JSON.stringify(kept, undefined, 2)}\n`);
