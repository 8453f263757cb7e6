import { chownSync, lstatSync, mkdirSync, readlinkSync, realpathSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import type { ContainerConfig, Mount } from '../container-runtime.js';
import { RuntimeError } from '../runtime-error.js';
import { hasCode } from './state-files.js';

/**
 * Makes the directory that a container takes for its root: each mount is a symbolic link in it, at the mount's path.
 * Mounts of a shorter path come first, so that one inside another lands in the outer one, as on a real mount table.
 */
export function makeContainerRoot(root: string, { mounts, runAsUser, runAsGroup }: ContainerConfig): void {
  mkdirSync(root, { recursive: true });
  if (runAsUser !== undefined || runAsGroup !== undefined) giveTo(root, runAsUser ?? process.getuid!(), runAsGroup ?? process.getgid!());
  const allowed = [realpathSync(root)];
  for (const mount of [...mounts].sort((a, b) => a.containerPath.length - b.containerPath.length)) {
    linkMount(root, mount, allowed);
    allowed.push(realpathOrSelf(mount.hostPath));
  }
}

/** A path of the container as a path of the host. `..` does not lead out of the root. */
export function hostPathOf(root: string, containerPath: string): string {
  return join(root, posix.normalize(`/${containerPath}`));
}

function giveTo(root: string, user: number, group: number): void {
  try {
    chownSync(root, user, group);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) throw error;
    throw new RuntimeError('Invalid', `running as user ${user}, group ${group} needs a kubelib that runs as root`, { cause: error });
  }
}

function linkMount(root: string, { hostPath, containerPath }: Mount, allowed: readonly string[]): void {
  const link = hostPathOf(root, containerPath);
  if (link === join(root, sep))
    throw new RuntimeError('Invalid', `the process runtime cannot mount a volume at ${containerPath}, the container's root itself`);
  const parent = dirname(link);
  mkdirSync(parent, { recursive: true });
  const real = realpathSync(parent);
  if (!allowed.some((directory) => real === directory || real.startsWith(directory + sep))) {
    throw new RuntimeError('Invalid', `the mount at ${containerPath} would be made outside the container: ${parent} leads to ${real}`);
  }
  makeRoom(link, hostPath, containerPath);
}

/** A link of an earlier start and an empty directory give way; what holds files does not. */
function makeRoom(link: string, hostPath: string, containerPath: string): void {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && readlinkSync(link) === hostPath) return;
  try {
    if (there?.isSymbolicLink()) unlinkSync(link);
    else if (there) rmdirSync(link);
    symlinkSync(hostPath, link);
  } catch (error) {
    throw new RuntimeError('Invalid', `the mount at ${containerPath} would hide files, which links cannot do`, { cause: error });
  }
}

function realpathOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // The volume's path does not exist yet: the link dangles until it does.
  }
}
