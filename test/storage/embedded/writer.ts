/** A process that writes numbered keys into an embedded store and prints each acknowledgement, until it is killed. */
import { writeSync } from 'node:fs';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';

const [directory = '', first = '0', writers = '8'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);
const storage = new EmbeddedStorage({ directory, segmentBytes: 128 * 1024, checkpointBytes: 512 * 1024 });
await storage.start();
say('ready');

let next = Number(first);
async function write(): Promise<void> {
  for (;;) {
    const number = next++;
    const value = Buffer.from(JSON.stringify({ number, filling: 'x'.repeat((number * 7919) % 3000) }));
    const { revision } = await storage.commit([
      { type: 'put', key: `/numbers/${String(number).padStart(8, '0')}`, value },
      { type: 'put', key: '/latest', value: Buffer.from(String(number)) },
    ]);
    say(`${number} ${revision}`);
  }
}
await Promise.all(Array.from({ length: Number(writers) }, write));
