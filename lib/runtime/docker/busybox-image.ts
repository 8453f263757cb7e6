import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { RuntimeError } from '../runtime-error.js';
import type { DockerConnection } from './docker-engine.js';
import { DockerEngine } from './docker-engine.js';

/** The image that {@link ensureBusyboxImage} makes. */
export const BUSYBOX_IMAGE = 'kubelib/busybox:latest';

const APPLETS =
  'sh ash awk basename cat chmod cp cut date dirname echo env expr false find flock grep head hostname httpd id kill ls mkdir mktemp mv nc printenv printf ps pwd rm sed seq sleep sort stat stty tail tee test touch tr true tty uname wc wget which yes';

/** How {@link ensureBusyboxImage} works. */
export interface BusyboxImageOptions {
  /** Default: DOCKER_HOST, or the usual socket. */
  readonly connection?: DockerConnection | undefined;
  /** A busybox that needs no library. Default `/bin/busybox`, as Debian's package busybox-static has it. */
  readonly binary?: string | undefined;
}

/**
 * Makes the image {@link BUSYBOX_IMAGE} from the busybox of this machine, unless it is there: no registry is asked.
 * Throws Invalid, with what to install, when there is no busybox.
 */
export async function ensureBusyboxImage({ connection, binary = '/bin/busybox' }: BusyboxImageOptions = {}): Promise<void> {
  const engine = await DockerEngine.load(connection);
  try {
    if (await engine.askUnless([404], (docker) => docker.getImage(BUSYBOX_IMAGE).inspect())) return;
    await importBusybox(engine, binary);
  } finally {
    engine.close();
  }
}

async function importBusybox(engine: DockerEngine, binary: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'kubelib-busybox-'));
  try {
    await fillRoot(root, binary);
    const tar = spawn('tar', ['--numeric-owner', '--owner=0', '--group=0', '-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [repo, tag] = BUSYBOX_IMAGE.split(':');
    const answer = (await engine.ask((docker) => docker.importImage(tar.stdout, { repo, tag }))) as Readable;
    answer.resume();
    await once(answer, 'end');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function fillRoot(root: string, binary: string): Promise<void> {
  try {
    await access(binary);
  } catch (error) {
    throw new RuntimeError('Invalid', `there is no ${binary} to make an image from (apt-get install busybox-static)`, { cause: error });
  }
  for (const directory of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp', 'root']) await mkdir(join(root, directory));
  await copyFile(binary, join(root, 'bin', 'busybox'));
  for (const applet of APPLETS.split(' ')) await symlink('busybox', join(root, 'bin', applet));
}
