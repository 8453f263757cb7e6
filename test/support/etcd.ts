import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { type Need, onPath } from './needs.js';

/** Another one than that of PATH may be named, to test with its version. */
const PROGRAM = process.env['KUBELIB_ETCD'] ?? 'etcd';

/** For {@link needs}. */
export const etcdNeed: Need = { what: 'etcd', install: 'etcd-server', here: PROGRAM !== 'etcd' || onPath('etcd') };

/** Options of {@link Etcd}. */
export interface EtcdOptions {
  /** Members of the cluster. Default 1. */
  readonly members?: number;
  /** More arguments for every member, as in `['--quota-backend-bytes', '16777216']`. */
  readonly args?: readonly string[];
  /** Clients must speak TLS. Default: they must not. */
  readonly tls?: EtcdTls;
}

/** PEM texts. */
export interface EtcdTls {
  /** Of every member. */
  readonly certificate: string;
  readonly key: string;
  /** Clients must show a certificate that this authority has signed. Default: they need none. */
  readonly clientAuthority?: string;
}

/** The ports of a member. */
export interface EtcdPorts {
  readonly client: number;
  readonly peer: number;
  /** Where it says how it is, always without TLS. */
  readonly health: number;
}

/** One member: a process of `etcd` with a data directory of its own. */
export class EtcdMember {
  #process: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    readonly ports: EtcdPorts,
    private readonly directory: string,
  ) {}

  /** `host:port` for clients. */
  get endpoint(): string {
    return `127.0.0.1:${this.ports.client}`;
  }

  /** `http://host:port` for other members. */
  get peerUrl(): string {
    return `http://127.0.0.1:${this.ports.peer}`;
  }

  get log(): string {
    return readFileSync(join(this.directory, `${this.name}.log`), 'utf8');
  }

  /** Starts the process; does not wait until it serves. */
  async launch(cluster: string, args: readonly string[]): Promise<void> {
    const log = createWriteStream(join(this.directory, `${this.name}.log`), { flags: 'a' });
    await once(log, 'open');
    const client = `${args.includes('--cert-file') ? 'https' : 'http'}://${this.endpoint}`;
    this.#process = spawn(
      PROGRAM,
      [
        ...['--name', this.name, '--data-dir', join(this.directory, this.name), '--logger', 'zap', ...apiArguments()],
        ...['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-metrics-urls', this.#healthUrl],
        ...['--listen-peer-urls', this.peerUrl, '--initial-advertise-peer-urls', this.peerUrl, '--initial-cluster', cluster],
        ...['--heartbeat-interval', '50', '--election-timeout', '500', ...args],
      ],
      { stdio: ['ignore', log, log] },
    );
    this.#ended = once(this.#process, 'exit');
    process.once('exit', this.#killNow); // When the tests are cut short.
    log.close();
  }

  /** Sends a signal: SIGKILL ends it, SIGSTOP pauses it, SIGCONT lets it go on. Resolves when it has ended or stands still. */
  async signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    this.#process?.kill(signal);
    if (signal === 'SIGSTOP') await this.#stands();
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    await this.#ended;
    process.removeListener('exit', this.#killNow);
    this.#process = undefined;
  }

  /** Whether it answers, and knows a leader. */
  async healthy(): Promise<boolean> {
    return ((await this.#ask('health').then((response) => response.json())) as { health: string }).health === 'true';
  }

  /** Whether this member leads. */
  async leads(): Promise<boolean> {
    return /^etcd_server_is_leader 1$/m.test(await this.#ask('metrics').then((response) => response.text()));
  }

  /** A signal takes its time to reach all threads; Linux tells when it has. */
  async #stands(): Promise<void> {
    const tasks = `/proc/${this.#process?.pid}/task`;
    if (!existsSync(tasks)) return;
    const stopped = (task: string) => /^State:\s+T/m.test(readFileSync(join(tasks, task, 'status'), 'utf8'));
    await eventually(() => readdirSync(tasks).every(stopped), { interval: 1 });
  }

  get #healthUrl(): string {
    return `http://127.0.0.1:${this.ports.health}`;
  }

  #ask(path: string): Promise<Response> {
    return fetch(`${this.#healthUrl}/${path}`, { signal: AbortSignal.timeout(1000) });
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
    const count = this.#options.members ?? 1;
    const ports = await freePorts(3 * count);
    this.#members = Array.from({ length: count }, (_, i) => {
      const [client, peer, health] = ports.slice(3 * i) as [number, number, number];
      return new EtcdMember(`m${i}`, { client, peer, health }, this.#directory);
    });
    await Promise.all(this.#members.map((member) => this.launch(member)));
    await this.ready();
  }

  /** Starts a member that has ended; does not wait until it serves. */
  launch(member: EtcdMember): Promise<void> {
    const cluster = this.#members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');
    return member.launch(cluster, [...this.#tlsArguments(), ...(this.#options.args ?? [])]);
  }

  /** Calls the JSON gateway of the first member, as in `api('auth/enable')`; only without TLS. Rejects with what etcd says. */
  async api(path: string, body: object = {}, token?: string): Promise<unknown> {
    const response = await fetch(`http://${this.endpoints[0]}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: token === undefined ? {} : { authorization: token },
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Resolves when these members (default: all) serve. */
  async ready(members: readonly EtcdMember[] = this.#members): Promise<void> {
    try {
      for (const member of members) await eventually(() => member.healthy(), { timeout: 20_000, interval: 25 });
    } catch (error) {
      throw new Error(`etcd does not answer: ${this.#members.map(({ log }) => log.split('\n').slice(-12).join('\n')).join('\n')}`, {
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

  #tlsArguments(): string[] {
    const { tls } = this.#options;
    if (tls === undefined) return [];
    const file = (name: string, text: string) => {
      const path = join(this.#directory, name);
      writeFileSync(path, text);
      return path;
    };
    const own = ['--cert-file', file('server.crt', tls.certificate), '--key-file', file('server.key', tls.key)];
    const { clientAuthority } = tls;
    return clientAuthority === undefined ? own : [...own, '--client-cert-auth', '--trusted-ca-file', file('clients.crt', clientAuthority)];
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

/** Below the ports that systems give to outgoing connections: one of those could have the port of a member while that is down. */
const PORTS = { from: 10_000, to: 32_000 };

/** Free ports; held all at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer().listen(randomInt(PORTS.from, PORTS.to), '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') return false;
        throw error;
      },
    );
    if (free) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** The second API version, where this etcd has it; 3.6 has not. */
function apiArguments(): string[] {
  const version = /^etcd Version: (\d+)\.(\d+)/m.exec(spawnSync(PROGRAM, ['--version']).stdout.toString());
  return version?.[1] === '3' && Number(version[2]) < 6 ? ['--enable-v2=true'] : [];
}
