import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/kubelib.js', import.meta.url));

/** A `kubelib` command that runs as a process of its own, as `npm start` does. */
export class KubelibProcess {
  readonly child: ChildProcess;
  #output = '';
  readonly #waiting = new Set<() => void>();
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#waiting.forEach((check) => check());
      });
    }
    this.exited = new Promise((resolve) =>
      this.child.once('close', (code) => {
        resolve(code);
        this.#waiting.forEach((check) => check());
      }),
    );
  }

  /** Standard output and error so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves with the match once the output has it; rejects when the process ends first or `timeout` milliseconds pass. */
  printed(pattern: RegExp, timeout = 30_000): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        act();
      };
      const check = () => {
        const match = pattern.exec(this.#output);
        if (match) finish(() => resolve(match));
        else if (this.child.exitCode !== null || this.child.signalCode !== null)
          finish(() => reject(new Error(`kubelib ended before it printed ${pattern}:\n${this.#output}`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`kubelib did not print ${pattern} within ${timeout} ms:\n${this.#output}`))),
        timeout,
      );
      this.#waiting.add(check);
      check();
    });
  }

  /** Sends a signal and resolves with the exit code (null when the signal ended it). */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exited;
  }
}

/** A new temporary directory and what removes it. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'kubelib-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
