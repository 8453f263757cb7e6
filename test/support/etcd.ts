import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { type Need, onPath } from './needs.js';

/** For {@link needs}. */
export const etcdNeed: Need = { what: 'etcd', install: 'etcd-server', here: onPath('etcd') };

/** Options of {@link Etcd}. */
export interface EtcdOptions {
  /** Members of the cluster. Default 1. */
  readonly members?: number;
  /** More arguments for every member, as in `['--quota-backend-bytes', '16777216']`. */
  readonly args?: readonly string[];
}

/** One member: a process of `etcd` with a data directory of its own. */
export class EtcdMember {
  #process: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    readonly clientPort: number,
    readonly peerPort: number,
    private readonly directory: string,
  ) {}

  /** `host:port` for clients. */
  get endpoint(): string {
    return `127.0.0.1:${this.clientPort}`;
  }

  get log(): string {
    return readFileSync(join(this.directory, `${this.name}.log`), 'utf8');
  }

  /** Starts the process; does not wait until it serves. */
  async launch(cluster: string, args: readonly string[]): Promise<void> {
    const log = createWriteStream(join(this.directory, `${this.name}.log`), { flags: 'a' });
    await once(log, 'open');
    const client = `http://${this.endpoint}`;
    const peer = `http://127.0.0.1:${this.peerPort}`;
    this.#process = spawn(
      'etcd',
      [
        ...['--name', this.name, '--data-dir', join(this.directory, this.name), '--enable-v2=true', '--logger', 'zap'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', cluster],
        ...['--heartbeat-interval', '50', '--election-timeout', '500', ...args],
      ],
      { stdio: ['ignore', log, log] },
    );
    this.#ended = once(this.#process, 'exit');
    process.once('exit', this.#killNow); // When the tests are cut short.
    log.close();
  }

  /** Sends a signal: SIGKILL ends it, SIGSTOP pauses it, SIGCONT lets it go on. Resolves when it has ended, where it ends. */
  async signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    this.#process?.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    await this.#ended;
    process.removeListener('exit', this.#killNow);
    this.#process = undefined;
  }

  /** Whether it answers, and knows a leader. */
  async healthy(): Promise<boolean> {
    const response = await fetch(`http://${this.endpoint}/health`, { signal: AbortSignal.timeout(1000) });
    return ((await response.json()) as { health: string }).health === 'true';
  }

  /** Whether this member leads. */
  async leads(): Promise<boolean> {
    const response = await fetch(`http://${this.endpoint}/v2/stats/self`, { signal: AbortSignal.timeout(1000) });
    return ((await response.json()) as { state: string }).state === 'StateLeader';
  }

  readonly #killNow = () => this.#process?.kill('SIGKILL');
}

/** A real etcd of the tests' own, with both API versions, on free ports of the loopback interface. Gone after {@link Etcd.stop}. */
export class Etcd {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kubelib-etcd-'));
  readonly #options: EtcdOptions;
  #members: readonly EtcdMember[] = [];

  constructor(options: EtcdOptions = {}) {
    this.#options = options;
  }

  get members(): readonly EtcdMember[] {
    return this.#members;
  }

  /** As in `['127.0.0.1:4001']`, one a member. */
  get endpoints(): string[] {
    return this.#members.map((member) => member.endpoint);
  }

  async start(): Promise<void> {
    const ports = await freePorts(2 * (this.#options.members ?? 1));
    this.#members = Array.from(
      { length: this.#options.members ?? 1 },
      (_, i) => new EtcdMember(`m${i}`, ports[2 * i]!, ports[2 * i + 1]!, this.#directory),
    );
    await Promise.all(this.#members.map((member) => this.launch(member)));
    await this.ready();
  }

  /** Starts a member that has ended; does not wait until it serves. */
  launch(member: EtcdMember): Promise<void> {
    const cluster = this.#members.map(({ name, peerPort }) => `${name}=http://127.0.0.1:${peerPort}`).join(',');
    return member.launch(cluster, this.#options.args ?? []);
  }

  /** Resolves when these members (default: all) serve. */
  async ready(members: readonly EtcdMember[] = this.#members): Promise<void> {
    try {
      for (const member of members) await eventually(() => member.healthy(), { timeout: 20_000, interval: 25 });
    } catch (error) {
      throw new Error(`etcd does not answer: ${this.#members.map(({ log }) => log.split('\n').slice(-4).join('\n')).join('\n')}`, {
        cause: error,
      });
    }
  }

  /** The member that leads. */
  leader(): Promise<EtcdMember> {
    return eventually(
      async () => {
        for (const member of this.#members) if (await member.leads().catch(() => false)) return member;
        return false as never;
      },
      { timeout: 20_000, interval: 25 },
    );
  }

  /** Ends all members, and removes their data. */
  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.signal('SIGKILL')));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** An etcd for the tests of the surrounding `describe`. */
export function useEtcd(options?: EtcdOptions): Etcd {
  const etcd = new Etcd(options);
  before(async function () {
    this.timeout(30_000);
    await etcd.start();
  });
  after(async function () {
    this.timeout(30_000);
    await etcd.stop();
  });
  return etcd;
}

/** All at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
