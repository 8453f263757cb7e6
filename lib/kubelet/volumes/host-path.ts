import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Stats } from 'node:fs';
import type { HostPathVolumeSource } from 'kubernetes-types/core/v1.js';
import { VolumeError } from './volume-error.js';

const CHECKS: Readonly<Record<string, { readonly fits: (found: Stats) => boolean; readonly what: string }>> = {
  Directory: { fits: (found) => found.isDirectory(), what: 'a directory' },
  DirectoryOrCreate: { fits: (found) => found.isDirectory(), what: 'a directory' },
  File: { fits: (found) => found.isFile(), what: 'a file' },
  FileOrCreate: { fits: (found) => found.isFile(), what: 'a file' },
  Socket: { fits: (found) => found.isSocket(), what: 'a socket file' },
  CharDevice: { fits: (found) => found.isCharacterDevice(), what: 'a character device' },
  BlockDevice: { fits: (found) => found.isBlockDevice(), what: 'a block device' },
};

/** A path of the host, made or checked as its type says; gives the path. */
export async function hostPath({ path, type = '' }: HostPathVolumeSource): Promise<string> {
  const check = CHECKS[type];
  if (!check) return path;
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate') await touch(path);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found || !check.fits(found)) throw new VolumeError(`hostPath type check failed: ${path} is not ${check.what}`);
  return path;
}

async function touch(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await (await open(path, 'a', 0o644)).close();
}
