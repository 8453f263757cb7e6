import { join } from 'node:path';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { Kubectl } from '../support/kubectl.js';
import { KubelibProcess, temporaryDirectory } from '../support/kubelib-process.js';
import { guardDirectory } from '../support/left-behind.js';

/** A guestbook in a `kubelib up` of its own, in a directory of its own. */
export class Guestbook {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** Of the frontend's Service. */
  url = '';
  #process: KubelibProcess | undefined;
  readonly #temporary = temporaryDirectory();
  readonly #unguard = guardDirectory(this.#temporary.path);

  /** `env` is added to the environment of `kubelib up`. */
  constructor(private readonly env: NodeJS.ProcessEnv = {}) {
    const { path } = this.#temporary;
    this.directory = path;
    this.kubeconfig = join(path, '.kubelib', 'kubeconfig');
    this.kubectl = new Kubectl(this.kubeconfig, path);
  }

  /** The running `kubelib up`. */
  get process(): KubelibProcess {
    if (!this.#process) throw new Error('the guestbook has not been started');
    return this.#process;
  }

  /** Resolves when the guestbook answers. */
  async up(...args: readonly string[]): Promise<void> {
    this.#process = new KubelibProcess(['up', '--listen', '127.0.0.1:0', ...args], {
      cwd: this.directory,
      env: { ...process.env, ...this.env },
    });
    const [, url = ''] = await this.process.printed(/Open: +(\S+)/, 60_000);
    this.url = url;
  }

  /** Ends it, however it stands, and removes its directory. */
  async end(): Promise<void> {
    await this.#process?.stop();
    for (const { pid } of processesUnder(this.directory)) process.kill(pid, 'SIGKILL'); // of a `kubelib up` that was killed
    this.#unguard();
    this.#temporary.remove();
  }

  /** What the frontend's Service answers. */
  async visit(): Promise<string> {
    const answer = await fetch(this.url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
    return text.trim();
  }

  /** Names of the pods that answer `count` visits. */
  async answering(count: number): Promise<Set<string>> {
    const names = new Set<string>();
    for (let i = 0; i < count; i++) names.add((await this.visit()).split(' ')[0] ?? '');
    return names;
  }

  /** Names of the pods of a tier, those that are being deleted left out. */
  async pods(tier = 'frontend'): Promise<string[]> {
    const { items } = JSON.parse(await this.kubectl.run(['get', 'pods', '-l', `tier=${tier}`, '-o', 'json'])) as {
      items: { metadata: { name: string; deletionTimestamp?: string } }[];
    };
    return items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
  }

  /** Process id of the container of a pod, as the process itself says. */
  async pidOf(pod: string): Promise<number> {
    const uid = await this.kubectl.field(`pod/${pod}`, '{.metadata.uid}');
    const found = processesUnder(this.directory).filter(
      ({ cwd, command }) => cwd.includes(uid) && command.startsWith('/') && / app\/\w+\.mjs$/.test(command) && !command.includes('/sh'),
    );
    const [first] = found;
    if (found.length !== 1 || !first) throw new Error(`pod ${pod} has ${found.length} processes: ${JSON.stringify(found)}`);
    return first.pid;
  }
}

/** A process of this machine. */
export interface FoundProcess {
  readonly pid: number;
  readonly cwd: string;
  readonly command: string;
}

/** Processes whose working directory lies below `directory`. */
export function processesUnder(directory: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        if (!cwd.startsWith(directory)) return [];
        return [{ pid: Number(pid), cwd, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim() }];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}
