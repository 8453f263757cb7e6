import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench, Figure } from './harness.js';

const TOKEN = 'bench';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Objects of the figures of a full server. */
const PODS = 13_200;

/** What apibench says of one run. */
interface Measured {
  readonly per_s: number;
  readonly p99_ms: number;
  readonly failed: number;
  readonly first_error: string | null;
  readonly MB_per_s: number;
  readonly lines_per_s: number;
  readonly latency_p99_ms: number;
  readonly missing: number;
}

/** A server in a process of its own, and apibench as its client. */
class Subject {
  readonly #client: string;
  readonly #process: ChildProcess;
  readonly url: string;

  constructor(client: string, child: ChildProcess, url: string) {
    this.#client = client;
    this.#process = child;
    this.url = url;
  }

  async measure(...args: readonly string[]): Promise<Measured> {
    const { stdout } = await promisify(execFile)(this.#client, ['-url', this.url, '-token', TOKEN, ...args]);
    const measured = JSON.parse(stdout) as Measured;
    if (measured.failed > 0) throw new Error(`${args.join(' ')}: ${measured.failed} failed: ${measured.first_error}`);
    if (measured.missing > 0) throw new Error(`${args.join(' ')}: ${measured.missing} events are missing`);
    return measured;
  }

  /** Megabytes of memory that the process holds. */
  resident(): number {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')) ?? [];
    return (Number(kilobytes) * 1024) / 1e6;
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.stdin?.end();
    this.#process.kill('SIGINT');
    await exited;
  }
}

/** Resolves with what `pattern` finds in the output. */
function printed(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const [, found] = pattern.exec((output += text)) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`it ended:\n${output}`)));
  });
}

/** A plane as users run it: durable, over TLS, with its controllers; neither nodes nor guestbook. */
async function plane(client: string, directory: string): Promise<{ readonly subject: Subject; readonly ready: number }> {
  const tokens = join(directory, 'tokens.csv');
  writeFileSync(tokens, `${TOKEN},bench,,system:masters\n`);
  const data = mkdtempSync(join(directory, 'data-'));
  const args = ['up', '--no-demo', '--nodes', '0', '--listen', '127.0.0.1:0', '--data-dir', data, '--token-auth-file', tokens];
  const begin = performance.now();
  const child = spawn(process.execPath, [here('../cli/kubelib.js'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await printed(child, /control plane at (https:\/\/[\d.:]+)/);
  return { subject: new Subject(client, child, url), ready: performance.now() - begin };
}

async function peer(client: string): Promise<Subject> {
  const child = spawn(process.execPath, [here('./api-peer.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Subject(client, child, await printed(child, /(https:\/\/[\d.:]+)/));
}

function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Measured once a run, shown as several figures. */
function figuresOf(
  name: string,
  measure: () => Promise<Measured>,
  shown: readonly (readonly [string, keyof Measured, string])[],
): Figure[] {
  const results: Measured[] = [];
  return shown.map(([what, field, unit], index) => {
    let run = 0;
    return {
      name: `${name}${what}`,
      unit,
      run: async () => {
        if (index === 0) results.push(await measure());
        return Number(results[run++]?.[field]);
      },
    };
  });
}

/** The whole server as a client sees it, by the client that measured kube-apiserver (bench/apibench), which takes Go. */
export const api: Bench = {
  name: 'api',
  figures: async () => {
    if (!hasGo()) {
      console.log('api          left out: go is not on PATH');
      return { figures: [] };
    }
    const directory = mkdtempSync(join(tmpdir(), 'kubelib-bench-'));
    const client = join(directory, 'apibench');
    execFileSync('go', ['build', '-o', client, '.'], { cwd: here('../../bench/apibench') });
    const starts: number[] = [];
    for (let i = 0; i < 4; i++) {
      const { subject, ready } = await plane(client, directory);
      starts.push(ready);
      await subject.close();
    }
    const { subject, ready } = await plane(client, directory);
    starts.push(ready);
    const bare = await peer(client);
    let batch = 0;
    const create = (count: number, c: number) => () =>
      subject.measure('-op', 'create', '-n', String(count), '-c', String(c), '-prefix', `b${batch++}`);
    const rates = [
      ['', 'per_s', '/s'],
      [', p99', 'p99_ms', 'ms'],
    ] as const;
    let start = 0;
    return {
      figures: [
        { name: 'process started to ready', unit: 'ms', run: () => Promise.resolve(starts[start++] as number) },
        ...figuresOf('durable creates, 64 in flight', create(2000, 64), rates),
        ...figuresOf('bare node:https that parses and keeps, 64 in flight', () => bare.measure('-op', 'create', '-n', '4000'), rates),
        ...figuresOf('durable creates, one at a time', create(400, 1), rates),
        {
          name: `resident with ${PODS} pods`,
          unit: 'MB',
          runs: 1,
          run: async () => {
            await subject.measure('-op', 'create', '-n', '1000', '-prefix', 'p');
            const { metadata } = (await counted(subject)) as { metadata: { remainingItemCount?: number } };
            await subject.measure('-op', 'create', '-n', String(PODS - 1 - (metadata.remainingItemCount ?? 0)), '-prefix', 'rest');
            return subject.resident();
          },
        },
        ...figuresOf('GETs, 64 in flight', () => subject.measure('-op', 'get', '-n', '20000'), rates),
        ...figuresOf('bare node:https with a constant body, 64 in flight', () => bare.measure('-op', 'get', '-n', '20000'), rates),
        ...figuresOf('GETs, one at a time', () => subject.measure('-op', 'get', '-n', '3000', '-c', '1'), rates),
        ...figuresOf(`list of ${PODS} pods`, () => subject.measure('-op', 'list', '-n', '8', '-c', '1'), [['', 'MB_per_s', 'MB/s']]),
        ...figuresOf('lines to 1,000 watchers, one writer', () => subject.measure('-op', 'watch', '-c', '1000'), [
          ['', 'lines_per_s', '/s'],
          [', p99', 'latency_p99_ms', 'ms'],
        ]),
        ...figuresOf(
          '1,000 changes/s to 100 watchers',
          () => subject.measure('-op', 'watch', '-c', '100', '-rate', '1000', '-writers', '16'),
          [
            ['', 'lines_per_s', '/s'],
            [', p99', 'latency_p99_ms', 'ms'],
          ],
        ),
      ],
      close: async () => {
        await subject.close();
        await bare.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};

/** One pod, and how many there are besides. */
async function counted({ url }: Subject): Promise<unknown> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    request(`${url}/api/v1/namespaces/bench/pods?limit=1`, { rejectUnauthorized: false, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => resolve(JSON.parse(text)));
    })
      .once('error', reject)
      .end();
  });
}
