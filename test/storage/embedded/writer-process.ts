import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WRITER = fileURLToPath(new URL(`./writer.${EXTENSION}`, import.meta.url));

/** The process of `writer.ts`. */
export class WriterProcess {
  readonly child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';
  #errors = '';
  #check = () => {};

  constructor(directory: string, { first = 0, writers = 8 } = {}) {
    this.child = spawn(process.execPath, [...loaders(), WRITER, directory, String(first), String(writers)], { stdio: 'pipe' });
    this.#exited = once(this.child, 'close');
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#check();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    void this.#exited.then(() => this.#check());
  }

  /** What it has acknowledged: number and revision. */
  get acknowledged(): (readonly [number, number])[] {
    const lines = this.#output.slice(0, this.#output.lastIndexOf('\n') + 1).split('\n');
    return lines.slice(1, -1).map((line) => {
      const [number, revision] = line.split(' ');
      return [Number(number), Number(revision)] as const;
    });
  }

  /** Resolves when it has opened the store. */
  async ready(): Promise<void> {
    await this.#until(() => this.#output.startsWith('ready\n'));
  }

  /** Resolves when it has acknowledged so many. */
  async wrote(count: number): Promise<void> {
    await this.#until(() => this.acknowledged.length >= count);
  }

  /** Ends it with SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }

  #until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#check = () => {
        if (done()) resolve();
        else if (this.child.exitCode !== null) reject(new Error(`the writer ended early:\n${this.#errors}`));
      };
      this.#check();
    });
  }
}

/** How this process loads TypeScript, when it does. */
function loaders(): string[] {
  return EXTENSION === 'ts' ? ['--import=tsx'] : [];
}
