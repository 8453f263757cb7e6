import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { EmbeddedStorage } from '../../../lib/storage/embedded/embedded-storage.js';
import { StorageError } from '../../../lib/storage/storage-error.js';
import type { Change } from '../../../lib/storage/storage.js';
import { rejection } from '../../support/rejection.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** Data directories that older versions, and the first of this format, have left: see `golden/make.ts`. */
const GOLDEN = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './golden/' : '../../../../test/storage/embedded/golden/', import.meta.url),
);

interface Line {
  readonly revision: number;
  readonly key: string;
  /** Base64; absent in a delete. */
  readonly value?: string;
}

interface Expected {
  readonly revision: number;
  readonly compacted: number;
  readonly entries: readonly Line[];
  /** All after the snapshot. */
  readonly changes: readonly Line[];
}

describe('the files of EmbeddedStorage', () => {
  const root = temporaryDirectory();
  const directory = () => join(root(), 'data');
  const versions = readdirSync(GOLDEN).filter((name) => name.startsWith('v'));
  const open = () => new EmbeddedStorage({ directory: directory() });
  const copy = (version: string) => cp(join(GOLDEN, version, 'data'), directory(), { recursive: true });

  it('are golden in at least one version', () => expect(versions).to.include('v1'));

  for (const version of versions) {
    it(`of ${version} open in this version, with all that was in them, and can be gone on with`, async () => {
      const expected = JSON.parse(await readFile(join(GOLDEN, version, 'expected.json'), 'utf8')) as Expected;
      await copy(version);
      const names = await readdir(directory());
      expect(names.filter((name) => name.startsWith('log'))).to.have.length.greaterThan(2);
      expect(names.filter((name) => name.startsWith('snapshot'))).to.have.length(1);

      for (let opened = 0; opened < 3; opened++) {
        const storage = open();
        await storage.start();
        expect(await storage.revision()).to.equal(expected.revision + opened);
        const { entries } = await storage.list('/registry/');
        expect(entries.map(lineOf)).to.deep.equal(
          [...expected.entries].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
        );
        expect(await changesSince(storage, expected.compacted)).to.deep.equal(
          expected.changes.filter(({ revision }) => revision > expected.compacted),
        );
        expect(await changesSince(storage, expected.compacted - 1)).to.equal('Compacted');
        const { revision } = await storage.commit([{ type: 'put', key: '/later', value: Buffer.from('x') }]);
        expect(revision).to.equal(expected.revision + opened + 1);
        await storage.stop();
      }
    });
  }

  const kinds = { log: 28, snapshot: 60 }; // where the checksum of the header stands

  for (const [kind, checksum] of Object.entries(kinds)) {
    it(`are refused when a ${kind} has a newer format, with its name and both formats, and stay as they are`, async () => {
      await copy('v1');
      const name = (await readdir(directory())).filter((file) => file.startsWith(kind)).at(-1)!;
      const file = join(directory(), name);
      const bytes = await readFile(file);
      bytes.writeUInt32LE(2, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(0, checksum)), checksum);
      await writeFile(file, bytes);
      const before = await contents();
      const error = await rejection(open().start());
      expect(StorageError.is(error, 'Unsupported'), String(error)).to.equal(true);
      expect((error as Error).message).to.equal(
        `${file} has format 2, and this version of kubelib reads format 1: open it with a newer version`,
      );
      expect(await contents()).to.deep.equal(before);
    });
  }

  async function contents(): Promise<Record<string, string>> {
    const names = (await readdir(directory())).sort();
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(directory(), name), 'base64')] as const)),
    );
  }
});

function lineOf({ revision, key, value }: { revision: number; key: string; value: Uint8Array }): Line {
  return { revision, key, value: Buffer.from(value).toString('base64') };
}

/** What a watch tells of `/registry/`; the code of its error when it fails. */
async function changesSince(storage: EmbeddedStorage, since: number): Promise<Line[] | string> {
  const changes: Change[] = [];
  let failure = '';
  storage
    .watch('/registry/', since)
    .subscribe({ next: (change) => changes.push(change), error: (error: StorageError) => (failure ||= error.code) })
    .unsubscribe();
  const lines = changes.flatMap((change): Line[] => {
    if (change.type === 'progress') return [];
    return change.type === 'put' ? [lineOf(change.entry)] : [{ revision: change.revision, key: change.previous.key }];
  });
  return Promise.resolve(failure || lines);
}
