import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBusyboxImage } from '../../lib/runtime/docker/busybox-image.js';
import type { DockerConnection } from '../../lib/runtime/docker/docker-engine.js';
import type { Need } from './needs.js';
import { onPath } from './needs.js';

/** For {@link needs}: an engine to connect to, or a dockerd and the rights to start it. */
export const dockerdNeed: Need = {
  what: 'dockerd',
  install: 'docker.io',
  here: process.env.DOCKER_HOST !== undefined || (onPath('dockerd') && process.getuid?.() === 0),
};

/**
 * A Docker engine of the tests' own: its data, state and bridge are apart from any other one on the machine, and gone afterwards. With
 * DOCKER_HOST, that engine.
 */
export class Dockerd {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kubelib-dockerd-'));
  readonly #bridge = `klb${process.pid}`;
  #process: ChildProcess | undefined;

  get socketPath(): string {
    return join(this.#directory, 'docker.sock');
  }

  /** As DOCKER_HOST. */
  get host(): string {
    return process.env.DOCKER_HOST ?? `unix://${this.socketPath}`;
  }

  get connection(): DockerConnection {
    return process.env.DOCKER_HOST === undefined ? { socketPath: this.socketPath } : {};
  }

  /** Starts it, waits until it answers, and makes the image `kubelib/busybox`. */
  async start(): Promise<void> {
    if (process.env.DOCKER_HOST === undefined) await this.#startOwn();
    await ensureBusyboxImage({ connection: this.connection });
  }

  /** Ends it, with all that it runs. */
  async stop(): Promise<void> {
    if (this.#process) {
      await this.end('SIGTERM');
      spawnSync('ip', ['link', 'delete', this.#bridge]);
      for (const mount of mountsBelow(this.#directory)) spawnSync('umount', ['--lazy', mount]);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Lets it end as by itself; {@link Dockerd.resume} starts it again over the same data. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async resume(): Promise<void> {
    const path = (name: string) => join(this.#directory, name);
    const log = createWriteStream(path('log'), { flags: 'a' });
    await once(log, 'open');
    const child = spawn(
      'dockerd',
      [
        ...['--host', `unix://${this.socketPath}`, '--data-root', path('data'), '--exec-root', path('exec'), '--pidfile', path('pid')],
        ...['--bridge', this.#bridge, '--iptables=false', '--ip-masq=false'],
      ],
      { stdio: ['ignore', log, log] },
    );
    this.#process = child;
    const failed = once(child, 'exit').then(() => {
      throw new Error(`dockerd ended: ${readFileSync(path('log'), 'utf8').split('\n').slice(-5).join('\n')}`);
    });
    failed.catch(() => undefined); // It ends at last, when nobody waits for it to begin.
    while (!(await Promise.race([this.#answers(), failed])));
    log.close();
  }

  async #startOwn(): Promise<void> {
    const address = `10.${200 + (process.pid % 50)}.${(process.pid >> 4) % 256}.1/24`;
    for (const args of [
      ['link', 'add', 'name', this.#bridge, 'type', 'bridge'],
      ['address', 'add', address, 'dev', this.#bridge],
      ['link', 'set', this.#bridge, 'up'],
    ]) {
      const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
    }
    await this.resume();
  }

  async #answers(): Promise<boolean> {
    try {
      const ping = request({ socketPath: this.socketPath, path: '/_ping', agent: false }).end();
      const [response] = (await once(ping, 'response')) as [{ statusCode: number; resume(): void }];
      response.resume();
      return response.statusCode === 200;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50)); // It has no event for this.
      return false;
    }
  }
}

/** A dockerd leaves some of its mounts behind. The innermost come first. */
function mountsBelow(directory: string): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return mounts.filter((mount) => mount.startsWith(`${directory}/`)).reverse();
}

/** A Docker engine for the tests of the surrounding `describe`. */
export function useDockerd(): Dockerd {
  const dockerd = new Dockerd();
  before(async function () {
    this.timeout(60_000);
    await dockerd.start();
  });
  after(async function () {
    this.timeout(60_000);
    await dockerd.stop();
  });
  return dockerd;
}
