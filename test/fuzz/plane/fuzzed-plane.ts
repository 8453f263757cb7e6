import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MemoryReading, Pause, PlaneAddress, PlaneCommand, PlaneMessage } from './messages.js';
import { threadTimeOf } from './thread-time.js';

/** Whoever wants to know what goes wrong in the process. */
export interface PlaneListener {
  pause(pause: Pause): void;
  logged(message: string, fields: string): void;
  prototypes(changes: readonly string[]): void;
  /** It ended, or was ended because it no longer said that it lives; it answers nothing from now on. */
  ended(why: string, output: string): void;
}

/** How the process is started. */
export interface PlaneOptions {
  /** A fault on purpose, by its name. Default none. */
  readonly fault?: string | undefined;
  /** Whether pauses are told with what the process did then, which slows it down. Default false. */
  readonly profile?: boolean | undefined;
}

/** Milliseconds of processor time without a sign of life after which the process is taken for hung. */
const LONGEST_WORK = 10_000;
/** The same by the clock: a process that waits for something in its way uses no processor. */
const LONGEST_SILENCE = 120_000;
const OUTPUT_KEPT = 16_000;

/** A control plane in a process of its own, from whose failures nobody else suffers. */
export class FuzzedPlane {
  readonly address: PlaneAddress;
  readonly #child: ChildProcess;
  readonly #listener: PlaneListener;
  readonly #silence: NodeJS.Timeout;
  readonly #readings: ((reading: MemoryReading | undefined) => void)[] = [];
  #output = '';
  readonly #processor: () => number;
  #heard: { readonly now: number; readonly processor: number };
  #stopping = false;
  #ended: string | undefined;

  private constructor(child: ChildProcess, address: PlaneAddress, listener: PlaneListener) {
    this.#child = child;
    this.address = address;
    this.#listener = listener;
    child.on('message', (message: PlaneMessage) => this.#hear(message));
    child.once('exit', (code, signal) => this.#end(`the process ended (${signal ?? `exit code ${code}`})`));
    child.stdout!.on('data', (text: string) => this.#keep(text));
    child.stderr!.on('data', (text: string) => this.#keep(text));
    this.#processor = threadTimeOf(child.pid!) ?? (() => performance.now() / 2);
    this.#heard = this.#reading();
    this.#silence = setInterval(() => this.#listen(), 1000);
  }

  /** Rejects when the process ends before it is ready. */
  static start(listener: PlaneListener, { fault = '', profile = false }: PlaneOptions = {}): Promise<FuzzedPlane> {
    const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js', import.meta.url));
    const child = fork(main, [], {
      execArgv: [...process.execArgv, '--expose-gc', '--enable-source-maps'],
      env: { ...process.env, KUBELIB_FUZZ_FAULT: fault, KUBELIB_FUZZ_PROFILE: profile ? 'true' : '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`the plane ended before it was ready:\n${output}`));
      child.once('exit', gone);
      child.once('message', (message: PlaneMessage) => {
        child.off('exit', gone);
        for (const stream of [child.stdout!, child.stderr!]) stream.removeAllListeners('data');
        if (message.type === 'ready') resolve(new FuzzedPlane(child, message.address, listener));
        else reject(new Error(`the plane began with ${JSON.stringify(message)}`));
      });
    });
  }

  /** Why it is gone; undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** What is held after a garbage collection; undefined when the process is gone. */
  measure(): Promise<MemoryReading | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#readings.push(resolve);
      this.#send({ type: 'measure' });
    });
  }

  /** Stops the plane in order; ends the process when it has not stopped after ten seconds, which is told as an end. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#stopping = true;
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    const impatience = setTimeout(() => this.#kill('the plane does not stop'), 10_000);
    this.#send({ type: 'stop' });
    await exited;
    clearTimeout(impatience);
  }

  #hear(message: PlaneMessage): void {
    this.#heard = this.#reading();
    switch (message.type) {
      case 'pause':
        return this.#listener.pause(message.pause);
      case 'logged':
        return this.#listener.logged(message.message, message.fields);
      case 'prototypes':
        return this.#listener.prototypes(message.changes);
      case 'memory':
        return this.#readings.shift()?.(message.reading);
      case 'stopped':
      case 'ready':
      case 'alive':
    }
  }

  #listen(): void {
    const { now, processor } = this.#reading();
    const [silence, work] = [now - this.#heard.now, processor - this.#heard.processor];
    if (silence > LONGEST_SILENCE || work > LONGEST_WORK)
      this.#kill(`the process hangs: no sign of life for ${Math.round(silence / 1000)} s, ${Math.round(work / 1000)} s of them at work`);
  }

  #reading(): { readonly now: number; readonly processor: number } {
    return { now: performance.now(), processor: this.#processor() };
  }

  #kill(why: string): void {
    this.#stopping = false;
    this.#end(why);
    this.#child.kill('SIGKILL');
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = why;
    clearInterval(this.#silence);
    for (const resolve of this.#readings.splice(0)) resolve(undefined);
    if (!this.#stopping) this.#listener.ended(why, this.#output);
  }

  #send(command: PlaneCommand): void {
    if (this.#child.connected) this.#child.send(command);
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
  }
}
