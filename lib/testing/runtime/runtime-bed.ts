import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import type { ExecSession, PodExecOptions, PodLogOptions } from '../../api/wire/pod-streams.js';
import { systemEnvironment } from '../../base/system-environment.js';
import type {
  ContainerConfig,
  ContainerRuntime,
  RuntimeContainer,
  RuntimeEvent,
  RuntimePod,
  SandboxConfig,
} from '../../runtime/container-runtime.js';
import { RuntimeError, type RuntimeErrorCode } from '../../runtime/runtime-error.js';
import type { Program } from './program.js';

/** Parts of the port that an adapter may be unable to serve. */
export type RuntimeFeature =
  'environment' | 'mounts' | 'read-only mounts' | 'missing programs' | 'port forwarding' | 'pod addresses' | 'log limits' | 'images';

/** What `containerRuntimeConformance` must know of an adapter. */
export interface ContainerRuntimeConformanceOptions {
  /**
   * Makes a runtime, not started, whose state is in `directory`. Called again for one test, after the first runtime has stopped:
   * the new one must find what the first left running.
   */
  readonly open: (directory: string) => ContainerRuntime | Promise<ContainerRuntime>;
  /** Image and command of a container that does this. */
  readonly program: (program: Program) => Pick<ContainerConfig, 'image' | 'command' | 'args'>;
  /** Command of an exec that does this. */
  readonly execCommand: (program: Program) => readonly string[];
  /** Features that the adapter lacks, each with its reason; their tests are skipped and show it. Default: none. */
  readonly skip?: Readonly<Partial<Record<RuntimeFeature, string>>> | undefined;
  /** Milliseconds for a test. Default 20,000. */
  readonly timeout?: number | undefined;
  /** Runs after each test: removes what `open` made besides the directory. */
  readonly cleanup?: (() => Promise<void> | void) | undefined;
}

/** How a container of the suite differs from the plainest one. */
export type ContainerChanges = Partial<Omit<ContainerConfig, 'image' | 'command' | 'args'>>;

/** A started runtime, and the words in which the tests speak of it. */
export class RuntimeBed {
  readonly directory: string;
  readonly events: RuntimeEvent[] = [];
  runtime: ContainerRuntime;
  readonly #options: ContainerRuntimeConformanceOptions;
  #subscription: Subscription | undefined;
  #pods = 0;
  #told = 0;
  #wake: (() => void)[] = [];

  private constructor(directory: string, runtime: ContainerRuntime, options: ContainerRuntimeConformanceOptions) {
    this.directory = directory;
    this.runtime = runtime;
    this.#options = options;
  }

  /** A bed whose runtime is not started. */
  static async make(options: ContainerRuntimeConformanceOptions): Promise<RuntimeBed> {
    const directory = await mkdtemp(join(tmpdir(), 'kubelib-runtime-'));
    return new RuntimeBed(directory, await options.open(directory), options);
  }

  async start(): Promise<void> {
    await this.runtime.start();
    this.#subscription = this.runtime.events().subscribe((event) => {
      this.events.push(event);
      this.#told++;
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  /** The runtime stops, `meanwhile` happens, and another one takes over. */
  async restart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.#subscription?.unsubscribe();
    await this.runtime.stop();
    await meanwhile();
    this.events.length = 0;
    this.runtime = await this.#options.open(this.directory);
    await this.start();
  }

  /** Removes all that the test made, and the runtime. */
  async end(): Promise<void> {
    await this.runtime.start();
    for (const { sandboxId } of await this.runtime.pods()) await this.runtime.removeSandbox(sandboxId);
    this.#subscription?.unsubscribe();
    await this.runtime.stop();
    await this.#options.cleanup?.();
    await rm(this.directory, { recursive: true, force: true });
  }

  sandboxConfig(changes: Partial<SandboxConfig> = {}): SandboxConfig {
    const name = `pod-${++this.#pods}`;
    const pod = { namespace: 'default', name, uid: `${systemEnvironment.uuid()}` };
    return {
      pod,
      hostname: name,
      labels: { app: 'conformance' },
      hostNetwork: false,
      directory: join(this.directory, 'pods', name),
      ...changes,
    };
  }

  sandbox(changes: Partial<SandboxConfig> = {}): Promise<string> {
    return this.runtime.createSandbox(this.sandboxConfig(changes));
  }

  containerConfig(program: Program, changes: ContainerChanges = {}): ContainerConfig {
    const { name = 'main', attempt = 0 } = changes;
    const logPath = join(this.directory, 'logs', `${this.#pods}-${name}-${attempt}.log`);
    const plain = { name, attempt, env: [], mounts: [], tty: false, stdin: false, logPath, specHash: 'hash' };
    return { ...plain, ...this.#options.program(program), ...changes };
  }

  create(sandboxId: string, program: Program, changes?: ContainerChanges): Promise<string> {
    return this.runtime.createContainer(sandboxId, this.containerConfig(program, changes));
  }

  /** A started container, in a sandbox of its own unless one is given. */
  async run(program: Program, changes?: ContainerChanges, sandboxId?: string): Promise<string> {
    const id = await this.create(sandboxId ?? (await this.sandbox()), program, changes);
    await this.runtime.startContainer(id);
    if (program.kind === 'run' || program.kind === 'stubborn') await this.ready(id);
    return id;
  }

  /** Waits for its first output: a program needs a moment until it can hear a signal. */
  async ready(id: string): Promise<void> {
    for await (const _ of this.runtime.logs(id, { follow: true })) return;
  }

  /** A container that has run and ended. */
  async runToEnd(program: Program, changes?: ContainerChanges): Promise<string> {
    const id = await this.run(program, changes);
    await this.exited(id);
    return id;
  }

  async pod(sandboxId: string): Promise<RuntimePod> {
    const pod = (await this.runtime.pods()).find((each) => each.sandboxId === sandboxId);
    return pod ?? assert.fail(`pods() does not name sandbox ${sandboxId}`);
  }

  async container(id: string): Promise<RuntimeContainer> {
    const container = (await this.runtime.pods()).flatMap(({ containers }) => containers).find((each) => each.id === id);
    return container ?? assert.fail(`pods() does not name container ${id}`);
  }

  /** Waits until the runtime says, by an event, that the container has ended. */
  async exited(id: string): Promise<RuntimeContainer> {
    for (;;) {
      const seen = this.#told;
      const container = await this.container(id);
      if (container.state === 'exited') return container;
      await this.#eventAfter(seen);
    }
  }

  /** Waits for an event of this type. */
  async event(type: RuntimeEvent['type']): Promise<RuntimeEvent> {
    for (;;) {
      const found = this.events.find((event) => event.type === type);
      if (found) return found;
      await this.#eventAfter(this.#told);
    }
  }

  /** Resolves once more events than so many have been told since the beginning. */
  async #eventAfter(count: number): Promise<void> {
    while (this.#told <= count) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  logs(id: string, options: PodLogOptions = {}, signal?: AbortSignal): Promise<string> {
    return textOf(this.runtime.logs(id, options, signal));
  }

  exec(id: string, program: Program, options: Partial<PodExecOptions> = {}): Promise<ExecSession> {
    return this.runtime.exec(id, {
      command: this.#options.execCommand(program),
      stdin: false,
      stdout: true,
      stderr: true,
      tty: false,
      ...options,
    });
  }
}

/** All of an output. */
export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

/** Both outputs and the exit code of a session. */
export async function resultOf(session: ExecSession): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const [stdout, stderr, { exitCode }] = await Promise.all([textOf(session.stdout), textOf(session.stderr), session.done]);
  return { stdout, stderr, exitCode };
}

/** Checks that the call fails with one of these codes, and gives the error. */
export async function failsWith(
  codes: RuntimeErrorCode | readonly RuntimeErrorCode[],
  call: () => Promise<unknown>,
): Promise<RuntimeError> {
  const expected = [codes].flat();
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(RuntimeError.is(error), `expected RuntimeError ${expected.join(' or ')}, got ${String(error)}`);
  assert.ok(expected.includes(error.code), `expected RuntimeError ${expected.join(' or ')}, got ${error.code}: ${error.message}`);
  return error;
}
