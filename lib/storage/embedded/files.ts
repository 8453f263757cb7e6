import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a data directory, each kind oldest first. */
export interface DataFiles {
  readonly segments: readonly { readonly name: string; readonly sequence: number }[];
  readonly snapshots: readonly { readonly name: string; readonly revision: number }[];
}

const TEMPORARY = '.tmp';

/** The name of a log segment. */
export function segmentName(sequence: number): string {
  return `log-${String(sequence).padStart(10, '0')}`;
}

/** The name of the snapshot of a revision. */
export function snapshotName(revision: number): string {
  return `snapshot-${String(revision).padStart(16, '0')}`;
}

/** Removes what was being made when the last process ended. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) if (name.endsWith(TEMPORARY)) await rm(join(directory, name), { force: true });
}

/** Looks what is there. */
export async function findFiles(directory: string): Promise<DataFiles> {
  const names = (await readdir(directory)).sort();
  const numbered = (pattern: RegExp) =>
    names.flatMap((name) => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [{ name, number: Number(number) }];
    });
  return {
    segments: numbered(/^log-(\d{10})$/).map(({ name, number }) => ({ name, sequence: number })),
    snapshots: numbered(/^snapshot-(\d{16})$/).map(({ name, number }) => ({ name, revision: number })),
  };
}

/** Makes a file that is either whole and durable under its name, or not there. `fill` writes it. */
export async function createFile(directory: string, name: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(directory, name + TEMPORARY);
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(directory, name));
    await syncDirectory(directory);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // directories cannot be opened there
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all of it. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
